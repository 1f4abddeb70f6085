"""What the Gaussian likelihood needs of a panel: the moments of each unit, and their sums.

Responses are values on the scale of the family's link, logarithms or log-odds where it is not the identity:
the likelihood is then that of the values but for the Jacobian, which no parameter changes. They are taken
about the line of least squares of all rows together and divided by its residual standard deviation, and time
by its own standard deviation. The sampler then meets numbers of the order of one whatever the indicator's
unit, and differences of large sums do not lose digits.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.errors import DataError
from bayes_saude.models.marginal import Rows
from bayes_saude.models.outcomes import IDENTITY, Link
from bayes_saude.models.predictor import Tree
from bayes_saude.models.shifts import Additions, Shifts, make_additions
from bayes_saude.models.years import Years, make_years


@dataclass(frozen=True)
class Moments:
    """Sufficient statistics of one replicate of a panel.

    Parameters
    ----------
    rows : Rows
        Standardised.
    incidence : tuple of arrays
        See `marginal.pass_up`.
    reference : array, shape (2,)
        Intercept and slope of the common line, on the link's scale and per unit of time.
    units : array, shape (2,)
        What an intercept and a slope of one on the standardised scale are on the link's scale.
    leaf_xy : array, shape (leaves, 2)
        X'y of each unit of the innermost level, standardised.
    leaf_row : array of int, shape (leaves,)
        Position of each unit's row in the flattened `rows`.
    additions : Additions or None
        Where something shifts the trend.
    years : Years or None
        Where times have deviations of their own.
    """

    rows: Rows
    incidence: tuple[NDArray[np.float64], ...]
    reference: NDArray[np.float64]
    units: NDArray[np.float64]
    leaf_xy: NDArray[np.float64]
    leaf_row: NDArray[np.intp]
    additions: Additions | None = None
    years: Years | None = None


def make_moments(
    panel: pd.DataFrame, tree: Tree, origin: float, link: Link = IDENTITY, shifts: Shifts | None = None
) -> Moments:
    """Sum a panel up.

    Parameters
    ----------
    panel : pandas.DataFrame
        One replicate of a validated panel: columns `time`, `value` and the levels.
    tree : Tree
        Of the whole panel; a unit without rows in this replicate has moments of zero.
    origin : float
        The trend's zero, in the unit of `time`.
    link : Link
        Of the family.
    shifts : Shifts, optional
        What shifts the trend. Units then share a row where they share parent, times and groups.

    Returns
    -------
    Moments

    Raises
    ------
    DataError
        If there is one time only, or all values lie on one line.
    """
    elapsed = panel["time"].to_numpy(dtype=np.float64) - origin
    value = link.to_trend(panel["value"].to_numpy(dtype=np.float64))
    reference, residual = _about_the_line(elapsed, value)
    spread, time_spread = residual.std(), elapsed.std()
    leaf, n_leaves = tree.leaf_of(panel), len(tree.units[-1])

    def total(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(leaf, weights, minlength=n_leaves)

    # Patterns are told apart before time is scaled: sums of whole years are exact.
    xx = np.column_stack([total(np.ones(len(panel))), total(elapsed), total(elapsed**2)])
    y, t = residual / spread, elapsed / time_spread
    key = xx
    if shifts:
        count, y_of_times = _by_time(panel, leaf, n_leaves, y, shifts)
        key = np.column_stack([xx, *count, *shifts.of_leaf.values()])
    table = _place_in_rows(tree.parents[-1], key)
    xy = np.column_stack([total(y), total(t * y)])
    plain = Moments(
        rows=_sum_rows(table, xx / [1, time_spread, time_spread**2], xy, total(y**2)),
        incidence=tuple(_incidence(tree, k) for k in range(len(tree.levels) - 2, 0, -1)),
        reference=reference,
        units=np.array([spread, spread / time_spread]),
        leaf_xy=xy,
        leaf_row=table.leaf_row,
    )
    if not shifts:
        return plain
    times, units = (shifts.times - origin) / time_spread, plain.rows.units
    additions = make_additions(
        shifts,
        times,
        units,
        np.stack([table.total(column) for column in count]) / np.maximum(units, 1),
        np.stack([table.total(column) for column in y_of_times]),
        [table.common(code) for code in shifts.of_leaf.values()],
    )
    years = make_years(times, count.sum(axis=1), y_of_times.sum(axis=1)) if shifts.of_times else None
    return replace(plain, additions=additions, years=years)


@dataclass(frozen=True)
class _Table:
    """Where the units of the innermost level stand in the table of `Rows`.

    Parameters
    ----------
    leaf_row : array of int, shape (leaves,)
        In the flattened table.
    shape : tuple of int
        Patterns and parents.
    """

    leaf_row: NDArray[np.intp]
    shape: tuple[int, int]

    def total(self, of_leaves: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add units up, row by row."""
        size = self.shape[0] * self.shape[1]
        return np.bincount(self.leaf_row, of_leaves, minlength=size).reshape(self.shape)

    def common(self, code: NDArray[np.intp]) -> NDArray[np.intp]:
        """Give each row what its units have in common."""
        of_rows = np.zeros(self.shape[0] * self.shape[1], dtype=np.intp)
        of_rows[self.leaf_row] = code
        return of_rows.reshape(self.shape)


