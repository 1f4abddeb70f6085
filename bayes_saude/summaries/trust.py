"""How far a ranking can be trusted: what the data can tell of the order as a whole."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.models.predictor import INTERCEPT
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.ranked import unit_ranks
from bayes_saude.summaries.ranks import rank_columns

COLUMNS = ("level", "by", "units", "mean_width", "width_share", "pairs", "pairs_separated", "separated_share")


def trust(
    fit: xr.DataTree,
    *,
    by: str = INTERCEPT,
    level: str | None = None,
    prob: float = 0.95,
    separation: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how much of a ranking over all units the data decide.

    Parameters
    ----------
    fit : xarray.DataTree
    by : str
        `"intercept"`, `"slope"` or `"level:YEAR"`.
    level : str, optional
        Level whose units are ranked; the innermost if left out.
    prob : float
        Probability of the rank intervals.
    separation : float
        Probability with which one unit must rank before another for the two to count as separated.
    seed : int
        Seed of the draws that break ties.

    Returns
    -------
    pandas.DataFrame
        One row, with the columns `COLUMNS`: mean_width, the mean of `rank_high - rank_low`, is counted in
        ranks, and width_share is its share of the widest possible, units - 1; pairs is the number of pairs of
        units.
    """
    level = level or spec_of(fit).data.levels[-1]
    (together,) = unit_ranks(fit, level, by, seed=seed)
    ranks = together.ranks.reshape(-1, together.units.size)
    n_units = ranks.shape[1]
    interval = rank_columns(ranks, top=1, bottom=1, prob=prob)
    width = float((interval["rank_high"] - interval["rank_low"]).mean())
    pairs = n_units * (n_units - 1) // 2
    separated = pairs_separated(ranks, separation)
    row = (
        level,
        by,
        n_units,
        width,
        width / max(n_units - 1, 1),
        pairs,
        separated,
        separated / max(pairs, 1),
    )
    return pd.DataFrame([row], columns=list(COLUMNS))


def pairs_separated(ranks: NDArray[np.int32], separation: float) -> int:
    """Count the pairs of units whose order is the same in more than a share of the draws.

    Parameters
    ----------
    ranks : array of int, shape (draws, units)
        From `rank_draws`, without ties.
    separation : float
        At least one half.

    Returns
    -------
    int
    """
    n_draws = ranks.shape[0]
    # One unit against all after it, as bits: 853 units and 4,000 draws take a third of a second and some
    # megabytes.
    by_unit = np.ascontiguousarray(ranks.T.astype(np.int16 if ranks.shape[1] < 2**15 else np.int32))
    separated = 0
    for unit in range(len(by_unit) - 1):
        before = np.bitwise_count(np.packbits(by_unit[unit] < by_unit[unit + 1 :], axis=1)).sum(
            axis=1, dtype=np.int64
        )
        separated += int((np.maximum(before, n_draws - before) > separation * n_draws).sum())
    return separated
