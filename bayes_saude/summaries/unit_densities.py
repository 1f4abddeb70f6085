"""The density of all rows of a unit with its own line integrated out, in every draw of a fit.

Given the hyperparameters, the units around it and what shifts the trend, a unit's deviation is normal.
Where its rows are normal too, on the link's scale, the integral has a closed form (`models.marginal`); of
Student's t and of events it is a sum over nodes (`quadrature`). Merkle, Furr and Rabe-Hesketh (2019,
doi:10.1007/s11336-019-09679-0) show why models are to be compared by this density, and not by that given
each unit's sampled line.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bayes_saude.inference.log_likelihood import LOG_DENSITIES
from bayes_saude.models.marginal import Covariance, Message, Symmetric, integrate
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import TERMS
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import panel_of, posterior_of, replicates_of, spec_of
from bayes_saude.summaries.quadrature import Lines, Nodes, nodes_near, refined_integral
from bayes_saude.summaries.row_densities import columns_of, curvature

type Values = NDArray[np.float64]

# Of each replicate, evenly spaced, where the integral is a sum over nodes.
DRAWS = 1000
# One minus the square of a correlation, at least: a line may not be known exactly from its height.
LEAST_FREE = 1e-12


class Site(NamedTuple):
    """Where a unit's line is: its mean in the posterior, shape (terms,), and the nodes about it."""

    line: Values
    nodes: Nodes


class Population(NamedTuple):
    """What a unit's line is given all else.

    Parameters
    ----------
    intercept, slope : array, shape (draws, units)
        The mean: fixed effects, the units around and predictors' groups.
    covariance : Covariance
        Of the unit's deviation, shape (draws, 1) or (draws, units).
    """

    intercept: Values
    slope: Values
    covariance: Covariance


class Replicate(NamedTuple):
    """The rows of a replicate, unit by unit.

    Parameters
    ----------
    rows : pandas.DataFrame
    units : array of str
        Sorted.
    unit : array of int, shape (rows,)
        Position of each row's unit.
    time : array, shape (rows,)
        Since the origin.
    """

    rows: pd.DataFrame
    units: NDArray[np.str_]
    unit: NDArray[np.intp]
    time: Values


def unit_log_densities(
    fit: xr.DataTree,
    replicate: int,
    panel: pd.DataFrame | None = None,
    *,
    sites: Mapping[str, Site] | None = None,
) -> xr.DataArray:
    """Compute the log density of each unit's rows, its own line integrated out, in every draw.

    Parameters
    ----------
    fit : xarray.DataTree
    replicate : int
    panel : pandas.DataFrame, optional
        Rows of units, which the fit need not have seen; those of the fit if left out.
    sites : mapping, optional
        From `unit_sites`, for units that the fit has not seen and whose integral is a sum over nodes.

    Returns
    -------
    xarray.DataArray
        Dims (chain, draw, unit): units of the innermost level that have rows in the replicate. The density is
        of values on the link's scale, and of shares without the binomial coefficient:
        `row_densities.log_measure` has what it lacks. Where the integral is a sum over nodes, of `DRAWS` of
        the replicate's draws at the most, evenly spaced in every chain.
    """
    spec = spec_of(fit)
    own = rows_of_units(panel_of(fit) if panel is None else panel, spec, replicate)
    posterior = posterior_of(fit).isel(chain=np.flatnonzero(replicates_of(fit) == replicate))
    if FAMILIES[spec.model.family].integrated:
        found = np.stack(
            [
                in_closed_form(posterior.isel(chain=chain), own, spec)
                for chain in range(posterior.sizes["chain"])
            ]
        )
    else:
        posterior = _thinned(posterior)
        of_units = [values for _, values, _ in by_nodes(_flat(posterior), own, spec, sites)]
        found = np.stack(of_units, axis=-1).reshape(*posterior["intercept"].shape, -1)
    return xr.DataArray(found, dims=("chain", "draw", "unit"), coords={"unit": own.units})