def _sum_rows(
    table: _Table, xx: NDArray[np.float64], xy: NDArray[np.float64], ysq: NDArray[np.float64]
) -> Rows:
    """Sum the units' moments up.

    Each unit has n and the sums of t and t² in `xx`, shape (leaves, 3), the sums of y and ty in `xy`, shape
    (leaves, 2), and that of y² in `ysq`, shape (leaves,).
    """
    units = table.total(np.ones(len(xx)))
    n, sum_t, sum_tt = (table.total(column) / np.maximum(units, 1) for column in xx.T)
    return Rows(
        units=units,
        observations=n,
        t=sum_t,
        tt=sum_tt,
        y=table.total(xy[:, 0]),
        ty=table.total(xy[:, 1]),
        y_y=table.total(xy[:, 0] ** 2),
        y_ty=table.total(xy[:, 0] * xy[:, 1]),
        ty_ty=table.total(xy[:, 1] ** 2),
        ysq=table.total(ysq),
    )


def _by_time(
    panel: pd.DataFrame, leaf: NDArray[np.intp], n_leaves: int, y: NDArray[np.float64], shifts: Shifts
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count each unit's rows and add its responses up at each time, shapes (times, leaves)."""
    cell = shifts.time_of(panel) * n_leaves + leaf
    size = len(shifts.times) * n_leaves
    count, total = (np.bincount(cell, weights, minlength=size) for weights in (np.ones(len(y)), y))
    return count.reshape(-1, n_leaves), total.reshape(-1, n_leaves)


def _about_the_line(
    elapsed: NDArray[np.float64], value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Intercept and slope of the line of least squares, shape (2,), and the values' deviations from it."""
    slope, centre = _line(elapsed, value)
    residual = value - value.mean() - slope * (elapsed - centre)
    if residual.std() <= 1e-9 * np.abs(value).max():
        raise DataError(
            "All values of the panel lie on one straight line, so that there is no scatter to model.",
            "Check that the outcome's column is the right one.",
        )
    return np.array([value.mean() - slope * centre, slope]), residual


def _line(elapsed: NDArray[np.float64], value: NDArray[np.float64]) -> tuple[float, float]:
    """Slope of the line of least squares, and the mean time, where the line passes through the mean value."""
    centre = elapsed.mean()
    deviation = elapsed - centre
    if not np.any(deviation):
        raise DataError(
            "The panel has one time only, so that there is no trend to fit.",
            "Give at least two times; three or more are better.",
        )
    return float(deviation @ value / (deviation @ deviation)), float(centre)


def _place_in_rows(parent: NDArray[np.intp], xx: NDArray[np.float64]) -> _Table:
    """Give units that share parent and X'X one cell of the table of `Rows`."""
    patterns, pattern_of = np.unique(np.column_stack([parent, xx]), axis=0, return_inverse=True)
    if not parent.any():
        return _Table(pattern_of, (1, len(patterns)))
    parent_of = patterns[:, 0].astype(np.intp)
    # Patterns are sorted by parent, so that a pattern's place is its distance from its parent's first.
    place = np.arange(len(patterns)) - np.searchsorted(parent_of, parent_of)
    shape = (int(place.max()) + 1, int(parent.max()) + 1)
    return _Table((place * shape[1] + parent_of)[pattern_of], shape)


def _incidence(tree: Tree, level: int) -> NDArray[np.float64]:
    """Which unit of a level belongs to which of the level outside it; shape (units, parents)."""
    parents = tree.parents[level]
    return np.eye(len(tree.units[level - 1]))[parents]
