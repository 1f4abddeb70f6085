"""Who is among the first, who among the last, and how surely."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._data import fit_of, ranking_of
from bayes_saude.plots._rows import Rows, name_rows, rows_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKS,
    COLUMN,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    quantity_word,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.top_probabilities import by_top, top_probabilities

# Standard errors drawn to either side.
ERRORS = 2
# How far the two marks of a unit stand from the middle of its row.
OFFSET = 0.2
GROUPS = {"p_top": "above", "p_bottom": "below"}
WORDS = {
    "p_top": ("among the first {n}", "entre os primeiros {n}"),
    "p_bottom": ("among the last {n}", "entre os últimos {n}"),
    "fifth": ("among the last {n}, the worst fifth", "entre os últimos {n}, o pior quinto"),
    "probability": ("probability, by {what}", "probabilidade, por {what}"),
    "error": ("± {n} Monte Carlo standard errors", "± {n} erros-padrão de Monte Carlo"),
    "none": ("Monte Carlo error not in the table", "erro de Monte Carlo não consta da tabela"),
}


def plot_top_probabilities(
    data: pd.DataFrame | xr.DataTree,
    *,
    by: str = "intercept",
    level: str | None = None,
    within: str = "all",
    top: int | None = None,
    bottom: int | None = None,
    ends: int = 20,
    page: int | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each unit's probability to rank among the first and among the last, with its Monte Carlo error.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        A fit, or a table from `top_probabilities`, `rank` or `all_rankings`. The last two do not tell the
        Monte Carlo error, which the figure then says.
    by, level, within : str
        Which ranking: by "intercept", "slope" or "level:YEAR"; of the innermost level, as the last in the
        table, if `level` is left out; within "all", or within the unit of this name.
    top, bottom : int, optional
        How many are the first and the last: of a fit, 10 and the worst fifth if left out, see
        `top_probabilities`. A table has its own.
    ends : int
        Of more than 45 units only so many from the top and from the bottom are drawn. Units are ordered by
        the difference of their two probabilities.
    page : int, optional
        Draw this page of 60 units instead, counted from 1.
    label : str, optional
        What the units are ranked by, best the indicator; the quantity's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    table = _table(data, by=by, level=level, within=within, top=top, bottom=bottom)
    rows = rows_of(table, ends=ends, page=page)
    if ax is None:
        ax = new_axes(COLUMN, rows.height)
    for (name, kind), offset in zip(GROUPS.items(), (-OFFSET, OFFSET), strict=True):
        _draw(ax, rows, name, offset, CLASS_COLOURS[kind], CLASS_MARKS[kind])
    # Marks at 0 and 1 are whole.
    ax.set_xlim(-0.03, 1.03)
    what = label or quantity_word(table["by"].iloc[0], lang)
    ax.set_xlabel(word("probability", lang, WORDS, what=what), loc="right", parse_math=False)
    localise(ax.xaxis, lang)
    tidy(ax)
    name_rows(ax, rows, lang)
    _legend(ax, table, lang)
    return remember(ax, rows.units)


def _table(
    data: pd.DataFrame | xr.DataTree,
    *,
    by: str,
    level: str | None,
    within: str,
    top: int | None,
    bottom: int | None,
) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        fit = fit_of(data, "top_probabilities, rank or all_rankings")
        return top_probabilities(fit, by=by, level=level, within=within, top=top, bottom=bottom)
    table = ranking_of(data, by=by, level=level, within=within, top=top)
    fifth = max(1, round(len(table) / 5))
    last = table.attrs["bottom"] or fifth
    if bottom is not None and bottom != last:
        raise BayesSaudeError(
            f"The table's ranking was made with bottom = {last}, not {bottom}. "
            "Leave `bottom` out, or give the fit instead of the table."
        )
    if table[["p_top", "p_bottom"]].isna().any(axis=None):
        raise BayesSaudeError(
            f"The first {table.attrs['top']} or the last {last} of {len(table)} units are all of them. "
            "Give the fit, and smaller numbers as `top` and `bottom`."
        )
    attrs = {**table.attrs, "bottom": last}
    table = by_top(table)
    table.attrs = attrs
    return table


def _draw(ax: Axes, rows: Rows, name: str, offset: float, colour: str, mark: str) -> None:
    units, places = rows.units, rows.places + offset
    ax.hlines(places, 0, units[name], color=colour, linewidth=0.9)
    ax.plot(units[name], places, mark, color=colour, markersize=3.2, clip_on=False)
    if f"{name}_mcse" in units:
        error = ERRORS * units[f"{name}_mcse"]
        low, high = np.clip([units[name] - error, units[name] + error], 0, 1)
        ax.hlines(places, low, high, color="black", linewidth=0.5, zorder=3)
        ax.plot(
            [low, high], [places, places], "|", color="black", markersize=2.4, markeredgewidth=0.5, zorder=3
        )


def _legend(ax: Axes, table: pd.DataFrame, lang: Lang) -> None:
    fifth = table.attrs["bottom"] == max(1, round(len(table) / 5))
    keys = {"p_top": ("p_top", "top"), "p_bottom": ("fifth" if fifth else "p_bottom", "bottom")}
    handles = [
        Line2D(
            [], [], color=CLASS_COLOURS[kind], marker=CLASS_MARKS[kind], markersize=3.2, linewidth=0.9,
            label=word(keys[name][0], lang, WORDS, n=table.attrs[keys[name][1]]),
        )
        for name, kind in GROUPS.items()
    ]  # fmt: skip
    known = "p_top_mcse" in table
    error = word("error" if known else "none", lang, WORDS, n=ERRORS)
    handles.append(
        Line2D(
            [],
            [],
            color="black",
            marker="|" if known else "",
            markersize=4,
            linewidth=0.5 * known,
            label=error,
        )
    )
    legend_on_top(ax, handles, labelspacing=0.2)
