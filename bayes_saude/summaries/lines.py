"""Lines over time in the outcome's own unit: of each unit, and of the mean over all."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from bayes_saude.errors import BayesSaudeError, did_you_mean
from bayes_saude.models.outcomes import FAMILIES, IDENTITY, Function
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.summaries.coefficients import panel_of, posterior_of, spec_of, unit_quantity


def unit_lines(
    fit: xr.DataTree, level: str, times: Sequence[float], units: Sequence[str] | None = None
) -> xr.DataArray:
    """Draw units' lines at some times: what `unit_quantity` calls the level, at each of them.

    Parameters
    ----------
    fit : xarray.DataTree
    level : str
        A level of the fit.
    times : sequence of float
    units : sequence of str, optional
        All of the level if left out.

    Returns
    -------
    xarray.DataArray
        In the outcome's own unit, dims (chain, draw, level, time).

    Raises
    ------
    BayesSaudeError
        If the fit has no such level or unit.
    """
    intercept, slope = _coefficients(fit, level)
    if units is not None:
        known = intercept[level].values.tolist()
        for unit in units:
            if unit not in known:
                raise BayesSaudeError(
                    f"The level '{level}' has no unit '{unit}'.{did_you_mean(unit, known)} "
                    "Spell it as the panel does."
                )
        intercept, slope = intercept.sel({level: list(units)}), slope.sel({level: list(units)})
    line = intercept + slope * _elapsed(fit, times)
    return xr.apply_ufunc(_to_outcome(fit), line).transpose("chain", "draw", level, "time")


def mean_line(fit: xr.DataTree, times: Sequence[float]) -> xr.DataArray:
    """Draw the mean over the innermost units of their lines, as the mean of the panel's rows follows it.

    Parameters
    ----------
    fit : xarray.DataTree
    times : sequence of float

    Returns
    -------
    xarray.DataArray
        In the outcome's own unit, dims (chain, draw, time). A unit counts once, or as many times as it has
        rows at one time, as a region of which each municipality has a row.
    """
    level = spec_of(fit).data.levels[-1]
    intercept, slope = _coefficients(fit, level)
    panel = panel_of(fit)
    rows = panel.groupby(level)["unit"].nunique() if "unit" in panel else panel.groupby(level).size() * 0 + 1
    weight = xr.DataArray(rows / rows.sum(), dims=level)
    elapsed = _elapsed(fit, times)
    if FAMILIES[spec_of(fit).model.family].link == IDENTITY:
        return xr.dot(intercept, weight, dim=level) + xr.dot(slope, weight, dim=level) * elapsed
    # Time by time: the lines of hundreds of units at all times would fill the memory.
    means = [
        xr.dot(xr.apply_ufunc(_to_outcome(fit), intercept + slope * step), weight, dim=level)
        for step in elapsed
    ]
    return xr.concat(means, dim="time").transpose("chain", "draw", "time")


def _coefficients(fit: xr.DataTree, level: str) -> tuple[xr.DataArray, xr.DataArray]:
    intercept = unit_quantity(fit, level, INTERCEPT)
    if spec_of(fit).model.slopes:
        return intercept, unit_quantity(fit, level, SLOPE)
    return intercept, posterior_of(fit)[SLOPE].expand_dims({level: intercept[level].values}, axis=-1)


def _elapsed(fit: xr.DataTree, times: Sequence[float]) -> xr.DataArray:
    values = np.asarray(times, dtype=float)
    return xr.DataArray(values - spec_of(fit).data.origin, coords={"time": values}, dims="time")


def _to_outcome(fit: xr.DataTree) -> Function:
    return FAMILIES[spec_of(fit).model.family].link.to_outcome
