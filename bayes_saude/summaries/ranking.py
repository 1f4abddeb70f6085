"""Rankings of units, with what the posterior says of each rank.

In every posterior draw the units are ranked, 1 the best; a unit's ranks over the draws are the posterior
distribution of its rank. The published order is a choice of loss: `expected_rank` is the order of least
squared error, `p_top` that of fewest wrong entries among the first k (Lin, Louis, Paddock and Ridgeway 2006,
doi:10.1214/06-BA130).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import (
    INTERCEPT,
    LEVEL_PREFIX,
    SLOPE,
    ancestor_units,
    panel_of,
    posterior_of,
    replicates_of,
    spec_of,
    unit_quantity,
)
from bayes_saude.summaries.ranks import rank_columns, rank_draws, rank_mcse

ALL = "all"
HIGHER = "higher_is_better"
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
    within: str | None = None,
    top: int = 10,
    bottom: int | None = None,
    prob: float = 0.95,
    target: float | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Rank the units of a level, 1 the best in the model file's direction.

    Parameters
    ----------
    fit : xarray.DataTree
    by : str
        `"intercept"`, `"slope"` or `"level:YEAR"`.
    level : str, optional
        Level whose units are ranked; the innermost if left out.
    within : str, optional
        Name of an outer level: units are then ranked inside each of its units. All together if left out.
    top, bottom : int
        Sizes of the groups that `p_top` and `p_bottom` are about. `bottom` is by default the worst fifth of
        the units ranked together, rounded, and at least one.
    prob : float
        Probability of the equal-tailed intervals.
    target : float, optional
        Value to be met, in the outcome's unit; the model file's if left out.
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
            Monte Carlo standard error of `expected_rank`, see `rank_mcse`.
        p_top, p_bottom, p_best
            Probabilities to rank among the first `top`, among the last `bottom`, and first.
        p_above_mean
            Probability to lie above the mean, in the same draw, of the units ranked together; a unit on the
            mean, as one that is alone, counts half. "Above" is about the value, not the direction: where
            lower is better, it is bad news.
        p_meets_target
            Probability to reach `target`: missing without one, and for slopes.

        `DataFrame.attrs` records direction, top, bottom (None for the fifth), prob, target and seed.

    Raises
    ------
    BayesSaudeError
        If the fit has no such level, or nothing to rank by in this way, or an option is out of its range.
    """
    if top < 1 or (bottom is not None and bottom < 1) or not 0 < prob < 1:
        raise BayesSaudeError(
            f"Top {top}, bottom {bottom} and probability {prob} do not make a ranking. "
            "Use numbers of units from 1 on and a probability between 0 and 1, such as 0.95."
        )
    spec = spec_of(fit)
    level = level or spec.data.levels[-1]
    target = spec.ranking.target if target is None else target
    higher_is_better = spec.ranking.direction == HIGHER
    quantity = unit_quantity(fit, level, by)
    replicate = replicates_of(fit)
    rng = np.random.default_rng(seed)

    tables = []
    for name, members in _groups(fit, level, within):
        values = quantity.isel({level: members}).transpose("chain", "draw", level)
        draws = values.values.reshape(-1, members.size)
        ranks = rank_draws(draws, higher_is_better=higher_is_better, rng=rng)
        worst = bottom or max(1, round(members.size / 5))
        table = pd.DataFrame({"unit": values[level].values})
        table = table.assign(level=level, within=name, by=by, **_value_columns(draws, prob))
        table = table.assign(**rank_columns(ranks, top=top, bottom=worst, prob=prob))
        table["rank_mcse"] = rank_mcse(ranks.reshape(values.shape), replicate)
        difference = np.sign(draws - draws.mean(axis=1, keepdims=True))
        table["p_above_mean"] = (1 + difference.mean(axis=0)) / 2
        table["p_meets_target"] = _meets(draws, None if by == SLOPE else target, higher_is_better)
        tables.append(table.sort_values("expected_rank", kind="stable"))

    ranking = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    ranking.attrs = {
        "direction": spec.ranking.direction, "top": top, "bottom": bottom, "prob": prob, "target": target,
        "seed": seed,
    }  # fmt: skip
    return ranking


def all_rankings(
    fit: xr.DataTree,
    years: list[float] | None = None,
    *,
    top: int = 10,
    prob: float = 0.95,
    target: float | None = None,
) -> pd.DataFrame:
    """Rank every level by intercept, slope and level in some years, over all and within each outer level.

    Parameters
    ----------
    fit : xarray.DataTree
    years : list of float, optional
        Times whose level is ranked; the last one of the panel if left out.
    top, prob, target
        As for `rank`.

    Returns
    -------
    pandas.DataFrame
        The rows of every `rank`, one after the other.
    """
    if years is None:
        years = [float(panel_of(fit)["time"].max())]
    spec = spec_of(fit)
    levels = spec.data.levels
    quantities = [
        INTERCEPT,
        *([SLOPE] if spec.model.slopes else []),
        *(f"{LEVEL_PREFIX}{year:g}" for year in years),
    ]
    tables = [
        rank(fit, by=by, level=level, within=within, top=top, prob=prob, target=target)
        for depth, level in enumerate(levels)
        for within in (None, *levels[:depth])
        for by in quantities
    ]
    attrs = tables[0].attrs
    ranking = pd.concat(tables, ignore_index=True)
    ranking.attrs = attrs
    return ranking


def _groups(fit: xr.DataTree, level: str, within: str | None) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Yield the name and the positions of each set of units that are ranked together."""
    if within is None or within == ALL:
        yield ALL, np.arange(posterior_of(fit).sizes[level])
        return
    if within == level:
        raise BayesSaudeError(
            f"Units of '{level}' cannot be ranked within '{level}'. Name a level around it."
        )
    outer = ancestor_units(fit, level, within).values
    for name in np.unique(outer):
        yield str(name), np.flatnonzero(outer == name)


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
