"""The variance of units' coefficients given the data and all parameters, in closed form."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def conditional_variances(
    information: NDArray, parents: Sequence[NDArray[np.intp]], covariances: Sequence[NDArray]
) -> list[NDArray]:
    """Variance of every unit's line given the data, fixed effects and variance components.

    The line of an innermost unit is its total coefficients g; that of another the mean of the lines of the
    innermost units in it.

    Up: what a unit's data tell of its g is P = X'X/σ² if it is innermost, and the sum of what its units tell
    otherwise; through its own effect of covariance Σ they tell P (1 + ΣP)⁻¹ of its parent's g.

    Down: given its parent's, a unit's g has variance M = (Σ⁻¹ + P)⁻¹, here Σ (1 + PΣ)⁻¹, which a singular Σ
    does not break, and follows the parent's by F = 1 - MP. So Var(g) = M + F V F' with V the parent's, for
    one level the (Σ⁻¹ + X'X/σ²)⁻¹ of Sá (2015).

    A unit's line is B g plus what of its units does not hang on g, of variance W. Innermost B = 1 and W = 0;
    around them, with c a unit inside that holds the share w of the innermost ones, B = Σ w B_c F_c and
    W = Σ w² (B_c M_c B_c' + W_c). The variance of the line is B Var(g) B' + W.

    Parameters
    ----------
    information : array, shape (innermost units, terms, terms)
        X'X/σ² of each innermost unit.
    parents : sequence of int arrays
        For each level, outermost first: position of each unit's parent; zeros for the outermost.
    covariances : sequence of arrays, shape (terms, terms)
        Σ of each level, outermost first.

    Returns
    -------
    list of arrays, shape (units, terms, terms)
        One per level, outermost first.
    """
    one = np.eye(information.shape[-1])
    told, size = information, np.ones(len(information))
    of_line, apart = np.broadcast_to(one, information.shape), np.zeros(information.shape)
    # Of each level, outermost first: M, F, B and W.
    levels: list[tuple[NDArray, NDArray, NDArray, NDArray]] = []
    for parent, sigma in zip(reversed(parents), reversed(covariances), strict=True):
        own = sigma @ np.linalg.inv(one + told @ sigma)
        follows = one - own @ told
        levels.insert(0, (own, follows, of_line, apart))
        total = _sums(size, parent)
        share = (size / total[parent])[:, None, None]
        apart = _sums(share**2 * (of_line @ own @ of_line.swapaxes(1, 2) + apart), parent)
        of_line = _sums(share * of_line @ follows, parent)
        told, size = _sums(told @ follows, parent), total

    variances: list[NDArray] = []
    variance = np.zeros((1, *one.shape))
    for (own, follows, of_line, apart), parent in zip(levels, parents, strict=True):
        variance = own + follows @ variance[parent] @ follows.swapaxes(1, 2)
        variances.append(of_line @ variance @ of_line.swapaxes(1, 2) + apart)
    return variances


def _sums(values: NDArray, parent: NDArray[np.intp]) -> NDArray:
    """Add up what belongs to each parent."""
    summed = np.zeros((parent.max() + 1, *values.shape[1:]))
    np.add.at(summed, parent, values)
    return summed