def unit_sites(fit: xr.DataTree, replicate: int, units: Sequence[str]) -> dict[str, Site]:
    """Find where the lines of some units are, so that a fit without them can be asked for their densities.

    Parameters
    ----------
    fit : xarray.DataTree
        That has seen the units.
    replicate : int
    units : sequence of str

    Returns
    -------
    dict
        Empty where the integral has a closed form.
    """
    spec = spec_of(fit)
    if FAMILIES[spec.model.family].integrated:
        return {}
    panel = panel_of(fit)
    own = rows_of_units(panel[panel[spec.data.levels[-1]].isin(units)], spec, replicate)
    posterior = posterior_of(fit).isel(chain=np.flatnonzero(replicates_of(fit) == replicate))
    return {unit: site for unit, _, site in by_nodes(_flat(_thinned(posterior)), own, spec)}


def rows_of_units(panel: pd.DataFrame, spec: ModelSpec, replicate: int) -> Replicate:
    """Sort a replicate's rows by unit of the innermost level."""
    rows = panel[panel["replicate"] == replicate]
    units, unit = np.unique(rows[spec.data.levels[-1]].to_numpy(dtype=str), return_inverse=True)
    return Replicate(rows, units, unit, rows["time"].to_numpy(dtype=np.float64) - spec.data.origin)


def in_closed_form(drawn: xr.Dataset, own: Replicate, spec: ModelSpec) -> Values:
    """Integrate lines out of normal rows, shape (draws, units)."""
    population = _population(drawn, own, spec)
    member = csr_array((np.ones(len(own.unit)), (np.arange(len(own.unit)), own.unit)))
    n, of_t, of_tt = (own.time**power @ member for power in range(3))
    variance = drawn["sd_resid"].to_numpy()[:, None] ** 2
    residual = columns_of(spec, own.rows)["value"] - _trend(drawn, population, own)
    h = (residual @ member / variance, (residual * own.time) @ member / variance)
    message = Message(Symmetric(n / variance, of_t / variance, of_tt / variance), h)
    integral = integrate(message, population.covariance)
    m = integral.posterior.matrix
    explained = m.a * h[0] ** 2 + 2 * m.b * h[0] * h[1] + m.d * h[1] ** 2
    normal = n * np.log(2 * np.pi * variance) + residual**2 @ member / variance
    return 0.5 * (explained - normal - np.log(integral.determinant))


def by_nodes(
    drawn: xr.Dataset, own: Replicate, spec: ModelSpec, sites: Mapping[str, Site] | None = None
) -> Iterator[tuple[str, Values, Site]]:
    """Integrate lines out of rows of any family, unit by unit.

    Yields
    ------
    str, array, Site
        The unit, its log densities, shape (draws,), and its site, found from that of `sites`, or from the
        unit's own line in these draws.
    """
    population = _population(drawn, own, spec)
    trend = _trend(drawn, population, own)
    terms = drawn["term"].values.tolist()
    root = _root(population.covariance)[..., : len(terms), : len(terms)]
    mean = np.stack([population.intercept, population.slope], axis=-1)[..., : len(terms)]
    parameters = {name: drawn[name].to_numpy()[:, None] for name in FAMILIES[spec.model.family].parameters}
    effects = _own_effects(drawn, own, spec) if sites is None else np.empty((0, 0, 0))
    outcome, density = columns_of(spec, own.rows), LOG_DENSITIES[FAMILIES[spec.model.family].columns]
    for place, unit in enumerate(own.units.tolist()):
        of_unit = own.unit == place
        columns = {name: values[of_unit] for name, values in outcome.items()}
        line = (mean[:, place] + effects[:, place]).mean(axis=0) if sites is None else sites[unit].line
        design = np.stack([np.ones(of_unit.sum()), own.time[of_unit]], axis=-1)[:, : len(terms)]
        start = line - mean[:, place]
        score, information = curvature(columns, trend[:, of_unit] + start @ design.T, parameters)
        lines = Lines(
            trend[:, of_unit], design, root[:, min(place, root.shape[1] - 1)], score, information, start
        )

        def log_density(row: int, draws: slice, eta: Values, columns: dict[str, Values] = columns) -> Values:
            given = {name: values[draws] for name, values in parameters.items()}
            return density(eta, {name: values[row] for name, values in columns.items()}, given)

        nodes = nodes_near(lines, effects[:, place]) if sites is None else sites[unit].nodes
        found, nodes = refined_integral(log_density, lines, nodes)
        yield unit, found, Site(line, nodes)


