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
    legend_on_top,
    level_word,
    new_axes,
    quantity_word,
    remember,
    tidy,
    word,
)

ROW_HEIGHT, AROUND = 0.21, 1.0
# Points from the axes to the right end of the column of numbers.
BESIDE = 62
KINDS = {"lost": "below", "gained": "above"}
WORDS = {
    "same, another seed": ("same, another seed", "as mesmas, outra semente"),
    "halfnormal": ("s.d.: half-normal", "d.p.: meia-normal"),
    "exponential": ("s.d.: exponential", "d.p.: exponencial"),
    "halfcauchy": ("s.d.: half-Cauchy", "d.p.: meia-Cauchy"),
    "half the scales": ("s.d.: half the scales", "d.p.: metade das escalas"),
    "twice the scales": ("s.d.: twice the scales", "d.p.: dobro das escalas"),
    "lkj": ("correlation: {prior}", "correlação: {prior}"),
    "failed": ("{prior} (fails checks)", "{prior} (reprovado)"),
    "gained": ("above or below the mean only here", "acima ou abaixo da média só aqui"),
    "lost": ("no longer above or below", "não mais acima ou abaixo"),
    "axis": (
        "{units} with another class, of {n},\nby {what}",
        "{units} com outra classe, de {n},\npor {what}",
    ),
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

    A prior whose fit fails the checks of its sampling is drawn, and its name says so.

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
    names = [_name(*told, lang) for told in zip(drawn["priors"], drawn["passed"], strict=True)]
    ax.set_yticks(places, names, parse_math=False)
    ax.set_ylim(len(drawn) - 0.4, -0.6)
    reach = max(1, int((drawn[["gained", "lost"]].max(axis=1) + drawn["turned"]).max()))
    ax.set_xlim(-1.08 * reach, 1.08 * reach)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.0f}"))
    told = {"units": level_word(level, lang), "n": drawn["units"].iloc[0], "what": quantity_word(by, lang)}
    ax.set_xlabel(word("axis", lang, WORDS, **told), parse_math=False)
    _write_shifts(ax, drawn, lang)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    patches = [Patch(color=CLASS_COLOURS[KINDS[kind]], label=word(kind, lang, WORDS)) for kind in KINDS]
    legend_on_top(ax, patches, bbox_to_anchor=(0.75, 1.0), handlelength=1.2, labelspacing=0.2)
    return remember(ax, drawn)


def _name(priors: str, passed: bool, lang: Lang) -> str:
    known = priors in WORDS
    name = word(priors, lang, WORDS) if known else word("lkj", lang, WORDS, prior=comma(priors, lang))
    return name if passed else word("failed", lang, WORDS, prior=name)


def _write_shifts(ax: Axes, drawn: pd.DataFrame, lang: Lang) -> None:
    """Write the largest change of an expected rank beside each row."""
    texts = [comma(f"{shift:.1f}", lang) for shift in drawn["largest_shift"]]
    for place, text in zip([-0.75, *range(len(drawn))], [word("shift", lang, WORDS), *texts], strict=True):
        ax.annotate(
            text, (1, place), (BESIDE, 0), xycoords=ax.get_yaxis_transform(), textcoords="offset points",
            ha="right", va="bottom" if place < 0 else "center", size=FONT_SIZE,
        )  # fmt: skip
