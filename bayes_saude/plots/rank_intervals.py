"""Rank intervals: how well the data tell every unit's rank."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bayes_saude.plots._data import ranking_of
from bayes_saude.plots._labels import rank_ticks
from bayes_saude.plots._rows import name_rows, rows_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKS,
    COLUMN,
    MEAN_LINE,
    Lang,
    legend_on_top,
    new_axes,
    percent,
    quantity_word,
    remember,
    tidy,
    word,
)

WORDS = {
    "rank": ("rank by {what} (1 = best)", "posto por {what} (1 = melhor)"),
    "interval": ("expected rank and {prob} interval", "posto esperado e intervalo de {prob}"),
    "better": ("in the better half", "na melhor metade"),
    "worse": ("in the worse half", "na pior metade"),
    "both": ("in both halves", "nas duas metades"),
    "median": ("median rank", "posto mediano"),
    "middle": ("middle rank", "posto do meio"),
}
# Colour and mark of each side, as of units above the mean, below it and neither.
CLASS_OF = {"better": "above", "worse": "below", "both": "none"}


def plot_rank_intervals(
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
    """Draw each unit's expected and median rank and the interval of its rank, the best at the top.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `rank` or `all_rankings`, or a fit. The intervals are the ranking's `rank_low` to `rank_high`; a
        unit is marked as better (worse) where all of it lies on that side of the middle rank.
    by, level, within : str
        Which ranking: by "intercept", "slope" or "level:YEAR"; of the innermost level, as the last in the
        table, if `level` is left out; within "all", or within the unit of this name.
    ends : int
        Of more than 45 units only so many from the top and from the bottom are drawn.
    page : int, optional
        Draw this page of 60 units instead, counted from 1.
    ci_prob : float, optional
        Probability of the intervals: 0.95 for a fit if left out. A table has its own.
    label : str, optional
        What the units are ranked by, best the indicator; the quantity's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = ranking_of(data, by=by, level=level, within=within, ci_prob=ci_prob)
    n_units, prob = len(units), units.attrs["prob"]
    middle = (n_units + 1) / 2
    rows = rows_of(units, ends=ends, page=page)
    drawn = rows.units
    if ax is None:
        ax = new_axes(COLUMN, rows.height)

    sides = np.select([drawn["rank_high"] < middle, drawn["rank_low"] > middle], ["better", "worse"], "both")
    for side, name in CLASS_OF.items():
        chosen, colour = sides == side, CLASS_COLOURS[name]
        places, of_side = rows.places[chosen], drawn[chosen]
        ax.hlines(places, of_side["rank_low"], of_side["rank_high"], color=colour, linewidth=0.9)
        ax.plot(of_side["expected_rank"], places, CLASS_MARKS[name], color=colour, markersize=3.2)
    ax.plot(
        drawn["median_rank"], rows.places, "|", color="black", markersize=4.5, markeredgewidth=0.7, zorder=3
    )
    ax.axvline(middle, color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)), zorder=0)

    margin = max(0.5, 0.02 * n_units)
    ax.set_xlim(1 - margin, n_units + margin)
    ax.set_xticks(rank_ticks(n_units))
    what = label or quantity_word(by, lang)
    ax.set_xlabel(word("rank", lang, WORDS, what=what), loc="right", parse_math=False)
    tidy(ax)
    name_rows(ax, rows, lang)
    _legend(ax, sides, prob, lang)
    return remember(ax, drawn.assign(side=sides))


def _legend(ax: Axes, sides: np.ndarray, prob: float, lang: Lang) -> None:
    handles = [
        Line2D(
            [], [], color=CLASS_COLOURS[name], marker=CLASS_MARKS[name], markersize=3.2, linewidth=0.9,
            label=word(side, lang, WORDS),
        )
        for side, name in CLASS_OF.items()
        if side in sides
    ]  # fmt: skip
    handles.append(
        Line2D(
            [], [], color="black", marker="|", markersize=4.5, linewidth=0, label=word("median", lang, WORDS)
        )
    )
    handles.append(
        Line2D(
            [], [], color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)), label=word("middle", lang, WORDS)
        )
    )
    title = word("interval", lang, WORDS, prob=percent(prob, lang))
    legend_on_top(ax, handles, title=title, ncols=2, columnspacing=1.2, labelspacing=0.2)
