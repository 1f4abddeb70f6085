"""The layout of a fit: every array of draws under its name, with its dimensions and coordinates."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.models.parameters import OF_LEVELS
from bayes_saude.models.predictor import TERMS, Tree
from bayes_saude.models.shifts import Shifts

type Values = NDArray[np.float64]


def gather_levels(sample: Mapping[str, Values], levels: tuple[str, ...]) -> dict[str, Values]:
    """Stack the levels' parameters, `sd_intercept[region]` and its like, on a last axis."""
    gathered = {name: values for name, values in sample.items() if name.partition("[")[0] not in OF_LEVELS}
    for parameter in OF_LEVELS:
        of_levels = [values for name, values in sample.items() if name.partition("[")[0] == parameter]
        if of_levels:
            gathered[parameter] = np.stack(of_levels, axis=-1)
    return gathered


def gather_groups(
    hyperparameters: Mapping[str, Values], effects: Mapping[str, NDArray], tree: Tree, shifts: Shifts
) -> dict[str, NDArray]:
    """Join hyperparameters and units' effects, the predictors' with them.

    A predictor's `intercept[population_band]` and its like become `population_band_effect`, and the effect of
    each unit of the innermost level includes that of its group, so that effects add up to the unit's line.
    """
    gathered = {name: values for name, values in hyperparameters.items() if not name.endswith("]")}
    gathered |= effects
    innermost = f"{tree.levels[-1]}_effect"
    for name, of_leaf in shifts.of_leaf.items():
        of_terms = [
            hyperparameters[f"{term}[{name}]"] for term in TERMS if f"{term}[{name}]" in hyperparameters
        ]
        gathered[f"{name}_effect"] = np.stack(of_terms, axis=-1).astype(np.float32)
        gathered[innermost] = gathered[innermost] + gathered[f"{name}_effect"][:, :, of_leaf]
    return gathered


def assemble(
    posteriors: Sequence[Mapping[str, NDArray]],
    statistics: Sequence[Mapping[str, NDArray]],
    tree: Tree,
    shifts: Shifts,
    panel: pd.DataFrame,
    replicates: NDArray[np.int64],
) -> xr.DataTree:
    """Stack the replicates' chains and name every dimension."""
    names = dict(zip(tree.levels, tree.units, strict=True)) | dict(shifts.groups)
    dims: dict[str, tuple[str, ...]] = {
        **dict.fromkeys(OF_LEVELS, ("level",)),
        **{f"{name}_effect": (name, "term") for name in names},
        "year_effect": ("time",),
    }

    def stacked(parts: Sequence[Mapping[str, NDArray]]) -> dict[str, tuple[tuple[str, ...], NDArray]]:
        return {
            name: (("chain", "draw", *dims.get(name, ())), np.concatenate([part[name] for part in parts]))
            for name in parts[0]
        }

    n_draws = posteriors[0]["intercept"].shape[1]
    chain_coords = {
        "chain": np.arange(len(replicates)),
        "draw": np.arange(n_draws),
        "replicate": ("chain", replicates),
    }
    n_terms = posteriors[0][f"{tree.levels[0]}_effect"].shape[-1]
    coords = chain_coords | {name: units.astype(object) for name, units in names.items()}
    coords |= {"level": list(tree.levels), "term": list(TERMS[:n_terms])}
    if shifts.of_times:
        coords["time"] = np.sort(panel["time"].unique())
    return xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(stacked(posteriors), coords=coords),
            "sample_stats": xr.Dataset(stacked(statistics), coords=chain_coords),
            "constant_data": xr.Dataset({name: ("obs", _plain(column)) for name, column in panel.items()}),
        }
    )


def _plain(column: pd.Series) -> NDArray:
    """Take a column's values; texts as Python's, which NetCDF can hold."""
    return column.to_numpy() if pd.api.types.is_numeric_dtype(column) else column.to_numpy(dtype=object)
