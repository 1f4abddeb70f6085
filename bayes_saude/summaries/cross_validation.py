"""How well a model predicts what it has not seen: a whole unit, or a whole year.

Leaving out single rows would flatter a hierarchical model: a row is nearly known from the others of its unit.

**Whole units.** The density of all rows of a unit, its own line integrated out exactly, given what the other
units say of the hyperparameters and of the units around it. The posterior of the others is not sampled anew:
every draw of the fit is weighted by one over the unit's density in it, with Pareto smoothing (Vehtari,
Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72), 1-58). A unit hardly moves the hyperparameters, so that the
weights are even; `khat` says so, and where it does not, the model is fitted again without the unit. With the
units' lines not integrated they would not be, as a unit's own rows are nearly all that is known of its line.

**Whole years.** The model is fitted again without each year, and each row of the year is predicted by its
unit's line. A year effect that was not seen is drawn from N(0, sd_year). Of each row by itself: the joint
density of a year's hundreds of rows could not be had from some thousand draws.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse import csr_array
from scipy.special import logsumexp

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.refit import refit
from bayes_saude.inference.unit_checks import coefficients_by_level
from bayes_saude.models.marginal import Covariance, Message, Symmetric, integrate
from bayes_saude.models.outcomes import FAMILIES, LOG, LOGIT, VALUE
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import panel_of, posterior_of, replicates_of, spec_of

type Values = NDArray[np.float64]

COLUMNS = ("replicate", "left_out", "unit", "rows", "elpd", "khat", "refitted")
# Above it the weights' mean is not to be trusted.
LARGEST_KHAT = 0.7


def cross_validate(fit: xr.DataTree, *, by: Literal["unit", "year"] = "unit", seed: int = 0) -> pd.DataFrame:
    """Score a model by what it predicts of units or years that it has not seen.

    Parameters
    ----------
    fit : xarray.DataTree
        As `fit` gives it, of a family with one outcome column.
    by : {"unit", "year"}
        What is left out: each unit of the innermost level, for families whose units are integrated out; or
        each year, for which the model is fitted again.
    seed : int
        Of the fits and of unseen year effects.

    Returns
    -------
    pandas.DataFrame
        One row for each replicate, unit or year left out, and unit, with the columns `COLUMNS`: `elpd` is the
        log density of the unit's `rows` that were left out, in the outcome's own unit, so that families may
        be compared; `khat` the Pareto shape of the weights, missing by year; `refitted`, whether the model
        was fitted again without it, as is done for every year, and for every unit whose khat is above 0.7 in
        a replicate. Rows of units that the rest of the panel does not have are left out of the score.

    Raises
    ------
    BayesSaudeError
        If the family is of events, its units are not integrated out, or too few years are left to fit.
    """
    spec = spec_of(fit)
    if FAMILIES[spec.model.family].columns != VALUE:
        raise BayesSaudeError(
            f"Cross-validation is for outcomes of one column, not for the {spec.model.family} family. "
            "Compare its predictions with the data by `predictive_checks`."
        )
    if by == "unit" and not spec.integrated:
        raise BayesSaudeError(
            f"The units of '{spec.name}' were sampled, so that a unit cannot be taken out of the fit. "
            'Leave out years: by="year".'
        )
    found = _units(fit, spec, seed) if by == "unit" else _years(fit, spec, np.random.default_rng(seed), seed)
    return pd.DataFrame(found, columns=list(COLUMNS))


def compare_predictions(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series:
    """Say which of two models predicts better.

    Parameters
    ----------
    first, second : pandas.DataFrame
        From `cross_validate` of two models of one panel, leaving out the same.

    Returns
    -------
    pandas.Series
        `difference`, the sum over units of the first one's elpd less the second's, averaged over replicates:
        above 0 the first predicts better; `se`, its standard error over units, whose years hang together;
        `units`; and `first_better`, the share of units that the first predicts better.

    Raises
    ------
    BayesSaudeError
        If the two tables do not score the same rows.
    """
    keys = ["replicate", "left_out", "unit", "rows"]
    both = first.merge(second, on=keys, how="outer", suffixes=("_first", "_second"), indicator=True)
    if (both["_merge"] != "both").any():
        raise BayesSaudeError(
            "The two tables do not score the same rows. "
            "Cross-validate both models on one panel, and leave out the same."
        )
    apart = both["elpd_first"] - both["elpd_second"]
    of_units = apart.groupby(both["unit"]).sum() / both["replicate"].nunique()
    return pd.Series(
        {
            "difference": of_units.sum(),
            "se": float(np.sqrt(len(of_units)) * of_units.std()),
            "units": len(of_units),
            "first_better": (of_units > 0).mean(),
        }
    )


def unit_log_densities(fit: xr.DataTree, replicate: int, panel: pd.DataFrame | None = None) -> xr.DataArray:
    """Compute the log density of each unit's rows, its own line integrated out, in every draw.

    Parameters
    ----------
    fit : xarray.DataTree
        Of an integrated family.
    replicate : int
    panel : pandas.DataFrame, optional
        Rows of units, which the fit need not have seen; those of the fit if left out.

    Returns
    -------
    xarray.DataArray
        Dims (chain, draw, unit): units of the innermost level that have rows in the replicate. The density is
        of values on the link's scale, given hyperparameters, year effects and the units around.
    """
    spec = spec_of(fit)
    panel = panel_of(fit) if panel is None else panel
    rows = panel[panel["replicate"] == replicate]
    units, unit = np.unique(rows[spec.data.levels[-1]].to_numpy(dtype=str), return_inverse=True)
    member = csr_array((np.ones(len(rows)), (np.arange(len(rows)), unit)), shape=(len(rows), len(units)))
    time = rows["time"].to_numpy(dtype=np.float64) - spec.data.origin
    value = FAMILIES[spec.model.family].link.to_trend(rows["value"].to_numpy(dtype=np.float64))
    n, of_t, of_tt = (time**power @ member for power in range(3))
    posterior = posterior_of(fit)
    chains = np.flatnonzero(replicates_of(fit) == replicate)
    densities = []
    for chain in chains:
        drawn = posterior.isel(chain=chain)
        variance = drawn["sd_resid"].to_numpy()[:, None] ** 2
        residual = value - _around(drawn, rows, spec, time)
        own = drawn.isel(level=-1)
        none = np.zeros(drawn.sizes["draw"])
        sds = (own[name].to_numpy() if name in own else none for name in ("sd_intercept", "sd_slope", "corr"))
        prior = Covariance.of(*(values[:, None] for values in sds))
        h = (residual @ member / variance, (residual * time) @ member / variance)
        message = Message(Symmetric(n / variance, of_t / variance, of_tt / variance), h)
        integral = integrate(message, prior)
        m = integral.posterior.matrix
        explained = m.a * h[0] ** 2 + 2 * m.b * h[0] * h[1] + m.d * h[1] ** 2
        squares = residual**2 @ member / variance
        normal = n * np.log(2 * np.pi * variance) + squares
        densities.append(0.5 * (explained - normal - np.log(integral.determinant)))
    return xr.DataArray(np.stack(densities), dims=("chain", "draw", "unit"), coords={"unit": units})


def _around(drawn: xr.Dataset, rows: pd.DataFrame, spec: ModelSpec, time: Values) -> Values:
    """Add up what is known of each row's line without its own unit, shape (draws, rows)."""

    def coefficient(term: str) -> Values:
        total = np.broadcast_to(drawn[term].to_numpy()[:, None], (drawn.sizes["draw"], len(rows))).copy()
        for level in (*spec.data.levels[:-1], *spec.data.predictors):
            effect = drawn[f"{level}_effect"]
            if term in effect["term"].values:
                total += effect.sel({"term": term, level: rows[level].to_numpy()}).to_numpy()
        return total

    line = coefficient("intercept") + coefficient("slope") * time
    if "year_effect" not in drawn:
        return line
    return line + drawn["year_effect"].sel(time=rows["time"].to_numpy()).to_numpy()


