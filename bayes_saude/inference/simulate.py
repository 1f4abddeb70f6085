"""Panels drawn from a model, with the truth that made them: for calibration, recovery and coverage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean, listed
from bayes_saude.inference.fit import fitting_panel
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.generative import (
    Population,
    draw_hyperparameters,
    draw_shifts,
    draw_units,
    population_of,
    trend,
)
from bayes_saude.models.outcome_draws import outcome_of
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.parameters import OF_LEVELS
from bayes_saude.models.predictor import TERMS
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.spec import ModelSpec

type Values = NDArray[np.float64]

NOTE = "The outcome is simulated from a model; it is nobody's data."


class Simulation(NamedTuple):
    """A panel drawn from a model.

    Parameters
    ----------
    spec : ModelSpec
        The model with every prior stated, so that a fit to the panel has the priors that it was drawn from;
        those left out of a model file are made from the panel's outcome.
    panel : pandas.DataFrame
        With the columns that the model file names: `fit(spec, panel)` takes it.
    truth : xarray.Dataset
        What it was drawn from, named and laid out as a fit's posterior without chains and draws.
    """

    spec: ModelSpec
    panel: pd.DataFrame
    truth: xr.Dataset


def simulate(
    spec: ModelSpec | str | Path,
    panel: pd.DataFrame | None = None,
    *,
    truth: Mapping[str, ArrayLike] | xr.Dataset | None = None,
    seed: int = 0,
) -> Simulation:
    """Draw a panel from the model that a file states, or from a truth that is given.

    Parameters
    ----------
    spec, panel
        As in `fit`. The panel gives units, times and sizes (trials, exposure), and its outcome the priors
        that the model file leaves out; of several replicates the first gives the layout.
    truth : mapping, optional
        What is not to be drawn, named and laid out as in a fit's posterior: `intercept`, `sd_intercept` of
        shape (levels,) or one number for all, `{level}_effect` of shape (units, terms), units in the order of
        their names, of the innermost level with the effects of their groups. All else is drawn:
        hyperparameters from their priors, effects from the population that the hyperparameters describe. The
        `truth` of another simulation gives new outcomes of the same units.
    seed : int

    Returns
    -------
    Simulation

    Raises
    ------
    BayesSaudeError
        If `truth` names what the model does not have, or is of another shape.
    DataError, ModelFileError
        As in `fit`.
    """
    spec = spec if isinstance(spec, ModelSpec) else read_model(spec)
    whole = fitting_panel(spec, panel)
    spec = spec.model_copy(update={"priors": resolve_priors(spec, whole)})
    population = population_of(spec, whole)
    rows = whole[whole["replicate"] == whole["replicate"].iloc[0]].assign(replicate=1).reset_index(drop=True)
    rng = np.random.default_rng(seed)

    coords = _coords(spec, population)
    drawn = draw_hyperparameters(spec.priors, 1, rng)
    given = _given(truth or {}, drawn, coords)
    drawn |= given
    drawn |= draw_shifts(drawn, spec.priors, population.shifts, rng) | given
    drawn |= draw_units(drawn, population, rng, drawn) | given
    family = FAMILIES[spec.model.family]
    outcome = outcome_of(spec.model.family).draw(
        rng,
        trend(drawn, population, rows, spec.data.origin),
        {name: rows[name].to_numpy(dtype=np.float64) for name in family.columns},
        {name: drawn[name][:, None] for name in family.parameters},
    )
    rows = rows.assign(**{name: values[0].astype(rows[name].dtype) for name, values in outcome.items()})
    rows.attrs = {"source": f"a panel simulated from '{spec.name}'", "note": NOTE}
    true = xr.Dataset({name: (_dims(name), values[0]) for name, values in drawn.items()}, coords)
    return Simulation(spec, rows.rename(columns=_own_names(spec)), true)


def _own_names(spec: ModelSpec) -> dict[str, str]:
    """Map the canonical columns to those that the model file names."""
    columns = FAMILIES[spec.model.family].columns
    names = {"time": spec.data.time, **dict(zip(columns, spec.data.outcome_columns, strict=True))}
    return names | ({"unit": spec.data.unit} if spec.data.unit else {})


def _coords(spec: ModelSpec, population: Population) -> dict[str, Any]:
    """Name what the axes of a truth count."""
    tree, shifts, _ = population
    units = dict(zip(tree.levels, tree.units, strict=True)) | dict(shifts.groups)
    return {
        **{name: names.astype(object) for name, names in units.items()},
        **({"time": shifts.times} if shifts.of_times else {}),
        "level": list(tree.levels),
        "term": list(TERMS if spec.model.slopes else TERMS[:1]),
    }


def _dims(name: str) -> tuple[str, ...]:
    """Give the axes of a variable of a truth."""
    if name in OF_LEVELS:
        return ("level",)
    if name == "year_effect":
        return ("time",)
    return (name.removesuffix("_effect"), "term") if name.endswith("_effect") else ()


def _given(
    truth: Mapping[str, ArrayLike] | xr.Dataset, hyperparameters: Mapping[str, Values], coords: dict[str, Any]
) -> dict[str, Values]:
    """Take what is given in the shapes that a single draw has."""
    effects = ["year_effect"] if "time" in coords else []
    effects += [f"{name}_effect" for name in coords if name not in ("time", "level", "term")]
    known = [*hyperparameters, *effects]
    given = {}
    for name in map(str, truth):
        if name not in known:
            raise BayesSaudeError(
                f"The model has no '{name}' to be given as true.{did_you_mean(name, known)} "
                f"It has {listed(known)}."
            )
        values = np.asarray(truth[name], dtype=np.float64)
        shape = tuple(len(coords[dim]) for dim in _dims(name))
        try:
            given[name] = np.broadcast_to(values, shape)[None]
        except ValueError as error:
            raise BayesSaudeError(
                f"The true '{name}' has the shape {values.shape}. Give it the shape {shape}."
            ) from error
    return given
