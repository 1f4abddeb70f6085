"""Rankings of units, with what the posterior says of each rank.

In every posterior draw the units are ranked, 1 the best; a unit's ranks over the draws are the posterior
distribution of its rank. The published order is a choice of loss: `expected_rank` is the order of least
squared error, `p_top` that of fewest wrong entries among the first k (Lin, Louis, Paddock and Ridgeway 2006,
doi:10.1214/06-BA130).
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes_saude.errors import BayesSaudeError
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.summaries.coefficients import (
    on_scale_of,
    quantities_of,
    replicates_of,
    scale_of,
    spec_of,
)
from bayes_saude.summaries.ranked import ALL, HIGHER, unit_ranks
from bayes_saude.summaries.ranks import above_mean, monte_carlo_error, rank_columns

ABOVE, BELOW, NONE = "above", "below", "none"
COLUMNS = (
    "level", "within", "unit", "by", "mean", "sd", "low", "high",
    "expected_rank", "median_rank", "rank_low", "rank_high", "rank_mcse",
    "p_top", "p_bottom", "p_above_mean", "p_meets_target", "p_best",
)  # fmt: skip


def rank(
    fit: xr.DataTree,
    *,
    by: str = INTERCEPT,
    level: str | None = None,
    within_each: str | None = None,
    top: int = 10,
    bottom: int | None = None,
    prob: float = 0.95,
    target: float | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Rank the units of a level, 1 the best in the model file's direction.

    A unit that holds others is ranked by the mean of the innermost units in it, see `unit_quantity`.

    Parameters
    ----------
    fit : xarray.DataTree
    by : str
        `"intercept"`, `"slope"` or `"level:YEAR"`.
    level : str, optional
        Level whose units are ranked; the innermost if left out.
    within_each : str, optional
        Name of an outer level: units are then ranked inside each of its units, which `within` names in the
        table. All together if left out.
    top, bottom : int
        Sizes of the groups that `p_top` and `p_bottom` are about: the first 10, and by default the worst
        fifth of the units ranked together, rounded, and at least one.
    prob : float
        Probability of the equal-tailed intervals.
    target : float, optional
        Value to be met, in the outcome's unit; the model file's if left out. Slopes have none.
    seed : int
        Seed of the draws that break ties.

    Returns
    -------
    pandas.DataFrame
        One row per unit, best expected rank first, with the columns `COLUMNS`:

        mean, sd, low, high
            of the quantity itself, in its own unit.
        expected_rank, median_rank, rank_low, rank_high
            of the rank; the interval is equal-tailed and its ends, as the median, are ranks that occur.
        rank_mcse
            Monte Carlo standard error of `expected_rank`, see `monte_carlo_error`.
        p_top, p_bottom, p_best
            Probabilities to rank among the first `top`, among the last `bottom`, and first. Missing where
            the group is all units, or more.
        p_above_mean
            Probability to lie above the mean, in the same draw, of the units ranked together; a unit on the
            mean, as one that is alone, counts half. "Above" is about the value, not the direction: where
            lower is better, it is bad news.
        p_meets_target
            Probability to reach `target`: missing without one, and for slopes.

        `DataFrame.attrs` records direction, top, bottom (None for the fifth), prob, target, seed, and scale,
        that of intercepts and slopes, see `scale_of`.

    Raises
    ------
    BayesSaudeError
        If the fit has no such level, or nothing to rank by in this way, or an option is out of its range, or
        slopes are given a target.
    """
    if top < 1 or (bottom is not None and bottom < 1) or not 0 < prob < 1:
        raise BayesSaudeError(
            f"Top {top}, bottom {bottom} and probability {prob} do not make a ranking. "
            "Use numbers of units from 1 on and a probability between 0 and 1, such as 0.95."
        )
    if by == SLOPE and target is not None:
        raise BayesSaudeError(
            f"A slope cannot meet the target {target:g}, which is a level. "
            "Rank by 'intercept' or 'level:YEAR', or leave the target out."
        )
    spec = spec_of(fit)
    level = level or spec.data.levels[-1]
    target = spec.ranking.target if target is None else target
    higher_is_better = spec.ranking.direction == HIGHER
    limit = None if target is None or by == SLOPE else on_scale_of(fit, by, target)
    replicate = replicates_of(fit)

    tables = []
    for name, units, values, ranks in unit_ranks(fit, level, by, within_each=within_each, seed=seed):
        draws, flat_ranks = values.reshape(-1, units.size), ranks.reshape(-1, units.size)
        worst = bottom or max(1, round(units.size / 5))
        table = pd.DataFrame({"unit": units}).assign(level=level, within=name, by=by)
        table = table.assign(**_value_columns(draws, prob))
        table = table.assign(**rank_columns(flat_ranks, top=top, bottom=worst, prob=prob))
        table["rank_mcse"] = monte_carlo_error(ranks, replicate)
        table["p_above_mean"] = above_mean(values).mean(axis=(0, 1))
        table["p_meets_target"] = _meets(draws, limit, higher_is_better)
        tables.append(table.sort_values("expected_rank", kind="stable"))

    ranking = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    ranking.attrs = {
        "direction": spec.ranking.direction, "top": top, "bottom": bottom, "prob": prob, "target": target,
        "seed": seed, "scale": scale_of(fit),
    }  # fmt: skip
    return ranking


