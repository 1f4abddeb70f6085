"""Outcomes that a fitted model predicts for its own panel: from its priors, and after the data."""

from collections.abc import Iterator
from math import ceil
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.models.generative import (
    Population,
    draw_hyperparameters,
    draw_shifts,
    draw_units,
    population_of,
    priors_from_json,
    trend,
)
from bayes_saude.models.outcome_draws import outcome_of
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import panel_of, posterior_of, replicates_of, spec_of

type Values = NDArray[np.float64]
Units = Literal["same", "new"]


class Prediction(NamedTuple):
    """What one chain predicts for the replicate of the panel that it has seen.

    Parameters
    ----------
    rows : pandas.DataFrame
        The replicate's rows of the panel.
    eta : array, shape (draws, rows)
        The trend, on the link's scale.
    parameters : dict of array, shape (draws, 1)
        The family's own, such as `sd_resid`.
    outcome : dict of array, shape (draws, rows)
        Predicted columns: `value`, `successes` or `count`.
    """

    rows: pd.DataFrame
    eta: Values
    parameters: dict[str, Values]
    outcome: dict[str, Values]


def posterior_predictive(
    fit: xr.DataTree, *, draws: int = 200, units: Units = "same", seed: int = 0
) -> xr.Dataset:
    """Draw new outcomes for the rows of a fit's panel, from the posterior.

    Parameters
    ----------
    fit : xarray.DataTree
    draws : int
        How many of the posterior's draws to predict from, evenly spaced in every chain: as many, rounded up
        to the same number for all chains, or all there are.
    units : {"same", "new"}
        "same" predicts the units' next outcome, each on its own line. "new" predicts other units in their
        place, of the same groups and in the same years, drawn from the population that the hyperparameters
        describe.
    seed : int

    Returns
    -------
    xarray.Dataset
        `value`, `successes` or `count`, dims (chain, draw, obs), in the panel's own unit. Where replicates of
        the panel observe different cells, obs are the cells of all, and a chain's prediction is missing
        (NaN) where its own replicate has none. Coordinates say each one's units and time, and each chain's
        `replicate`.
    """
    panel, cells = panel_of(fit), _cells(fit)
    place_of = panel.merge(cells.assign(place=range(len(cells))), how="left")["place"].to_numpy()
    predicted: list[dict[str, Values]] = []
    for prediction in predictions(fit, draws=draws, units=units, seed=seed):
        place = place_of[prediction.rows.index]
        of_cells = {}
        for name, values in prediction.outcome.items():
            of_cells[name] = np.full((len(values), len(cells)), np.nan)
            of_cells[name][:, place] = values
        predicted.append(of_cells)
    return xr.Dataset(
        {
            name: (("chain", "draw", "obs"), np.stack([of_chain[name] for of_chain in predicted]))
            for name in predicted[0]
        },
        coords={
            "replicate": ("chain", replicates_of(fit)),
            "draw": posterior_of(fit)["draw"].to_numpy()[_evenly(fit, draws)],
            **_cell_coords(cells),
        },
    )


def prior_predictive(fit: xr.DataTree, *, draws: int = 200, seed: int = 0) -> xr.Dataset:
    """Draw outcomes for the rows of a fit's panel from the priors that the fit was made with.

    Parameters
    ----------
    fit : xarray.DataTree
    draws : int
        Each has hyperparameters of its own, and units drawn from the population that they describe.
    seed : int

    Returns
    -------
    xarray.Dataset
        As from `posterior_predictive`, with one chain, for the rows of the panel's first replicate.
    """
    prediction = prior_predictions(fit, draws=draws, seed=seed)
    return xr.Dataset(
        {name: (("chain", "draw", "obs"), values[None]) for name, values in prediction.outcome.items()},
        coords=_cell_coords(prediction.rows[_cell_names(fit)]),
    )


def prior_predictions(fit: xr.DataTree, *, draws: int, seed: int = 0) -> Prediction:
    """Predict the first replicate's rows from the priors; `prior_predictive` gives the outcome by name."""
    spec, rng, panel = spec_of(fit), np.random.default_rng(seed), panel_of(fit)
    rows = panel[panel["replicate"] == panel["replicate"].iloc[0]]
    population = population_of(spec, panel)
    priors = priors_from_json(fit.attrs["priors"])
    drawn = draw_hyperparameters(priors, draws, rng)
    drawn |= draw_shifts(drawn, priors, population.shifts, rng)
    drawn |= draw_units(drawn, population, rng, drawn)
    return _predict(spec, rows, population, drawn, rng)


