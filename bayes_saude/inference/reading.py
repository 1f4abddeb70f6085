"""What a fit holds, read from it: its model, its draws, how they were made, its panel."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.models.spec import ModelSpec, parse_model


def spec_of(fit: xr.DataTree) -> ModelSpec:
    """Read the model file that a fit carries.

    Parameters
    ----------
    fit : xarray.DataTree
        A fit, whose attributes `model` and `model_file` are the model's name and the exact text of its file.

    Returns
    -------
    ModelSpec
    """
    return parse_model(fit.attrs["model_file"], name=fit.attrs["model"])


def posterior_of(fit: xr.DataTree) -> xr.Dataset:
    """Give a fit's draws as a Dataset, without copying them.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    xarray.Dataset
    """
    return fit["posterior"].to_dataset()


def coefficients_by_level(
    fit: xr.DataTree, terms: Sequence[str] | None = None
) -> Iterator[tuple[str, xr.DataArray]]:
    """Add up the fixed effects, those of the units around a unit, and its own.

    Parameters
    ----------
    fit : xarray.DataTree
    terms : sequence of str, optional
        Of those that units have of their own, which; all of them if left out.

    Yields
    ------
    str, xarray.DataArray
        A level, outermost first, and its units' total coefficients, dims (term, chain, draw, level).
    """
    posterior = posterior_of(fit)
    terms = posterior["term"].values.tolist() if terms is None else list(terms)
    total = xr.concat([posterior[term] for term in terms], dim="term").assign_coords(term=terms)
    outer = ""
    for level in posterior["level"].values.tolist():
        if outer:
            panel = panel_of(fit)
            home = dict(zip(panel[level], panel[outer], strict=True))
            homes = [home[unit] for unit in posterior[level].values.tolist()]
            total = total.sel({outer: homes}).rename({outer: level})
        units = {level: posterior[level].values}
        effects = posterior[f"{level}_effect"].sel(term=terms)
        total = (total + effects.drop_vars(level)).assign_coords(units)
        yield level, total
        outer = level


def replicates_of(fit: xr.DataTree) -> NDArray[np.int64]:
    """Say which replicate of the panel each chain has sampled.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    array of int, shape (chains,)
    """
    return fit["posterior"]["replicate"].to_numpy()


def sampler_of(fit: xr.DataTree) -> dict[str, Any]:
    """Read how a fit was sampled: draws, tuning, chains, thinning, seconds.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    dict
        Empty for draws that were put together by hand.
    """
    return json.loads(fit.attrs.get("sampler", "{}"))


def panel_of(fit: xr.DataTree) -> pd.DataFrame:
    """Give the validated panel that a fit was made from.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    pandas.DataFrame
        One row per observation, columns and `attrs` as `validate_panel` gives them.
    """
    data = fit["constant_data"].to_dataset()
    panel = pd.DataFrame({str(name): values.to_numpy() for name, values in data.data_vars.items()})
    panel.attrs = {
        "source": fit.attrs.get("data_source", ""),
        "note": fit.attrs.get("panel_note", ""),
        "notes": json.loads(fit.attrs.get("panel_notes", "[]")),
    }
    return panel
