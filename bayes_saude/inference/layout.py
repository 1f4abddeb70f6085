"""The layout of a fit: every array of draws under its name, with its dimensions and coordinates."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.models.predictor import TERMS, Tree

type Values = NDArray[np.float64]

COMMON = ("intercept", "slope", "sd_resid", "dispersion")
OF_LEVELS = ("sd_intercept", "sd_slope", "corr")


def gather_levels(sample: Mapping[str, Values], levels: tuple[str, ...]) -> dict[str, Values]:
    """Stack the levels' parameters, `sd_intercept[region]` and its like, on a last axis."""
    gathered = {name: sample[name] for name in COMMON if name in sample}
    for parameter in OF_LEVELS:
        of_levels = [values for name, values in sample.items() if name.partition("[")[0] == parameter]
        if of_levels:
            gathered[parameter] = np.stack(of_levels, axis=-1)
    return gathered


def assemble(
    posteriors: Sequence[Mapping[str, NDArray]],
    statistics: Sequence[Mapping[str, NDArray]],
    tree: Tree,
    panel: pd.DataFrame,
    replicates: NDArray[np.int64],
) -> xr.DataTree:
    """Stack the replicates' chains and name every dimension."""
    dims = dict.fromkeys(OF_LEVELS, ("level",)) | {
        f"{level}_effect": (level, "term") for level in tree.levels
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
    unit_coords = {level: units.astype(object) for level, units in zip(tree.levels, tree.units, strict=True)}
    terms = {"level": list(tree.levels), "term": list(TERMS[:n_terms])}
    return xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(stacked(posteriors), coords=chain_coords | unit_coords | terms),
            "sample_stats": xr.Dataset(stacked(statistics), coords=chain_coords),
            "constant_data": xr.Dataset({name: ("obs", _plain(column)) for name, column in panel.items()}),
        }
    )


def _plain(column: pd.Series) -> NDArray:
    """Take a column's values; texts as Python's, which NetCDF can hold."""
    return column.to_numpy() if pd.api.types.is_numeric_dtype(column) else column.to_numpy(dtype=object)
