"""Caterpillar: every unit's estimate and interval, in the order of the ranking."""

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bayes_saude.plots._data import ranking_of
from bayes_saude.plots._rows import name_rows, rows_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKS,
    COLUMN,
    MEAN_LINE,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    percent,
    quantity_word,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.ranking import classes


def plot_caterpillar(
    data: pd.DataFrame | xr.DataTree,
    *,
    by: str = "intercept",
    level: str | None = None,
    within: str = "all",
    ends: int = 20,
    page: int | None = None,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the units' posterior means and intervals, the best at the top.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `rank` or `all_rankings`, or a fit. The intervals drawn are the ranking's `low` and `high`; a
        unit is marked above (below) the mean of all where the interval of its difference from the mean, of
        the same probability, lies above (below) zero.
    by, level, within : str
        Which ranking: by "intercept", "slope" or "level:YEAR"; of the innermost level, as the last in the
        table, if `level` is left out; within "all", or within the unit of this name.
    ends : int
        Of more than 45 units only so many from the top and from the bottom are drawn.
    page : int, optional
        Draw this page of 60 units instead, counted from 1.
    ci_prob : float, optional
        Probability of the intervals: 0.95 for a fit if left out. A table has its own, in `DataFrame.attrs`,
        and 0.95 where it has none, as one read from a file.
    label : str, optional
        Text of the horizontal axis, best the indicator and its unit.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = ranking_of(data, by=by, level=level, within=within, ci_prob=ci_prob)
    prob = units.attrs["prob"]
    mean = units["mean"].mean()
    rows = rows_of(units, ends=ends, page=page)
    drawn = rows.units
    if ax is None:
        ax = new_axes(COLUMN, rows.height)

    sides = classes(drawn["p_above_mean"], prob)
    for name, colour in CLASS_COLOURS.items():
        chosen = sides == name
        ax.hlines(
            rows.places[chosen], drawn["low"][chosen], drawn["high"][chosen], color=colour, linewidth=0.9
        )
        ax.plot(drawn["mean"][chosen], rows.places[chosen], CLASS_MARKS[name], color=colour, markersize=3.2)
    ax.axvline(mean, color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)))

    # Right-aligned, so that a long label runs below the names rather than out of the figure.
    ax.set_xlabel(label or quantity_word(by, lang), loc="right", parse_math=False)
    localise(ax.xaxis, lang)
    tidy(ax)
    name_rows(ax, rows, lang)
    _legend(ax, set(sides), prob, lang)
    return remember(ax, drawn.assign(side=sides))


def _legend(ax: Axes, classes: set[str], prob: float, lang: Lang) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=colour,
            marker=CLASS_MARKS[name],
            markersize=3.2,
            linewidth=0.9,
            label=word(name, lang),
        )
        for name, colour in CLASS_COLOURS.items()
        if name in classes
    ]
    handles.append(
        Line2D([], [], color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)), label=word("mean", lang))
    )
    title = word("interval", lang, prob=percent(prob, lang))
    legend_on_top(ax, handles, title=title, ncols=2, columnspacing=1.2, labelspacing=0.2)
