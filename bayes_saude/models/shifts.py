"""Shifts of the trend that many units share: the deviation of a single time, the effects of a predictor.

A time's deviation from the line, such as the dip of one year, is common to all units: N(0, sd_year).

A predictor sorts the units of the innermost level into groups, whatever their parents: population bands. The
effects of its groups on intercept and slope add up to zero, so that the population's line is the mean over
the groups, none of which is the one that the others are measured by: that would give it a surer prior
than the others, and make the ranking's prior depend on which one it is. Each has the prior N(0, sigma).

Both are parameters beside the hyperparameters. Once they are known, so is what they add to each row, and the
exact marginal likelihood is that of what is left: its sums follow from those of the responses themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.models.marginal import Rows
from bayes_saude.models.predictor import Tree

# A NumPy array of floats or a PyTensor variable.
type Array = Any


@dataclass(frozen=True)
class Shifts:
    """What shifts the trend of a panel.

    Parameters
    ----------
    times : array, shape (times,)
        The distinct times.
    of_times : bool
        Whether each of them has a deviation of its own.
    groups : mapping of str to array of str
        For each predictor the names of its groups, sorted.
    of_leaf : mapping of str to array of int
        For each predictor the position of the group of each unit of the innermost level.
    """

    times: NDArray[np.float64]
    of_times: bool
    groups: Mapping[str, NDArray[np.str_]]
    of_leaf: Mapping[str, NDArray[np.intp]]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.of_times or bool(self.groups)

    @property
    def sizes(self) -> "Sizes":
        """Numbers of parameters."""
        times = len(self.times) if self.of_times else 0
        return Sizes(times, tuple(len(names) for names in self.groups.values()))

    def time_of(self, panel: pd.DataFrame) -> NDArray[np.intp]:
        """Position of each row's time, shape (rows,)."""
        return np.searchsorted(self.times, panel["time"].to_numpy(dtype=np.float64))


class Sizes(NamedTuple):
    """Numbers of times with a deviation of their own, none without, and of each predictor's groups."""

    times: int = 0
    groups: tuple[int, ...] = ()


UNSHIFTED = Sizes()


def make_shifts(panel: pd.DataFrame, tree: Tree, predictors: Sequence[str], year_effects: bool) -> Shifts:
    """Read off a validated panel, all its replicates together, what shifts the trend."""
    leaf = tree.leaf_of(panel)
    groups, of_leaf = {}, {}
    for name in predictors:
        groups[name], code = np.unique(panel[name].to_numpy(dtype=str), return_inverse=True)
        of_leaf[name] = np.zeros(len(tree.units[-1]), dtype=np.intp)
        of_leaf[name][leaf] = code
    times = np.unique(panel["time"].to_numpy(dtype=np.float64))
    return Shifts(times, year_effects, groups, of_leaf)


class Additions(NamedTuple):
    """What the parameters that shift the trend add to the sums of a panel, each per unit of the parameter.

    The parameters are the deviations of times, where there are, then for each predictor the effects of its
    groups on intercept and on slope.

    Parameters
    ----------
    to_rows : array, shape (parameters, 2 x patterns x parents)
        To X'y of each of a row's units.
    squared : array, shape (parameters, parameters)
        To the sum of squares of what is added to all observations.
    with_y : array, shape (parameters,)
        To the sum of products of it with the responses.
    line : array, shape (parameters, 2)
        To intercept and slope of its line of least squares.
    """

    to_rows: Array
    squared: Array
    with_y: Array
    line: Array


def make_additions(
    shifts: Shifts,
    elapsed: NDArray[np.float64],
    units: NDArray[np.float64],
    count: NDArray[np.float64],
    y: NDArray[np.float64],
    groups: Sequence[NDArray[np.intp]],
) -> Additions:
    """Sum up what each parameter adds.

    Parameters
    ----------
    shifts : Shifts
    elapsed : array, shape (times,)
        Standardised.
    units : array, shape (patterns, parents)
        As in `Rows`.
    count, y : array, shape (times, patterns, parents)
        Rows of each of a row's units at each time; responses, summed over its units.
    groups : sequence of array of int, shape (patterns, parents)
        The group of a row's units, for each predictor.

    Returns
    -------
    Additions
    """
    every = np.ones_like(count)
    t = elapsed[:, None, None] * every
    design = list(np.eye(len(elapsed))[:, :, None, None] * every) if shifts.of_times else []
    for group, names in zip(groups, shifts.groups.values(), strict=True):
        members = [(group == k) * every for k in range(len(names))]
        design += members + [member * t for member in members]
    x, weight = np.stack(design), units * count
    of_y, of_ty = (np.einsum("wtpq,tpq->wpq", x, count * power) for power in (1, t))
    total = np.stack([(units * of_y).sum(axis=(1, 2)), (units * of_ty).sum(axis=(1, 2))])
    n, of_t, of_tt = (np.sum(weight * t**power) for power in range(3))
    return Additions(
        to_rows=np.stack([of_y, of_ty], axis=1).reshape(len(x), -1),
        squared=np.einsum("vtpq,tpq,wtpq->vw", x, weight, x, optimize=True),
        with_y=np.einsum("wtpq,tpq->w", x, y),
        line=np.linalg.solve([[n, of_t], [of_t, of_tt]], total).T,
    )


def less(rows: Rows, parameters: Array, additions: Additions) -> tuple[Rows, tuple[Array, Array]]:
    """Make the sums of the responses less what is added to the trend.

    Parameters
    ----------
    rows : Rows
    parameters : array, shape (..., parameters)
    additions : Additions

    Returns
    -------
    rows : Rows
        `ysq` is one number, the sum over all rows.
    of_y, of_ty : array, shape (..., patterns, parents)
        What is taken off X'y of each of a row's units.
    """
    leading = [parameters.shape[axis] for axis in range(parameters.ndim - 1)]
    added = (parameters @ additions.to_rows).reshape((*leading, 2, *(rows.units.shape[k] for k in (0, 1))))
    of_y, of_ty = added[..., 0, :, :], added[..., 1, :, :]
    n, ysq = rows.units, rows.ysq.sum()
    taken = (parameters * (parameters @ additions.squared - 2 * additions.with_y)).sum(axis=-1)
    left = rows._replace(
        y=rows.y - n * of_y,
        ty=rows.ty - n * of_ty,
        y_y=rows.y_y - 2 * of_y * rows.y + n * of_y**2,
        y_ty=rows.y_ty - of_y * rows.ty - of_ty * rows.y + n * of_y * of_ty,
        ty_ty=rows.ty_ty - 2 * of_ty * rows.ty + n * of_ty**2,
        ysq=ysq + taken,
    )
    return left, (of_y, of_ty)


def contrasts(size: int) -> NDArray[np.float64]:
    """Columns that turn standard normal numbers into effects that add up to zero, each of variance one.

    Returns
    -------
    array, shape (size, size - 1)
    """
    centring = np.eye(size) - 1 / size
    values, vectors = np.linalg.eigh(centring)
    return vectors[:, values > 0.5] * np.sqrt(size / (size - 1))
