"""Lines over time in the outcome's own unit: of each unit, and of the mean over all."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean
from bayes_saude.models.outcomes import FAMILIES, IDENTITY
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.summaries.coefficients import ancestor_units, panel_of, posterior_of, spec_of, unit_quantity


def unit_lines(
    fit: xr.DataTree, level: str, times: Sequence[float], units: Sequence[str] | None = None
) -> xr.DataArray:
    """Draw units' lines at some times: what `unit_quantity` calls the level, at each of them.

    A unit that holds others has the mean of their lines.

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
    innermost = spec_of(fit).data.levels[-1]
    homes = ancestor_units(fit, innermost, level)
    known = posterior_of(fit)[level].values.tolist()
    for unit in units or ():
        if unit not in known:
            raise BayesSaudeError(
                f"The level '{level}' has no unit '{unit}'.{did_you_mean(unit, known)} "
                "Spell it as the panel does."
            )
    wanted = np.asarray(known if units is None else units)
    if level == innermost:
        return _weighted(fit, wanted, None, times).transpose("chain", "draw", level, "time")
    member = homes == xr.DataArray(wanted, coords={level: wanted}, dims=level)
    inside = homes[innermost].values[member.any(level).values]
    weight = (member / member.sum(innermost)).sel({innermost: inside})
    return _weighted(fit, inside, weight, times).transpose("chain", "draw", level, "time")


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
    panel = panel_of(fit)
    rows = panel.groupby(level)["unit"].nunique() if "unit" in panel else panel.groupby(level).size() * 0 + 1
    weight = xr.DataArray(rows / rows.sum(), dims=level)
    return _weighted(fit, weight[level].values, weight, times).transpose("chain", "draw", "time")


def _weighted(
    fit: xr.DataTree, innermost_units: NDArray, weight: xr.DataArray | None, times: Sequence[float]
) -> xr.DataArray:
    """Draw lines of innermost units, or means of them by weights, one time after the other to save memory."""
    spec = spec_of(fit)
    level = spec.data.levels[-1]
    intercept = unit_quantity(fit, level, INTERCEPT).sel({level: innermost_units})
    # Where units have no slopes of their own they share the fixed one.
    slope = unit_quantity(fit, level, SLOPE) if spec.model.slopes else posterior_of(fit)[SLOPE]
    slope = slope.sel({level: innermost_units}) if spec.model.slopes else slope
    link = FAMILIES[spec.model.family].link
    if weight is not None and link == IDENTITY:
        # The mean of straight lines is the line of the mean coefficients.
        intercept = xr.dot(intercept, weight, dim=level)
        slope = xr.dot(slope, weight, dim=level) if level in slope.dims else slope
        weight = None
    lines = []
    for time in times:
        line = xr.apply_ufunc(link.to_outcome, intercept + slope * (time - spec.data.origin))
        lines.append(line if weight is None else xr.dot(line, weight, dim=level))
    return xr.concat(lines, dim=xr.DataArray(np.asarray(times, dtype=float), dims="time", name="time"))
