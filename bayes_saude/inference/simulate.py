"""Panels drawn from a model, with the truth that made them: for calibration, recovery and coverage."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean, listed
from bayes_saude.inference.fit import fitting_panel
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.generative import OF_LEVELS, draw_hyperparameters, draw_units, outcome_of, trend
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import TERMS, Tree, make_tree
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
        their names. All else is drawn: hyperparameters from their priors, effects from the population that
        the hyperparameters describe. The `truth` of another simulation gives new outcomes of the same units.
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
    tree = make_tree(whole, spec.data.levels)
    rows = whole[whole["replicate"] == whole["replicate"].iloc[0]].assign(replicate=1).reset_index(drop=True)
    rng = np.random.default_rng(seed)

    drawn = draw_hyperparameters(spec.priors, 1, rng)
    n_terms = 2 if spec.model.slopes else 1
    shapes = {name: values.shape for name, values in drawn.items()} | {
        f"{level}_effect": (1, len(units), n_terms)
        for level, units in zip(tree.levels, tree.units, strict=True)
    }
    given = _given(truth or {}, shapes)
    drawn |= {name: values for name, values in given.items() if name in drawn}
    effects = [
        given.get(f"{level}_effect", effect)
        for level, effect in zip(tree.levels, draw_units(drawn, tree, rng), strict=True)
    ]
    family = FAMILIES[spec.model.family]
    outcome = outcome_of(spec.model.family).draw(
        rng,
        trend(drawn, effects, tree, rows, spec.data.origin),
        {name: rows[name].to_numpy(dtype=np.float64) for name in family.columns},
        {name: drawn[name][:, None] for name in family.parameters},
    )
    rows = rows.assign(**{name: values[0].astype(rows[name].dtype) for name, values in outcome.items()})
    rows.attrs = {"source": f"a panel simulated from '{spec.name}'", "note": NOTE}
    return Simulation(spec, rows.rename(columns=_own_names(spec)), _as_truth(drawn, effects, tree))


def _own_names(spec: ModelSpec) -> dict[str, str]:
    """Map the canonical columns to those that the model file names."""
    columns = FAMILIES[spec.model.family].columns
    names = {"time": spec.data.time, **dict(zip(columns, spec.data.outcome_columns, strict=True))}
    return names | ({"unit": spec.data.unit} if spec.data.unit else {})


def _given(
    truth: Mapping[str, ArrayLike] | xr.Dataset, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, Values]:
    """Take what is given in the shapes that a single draw has."""
    given = {}
    for name in map(str, truth):
        if name not in shapes:
            raise BayesSaudeError(
                f"The model has no '{name}' to be given as true.{did_you_mean(name, shapes)} "
                f"It has {listed(shapes)}."
            )
        values = np.asarray(truth[name], dtype=np.float64)
        try:
            given[name] = np.broadcast_to(values, shapes[name][1:])[None]
        except ValueError as error:
            raise BayesSaudeError(
                f"The true '{name}' has the shape {values.shape}. Give it the shape {shapes[name][1:]}."
            ) from error
    return given


def _as_truth(hyperparameters: Mapping[str, Values], effects: list[Values], tree: Tree) -> xr.Dataset:
    variables = {
        name: (("level",) if name in OF_LEVELS else (), values[0]) for name, values in hyperparameters.items()
    } | {
        f"{level}_effect": ((level, "term"), effect[0])
        for level, effect in zip(tree.levels, effects, strict=True)
    }
    coords = {level: units.astype(object) for level, units in zip(tree.levels, tree.units, strict=True)}
    terms = list(TERMS[: effects[0].shape[-1]])
    return xr.Dataset(variables, coords=coords | {"level": list(tree.levels), "term": terms})
