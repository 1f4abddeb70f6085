"""Where ticks and names stand so that they can be read."""

from collections.abc import Callable, Sequence
from typing import Literal, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression

from bayes_saude.plots.style import FONT_SIZE, shorten


def rank_ticks(n_units: int) -> list[int]:
    """Choose ticks of an axis of ranks: all of few, else the first, the last, and some between."""
    if n_units <= 12:
        return list(range(1, n_units + 1))
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


type HorizontalAlignment = Literal["left", "center", "right"]
type VerticalAlignment = Literal["bottom", "center", "top"]

# Where a name stands about its point: a step in points, and which side of it the name then lies on.
AROUND_POINT: tuple[tuple[int, int, HorizontalAlignment, VerticalAlignment], ...] = (
    (4, 0, "left", "center"), (-4, 0, "right", "center"),
    (0, 4, "center", "bottom"), (0, -4, "center", "top"),
    (3, 3, "left", "bottom"), (-3, 3, "right", "bottom"), (3, -3, "left", "top"), (-3, -3, "right", "top"),
    (0, 11, "center", "bottom"), (0, -11, "center", "top"),
    (12, 8, "left", "bottom"), (-12, 8, "right", "bottom"),
    (12, -8, "left", "top"), (-12, -8, "right", "top"),
    (0, 20, "center", "bottom"), (0, -20, "center", "top"),
    (20, 16, "left", "bottom"), (-20, 16, "right", "bottom"),
    (20, -16, "left", "top"), (-20, -16, "right", "top"),
)  # fmt: skip
# Farther from its point than these points a name is tied to it by a line.
BESIDE = 6
# Points that names leave free around the middle of a mark, and inside the axes.
CLEAR = 2.2


def name_points(
    ax: Axes,
    points: NDArray[np.float64],
    names: Sequence[str],
    *,
    avoid: NDArray[np.float64],
    crowded: bool = True,
) -> list[str]:
    """Write names beside points, each where it covers the least: no other name, few points, all inside.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With its limits, labels and legend as they will be.
    points : array, shape (names, 2)
        In the units of the axes.
    names : sequence of str
    avoid : array, shape (points, 2)
        Points that names should not cover.
    crowded : bool
        Write also those that cover a point or another name, or leave the axes, wherever they stand.

    Returns
    -------
    list of str
        The names that are written.
    """
    figure = cast(Figure, ax.figure)
    # Only a figure laid out knows how large a name is.
    figure.draw_without_rendering()
    marks = ax.transData.transform(avoid)
    clear = CLEAR * figure.dpi / 72
    frame = ax.get_window_extent().padded(-clear)
    taken: list[Bbox] = []
    written: list[str] = []
    for point, name in zip(points, names, strict=True):
        text = ax.annotate(
            shorten(name, 25), xy=(point[0], point[1]), xytext=(0, 0), textcoords="offset points",
            size=FONT_SIZE - 1, parse_math=False, zorder=4,
        )  # fmt: skip
        # Read over points and lines, and laid over the axes rather than beside them.
        text.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
        text.set_in_layout(False)

        def box_at(place: int, text: Annotation = text) -> Bbox:
            across, up, horizontal, vertical = AROUND_POINT[place]
            text.set(position=(across, up), horizontalalignment=horizontal, verticalalignment=vertical)
            return text.get_window_extent()

        def cost_of(place: int, box_at: Callable[[int], Bbox] = box_at) -> float:
            box = box_at(place)
            covered = sum(box.overlaps(other) for other in taken)
            outside = max(frame.x0 - box.x0, box.x1 - frame.x1, frame.y0 - box.y0, box.y1 - frame.y1, 0)
            return 100 * covered + 10 * outside + box.padded(clear).count_contains(marks)

        place = min(range(len(AROUND_POINT)), key=cost_of)
        if not crowded and cost_of(place):
            text.remove()
            continue
        taken.append(box_at(place))
        step = AROUND_POINT[place][:2]
        if max(map(abs, step)) > BESIDE:
            ax.annotate(
                "", xy=(point[0], point[1]), xytext=step, textcoords="offset points",
                arrowprops={"arrowstyle": "-", "linewidth": 0.4, "shrinkA": 0, "shrinkB": 0},
            ).set_in_layout(False)  # fmt: skip
        written.append(name)
    return written
