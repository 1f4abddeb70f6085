"""Changes of units' levels between two times, in percent."""

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import LEVEL_PREFIX, spec_of, unit_quantity

COLUMNS = ("level", "unit", "first", "last", "change", "low", "high", "p_fall")


def percent_change(
    fit: xr.DataTree, first: float, last: float, *, level: str | None = None, prob: float = 0.95
) -> pd.DataFrame:
    """Say by how many percent units' levels change from one time to another, and how sure that is.

    Parameters
    ----------
    fit : xarray.DataTree
    first, last : float
        Times, within reach of the panel's as for `rank`.
    level : str, optional
        Level whose units are meant; the innermost if left out.
    prob : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    pandas.DataFrame
        One row per unit, with the columns `COLUMNS`: first and last are the posterior means of the level at
        the two times, in the outcome's unit; change is the mean of 100 (last / first - 1), with its interval;
        p_fall the probability that it is below zero. `DataFrame.attrs` records the times and `prob`.

    Raises
    ------
    BayesSaudeError
        If the fit has no such level, a time is out of reach, or a level can be zero or below, of which no
        change is a percentage.
    """
    level = level or spec_of(fit).data.levels[-1]
    before, after = (
        unit_quantity(fit, level, f"{LEVEL_PREFIX}{time:.15g}").transpose("chain", "draw", level)
        for time in (first, last)
    )
    if not (before > 0).all():
        raise BayesSaudeError(
            f"The level at {first:g} can be zero or below, and a change from there is no percentage. "
            "Take the difference of two levels, or the slope."
        )
    change = (100 * (after.values / before.values - 1)).reshape(-1, before.sizes[level])
    low, high = np.quantile(change, [(1 - prob) / 2, (1 + prob) / 2], axis=0)
    table = pd.DataFrame(
        {
            "level": level,
            "unit": before[level].values,
            "first": before.mean(("chain", "draw"), dtype=np.float64).values,
            "last": after.mean(("chain", "draw"), dtype=np.float64).values,
            "change": change.mean(axis=0, dtype=np.float64),
            "low": low,
            "high": high,
            "p_fall": (change < 0).mean(axis=0),
        }
    )[list(COLUMNS)]
    table.attrs = {"first": first, "last": last, "prob": prob}
    return table
