"""How rankings move from one fit to another of the same units: another model, or other priors.

A rank moves between two fits because the models read the data differently, and because either has its own
draws. What the draws would do alone stands beside every move. The replicates of a panel, which `rank_mcse`
counts too, are no part of that: both fits have the same ones, and what they share moves nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.models.predictor import INTERCEPT
from bayes_saude.summaries.coefficients import quantities_of, replicates_of, spec_of
from bayes_saude.summaries.ranked import unit_ranks
from bayes_saude.summaries.ranking import NONE, classes
from bayes_saude.summaries.ranks import above_mean, sampling_error

COLUMNS = (
    "first", "second", "level", "by", "units", "rank_correlation",
    "mean_shift", "mean_by_chance", "largest_shift", "largest_by_chance", "shifted_unit",
    "named_first", "named", "changed", "gained", "lost", "turned", "same_top", "same_bottom",
)  # fmt: skip
MOVE_COLUMNS = ("unit", "first_rank", "second_rank", "shift", "by_chance", "first_class", "second_class")

# Of a level and a quantity, a table as `standing` gives it.
type Standings = Mapping[tuple[str, str], pd.DataFrame]


def standing(fit: xr.DataTree, level: str, by: str, prob: float = 0.95) -> pd.DataFrame:
    """Give what is compared of a ranking of all units: the same ranks as `rank` gives.

    Parameters
    ----------
    fit : xarray.DataTree
    level, by : str
        As for `rank`.
    prob : float
        Of the interval by which a unit is called above or below the mean, see `ranking.classes`.

    Returns
    -------
    pandas.DataFrame
        One row per unit, its index, in the order of their names: `expected_rank`; `error`, its standard error
        for want of draws, see `sampling_error`; and `named`, the class.
    """
    (together,) = unit_ranks(fit, level, by)
    table = pd.DataFrame(
        {
            "expected_rank": together.ranks.mean(axis=(0, 1), dtype=np.float64),
            "error": sampling_error(together.ranks, replicates_of(fit)),
            "named": classes(above_mean(together.values).mean(axis=(0, 1)), prob),
        },
        index=pd.Index(together.units, name="unit"),
    )
    return table.sort_index()


def coefficient_standings(fit: xr.DataTree, prob: float = 0.95) -> dict[tuple[str, str], pd.DataFrame]:
    """Give the standings of every level by intercept and slope, by level and quantity."""
    return all_standings(fit, prob, years=())


def all_standings(
    fit: xr.DataTree, prob: float = 0.95, *, years: Sequence[float] | None = None
) -> dict[tuple[str, str], pd.DataFrame]:
    """Give the standings of every level by each of `quantities_of`, by level and quantity."""
    return {
        (level, by): standing(fit, level, by, prob)
        for level in spec_of(fit).data.levels
        for by in quantities_of(fit, years)
    }


def change(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, object]:
    """Count the units whose class is another, and see how far expected ranks move.

    Parameters
    ----------
    before, after : pandas.DataFrame
        From `standing`, of the same units.

    Returns
    -------
    dict
        `units`; `named`, those above or below the mean after; `changed`, those whose class is another, of
        which `gained` were called neither, `lost` are now called neither, and `turned` are on the other side;
        `largest_shift`, the largest change of an expected rank, in ranks, and `shifted_unit`, whose it is;
        `rank_correlation`, Spearman's between the expected ranks.
    """
    was, now = before["named"], after["named"]
    shift = (after["expected_rank"] - before["expected_rank"]).abs()
    changed = was != now
    return {
        "units": len(after),
        "named": int((now != NONE).sum()),
        "changed": int(changed.sum()),
        "gained": int((changed & (was == NONE)).sum()),
        "lost": int((changed & (now == NONE)).sum()),
        "turned": int((changed & (was != NONE) & (now != NONE)).sum()),
        "largest_shift": float(shift.max()),
        "shifted_unit": str(shift.idxmax()),
        "rank_correlation": float(before["expected_rank"].rank().corr(after["expected_rank"].rank())),
    }


def compare_rankings(fits: Mapping[str, xr.DataTree], *, top: int = 10, prob: float = 0.95) -> pd.DataFrame:
    """Say how the rankings of units move between models of one panel.

    Parameters
    ----------
    fits : mapping of str to xarray.DataTree
        By the names that the table calls them. Of each two the levels that both have are compared, by what
        both rank by: intercept, slope, and the level in the panel's last year.
    top : int
        Size of the groups of first and last units.
    prob : float
        Of the interval by which a unit is called above or below the mean, see `ranking.classes`.

    Returns
    -------
    pandas.DataFrame
        One row for each two fits, level and quantity, with the columns `COLUMNS`, from the first to the
        second: those that `sensitivity` has of a change, and

        mean_shift, mean_by_chance, largest_by_chance
            The mean change of an expected rank, in ranks, and what the mean and the largest would be expected
            to be were both posteriors the same: the draws of either fit alone, all units by themselves.
        named_first
            Units above or below the mean in the first; `named` are those in the second.
        same_top, same_bottom
            Units that are among the first (last) `top` by their expected ranks in both. Missing where that is
            all units.

        `DataFrame.attrs` records `top` and `prob`.

    Raises
    ------
    BayesSaudeError
        If there are not two fits, or two rank in opposite directions, share no level, or have other units.
    """
    if len(fits) < 2:
        raise BayesSaudeError(
            "One ranking does not move. Give two fits of one panel or more, each with a name."
        )
    directions = {spec_of(fit).ranking.direction for fit in fits.values()}
    if len(directions) > 1:
        raise BayesSaudeError(
            f"The fits rank in the directions {listed(sorted(directions))}. Compare those that rank alike."
        )
    standings = {name: all_standings(fit, prob) for name, fit in fits.items()}
    found = compare_standings(standings, top=top)
    found.attrs = {"top": top, "prob": prob}
    if found.empty:
        raise BayesSaudeError(f"No two of {listed(fits)} share a level. Compare models of the same units.")
    return found


def compare_standings(standings: Mapping[str, Standings], *, top: int = 10) -> pd.DataFrame:
    """Compare each two of several fits' standings, see `compare_rankings`."""
    rows = []
    for (first, before), (second, after) in combinations(standings.items(), 2):
        for level, by in [key for key in before if key in after]:
            was, now = before[level, by], after[level, by]
            _require_same_units(was, now, level, first, second)
            named_first = int((was["named"] != NONE).sum())
            row = {"first": first, "second": second, "level": level, "by": by, "named_first": named_first}
            rows.append(row | change(was, now) | shifts(was, now) | _ends(was, now, top))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def shifts(was: pd.DataFrame, now: pd.DataFrame) -> dict[str, float]:
    """Say how far ranks move on average, and how far they would for want of draws alone."""
    error = np.hypot(was["error"].to_numpy(), now["error"].to_numpy())
    return {
        "mean_shift": float((now["expected_rank"] - was["expected_rank"]).abs().mean()),
        "mean_by_chance": float((2 / np.pi) ** 0.5 * error.mean()),
        "largest_by_chance": expected_largest(error),
    }


