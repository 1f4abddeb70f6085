"""How a ranking moves from one model to another: what each unit's expected rank gains or loses."""

import textwrap
from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._labels import name_points
from bayes_saude.plots.style import (
    CLASS_COLOURS,
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
from bayes_saude.summaries.moves import MOVE_COLUMNS

HEIGHT = 2.9
# Characters to a line of the axes' labels.
ACROSS_WIDTH, UP_WIDTH = 44, 36
SAME, DIFFERS = CLASS_COLOURS["none"], CLASS_COLOURS["below"]
# Standard errors on either side of no move: 95% of what draws alone move.
BAND = 1.96
WORDS = {
    "across": ("expected rank by {what}, {model}", "posto esperado por {what}, {model}"),
    "up": (
        "change of the expected rank\n(up: better by {model})",
        "mudança do posto esperado\n(acima: melhor por {model})",
    ),
    "chance": ("95% of what draws alone change", "95% do que só as amostras mudam"),
}


def plot_ranking_moves(
    data: pd.DataFrame,
    *,
    names: int = 8,
    models: tuple[str, str] | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how much each unit's expected rank changes from one model to another, against that of the first.

    Parameters
    ----------
    data : pandas.DataFrame
        From `ranking_moves`.
    names : int
        How many units are named at most, those that move farthest first: none that moves no farther than
        draws alone would in 95% of fits, and none whose name would cover another, or a mark, or leave the
        axes.
    models : tuple of str, optional
        What the figure calls the first and the second model; their files' names if left out.
    label : str, optional
        What the units are ranked by; the quantity's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives the table, with the column `named`: whether the unit's name is written.

    Raises
    ------
    BayesSaudeError
        If the table is none of `ranking_moves`.

    Notes
    -----
    Above stand units that the second model ranks better. The band is that of the median unit's standard error
    for want of draws. Units whose class (above the mean, below, neither) is another by the second model are
    singled out.
    """
    if not set(MOVE_COLUMNS) <= set(data):
        raise BayesSaudeError("The figure is drawn from a table of ranking_moves. Give two fits to that.")
    drawn = data.reset_index(drop=True)
    far = drawn["shift"].abs() > BAND * drawn["by_chance"]
    candidates = far & (far.cumsum() <= names)
    ax = ax or new_axes(COLUMN, HEIGHT)
    band = BAND * float(drawn["by_chance"].median())
    ax.axhspan(-band, band, color="#CCCCCC", linewidth=0, label=word("chance", lang, WORDS))
    ax.axhline(0, color="black", linewidth=0.5)
    for rows, style, key in _marks(drawn):
        ax.plot(rows["first_rank"], rows["shift"], label=word(key, lang), **style)
    # Names stand beyond the farthest, too.
    ax.margins(x=0.1, y=0.14)
    ax.invert_yaxis()
    _words(ax, drawn, models, label, lang)
    points = drawn[["first_rank", "shift"]].to_numpy(dtype=float)
    wanted = drawn.loc[candidates, "unit"].tolist()
    drawn["named"] = candidates & drawn["unit"].isin(
        name_points(ax, points[candidates], wanted, avoid=points, crowded=False)
    )
    ax.plot(
        *points[drawn["named"]].T, "o", markersize=3.6, markerfacecolor="none", markeredgecolor="black",
        markeredgewidth=0.5,
    )  # fmt: skip
    return remember(ax, drawn)


def _marks(drawn: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, dict[str, Any], str]]:
    """Yield the units of each kind with their mark; a kind that has none is left out of the legend."""
    differs = drawn["first_class"] != drawn["second_class"]
    dot = {"marker": "o", "markersize": 2.6, "alpha": 0.6, "markeredgewidth": 0, "color": SAME}
    diamond = {"marker": "D", "markersize": 3.4, "markeredgecolor": "black", "markeredgewidth": 0.4}
    for rows, style, key in (
        (drawn[~differs], dot, "same"),
        (drawn[differs], {**diamond, "color": DIFFERS}, "differ"),
    ):
        if len(rows):
            yield rows, {"linestyle": "none", **style}, key


def _words(
    ax: Axes, drawn: pd.DataFrame, models: tuple[str, str] | None, label: str | None, lang: Lang
) -> None:
    told = drawn.attrs
    what = label or (quantity_word(told["by"], lang) if "by" in told else "")
    first, second = models or (str(told.get("first", "")), str(told.get("second", "")))
    across = word("across", lang, WORDS, what=what, model=first)
    up = word("up", lang, WORDS, model=second)
    ax.set_xlabel(_filled(across, ACROSS_WIDTH), parse_math=False)
    ax.set_ylabel("\n".join(_filled(line, UP_WIDTH) for line in up.splitlines()), parse_math=False)
    for axis in (ax.xaxis, ax.yaxis):
        localise(axis, lang)
    tidy(ax)
    legend_on_top(ax, ncols=2, handlelength=1.6)


def _filled(text: str, width: int) -> str:
    """Break a text into lines, and no name at its hyphens."""
    return textwrap.fill(text, width, break_on_hyphens=False)
