"""The intercept, slope and level of each unit, read from a fit.

A fit holds the effects as the model has them: each unit's deviation from its parent. Every summary is about
what those add up to, the unit's own line, and takes it from here.

The line of a unit that holds others, a region, is the mean of the lines of its innermost units, each with the
same weight: all its municipalities are observed, and how well they do is what a region is ranked by. Its
level in a year is likewise the mean of theirs, in the outcome's unit: the mean of its municipalities' shares,
not the share at the mean of their log-odds, and not the share of all admissions, in which the largest
municipality would speak for all.

The fixed effects plus the region's own effect are another quantity, the mean of the population from which the
model takes its municipalities to be drawn, and remain uncertain were every municipality known exactly. Who
wants it adds the fit's `intercept` or `slope` and `{level}_effect` of that level and those around it.
"""

import math
from collections.abc import Sequence

import numpy as np
import xarray as xr

from bayes_saude.data.panel import reach_of
from bayes_saude.errors import BayesSaudeError, did_you_mean, listed
from bayes_saude.inference.reading import (
    coefficients_by_level,
    panel_of,
    posterior_of,
    replicates_of,
    sampler_of,
    spec_of,
)
from bayes_saude.models.outcomes import FAMILIES, LOG, LOGIT, Link
from bayes_saude.models.predictor import INTERCEPT, SLOPE

# Figures and reports, which know a fit and not how it was made, read it from here.
__all__ = [
    "LEVEL_PREFIX", "ancestor_units", "level_at", "on_scale_of", "panel_of", "posterior_of", "quantities_of",
    "replicates_of", "sampler_of", "scale_of", "spec_of", "unit_quantity",
]  # fmt: skip

LEVEL_PREFIX = "level:"


def quantities_of(fit: xr.DataTree, years: Sequence[float] | None = None) -> list[str]:
    """Name what units are ranked by: intercept, slope where they have one of their own, and levels.

    Parameters
    ----------
    fit : xarray.DataTree
    years : sequence of float, optional
        Times of the levels; the last one of the panel if left out.
    """
    times = [panel_of(fit)["time"].max()] if years is None else years
    slopes = [SLOPE] if spec_of(fit).model.slopes else []
    return [INTERCEPT, *slopes, *(f"{LEVEL_PREFIX}{time:g}" for time in times)]


def ancestor_units(fit: xr.DataTree, level: str, ancestor: str) -> xr.DataArray:
    """Name the unit of an outer level to which each unit belongs.

    Parameters
    ----------
    fit : xarray.DataTree
    level, ancestor : str
        Names of levels; `ancestor` is `level` itself or lies outside it.

    Returns
    -------
    xarray.DataArray
        Names of units of `ancestor`, dims (level).
    """
    levels = _levels_down_to(fit, level)
    if ancestor not in levels:
        raise BayesSaudeError(
            f"'{ancestor}' is not a level around '{level}' in this fit. Use one of {listed(levels[:-1])}."
            if levels[:-1]
            else f"Nothing lies around the level '{level}' in this fit. Rank all units together."
        )
    units = posterior_of(fit)[level].values
    homes = panel_of(fit).drop_duplicates(level).set_index(level, drop=False)[ancestor]
    return xr.DataArray(homes.loc[units].to_numpy(), coords={level: units}, dims=level)


def unit_quantity(fit: xr.DataTree, level: str, by: str) -> xr.DataArray:
    """Draw the quantity by which units are ranked.

    Parameters
    ----------
    fit : xarray.DataTree
    level : str
        Name of the level whose units are wanted. The line of a unit that holds others is the mean of the
        lines of all innermost units in it, in each draw.
    by : str
        `"intercept"`, the height of the unit's line at the model's origin, and `"slope"`, its change per unit
        of time, both on the link's scale, see `scale_of`; or `"level:YEAR"`, its height in that year in the
        outcome's own unit: a share, not log-odds. The three are in one unit for the Gaussian family.

    Returns
    -------
    xarray.DataArray
        Dims (chain, draw, level).

    Raises
    ------
    BayesSaudeError
        If `level` or `by` is none of those known, the model has no slopes to rank by, or the year is further
        from the panel's times than they span: a straight line says nothing about that.
    """
    _levels_down_to(fit, level)
    if by.startswith(LEVEL_PREFIX):
        return level_at(fit, level, _time(fit, by)).rename(by)
    if by not in (INTERCEPT, SLOPE):
        raise BayesSaudeError(
            f"Units cannot be ranked by '{by}'.{did_you_mean(by, (INTERCEPT, SLOPE))} "
            f"Use 'intercept', 'slope' or 'level:' and a time, such as 'level:2014'."
        )
    if by == SLOPE and SLOPE not in posterior_of(fit)["term"].values:
        raise BayesSaudeError(
            "The units of this fit share one slope and cannot be ranked by it. "
            "Fit the model with slopes = true."
        )
    return _mean_of_units(fit, level, _innermost(fit, by))