def _thinned(posterior: xr.Dataset) -> xr.Dataset:
    chains, size = posterior["intercept"].shape
    wanted = min(size, ceil(DRAWS / chains))
    return posterior.isel(draw=np.arange(wanted) * size // wanted)


def _flat(posterior: xr.Dataset) -> xr.Dataset:
    """Put the chains' draws one after the other."""
    one = [posterior.isel(chain=chain, drop=True) for chain in range(posterior.sizes["chain"])]
    return xr.concat([of_chain.drop_vars(["draw", "replicate"], errors="ignore") for of_chain in one], "draw")


def _population(drawn: xr.Dataset, own: Replicate, spec: ModelSpec) -> Population:
    """Add up what is known of each unit's line without its own deviation.

    A unit around it that the draws do not have, as in a fit without its only municipality, is integrated out
    with it: its covariance adds to the unit's.
    """
    *outer, innermost = spec.data.levels
    homes = own.rows.drop_duplicates(innermost).sort_values(innermost)
    shape = (drawn.sizes["draw"], len(homes))
    line = {term: np.repeat(drawn[term].to_numpy()[:, None], shape[1], axis=1) for term in TERMS}
    matrix, determinant = _covariance(drawn, innermost)
    for around in (*outer, *spec.data.predictors):
        effect, names = drawn[f"{around}_effect"], homes[around].to_numpy()
        known = np.isin(names, drawn[around].values)
        for term in effect["term"].values.tolist():
            line[term][:, known] += effect.sel({"term": term, around: names[known]}).to_numpy()
        if not known.all() and around in outer:
            added = _covariance(drawn, around).matrix
            matrix = Symmetric(*(own + more * ~known for own, more in zip(matrix, added, strict=True)))
            determinant = matrix.a * matrix.d - matrix.b**2
    return Population(line["intercept"], line["slope"], Covariance(matrix, determinant))


def _covariance(drawn: xr.Dataset, level: str) -> Covariance:
    """Give that of a level's deviations, shape (draws, 1)."""
    of_level, none = drawn.sel(level=level), np.zeros(drawn.sizes["draw"])
    sds = (
        of_level[name].to_numpy() if name in drawn else none for name in ("sd_intercept", "sd_slope", "corr")
    )
    return Covariance.of(*(values[:, None] for values in sds))


def _root(covariance: Covariance) -> Values:
    """Give the lower Cholesky factor, shape (draws, 1 or units, 2, 2)."""
    (a, b, d), determinant = covariance
    along = np.sqrt(a)
    # A unit whose line is known from its height has a direction without any width.
    across = np.sqrt(np.maximum(determinant / a, LEAST_FREE * d))
    return np.stack([np.stack([along, 0 * along], -1), np.stack([b / along, across], -1)], -2)


def _trend(drawn: xr.Dataset, population: Population, own: Replicate) -> Values:
    """Give the trend of each row without its unit's deviation, shape (draws, rows)."""
    line = population.intercept[:, own.unit] + population.slope[:, own.unit] * own.time
    if "year_effect" not in drawn:
        return line
    return line + drawn["year_effect"].sel(time=own.rows["time"].to_numpy()).to_numpy()


def _own_effects(drawn: xr.Dataset, own: Replicate, spec: ModelSpec) -> Values:
    """Give the deviations of the units themselves, without those of their groups."""
    level = spec.data.levels[-1]
    effects = drawn[f"{level}_effect"].sel({level: own.units}).to_numpy().astype(np.float64)
    homes = own.rows.drop_duplicates(level).sort_values(level)
    for name in spec.data.predictors:
        effects -= drawn[f"{name}_effect"].sel({name: homes[name].to_numpy()}).to_numpy()
    return effects