def _units(
    fit: xr.DataTree, spec: ModelSpec, seed: int
) -> Iterator[tuple[int, str, str, int, float, float, bool]]:
    panel = panel_of(fit)
    level = spec.data.levels[-1]
    weighted = list(_weighted(fit, spec))
    heavy = sorted({name for _, name, *_, khat in weighted if khat > LARGEST_KHAT})
    exact: dict[tuple[int, str], float] = {}
    for name in heavy:
        own = panel[level] == name
        kept = panel[~own]
        kept.attrs = panel.attrs
        without = refit(fit, panel=kept, seed=seed)
        for replicate in np.unique(panel.loc[own, "replicate"]).tolist():
            density = unit_log_densities(without, replicate, panel[own]).to_numpy().ravel()
            exact[replicate, name] = float(logsumexp(density) - np.log(density.size))
    for replicate, name, size, elpd, jacobian, khat in weighted:
        score = exact.get((replicate, name), elpd) + jacobian
        yield replicate, name, name, size, score, khat, (replicate, name) in exact


def _weighted(fit: xr.DataTree, spec: ModelSpec) -> Iterator[tuple[int, str, int, float, float, float]]:
    panel = panel_of(fit)
    level = spec.data.levels[-1]
    for replicate in np.unique(panel["replicate"]).tolist():
        rows = panel[panel["replicate"] == replicate]
        jacobian = _log_jacobian(spec, rows["value"].to_numpy(dtype=np.float64))
        added = pd.Series(jacobian).groupby(rows[level].to_numpy(dtype=str)).agg(["sum", "size"])
        densities = unit_log_densities(fit, replicate)
        flat = densities.transpose("unit", "chain", "draw").to_numpy().reshape(densities.sizes["unit"], -1)
        for name, of_unit in zip(densities["unit"].values.tolist(), flat, strict=True):
            weights, khat = array_stats.psislw(of_unit)
            elpd = float(logsumexp(weights + of_unit) - logsumexp(weights))
            size, jacobian_of_unit = int(added.loc[name, "size"]), float(added.loc[name, "sum"])
            yield replicate, name, size, elpd, jacobian_of_unit, float(khat)