def level_at(fit: xr.DataTree, level: str, time: float) -> xr.DataArray:
    """Draw the height of units' lines at a time, in the outcome's own unit.

    Parameters
    ----------
    fit : xarray.DataTree
    level : str
        Name of the level whose units are wanted; one that holds others has the mean of the innermost in it.
    time : float
        Any: how far a straight line can be trusted is for the caller to say.

    Returns
    -------
    xarray.DataArray
        Dims (chain, draw, level).
    """
    elapsed = time - spec_of(fit).data.origin
    line = _innermost(fit, INTERCEPT) + elapsed * _innermost(fit, SLOPE)
    return _mean_of_units(fit, level, xr.apply_ufunc(_link(fit).to_outcome, line))


def on_scale_of(fit: xr.DataTree, by: str, value: float) -> float:
    """Put a value in the outcome's unit, such as a target, on the scale of a quantity of `unit_quantity`.

    Raises
    ------
    BayesSaudeError
        If the outcome cannot have the value: a share above 1.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        on_link = float(_link(fit).to_trend(value))
    if not np.isfinite(on_link):
        raise BayesSaudeError(
            f"The target {value:g} is none that the outcome of '{fit.attrs['model']}' can be at. "
            "Give it in the outcome's own unit: a share between 0 and 1, a rate above 0."
        )
    return value if by.startswith(LEVEL_PREFIX) else on_link


def scale_of(fit: xr.DataTree) -> str:
    """Name the scale of intercepts and slopes: "log-odds", "log", or "" where it is the outcome's own."""
    return {LOGIT: "log-odds", LOG: "log"}.get(_link(fit), "")


def _link(fit: xr.DataTree) -> Link:
    return FAMILIES[spec_of(fit).model.family].link


def _innermost(fit: xr.DataTree, term: str) -> xr.DataArray:
    """Draw a coefficient of the innermost units, with all that is around them."""
    posterior = posterior_of(fit)
    if term in posterior["term"].values:
        *_, (_, total) = coefficients_by_level(fit, [term])
        return total.sel(term=term, drop=True).rename(term)
    innermost = str(posterior["level"].values[-1])
    return posterior[term].expand_dims({innermost: posterior[innermost].values}, axis=-1)


def _mean_of_units(fit: xr.DataTree, level: str, values: xr.DataArray) -> xr.DataArray:
    """Give each unit of a level the mean of its innermost units' values, in each draw."""
    posterior = posterior_of(fit)
    innermost = str(posterior["level"].values[-1])
    if level == innermost:
        return values
    member = (ancestor_units(fit, innermost, level) == posterior[level]).astype(float)
    return xr.dot(values, member / member.sum(innermost), dim=innermost).rename(values.name)


def _levels_down_to(fit: xr.DataTree, level: str) -> list[str]:
    levels = [str(name) for name in posterior_of(fit)["level"].values]
    if level not in levels:
        raise BayesSaudeError(
            f"This fit has no level '{level}'.{did_you_mean(level, levels)} Its levels are {listed(levels)}."
        )
    return levels[: levels.index(level) + 1]


def _time(fit: xr.DataTree, by: str) -> float:
    text = by.removeprefix(LEVEL_PREFIX)
    try:
        time = float(text)
    except ValueError:
        time = math.nan
    if not math.isfinite(time):
        raise BayesSaudeError(f"'{text}' in '{by}' is not a time. Write a number, such as 'level:2014'.")
    times = panel_of(fit)["time"]
    earliest, latest = reach_of(times)
    if not earliest <= time <= latest:
        raise BayesSaudeError(
            f"The time {time:g} is far from the panel's, {times.min():g} to {times.max():g}. "
            f"Choose one between {earliest:g} and {latest:g}."
        )
    return time