def _ends(was: pd.DataFrame, now: pd.DataFrame, top: int) -> dict[str, float]:
    """Count who is at either end in both."""
    places = [table["expected_rank"].rank(method="first") for table in (was, now)]
    ends = ([place <= top for place in places], [place > len(was) - top for place in places])
    at_top, at_bottom = (float((a & b).sum()) if top < len(was) else np.nan for a, b in ends)
    return {"same_top": at_top, "same_bottom": at_bottom}


def expected_largest(error: NDArray[np.float64]) -> float:
    """Expect the largest of the absolute values of independent normal errors with these standard deviations.

    Parameters
    ----------
    error : array, shape (units,)

    Returns
    -------
    float
        The integral of P(largest > x) over x, by trapezoids.
    """
    moving = error[error > 0]
    if not moving.size:
        return 0.0
    x = np.linspace(0, 8 * moving.max(), 801)
    below = (2 * stats.norm.cdf(x[:, None] / moving) - 1).prod(axis=1)
    return float(np.trapezoid(1 - below, x))


def ranking_moves(
    first: xr.DataTree,
    second: xr.DataTree,
    *,
    by: str = INTERCEPT,
    level: str | None = None,
    prob: float = 0.95,
) -> pd.DataFrame:
    """Give each unit's expected rank and class in two fits of one panel, those that move most first.

    Parameters
    ----------
    first, second : xarray.DataTree
    by : str
        `"intercept"`, `"slope"` or `"level:YEAR"`.
    level : str, optional
        The innermost of the first if left out.
    prob : float
        As for `compare_rankings`.

    Returns
    -------
    pandas.DataFrame
        One row per unit, with the columns `MOVE_COLUMNS`: `shift` is the second expected rank less the first,
        so that it is negative where the second fit ranks the unit better; `by_chance` the standard error of
        that for want of draws. `DataFrame.attrs` records `first` and `second`, the models' names, `by`,
        `level` and `prob`.

    Raises
    ------
    BayesSaudeError
        If the two do not have the same units.
    """
    level = level or spec_of(first).data.levels[-1]
    names = [str(fit.attrs["model"]) for fit in (first, second)]
    was, now = (standing(fit, level, by, prob) for fit in (first, second))
    _require_same_units(was, now, level, *names)
    moves = moves_between(was, now)
    moves.attrs = {"first": names[0], "second": names[1], "by": by, "level": level, "prob": prob}
    return moves


def moves_between(was: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Put two standings of the same units side by side, see `ranking_moves`."""
    moves = pd.DataFrame(
        {
            "unit": was.index,
            "first_rank": was["expected_rank"].to_numpy(),
            "second_rank": now["expected_rank"].to_numpy(),
            "shift": (now["expected_rank"] - was["expected_rank"]).to_numpy(),
            "by_chance": np.hypot(was["error"].to_numpy(), now["error"].to_numpy()),
            "first_class": was["named"].to_numpy(),
            "second_class": now["named"].to_numpy(),
        }
    )
    return moves.sort_values("shift", key=abs, ascending=False, kind="stable", ignore_index=True)


def _require_same_units(was: pd.DataFrame, now: pd.DataFrame, level: str, first: str, second: str) -> None:
    if not was.index.equals(now.index):
        raise BayesSaudeError(
            f"The units of '{level}' in {first} are not those in {second}. Compare fits of one panel."
        )
