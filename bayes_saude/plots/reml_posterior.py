"""REML against posterior: where the two give a unit another estimate or another class."""

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from bayes_saude.plots._data import comparison_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    COLUMN,
    FONT_SIZE,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    quantity_word,
    remember,
    shorten,
    tidy,
    word,
)

SAME, DIFFERS = CLASS_COLOURS["none"], CLASS_COLOURS["below"]
# More names than these cover one another.
MOST_NAMES = 10
# Characters of a name; longer ones would take the room of the axes.
NAME_WIDTH = 22
# Where the names to the right begin, and the height of a line of them, as shares of the axes.
NAMES_EDGE, LINE = 0.56, 0.052


def plot_reml_posterior(
    data: pd.DataFrame | xr.DataTree,
    *,
    parameter: str = "intercept",
    level: str | None = None,
    names: int = MOST_NAMES,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each unit's posterior mean against its REML estimate, singling out the units whose class differs.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `compare`, or a fit of the Gaussian family, which is then fitted by REML too.
    parameter : {"intercept", "slope"}
    level : str, optional
        The innermost level, as the last in the table, if left out.
    names : int
        How many of the units whose class differs are named, those of the largest difference first.
    ci_prob : float, optional
        Probability of the intervals that make the classes: 0.95 for a fit if left out; a table has its own.
    label : str, optional
        What the axes measure, best the indicator and its unit; the parameter's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A square figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = comparison_of(data, parameter=parameter, level=level, ci_prob=ci_prob)
    if ax is None:
        ax = new_axes(COLUMN, COLUMN)

    low, high = units[["reml", "bayes"]].min().min(), units[["reml", "bayes"]].max().max()
    margin = 0.05 * (high - low)
    ends = (low - margin, high + margin)
    ax.plot(ends, ends, color="black", linewidth=0.6, linestyle=(0, (4, 2)), label=word("identity", lang))
    agrees = units["agrees"].astype(bool)
    _mark(ax, units[agrees], units[~agrees], lang)
    _name(ax, units[~agrees], names, ends)

    # Nearly square by the size of the figure; held to be so, the layout would misjudge the room around it.
    ax.set(xlim=ends, ylim=ends)
    what = label or quantity_word(parameter, lang)
    ax.set_xlabel(word("reml", lang, what=what), parse_math=False)
    ax.set_ylabel(word("posterior", lang, what=what), parse_math=False)
    for axis in (ax.xaxis, ax.yaxis):
        localise(axis, lang)
    tidy(ax)
    # Three side by side are wider than a column in Portuguese.
    legend_on_top(ax, ncols=2, handlelength=1.6)
    return remember(ax, units)


def _mark(ax: Axes, same: pd.DataFrame, differs: pd.DataFrame, lang: Lang) -> None:
    """Draw the units, those whose class differs over the others."""
    ax.plot(
        same["reml"], same["bayes"], "o", color=SAME, markersize=2.6, alpha=0.6, markeredgewidth=0,
        label=word("same", lang),
    )  # fmt: skip
    # Where none differs the legend has no word of it.
    label = word("differ", lang) if len(differs) else "_none"
    ax.plot(
        differs["reml"], differs["bayes"], "D", color=DIFFERS, markersize=3.4, markeredgecolor="black",
        markeredgewidth=0.4, label=label,
    )  # fmt: skip


def _name(ax: Axes, differs: pd.DataFrame, most: int, ends: tuple[float, float]) -> None:
    """Write names beside the line: of marks in its lower half to the right, of the others to the left."""
    distance = (differs["reml"] - differs["bayes"]).abs()
    named = differs.loc[distance.nlargest(most).index].sort_values("bayes")
    wanted = (named["bayes"] - ends[0]) / (ends[1] - ends[0])
    lower = wanted < 0.5
    # The upper left is the lower right turned half around.
    from_bottom = _spread(wanted[lower].tolist())
    from_top = _spread((1 - wanted[~lower])[::-1].tolist())[::-1]
    heights = [*from_bottom, *(1 - height for height in from_top)]
    for (_, unit), height, right in zip(named.iterrows(), heights, lower, strict=True):
        ax.annotate(
            shorten(unit["unit"], NAME_WIDTH),
            xy=(unit["reml"], unit["bayes"]),
            xytext=(NAMES_EDGE if right else 1 - NAMES_EDGE, height),
            textcoords="axes fraction",
            ha="left" if right else "right",
            va="center",
            size=FONT_SIZE - 1,
            parse_math=False,
            arrowprops={
                "arrowstyle": "-", "linewidth": 0.3, "shrinkA": 1, "shrinkB": 1.5, "relpos": (not right, 0.5),
            },
        )  # fmt: skip


def _spread(wanted: list[float]) -> list[float]:
    """Move ascending heights a line of text apart, away from the diagonal while the bottom leaves room."""
    highest = NAMES_EDGE - 1.5 * LINE
    heights: list[float] = []
    for height in reversed(wanted):
        heights.insert(0, min(height, highest))
        highest = heights[0] - LINE
    return [max(height, LINE * (place + 0.5)) for place, height in enumerate(heights)]
