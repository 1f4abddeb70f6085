"""Figures of many small panels."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bayes_saude.plots.style import FONT_SIZE, PAGE, PAGE_HEIGHT


def small_axes(n: int, columns: int, height: float, *, share: bool = False) -> NDArray[np.object_]:
    """Make a page's width of small axes.

    Parameters
    ----------
    n : int
    columns : int
        Side by side at most.
    height : float
        Of one, in inches; less where a page would not hold them.
    share : bool
        Whether all have the same axes.

    Returns
    -------
    array of matplotlib.axes.Axes, shape (n,)
    """
    rows = -(-n // columns)
    # Five stand as three and two, not as four and one.
    columns = -(-n // rows)
    size = (PAGE, min(rows * height + 0.5, PAGE_HEIGHT))
    _, grid = plt.subplots(
        rows, columns, figsize=size, layout="constrained", squeeze=False, sharex=share, sharey=share
    )
    for ax in grid.flat[n:]:
        ax.set_axis_off()
    if share:
        # Where the last row has a gap, the axes above have the ticks.
        for ax in grid.flat[n - columns : n]:
            ax.tick_params(labelbottom=True)
    return grid.ravel()[:n]


def lowest(axes: NDArray[np.object_]) -> list[Axes]:
    """List the axes of `small_axes` that have none below them."""
    columns = axes[0].get_gridspec().ncols
    return list(axes[-columns:])


def legend_above(ax: Axes, handles: list[Artist], names: list[str], title: str = "") -> None:
    """Write one legend above all axes of a figure, with a line above it."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.legend(
        handles, names, loc="outside upper center", ncols=len(names), frameon=False, fontsize=FONT_SIZE,
        title=title, title_fontsize=FONT_SIZE, handlelength=1.8, columnspacing=1.6, borderpad=0.2,
    )  # fmt: skip
