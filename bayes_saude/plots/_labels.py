"""Where ticks and names stand so that they can be read."""

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression


def rank_ticks(n_units: int) -> list[int]:
    """Choose ticks of an axis of ranks: the first rank, the last, and some between."""
    between = MaxNLocator(6, integer=True).tick_values(1, n_units)
    return [1, *(int(tick) for tick in between if 0.06 * n_units + 1 < tick < 0.86 * n_units), n_units]


def spread(wanted: ArrayLike, least: float, *, low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
    """Move heights apart by as little as possible, the sum of squares.

    Parameters
    ----------
    wanted : array, shape (names,)
        Ascending.
    least : float
        Distance between neighbours; less where there are too many of them.
    low, high : float
        Ends of the room.

    Returns
    -------
    array, shape (names,)
        Ascending.
    """
    heights = np.asarray(wanted, dtype=float)
    if heights.size < 2:
        return heights.clip(low, high)
    steps = min(least, (high - low) / (heights.size - 1)) * np.arange(heights.size)
    # With the steps taken away, being apart is being in order.
    return np.clip(isotonic_regression(heights - steps).x, low, high - steps[-1]) + steps
