"""The figures of a result folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr

from bayes_saude.figure_frame import Result, ResultFigure
from bayes_saude.figure_kinds import KINDS
from bayes_saude.plots.style import Lang, save_figure


def each_figure(
    fit: xr.DataTree,
    report: dict[str, Any],
    ranking: pd.DataFrame,
    comparison: pd.DataFrame | None,
    *,
    lang: Lang = "en",
) -> Iterator[ResultFigure]:
    """Give each figure that a result has, to be drawn when wanted.

    Parameters
    ----------
    fit : xarray.DataTree
    report : dict
        From `checked`.
    ranking, comparison : DataFrame
        From `all_rankings` and `compare`; no comparison where the family has no REML.
    lang : {"en", "pt"}
        Of everything but the model's title and its names.

    Yields
    ------
    ResultFigure
    """
    result = Result(fit, report["passed"], ranking, comparison, lang)
    for kind in KINDS:
        yield from kind(result)


def write_figures(
    fit: xr.DataTree,
    report: dict[str, Any],
    ranking: pd.DataFrame,
    comparison: pd.DataFrame | None,
    folder: Path,
    *,
    lang: Lang = "en",
    format: Literal["pdf", "svg", "png"] = "pdf",
) -> list[Path]:
    """Draw all figures of a result into its folder.

    Parameters
    ----------
    fit, report, ranking, comparison, lang
        As for `each_figure`. The names of Portuguese files end in "-pt".
    folder : Path
        The result folder; the figures go to `figures/` inside it.
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    ending = f"-pt.{format}" if lang == "pt" else f".{format}"
    files = []
    for each in each_figure(fit, report, ranking, comparison, lang=lang):
        files.append(figures / f"{each.name}{ending}")
        figure = each.draw()
        save_figure(figure, files[-1])
        plt.close(figure)
    return files
