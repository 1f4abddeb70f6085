"""What all figures share: sizes for print, colours, marks and the words in both languages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.ticker import FuncFormatter, ScalarFormatter
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError

Lang = Literal["en", "pt"]

# Width of a journal's column and of its page, and the height of a page, in inches.
COLUMN, PAGE, PAGE_HEIGHT = 84 / 25.4, 174 / 25.4, 230 / 25.4
# Height of the tallest figure: a result's figures get a title above and a note below.
TALLEST = PAGE_HEIGHT - 0.8

FONT_SIZE = 7.0
# Okabe and Ito's palette, told apart by colour-blind eyes; the marks tell the classes apart in grey as well.
CLASS_COLOURS: Mapping[str, str] = {"above": "#0072B2", "below": "#D55E00", "none": "#7F7F7F"}
CLASS_MARKS: Mapping[str, str] = {"above": "^", "below": "v", "none": "o"}
MEAN_LINE = "#000000"

WORDS: Mapping[str, tuple[str, str]] = {
    "intercept": ("intercept", "intercepto"),
    "slope": ("slope", "inclinação"),
    "level": ("level in {time}", "nível em {time}"),
    "at_origin": ("intercept ({what} in {time})", "intercepto ({what} em {time})"),
    "per_time": ("slope ({what} per {time})", "inclinação ({what} por {time})"),
    "of_value": ("level", "nível"),
    "of_share": ("log-odds", "logito"),
    "of_rate": ("log rate", "log da taxa"),
    "year": ("year", "ano"),
    "despite": ("DESPITE FAILED CHECKS", "APESAR DE VERIFICAÇÕES REPROVADAS"),
    "above": ("above the mean", "acima da média"),
    "below": ("below the mean", "abaixo da média"),
    "none": ("neither", "nem acima nem abaixo"),
    "mean": ("mean of all", "média de todos"),
    "interval": ("posterior mean and {prob} interval", "média a posteriori e intervalo de {prob}"),
    "gap": ("{n} units between", "{n} unidades entre estas"),
    "reml": ("{what}, REML", "{what}, REML"),
    "posterior": ("{what}, posterior mean", "{what}, média a posteriori"),
    "same": ("same class", "mesma classe"),
    "differ": ("class differs", "classe difere"),
    "identity": ("REML = posterior", "REML = posteriori"),
}

# The levels of territory of the shipped models, in the plural; any other goes by its own name.
LEVELS: Mapping[str, tuple[str, str]] = {
    "municipality": ("municipalities", "municípios"),
    "region": ("regions", "regiões"),
    "macro_region": ("macro-regions", "macrorregiões"),
    "health_region": ("health regions", "regiões de saúde"),
    "state": ("states", "estados"),
    "age_group": ("age groups", "faixas etárias"),
}


_plotted: WeakKeyDictionary[Axes, pd.DataFrame] = WeakKeyDictionary()


def remember(ax: Axes, numbers: pd.DataFrame) -> Axes:
    """Keep the numbers that a figure draws, for `plotted`; every function that draws ends with it."""
    _plotted[ax] = numbers
    return ax


def plotted(ax: Axes) -> pd.DataFrame:
    """Give the numbers that a figure of this package draws.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What a `plot_*` function gave; of several axes, any one.

    Returns
    -------
    pandas.DataFrame
        One row for each thing drawn, in the order of drawing.

    Raises
    ------
    BayesSaudeError
        If the axes are not of this package.
    """
    if ax not in _plotted:
        raise BayesSaudeError(
            "These axes were not drawn by a function of bayes_saude. Give its return value."
        )
    return _plotted[ax].copy()


def word(key: str, lang: Lang, words: Mapping[str, tuple[str, str]] = WORDS, **values: object) -> str:
    """Look up a word in a language, in a figure's own table or in `WORDS`, and fill in its values."""
    if lang not in ("en", "pt"):
        raise BayesSaudeError(f"There are no labels in '{lang}'. Use 'en' or 'pt'.")
    return words[key][lang == "pt"].format(**values)


def quantity_word(by: str, lang: Lang) -> str:
    """Name what units are ranked by: `"intercept"`, `"slope"` or `"level:YEAR"`."""
    kind, _, time = by.partition(":")
    return word(kind, lang, time=time)


def level_word(level: str, lang: Lang) -> str:
    """Name the units of a level: "municipalities", or the level's own name where there is no word for it."""
    return word(level, lang, LEVELS) if level in LEVELS else level


def shorten(name: str, most: int = 35) -> str:
    """Cut a name to so many characters, the last of them an ellipsis where something is left out."""
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def percent(prob: float, lang: Lang) -> str:
    """Write a probability as a percentage: "95%", "99,5%"."""
    return comma(f"{100 * prob:g}%", lang)


def comma(number: str, lang: Lang) -> str:
    """Write a number with the language's decimal sign, and with a minus where it has a hyphen."""
    signed = number.replace("-", "−")
    return signed.replace(".", ",") if lang == "pt" else signed


def localise(axis: Axis, lang: Lang) -> None:
    """Write an axis's numbers with the language's decimal sign."""
    if lang == "pt":
        plain = ScalarFormatter(useOffset=False)
        plain.set_axis(axis)

        def written(value: float, position: int | None = None) -> str:
            plain.set_locs(axis.get_majorticklocs().tolist())
            return comma(plain(value, position), lang)

        axis.set_major_formatter(FuncFormatter(written))


def new_axes(width: float, height: float) -> Axes:
    """Make a figure of a size in inches and give its axes."""
    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def save_figure(drawn: Axes | NDArray | Figure, file: str | Path, *, dpi: int = 300) -> Path:
    """Write a figure with all that it takes to look the same elsewhere.

    Parameters
    ----------
    drawn : Axes, array of Axes or Figure
        What a `plot_*` function gave.
    file : path
        Its ending says the format. PDF embeds whole TrueType fonts, so that text can be searched and edited,
        and publishers that refuse Type 3 fonts take it; SVG holds the outlines of its letters.
    dpi : int
        Dots per inch of PNG, and of what is an image inside the others.

    Returns
    -------
    Path
        `file`.
    """
    first = np.ravel(np.asarray(drawn, dtype=object))[0]
    figure = first if isinstance(first, Figure) else first.figure
    with mpl.rc_context({"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "path"}):
        figure.savefig(file, dpi=dpi)
    return Path(file)


def legend_on_top(ax: Axes, handles: Sequence[Artist] | None = None, **options: Any) -> Legend:
    """Write a legend above the axes, flush with their right end: the names of units leave room to its left.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    handles : sequence of Artist, optional
        All that is drawn with a label if left out.
    **options
        Of `Axes.legend`, such as `ncols`, `labels` and spaces; they go before what all figures have.

    Returns
    -------
    matplotlib.legend.Legend
    """
    style: dict[str, Any] = {
        "loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "frameon": False,
        "fontsize": FONT_SIZE, "title_fontsize": FONT_SIZE, "borderpad": 0.2, "columnspacing": 1.0,
    }  # fmt: skip
    return ax.legend(handles=handles, **style | options)


def tidy(ax: Axes) -> None:
    """Set the small print's font sizes and take away the box."""
    ax.tick_params(labelsize=FONT_SIZE, length=2, width=0.6)
    for text in (ax.xaxis.label, ax.yaxis.label, ax.title):
        text.set_fontsize(FONT_SIZE + 1)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_linewidth(0.6)
