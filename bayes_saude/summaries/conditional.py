"""The variance of units' coefficients given the data and all parameters, in closed form."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def conditional_variances(
    information: NDArray, parents: Sequence[NDArray[np.intp]], covariances: Sequence[NDArray]
) -> list[NDArray]:
    """Variance of every unit's total coefficients given the data, fixed effects and variance components.

    What a unit's data tell of its own total is I = X'X/σ². Through one more level of effects of covariance Σ
    they tell its parent's I (1 + ΣI)⁻¹, and a parent adds up what its units tell. Down again, with
    D = Σ (1 + IΣ)⁻¹, a unit's variance is D + (1 - DI) V (1 - DI)', where V is its parent's. With one level
    V = 0, and D is the (Σ⁻¹ + X'X/σ²)⁻¹ of Sá (2015) in a form that a singular Σ does not break.

    Parameters
    ----------
    information : array, shape (innermost units, terms, terms)
        X'X/σ² of each innermost unit.
    parents : sequence of int arrays
        For each level but the outermost, outermost first: position of each unit's parent.
    covariances : sequence of arrays, shape (terms, terms)
        Σ of each level, outermost first.

    Returns
    -------
    list of arrays, shape (units, terms, terms)
        One per level, outermost first.
    """
    one = np.eye(information.shape[-1])
    told = [information]
    for parent, sigma in zip(reversed(parents), reversed(covariances[1:]), strict=True):
        passed_on = told[0] @ np.linalg.inv(one + sigma @ told[0])
        summed = np.zeros((parent.max() + 1, *one.shape))
        np.add.at(summed, parent, passed_on)
        told.insert(0, summed)

    variances: list[NDArray] = []
    for depth, (known, sigma) in enumerate(zip(told, covariances, strict=True)):
        own = sigma @ np.linalg.inv(one + known @ sigma)
        if depth:
            kept = one - own @ known
            own = own + kept @ variances[-1][parents[depth - 1]] @ kept.swapaxes(1, 2)
        variances.append(own)
    return variances
