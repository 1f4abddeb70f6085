"""Probabilities to be among the first and among the last, with their Monte Carlo error."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError
from bayes_saude.models.predictor import INTERCEPT
from bayes_saude.summaries.coefficients import replicates_of, spec_of
from bayes_saude.summaries.ranked import ALL, ranked_within
from bayes_saude.summaries.ranks import monte_carlo_error

FIRST = 10
COLUMNS = (
    "level", "within", "unit", "by", "expected_rank", "p_top", "p_top_mcse", "p_bottom", "p_bottom_mcse",
)  # fmt: skip


def top_probabilities(
    fit: xr.DataTree,
    *,
    by: str = INTERCEPT,
    level: str | None = None,
    within: str = ALL,
    top: int | None = None,
    bottom: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Give each unit's probability to rank among the first and among the last.

    Parameters
    ----------
    fit : xarray.DataTree
    by : str
        `"intercept"`, `"slope"` or `"level:YEAR"`.
    level : str, optional
        Level whose units are ranked; the innermost if left out.
    within : str
        "all", or the name of the unit, of a level around, inside which the ranks count.
    top : int, optional
        How many are the first: 10 if left out, and of 10 units or fewer the best fifth.
    bottom : int, optional
        How many are the last: the worst fifth if left out, rounded, and at least one.
    seed : int
        Seed of the draws that break ties; with that of `rank` the two are about the same ranks.

    Returns
    -------
    pandas.DataFrame
        One row per unit with the columns `COLUMNS`, ordered by `p_top - p_bottom`, the largest first, and
        where these are equal by expected rank. The errors are those of `monte_carlo_error`; where no draw, or
        every one, has the unit in the group they are zero. `DataFrame.attrs` records top and bottom.

    Raises
    ------
    BayesSaudeError
        If the fit has no such level or unit, or nothing to rank by in this way, or a group is none of the
        units or all of them.
    """
    level = level or spec_of(fit).data.levels[-1]
    group = ranked_within(fit, level, by, within, seed=seed)
    n_units = group.units.size
    if n_units == 1:
        raise BayesSaudeError(
            f"'{group.units[0]}' is alone in '{within}', and so both first and last. Rank it among others."
        )
    fifth = max(1, round(n_units / 5))
    first = top if top is not None else FIRST if n_units > FIRST else fifth
    last = bottom if bottom is not None else fifth
    if not (1 <= first < n_units and 1 <= last < n_units):
        raise BayesSaudeError(
            f"The first {first} and the last {last} of {n_units} units: one of these is none or all. "
            f"Use numbers from 1 to {n_units - 1}."
        )
    replicate = replicates_of(fit)

    def share(among: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return among.mean(axis=(0, 1)), monte_carlo_error(among.astype(float), replicate)

    p_top, p_top_mcse = share(group.ranks <= first)
    p_bottom, p_bottom_mcse = share(group.ranks > n_units - last)
    table = pd.DataFrame(
        {
            "level": level,
            "within": within,
            "unit": group.units,
            "by": by,
            "expected_rank": group.ranks.mean(axis=(0, 1), dtype=np.float64),
            "p_top": p_top,
            "p_top_mcse": p_top_mcse,
            "p_bottom": p_bottom,
            "p_bottom_mcse": p_bottom_mcse,
        }
    )[list(COLUMNS)]
    table = by_top(table)
    table.attrs = {"top": first, "bottom": last}
    return table


def by_top(table: pd.DataFrame) -> pd.DataFrame:
    """Order units by `p_top - p_bottom`, the largest first, and where these are equal by expected rank."""
    balance = (table["p_bottom"] - table["p_top"]).round(12)
    return (
        table.assign(balance=balance)
        .sort_values(["balance", "expected_rank"], kind="stable", ignore_index=True)
        .drop(columns="balance")
    )
