"""Whether rank intervals hold the true ranks, and probabilities to rank among the first come true."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.summaries.ranked import unit_ranks
from bayes_saude.summaries.ranks import rank_columns

PROBS = (0.9, 0.95)
# Probabilities to rank among the first are gathered in so many bins of one width.
BINS = 10


def rank_coverage(
    truth: xr.DataTree,
    fit: xr.DataTree,
    *,
    level: str,
    by: str = "intercept",
    top: int = 10,
    probs: Sequence[float] = PROBS,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the ranks that a fit gives with those of the truth that its panel was drawn from.

    Parameters
    ----------
    truth : xarray.DataTree
        Laid out as a fit of one chain and one draw.
    fit : xarray.DataTree
    level, by, top
        As for `rank`.
    probs : sequence of float
        Probabilities of the rank intervals.
    seed : int
        Of the draws that break ties.

    Returns
    -------
    units : pandas.DataFrame
        A row per unit: `unit`, `true_rank`, `expected_rank`, `p_top`, `is_top`, and for each probability
        `covered_95`, `width_95` (ranks in the interval) and `content_95`, the share of the draws in it. Ends
        of an interval are ranks that occur, so that it holds its probability or more: `content` is what is
        nominal for it.
    simultaneous : pandas.DataFrame
        A row per probability: `prob`, `covered` (all units' true ranks lie in their intervals) and
        `content`, the share of the draws in which all ranks do.

    Raises
    ------
    BayesSaudeError
        As `rank` does.
    """
    (drawn,) = unit_ranks(fit, level, by, seed=seed)
    (true,) = unit_ranks(truth, level, by, seed=seed)
    ranks, true_rank = drawn.ranks.reshape(-1, drawn.units.size), true.ranks[0, 0]
    units = pd.DataFrame({"unit": drawn.units, "true_rank": true_rank, "is_top": true_rank <= top})
    together = []
    for prob in probs:
        columns = rank_columns(ranks, top=top, bottom=1, prob=prob)
        low, high = columns["rank_low"], columns["rank_high"]
        covered, held = (low <= true_rank) & (true_rank <= high), (low <= ranks) & (ranks <= high)
        name = f"{100 * prob:g}"
        units = units.assign(expected_rank=columns["expected_rank"], p_top=columns["p_top"])
        of_prob = {"covered": covered, "width": high - low + 1, "content": held.mean(axis=0)}
        units = units.assign(**{f"{kind}_{name}": values for kind, values in of_prob.items()})
        together.append({"prob": prob, "covered": covered.all(), "content": held.all(axis=1).mean()})
    return units, pd.DataFrame(together)


def reliability(units: pd.DataFrame, *, bins: int = BINS) -> pd.DataFrame:
    """Gather units by the probability that they were given to rank among the first.

    Parameters
    ----------
    units : pandas.DataFrame
        Rows of `rank_coverage`, of one simulation or many.
    bins : int

    Returns
    -------
    pandas.DataFrame
        A row per bin that has units: `bin`, `n`, `forecast` (sum of the probabilities) and `observed` (how
        many were among the first). Rows of several simulations may be added up.
    """
    place = np.minimum((units["p_top"].to_numpy() * bins).astype(int), bins - 1)
    gathered = units.assign(bin=place, n=1).groupby("bin")
    return gathered.agg(n=("n", "sum"), forecast=("p_top", "sum"), observed=("is_top", "sum")).reset_index()
