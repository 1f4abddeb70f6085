"""Limits of a funnel plot: how far a share or a rate may lie from that of all by chance."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from bayes_saude.errors import BayesSaudeError


def control_limits(
    size: ArrayLike, centre: float, prob: float, *, rate: bool = False, dispersion: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the limits inside which a unit's share or rate stays with a probability, were it as the centre.

    Parameters
    ----------
    size : array
        Trials, or exposure; above zero. Of trials that are no whole number, such as the mean of replicates,
        limits lie between those of the whole numbers around.
    centre : float
        The share or rate of all.
    prob : float
    rate : bool
        Whether counts are Poisson about exposure times rate, not binomial.
    dispersion : float
        That of the beta-binomial or negative binomial family, 1 / sqrt(concentration); 0 for binomial and
        Poisson.

    Returns
    -------
    tuple of array
        Lower and upper limits, in the share's or the rate's own unit. Without dispersion they are exact but
        for interpolation between whole numbers (Spiegelhalter 2005, doi:10.1002/sim.1970, appendix A.1.1);
        with it, quantiles of the beta (gamma) distribution of the family's mean and variance.

    Raises
    ------
    BayesSaudeError
        If a size is not above zero.
    """
    sizes = np.asarray(size, dtype=float)
    if not (sizes > 0).all():
        raise BayesSaudeError(
            "Chance has no limits without trials or exposure. Leave out units of size zero."
        )
    if not rate and not dispersion:
        below = np.maximum(np.floor(sizes), 1)
        # Of less than one trial, those of one.
        part = np.maximum(sizes - below, 0)
        limits = [_exact(whole, stats.binom(whole, centre), prob) for whole in (below, below + 1)]
        low, high = ((1 - part) * before + part * after for before, after in zip(*limits, strict=True))
        return low, high
    tails = ((1 - prob) / 2, (1 + prob) / 2)
    if dispersion:
        if not rate:
            # The variance over centre (1 - centre), of which the beta of this concentration has as much.
            ratio = 1 / sizes + (1 - 1 / sizes) * dispersion**2 / (1 + dispersion**2)
            # A share of one trial is 0 or 1.
            weight = np.maximum(1 / ratio - 1, 1e-6)
            spread: Any = stats.beta(centre * weight, (1 - centre) * weight)
        else:
            variance = centre / sizes + (centre * dispersion) ** 2
            spread = stats.gamma(centre**2 / variance, scale=variance / centre)
        return spread.ppf(tails[0]), spread.ppf(tails[1])
    return _exact(sizes, stats.poisson(sizes * centre), prob)


def _exact(
    sizes: NDArray[np.float64], counts: Any, prob: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interpolate a distribution of counts between whole numbers."""
    tails = ((1 - prob) / 2, (1 + prob) / 2)
    whole = [counts.ppf(tail) for tail in tails]
    parts = [(counts.cdf(r) - tail) / counts.pmf(r) for r, tail in zip(whole, tails, strict=True)]
    low, high = (np.maximum(r - part, 0) / sizes for r, part in zip(whole, parts, strict=True))
    return low, high