def predictions(
    fit: xr.DataTree, *, draws: int, units: Units = "same", seed: int = 0
) -> Iterator[Prediction]:
    """Predict chain by chain, so that no more than one chain's predictions need be held.

    Parameters
    ----------
    fit : xarray.DataTree
    draws, units, seed
        As in `posterior_predictive`.

    Yields
    ------
    Prediction
        For each chain, in order.
    """
    posterior, panel, spec = posterior_of(fit), panel_of(fit), spec_of(fit)
    population = population_of(spec, panel)
    chosen = posterior.isel(draw=_evenly(fit, draws))
    # In the order in which the tree has the units.
    tree = population.tree
    chosen = chosen.sel({level: known.tolist() for level, known in zip(tree.levels, tree.units, strict=True)})
    seeds = np.random.SeedSequence(seed).spawn(posterior.sizes["chain"])
    for chain, (replicate, of_chain) in enumerate(zip(replicates_of(fit), seeds, strict=True)):
        rng = np.random.default_rng(of_chain)
        drawn = {
            str(name): values.to_numpy().astype(np.float64)
            for name, values in chosen.isel(chain=chain).items()
        }
        if units == "new":
            drawn |= draw_units(drawn, population, rng, drawn)
        yield _predict(spec, panel[panel["replicate"] == replicate], population, drawn, rng)


def with_shares(fit: xr.DataTree, prediction: Prediction) -> Prediction:
    """Leave out the rows without trials: they say nothing, and nothing can be said of them."""
    size = FAMILIES[spec_of(fit).model.family].columns[1:]
    seen = (prediction.rows[[*size]] > 0).all(axis=1).to_numpy()
    if seen.all():
        return prediction
    return prediction._replace(
        rows=prediction.rows[seen],
        eta=prediction.eta[:, seen],
        outcome={name: values[:, seen] for name, values in prediction.outcome.items()},
    )


def responses(fit: xr.DataTree, prediction: Prediction) -> tuple[Values, Values]:
    """Give what was observed and what is predicted in one number for each row: a value, a share or a rate.

    Parameters
    ----------
    fit : xarray.DataTree
    prediction : Prediction
        From `with_shares`.

    Returns
    -------
    array, shape (rows,)
        Observed.
    array, shape (draws, rows)
        Predicted.
    """
    name, *size = FAMILIES[spec_of(fit).model.family].columns
    rows = prediction.rows
    divisor = rows[size[0]].to_numpy(dtype=np.float64) if size else 1.0
    return rows[name].to_numpy(dtype=np.float64) / divisor, prediction.outcome[name] / divisor


def _predict(
    spec: ModelSpec,
    rows: pd.DataFrame,
    population: Population,
    drawn: dict[str, Values],
    rng: np.random.Generator,
) -> Prediction:
    family = FAMILIES[spec.model.family]
    parameters = {name: drawn[name][:, None] for name in family.parameters}
    eta = trend(drawn, population, rows, spec.data.origin)
    columns = {name: rows[name].to_numpy(dtype=np.float64) for name in family.columns}
    outcome = outcome_of(spec.model.family).draw(rng, eta, columns, parameters)
    return Prediction(rows, eta, parameters, outcome)


def _evenly(fit: xr.DataTree, draws: int) -> NDArray[np.intp]:
    """Choose draws of every chain, at even distances, `draws` in all chains together."""
    n_chains, n_draws = (fit["posterior"].sizes[dim] for dim in ("chain", "draw"))
    wanted = min(n_draws, ceil(draws / n_chains))
    return np.arange(wanted) * n_draws // wanted


def _cells(fit: xr.DataTree) -> pd.DataFrame:
    """List the units and times that any replicate of the panel observes."""
    return panel_of(fit)[_cell_names(fit)].drop_duplicates(ignore_index=True)


def _cell_names(fit: xr.DataTree) -> list[str]:
    return [name for name in panel_of(fit) if name in (*spec_of(fit).data.levels, "unit", "time")]


def _cell_coords(cells: pd.DataFrame) -> dict[str, tuple[str, NDArray]]:
    return {
        str(name): ("obs", column.to_numpy(dtype=None if name == "time" else object))
        for name, column in cells.items()
    }