def all_rankings(
    fit: xr.DataTree,
    years: list[float] | None = None,
    *,
    top: int = 10,
    bottom: int | None = None,
    prob: float = 0.95,
    target: float | None = None,
) -> pd.DataFrame:
    """Rank every level by intercept, slope and level in some years, over all and within each outer level.

    Parameters
    ----------
    fit : xarray.DataTree
    years : list of float, optional
        Times whose level is ranked; the last one of the panel if left out.
    top, bottom, prob, target
        As for `rank`; the target is that of intercepts and levels.

    Returns
    -------
    pandas.DataFrame
        The rows of every `rank`, one after the other.
    """
    levels = spec_of(fit).data.levels
    tables = [
        rank(
            fit,
            by=by,
            level=level,
            within_each=outer,
            top=top,
            bottom=bottom,
            prob=prob,
            target=None if by == SLOPE else target,
        )
        for depth, level in enumerate(levels)
        for outer in (None, *levels[:depth])
        for by in quantities_of(fit, years)
    ]
    attrs = tables[0].attrs
    ranking = pd.concat(tables, ignore_index=True)
    ranking.attrs = attrs
    return ranking


def classes(p_above_mean: ArrayLike, prob: float) -> NDArray[np.str_]:
    """Call units above or below the mean of all, or none of the two.

    Parameters
    ----------
    p_above_mean : array
    prob : float
        A unit is above (below) where the equal-tailed interval of this probability of its difference from
        the mean lies above (below) zero.

    Returns
    -------
    array of {"above", "below", "none"}
    """
    # Rounded, so that a probability that is on the limit is inside it at either end.
    p, tail = np.asarray(p_above_mean), round((1 - prob) / 2, 12)
    return np.select([p > 1 - tail, p < tail], [ABOVE, BELOW], NONE)


def select(ranking: pd.DataFrame, level: str, by: str, within: str = ALL) -> pd.DataFrame:
    """Take one ranking from a table of many.

    Parameters
    ----------
    ranking : pandas.DataFrame
        From `all_rankings`.
    level, by, within : str
        What its columns of these names hold.

    Returns
    -------
    pandas.DataFrame
        Best expected rank first, with the table's `attrs`.

    Raises
    ------
    BayesSaudeError
        If the table has no such ranking.
    """
    chosen = (ranking["level"] == level) & (ranking["by"] == by) & (ranking["within"] == within)
    if not chosen.any():
        present = ranking[["level", "within", "by"]].drop_duplicates().head(6).agg(" / ".join, axis=1)
        raise BayesSaudeError(
            f"The table has no ranking {level} / {within} / {by}. It has, for example, {'; '.join(present)}."
        )
    return ranking[chosen].sort_values("expected_rank", kind="stable").reset_index(drop=True)


def _value_columns(draws: NDArray, prob: float) -> dict[str, NDArray]:
    low, high = np.quantile(draws, [(1 - prob) / 2, (1 + prob) / 2], axis=0)
    return {
        "mean": draws.mean(axis=0, dtype=np.float64), "sd": draws.std(axis=0, ddof=1, dtype=np.float64),
        "low": low, "high": high,
    }  # fmt: skip


def _meets(draws: NDArray, target: float | None, higher_is_better: bool) -> NDArray[np.float64] | float:
    if target is None:
        return np.nan
    return (draws >= target if higher_is_better else draws <= target).mean(axis=0)
