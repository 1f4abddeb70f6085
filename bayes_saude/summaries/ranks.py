"""Ranks of units in plain arrays: draw by draw, their distribution, and the Monte Carlo error of means.

These are ranks of units. The rank plots of MCMC diagnostics are another matter and have no part here.
"""

import arviz_stats
import numpy as np
import xarray as xr
from numpy.typing import NDArray


def rank_draws(values: NDArray, *, higher_is_better: bool, rng: np.random.Generator) -> NDArray[np.int32]:
    """Rank units in each draw, ties broken at random.

    Parameters
    ----------
    values : array, shape (draws, units)
    higher_is_better : bool
        Whether the largest value ranks first.
    rng : numpy.random.Generator

    Returns
    -------
    array of int, shape (draws, units)
        1 is the best; every draw holds each rank once.
    """
    n_units = values.shape[1]
    # Sorting units that stand in random order leaves tied ones in random order.
    shuffled = rng.permuted(np.broadcast_to(np.arange(n_units, dtype=np.int32), values.shape), axis=1)
    key = np.take_along_axis(values, shuffled, axis=1)
    order = np.take_along_axis(shuffled, np.argsort(-key if higher_is_better else key, axis=1), axis=1)
    ranks = np.empty(values.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, n_units + 1, dtype=np.int32)[None, :], axis=1)
    return ranks


def rank_distribution(ranks: NDArray[np.int32]) -> NDArray[np.float64]:
    """Count how often each unit holds each rank.

    Parameters
    ----------
    ranks : array of int, shape (draws, units)
        From `rank_draws`.

    Returns
    -------
    array, shape (units, units)
        Share of the draws in which unit i holds rank j + 1: rows and columns sum to one.
    """
    n_draws, n_units = ranks.shape
    cells = ranks - 1 + n_units * np.arange(n_units)
    return np.bincount(cells.ravel(), minlength=n_units**2).reshape(n_units, n_units) / n_draws


def rank_columns(ranks: NDArray[np.int32], *, top: int, bottom: int, prob: float) -> dict[str, NDArray]:
    """Summarise the distribution of each unit's rank.

    Parameters
    ----------
    ranks : array of int, shape (draws, units)
        From `rank_draws`.
    top, bottom : int
        Sizes of the groups of first and last units.
    prob : float
        Probability of the rank interval.

    Returns
    -------
    dict of str to array, shape (units,)
        expected_rank, median_rank, rank_low, rank_high, p_top, p_bottom and p_best, as `rank` describes them.
    """
    n_units = ranks.shape[1]
    cumulative = np.cumsum(rank_distribution(ranks), axis=1)

    def quantile(p: float) -> NDArray[np.intp]:
        # The smallest rank up to which lies a share p of the draws; sums of shares carry rounding.
        return np.argmax(cumulative >= p - 1e-9, axis=1) + 1

    def share(among: NDArray[np.bool_], size: int) -> NDArray[np.float64]:
        # That all units are among all is no news.
        return among.mean(axis=0) if size < n_units else np.full(n_units, np.nan)

    return {
        "expected_rank": ranks.mean(axis=0, dtype=np.float64),
        "median_rank": quantile(0.5),
        "rank_low": quantile((1 - prob) / 2),
        "rank_high": quantile((1 + prob) / 2),
        "p_top": share(ranks <= top, top),
        "p_bottom": share(ranks > n_units - bottom, bottom),
        "p_best": (ranks == 1).mean(axis=0),
    }


def monte_carlo_error(values: NDArray, replicate: NDArray) -> NDArray[np.float64]:
    """Monte Carlo standard error of a mean over draws, autocorrelation and replicates included.

    A reconstructed panel comes in R replicates, each sampled by chains of its own. These chains differ not
    for want of convergence but because what was not printed was drawn R times. With w² the sampling variance
    of the pooled mean, taken about each replicate's own mean, and S² the variance of the R means, of which R
    w² is sampling,

        mcse² = w² + max(S² - R w², 0) / R:

    the last term is Rubin's B / R, the part of the variance that more replicates would remove.

    Parameters
    ----------
    values : array, shape (chains, draws, units)
        Such as ranks, whose means are the expected ranks.
    replicate : array, shape (chains,)
        The replicate that each chain has sampled.

    Returns
    -------
    array, shape (units,)
    """
    sampling, means = _within_replicates(values, replicate)
    if len(means) == 1:
        return np.sqrt(sampling)
    return np.sqrt(np.maximum(sampling, means.var(axis=0, ddof=1) / len(means)))


def sampling_error(values: NDArray, replicate: NDArray) -> NDArray[np.float64]:
    """Give the standard error of a mean for want of draws alone: the w of `monte_carlo_error`.

    It is what separates two fits of the same replicates, as what was not printed was drawn alike for both.

    Parameters
    ----------
    values, replicate
        As for `monte_carlo_error`.

    Returns
    -------
    array, shape (units,)
    """
    return np.sqrt(_within_replicates(values, replicate)[0])


def _within_replicates(
    values: NDArray, replicate: NDArray
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give w² of each unit, and the means of each replicate, shape (replicates, units)."""
    names, which = np.unique(replicate, return_inverse=True)
    means = np.stack([values[which == index].mean(axis=(0, 1)) for index in range(names.size)])
    centred = values - means[which][:, None, :]
    moves = np.ptp(values, axis=(0, 1)) > 0
    # A unit that never moves has no error, and for ArviZ no effective sample size.
    sampling = np.zeros(values.shape[2])
    draws = xr.DataArray(centred[..., moves], dims=("chain", "draw", "unit"))
    sampling[moves] = arviz_stats.mcse(draws, method="mean").values ** 2
    return sampling, means


def above_mean(values: NDArray) -> NDArray[np.float64]:
    """Say in each draw whether a unit lies above the mean of all: 1, 0, or a half where it lies on it.

    Parameters
    ----------
    values : array, shape (..., units)

    Returns
    -------
    array of the same shape
    """
    return (1 + np.sign(values - values.mean(axis=-1, keepdims=True))) / 2
