"""What marks units and values on maps, and stands for them in legends: hatching, and the mean of all."""

from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bayes_saude.plots.style import MEAN_LINE, Lang, word


class Hatching(NamedTuple):
    """A pattern of lines, their colour, and their width in points."""

    pattern: str
    colour: str
    width: float


def mean_line(axes: Axes, mean: float, lang: Lang) -> Line2D:
    """Mark the mean of all units on a colour bar; give its legend's line."""
    axes.axvline(mean, color=MEAN_LINE, linewidth=1.0)
    return Line2D(
        [], [], color=MEAN_LINE, marker="|", markersize=7, linestyle="none", label=word("mean", lang)
    )


def swatch(colour: str, label: str, hatching: Hatching | None = None) -> Patch:
    """Make a legend's patch of a fill and its hatching."""
    if hatching is None:
        return Patch(facecolor=colour, label=label)
    patch = Patch(facecolor=colour, edgecolor=hatching.colour, hatch=hatching.pattern, label=label)
    patch.set(linewidth=0.3, hatch_linewidth=hatching.width)
    return patch
