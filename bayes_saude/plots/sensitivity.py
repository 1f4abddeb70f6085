"""How many units other priors would call something else."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    COLUMN,
    FONT_SIZE,
    Lang,
    comma,
    new_axes,
    remember,
    tidy,
    word,
)

ROW_HEIGHT, AROUND = 0.21, 0.85
# Points from the axes to the right end of the column of numbers.
BESIDE = 62
KINDS = {"lost": "below", "gained": "above"}
WORDS = {
    "same, another seed": ("same, another seed", "as mesmas, outra semente"),
    "halfnormal": ("s.d.: half-normal", "d.p.: meia-normal"),
    "exponential": ("s.d.: exponential", "d.p.: exponencial"),
    "halfcauchy": ("s.d.: half-Cauchy", "d.p.: meia-Cauchy"),
    "lkj": ("correlation: {prior}", "correlação: {prior}"),
    "gained": ("above or below the mean only here", "acima ou abaixo da média só aqui"),
    "lost": ("no longer above or below", "não mais acima ou abaixo"),
    "axis": ("units of {n} called something else", "unidades, de {n}, com outra classe"),
    "shift": ("largest change\nof a rank", "maior mudança\nde um posto"),
}


def plot_sensitivity(
    data: pd.DataFrame,
    *,
    by: str = "intercept",
    level: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw for each prior how many units change their class, and the largest change of an expected rank.

    Parameters
    ----------
    data : pandas.DataFrame
        From `sensitivity`.
    by : {"intercept", "slope"}
    level : str, optional
        The last in the table, the innermost, if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives the rows of the table that are drawn.

    Raises
    ------
    BayesSaudeError
        If the table has no such level or coefficient.
    """
    level = level or str(data["level"].iloc[-1])
    drawn = data[(data["level"] == level) & (data["by"] == by)].reset_index(drop=True)
    if drawn.empty:
        raise BayesSaudeError(
            f"The table has no rows of level '{level}' by '{by}'. "
            f"It has the levels {', '.join(data['level'].unique())}, by {', '.join(data['by'].unique())}."
        )
    if ax is None:
        ax = new_axes(COLUMN, AROUND + ROW_HEIGHT * len(drawn))
    places = np.arange(len(drawn))
    # A unit that went to the other side lost one name and gained another.
    for kind, sign in (("lost", -1), ("gained", 1)):
        numbers = drawn[kind] + drawn["turned"]
        ax.barh(places, sign * numbers, height=0.62, color=CLASS_COLOURS[KINDS[kind]])
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_yticks(places, [_name(name, lang) for name in drawn["priors"]], parse_math=False)
    ax.set_ylim(len(drawn) - 0.4, -0.6)
    reach = max(1, int((drawn[["gained", "lost"]].max(axis=1) + drawn["turned"]).max()))
    ax.set_xlim(-1.08 * reach, 1.08 * reach)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.0f}"))
    ax.set_xlabel(word("axis", lang, WORDS, n=int(drawn["units"].iloc[0])))
    _write_shifts(ax, drawn, lang)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    ax.legend(
        handles=[Patch(color=CLASS_COLOURS[KINDS[kind]], label=word(kind, lang, WORDS)) for kind in KINDS],
        fontsize=FONT_SIZE, frameon=False, loc="lower right", bbox_to_anchor=(0.75, 1.0), borderpad=0.2,
        handlelength=1.2, labelspacing=0.2,
    )  # fmt: skip
    return remember(ax, drawn)


def _name(priors: str, lang: Lang) -> str:
    return (
        word(priors, lang, WORDS) if priors in WORDS else word("lkj", lang, WORDS, prior=comma(priors, lang))
    )


def _write_shifts(ax: Axes, drawn: pd.DataFrame, lang: Lang) -> None:
    """Write the largest change of an expected rank beside each row."""
    texts = [comma(f"{shift:.1f}", lang) for shift in drawn["largest_shift"]]
    for place, text in zip([-0.75, *range(len(drawn))], [word("shift", lang, WORDS), *texts], strict=True):
        ax.annotate(
            text, (1, place), (BESIDE, 0), xycoords=ax.get_yaxis_transform(), textcoords="offset points",
            ha="right", va="bottom" if place < 0 else "center", size=FONT_SIZE,
        )  # fmt: skip
