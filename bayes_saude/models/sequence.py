"""Units that stand in an order, such as age groups: neighbours are alike, in place of all being exchangeable.

Their effects are a random walk of first order: the differences of neighbours are independent, normal and of
one variance, however wide the groups are, and the effects add up to zero, so that the population's line is
the mean of the units'. Scaled so that the geometric mean of the effects' variances is one (Sørbye and Rue
2014, doi:10.1016/j.spasta.2013.06.004), it takes the standard deviation that exchangeable effects have, with
the same prior. The effects on intercept and slope are two such walks with the same correlation everywhere:
the covariance of all is the Kronecker product of the walk's and that of intercept and slope.
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.models.predictor import Tree


def random_walk(size: int) -> NDArray[np.float64]:
    """Columns that turn standard normal numbers into the effects of units in order.

    Returns
    -------
    array, shape (size, size - 1)
        L, with LL' the generalised inverse of D'D, D the differences of neighbours, over the geometric mean
        of its diagonal.
    """
    differences = np.diff(np.eye(size), axis=0)
    values, vectors = np.linalg.eigh(differences.T @ differences)
    root = vectors[:, 1:] / np.sqrt(values[1:])
    return root / np.exp(np.log((root**2).sum(axis=1)).mean() / 2)


def in_order(labels: Sequence[str]) -> list[str]:
    """Put the names of units in their order.

    Names that all have a number stand by the first one in them, "5-14" before "15-24"; of two with the same
    number one that begins with words is first, "under 1" before "1-4". Else they stand as they are given.

    Parameters
    ----------
    labels : sequence of str
        Distinct, in the order in which they first appear in the panel.

    Returns
    -------
    list of str
    """
    numbers = [re.search(r"\d+", label) for label in labels]
    if not all(numbers):
        return list(labels)
    return sorted(labels, key=_place)


def _place(label: str) -> tuple[int, bool]:
    number = re.search(r"\d+", label)
    return (int(number[0]) if number else 0, label[:1].isdigit())


def sequence_basis(panel: pd.DataFrame, tree: Tree) -> NDArray[np.float64]:
    """Give the random walk of the outermost level's units, in the order of the tree's units."""
    order = in_order(panel[tree.levels[0]].astype(str).drop_duplicates().tolist())
    place = {label: k for k, label in enumerate(order)}
    return random_walk(len(order))[[place[unit] for unit in tree.units[0].tolist()]]
