"""Whether the ranks of simulation-based calibration are uniform: ECDF differences and simultaneous bands.

The bands are of Säilynoja, Bürkner and Vehtari (2022, doi:10.1007/s11222-022-10090-6), by ArviZ.
"""

from functools import cache

import numpy as np
import pandas as pd
from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands
from numpy.typing import NDArray

# Simulated sets of uniform ranks for each set that is expected outside the band.
PER_EXCEEDANCE = 20
LEAST_SIMULATIONS = 5_000


def ecdf_difference(ranks: NDArray[np.int_], n_draws: int) -> NDArray[np.float64]:
    """Compare the distribution of ranks with the uniform one.

    Parameters
    ----------
    ranks : array of int, shape (simulations,)
        From 0 to `n_draws`.
    n_draws : int
        Draws among which each truth was ranked.

    Returns
    -------
    array, shape (n_draws,)
        Share of ranks below 1, 2, ..., `n_draws`, less the share that is expected.
    """
    counts = np.bincount(ranks, minlength=n_draws + 1)
    return np.cumsum(counts)[:-1] / len(ranks) - fractions(n_draws)


def fractions(n_draws: int) -> NDArray[np.float64]:
    """Shares of uniform ranks that are expected below 1, 2, ..., `n_draws`."""
    return np.arange(1, n_draws + 1) / (n_draws + 1)


@cache
def band(simulations: int, n_draws: int, prob: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find between what limits the whole ECDF difference of uniform ranks stays.

    Parameters
    ----------
    simulations, n_draws : int
    prob : float
        Probability that it does, at all ranks together.

    Returns
    -------
    low, high : array, shape (n_draws,)
    """
    expected = fractions(n_draws)
    repeats = max(LEAST_SIMULATIONS, round(PER_EXCEEDANCE / (1 - prob)))
    rng = np.random.default_rng(0)
    pointwise = simulate_confidence_bands(simulations, 1, expected, prob, repeats, rng)
    low, high = get_pointwise_confidence_band(pointwise, simulations, expected)
    return low - expected, high - expected


def uniformity(ranks: pd.DataFrame, n_draws: int, *, prob: float = 0.99) -> pd.DataFrame:
    """Test the ranks of many quantities for uniformity.

    Parameters
    ----------
    ranks : pandas.DataFrame
        A row per simulation, a column per quantity.
    n_draws : int
    prob : float
        Of the simultaneous bands.

    Returns
    -------
    pandas.DataFrame
        A row per quantity: `quantity`; `simulations`; `largest`, the ECDF difference of the largest absolute
        value; `inside`, whether the whole ECDF lies in its own band, which one quantity in a hundred leaves
        by chance where `prob` is 0.99; `inside_all`, whether it lies in the wider band that *any* of the
        quantities leaves with a probability of 1 - `prob` at most (Bonferroni's, whatever their dependence).
    """
    found = []
    for prob_of_each in (prob, familywise(prob, ranks.shape[1])):
        low, high = band(len(ranks), n_draws, prob_of_each)
        differences = np.stack([ecdf_difference(column.to_numpy(), n_draws) for _, column in ranks.items()])
        # Both are multiples of 1 / simulations.
        rounding = 1e-9
        found.append(((differences >= low - rounding) & (differences <= high + rounding)).all(axis=1))
    largest = differences[np.arange(len(differences)), np.abs(differences).argmax(axis=1)]
    return pd.DataFrame(
        {"quantity": ranks.columns, "simulations": len(ranks), "largest": largest, "inside": found[0],
         "inside_all": found[1]}
    )  # fmt: skip


def familywise(prob: float, n: int) -> float:
    """Give each of `n` bands the probability with which all hold together with `prob` at least."""
    return 1 - (1 - prob) / n