def _years(
    fit: xr.DataTree, spec: ModelSpec, rng: np.random.Generator, seed: int
) -> Iterator[tuple[int, str, str, int, float, float, bool]]:
    panel = panel_of(fit)
    level = spec.data.levels[-1]
    times = np.unique(panel["time"].to_numpy(dtype=np.float64)).tolist()
    least = 3 if spec.model.year_effects else 2
    if len(times) <= least:
        raise BayesSaudeError(
            f"The panel has {len(times)} times; with one left out '{spec.name}' cannot be fitted. "
            'Leave out units: by="unit".'
        )
    for time in times:
        kept = panel[panel["time"] != time]
        kept.attrs = panel.attrs
        without = refit(fit, panel=kept, seed=seed)
        *_, (_, lines) = coefficients_by_level(without)
        for replicate in np.unique(panel["replicate"]).tolist():
            rows = panel[(panel["time"] == time) & (panel["replicate"] == replicate)]
            rows = rows[rows[level].isin(lines[level].values)]
            chains = np.flatnonzero(replicates_of(without) == replicate)
            scores = _log_predictive(lines, posterior_of(without), chains, rows, spec, rng)
            for (name, own), size in zip(
                pd.Series(scores).groupby(rows[level].to_numpy(dtype=str)).sum().items(),
                rows.groupby(level).size(),
                strict=True,
            ):
                yield replicate, f"{time:g}", str(name), int(size), float(own), np.nan, True


def _log_predictive(
    lines: xr.DataArray,
    posterior: xr.Dataset,
    chains: NDArray[np.intp],
    rows: pd.DataFrame,
    spec: ModelSpec,
    rng: np.random.Generator,
) -> Values:
    """Give each row's log predictive density."""
    level = spec.data.levels[-1]
    own = lines.isel(chain=chains).sel({level: rows[level].to_numpy()}).transpose("term", ..., level)
    time = rows["time"].to_numpy(dtype=np.float64) - spec.data.origin

    def each(name: str) -> Values:
        return posterior[name].isel(chain=chains).to_numpy().reshape(-1, 1)

    eta = own.sel(term="intercept").to_numpy().reshape(-1, len(rows)).astype(np.float64)
    slopes = own.sel(term="slope").to_numpy().reshape(-1, len(rows)) if spec.model.slopes else each("slope")
    eta = eta + slopes * time
    if spec.model.year_effects:
        # All rows of a replicate's year share it.
        eta = eta + each("sd_year") * rng.standard_normal((len(eta), 1))
    scale = each("sd_resid")
    outcome = rows["value"].to_numpy(dtype=np.float64)
    z = FAMILIES[spec.model.family].link.to_trend(outcome)
    if "df" in FAMILIES[spec.model.family].parameters:
        density = stats.t.logpdf(z, each("df"), eta, scale)
    else:
        density = stats.norm.logpdf(z, eta, scale)
    return logsumexp(density, axis=0) - np.log(len(eta)) + _log_jacobian(spec, outcome)


def _log_jacobian(spec: ModelSpec, value: Values) -> Values:
    """Log of the link's slope, which turns a density on its scale into one of the outcome."""
    link = FAMILIES[spec.model.family].link
    if link is LOG:
        return -np.log(value)
    return -np.log(value) - np.log1p(-value) if link is LOGIT else np.zeros(len(value))
