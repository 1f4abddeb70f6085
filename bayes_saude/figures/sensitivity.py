"""The figures of what other priors would change: of a result, and of fits made again from it."""

from collections.abc import Iterator
from functools import partial
from typing import cast

import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from bayes_saude.figures.frame import ResultFigure, surround
from bayes_saude.figures.words import WORDS
from bayes_saude.plots.sensitivity import plot_sensitivity
from bayes_saude.plots.style import Lang, level_word, percent, quantity_word, word


def sensitivity_figures(
    fit: xr.DataTree, table: pd.DataFrame, *, passed: bool, lang: Lang = "en"
) -> Iterator[ResultFigure]:
    """Give the figure of each level and coefficient, to be drawn when wanted.

    Parameters
    ----------
    fit : xarray.DataTree
    table : DataFrame
        From `sensitivity`.
    passed : bool
        Whether the fit passes its checks.
    lang : {"en", "pt"}

    Yields
    ------
    ResultFigure
    """
    for (level, by), rows in table.groupby(["level", "by"], sort=False):
        told = {
            "units": level_word(str(level), lang),
            "n": rows["units"].iloc[0],
            "what": quantity_word(str(by), lang),
            "most": rows["changed"].max(),
            "prob": percent(table.attrs["prob"], lang),
        }
        title, alt = (word(f"sensitivity_{part}", lang, WORDS, **told) for part in ("title", "alt"))
        draw = partial(_drawn, fit, table, str(level), str(by), passed, lang)
        yield ResultFigure(f"sensitivity-{level}-{by}", title[0].upper() + title[1:], alt, draw)


def _drawn(fit: xr.DataTree, table: pd.DataFrame, level: str, by: str, passed: bool, lang: Lang) -> Figure:
    figure = cast(Figure, plot_sensitivity(table, by=by, level=level, lang=lang).figure)
    surround(figure, fit, passed=passed, lang=lang)
    return figure
