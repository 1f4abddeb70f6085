"""Slopegraph: the same units in the order of REML and in that of the posterior's expected ranks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.typing import LineStyleType
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._data import comparison_of
from bayes_saude.plots._rows import AROUND, GAP, LEAST_HEIGHT, MOST_ROWS, PAGE_ROWS, ROW_HEIGHT
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    FONT_SIZE,
    MEAN_LINE,
    PAGE,
    Lang,
    comma,
    legend_on_top,
    new_axes,
    quantity_word,
    remember,
    shorten,
    word,
)

# Colour and style of a line, which tell the three apart in grey as well.
LINES: Mapping[str, tuple[str, LineStyleType, float]] = {
    "rises": (CLASS_COLOURS["above"], "-", 1.1),
    "falls": (CLASS_COLOURS["below"], (0, (3, 1.5)), 1.1),
    "stays": (CLASS_COLOURS["none"], "-", 0.6),
}
WORDS = {
    "rises": ("better by the posterior", "melhor pela posteriori"),
    "falls": ("worse by the posterior", "pior pela posteriori"),
    "stays": ("same place", "mesma posição"),
    "reml": ("REML rank", "posto REML"),
    "bayes": ("expected rank", "posto esperado"),
    "pairs": (
        "by {what}: {crossing} of {pairs} pairs of units cross",
        "por {what}: {crossing} de {pairs} pares de unidades se cruzam",
    ),
}


def plot_slopegraph(
    data: pd.DataFrame | xr.DataTree,
    *,
    parameter: str = "intercept",
    level: str | None = None,
    ends: int = 15,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each unit's rank by REML to the left, its expected rank to the right, and a line between.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `compare`, or a fit, which is then fitted by REML too.
    parameter : {"intercept", "slope"}
    level : str, optional
        The innermost, as the last in the table, if left out.
    ends : int
        Of more than 45 units those are drawn that are among so many first or last by either ranking. A unit
        that is so by one alone stands by the other in its order between the two ends.
    label : str, optional
        What the units are ranked by, best the indicator; the parameter's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one page wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    BayesSaudeError
        If `ends` is none or more than a page holds, or the data are no comparison, or one without the units
        asked for.

    Notes
    -----
    Units stand at equal distances in the order of each ranking; the numbers beside them are their ranks. A
    line is marked where the unit's place, among all of its level, is another by the posterior. Two lines
    cross where two units are in another order; units of the same rank by REML are in none.
    """
    if not 1 <= ends <= PAGE_ROWS // 4:
        raise BayesSaudeError(f"{ends} units from either end cannot be drawn. Use 1 to {PAGE_ROWS // 4}.")
    units = comparison_of(data, parameter=parameter, level=level)
    units, n_units, crossing = _placed(units, ends)
    left_out = n_units - len(units)
    if ax is None:
        height = AROUND + max(LEAST_HEIGHT, ROW_HEIGHT * (units["bayes_row"].max() + 1))
        ax = new_axes(PAGE, height)
    _draw(ax, units, lang)
    if left_out:
        upper = (units[["reml_place", "bayes_place"]] <= n_units / 2).sum().mean()
        gap = upper - 1 + (1 + GAP) / 2
        ax.text(
            0.5, gap, word("gap", lang, n=left_out), ha="center", va="center", size=FONT_SIZE - 0.5,
            style="italic", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
    what = label or quantity_word(parameter, lang)
    pairs = n_units * (n_units - 1) // 2
    told = word("pairs", lang, WORDS, what=what, crossing=crossing, pairs=pairs)
    _legend(ax, set(units["line"]), told, lang)
    return remember(ax, units)


def _placed(units: pd.DataFrame, ends: int) -> tuple[pd.DataFrame, int, int]:
    """Give the units that are drawn, with places and rows; the number of all; and of pairs that cross."""
    units = units.sort_values(["expected_rank", "reml_rank"], kind="stable", ignore_index=True)
    n_units = len(units)
    # Ties by REML stand in the order of the posterior, and so do not cross.
    by_reml = np.empty(n_units, dtype=int)
    by_reml[np.argsort(units["reml_rank"].to_numpy(), kind="stable")] = np.arange(n_units)
    crossings = _crossings(by_reml)
    change = np.arange(n_units) - by_reml
    units = units.assign(
        reml_place=by_reml + 1,
        bayes_place=np.arange(1, n_units + 1),
        crossings=crossings,
        line=np.select([change < 0, change > 0], ["rises", "falls"], "stays"),
    )
    if n_units > MOST_ROWS:
        places = units[["reml_place", "bayes_place"]]
        units = units[((places <= ends) | (places > n_units - ends)).any(axis=1)].reset_index(drop=True)
    for side in ("reml", "bayes"):
        # Where units are left out the lower end stands apart.
        lower = (units[f"{side}_place"] > n_units / 2) & (len(units) < n_units)
        units[f"{side}_row"] = units[f"{side}_place"].rank() - 1 + GAP * lower
    return units, n_units, int(crossings.sum()) // 2


def _crossings(by_reml: NDArray[np.intp]) -> NDArray[np.intp]:
    """Count for each unit, in the order of the posterior, those that are in another order by REML."""
    before = np.tri(len(by_reml), k=-1, dtype=bool).T
    crossed = before & (by_reml[:, None] > by_reml[None, :])
    return crossed.sum(axis=0) + crossed.sum(axis=1)


def _draw(ax: Axes, drawn: pd.DataFrame, lang: Lang) -> None:
    for name, (colour, style, width) in LINES.items():
        of_kind = drawn[drawn["line"] == name]
        ax.plot([0, 1], of_kind[["reml_row", "bayes_row"]].T, color=colour, linestyle=style, linewidth=width)
    for _, unit in drawn.iterrows():
        name = shorten(unit["unit"])
        expected = comma(f"{unit['expected_rank']:.1f}", lang)
        for x, row, side, text in (
            (-0.01, unit["reml_row"], "right", f"{name}  {unit['reml_rank']}"),
            (1.01, unit["bayes_row"], "left", f"{expected}  {name}"),
        ):
            ax.text(x, row, text, ha=side, va="center", size=FONT_SIZE, parse_math=False)
    lowest = drawn["bayes_row"].max()
    ax.set(xlim=(0, 1), ylim=(lowest + 0.7, -1.8))
    for x, side, key in ((0, "right", "reml"), (1, "left", "bayes")):
        ax.text(x, -1.3, word(key, lang, WORDS), ha=side, va="center", size=FONT_SIZE, weight="bold")
    for x in (0, 1):
        ax.plot([x, x], [-0.6, lowest + 0.6], color=MEAN_LINE, linewidth=0.6, clip_on=False)
    ax.set_axis_off()


def _legend(ax: Axes, kinds: set[str], title: str, lang: Lang) -> None:
    handles = [
        Line2D([], [], color=colour, linestyle=style, linewidth=width, label=word(name, lang, WORDS))
        for name, (colour, style, width) in LINES.items()
        if name in kinds
    ]
    middle = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0)}
    legend = legend_on_top(ax, handles, title=title, ncols=3, handlelength=1.8, **middle)
    legend.get_title().set_parse_math(False)
