"""The figures of a result folder."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr

from bayes_saude.figures.frame import ResultFigure, ShownResult
from bayes_saude.figures.kinds import chosen_kinds
from bayes_saude.inference.derived import derived_file
from bayes_saude.inference.manifest import FIGURES
from bayes_saude.plots.style import Lang, save_figure

if TYPE_CHECKING:
    import geopandas as gpd


def each_figure(
    fit: xr.DataTree,
    report: dict[str, Any],
    ranking: pd.DataFrame,
    comparison: pd.DataFrame,
    *,
    frequentist: xr.Dataset | None = None,
    hyperparameters: pd.DataFrame | None = None,
    polygons: "gpd.GeoDataFrame | None" = None,
    only: Collection[str] = (),
    main: bool = False,
    lang: Lang = "en",
) -> Iterator[ResultFigure]:
    """Give each figure that a result has, to be drawn when wanted.

    Parameters
    ----------
    fit : xarray.DataTree
    report : dict
        From `checked`.
    ranking, comparison : DataFrame
        From `all_rankings` and `compare`.
    frequentist : xarray.Dataset, optional
        From `reml`; made when a figure needs it, if left out.
    hyperparameters : DataFrame, optional
        From `hyperparameters`, likewise.
    polygons : geopandas.GeoDataFrame, optional
        Of municipalities, from `read_polygons`: there are maps only where they are given.
    only : collection of str
        Names of the kinds of figure to give, see `KINDS`; all of them if empty.
    main : bool
        Leave out the kinds that only some readers want.
    lang : {"en", "pt"}
        Of everything but the model's title and its names.

    Yields
    ------
    ResultFigure

    Raises
    ------
    DataError
        If there is no such kind, or the polygons are not those of the units.
    """
    kinds = chosen_kinds(only, main=main)
    result = ShownResult(
        fit, report["passed"], ranking, comparison, lang, frequentist, hyperparameters, polygons
    )
    for kind in kinds:
        yield from kind.of(result)


def write_figures(
    fit: xr.DataTree,
    report: dict[str, Any],
    ranking: pd.DataFrame,
    comparison: pd.DataFrame,
    folder: Path,
    *,
    frequentist: xr.Dataset | None = None,
    hyperparameters: pd.DataFrame | None = None,
    polygons: "gpd.GeoDataFrame | None" = None,
    only: Collection[str] = (),
    main: bool = False,
    lang: Lang = "en",
    format: Literal["pdf", "svg", "png"] = "pdf",
) -> list[Path]:
    """Draw the figures of a result into its folder.

    Parameters
    ----------
    fit, report, ranking, comparison, frequentist, hyperparameters, polygons, only, main, lang
        As for `each_figure`. The names of Portuguese files end in "-pt".
    folder : Path
        The result folder; the figures go to `figures/` inside it.
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    each_one = each_figure(
        fit, report, ranking, comparison, frequentist=frequentist, hyperparameters=hyperparameters,
        polygons=polygons, only=only, main=main, lang=lang,
    )  # fmt: skip
    # Listed first, so that polygons of other units are told of before anything is drawn.
    return draw_into(folder, fit, list(each_one), lang=lang, format=format)


def draw_into(
    folder: Path,
    fit: xr.DataTree,
    drawn: Iterable[ResultFigure],
    *,
    lang: Lang = "en",
    format: Literal["pdf", "svg", "png"] = "pdf",
) -> list[Path]:
    """Draw figures into `figures/` of a result folder.

    Parameters
    ----------
    folder : Path
        The fit's result folder.
    fit : xarray.DataTree
    drawn : iterable of ResultFigure
    lang : {"en", "pt"}
        The names of Portuguese files end in "-pt".
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    figures = folder / FIGURES
    figures.mkdir(exist_ok=True)
    ending = f"-pt.{format}" if lang == "pt" else f".{format}"
    files = []
    for each in drawn:
        files.append(figures / f"{each.name}{ending}")
        figure = each.draw()
        with derived_file(fit, folder, f"{FIGURES}/{files[-1].name}") as unfinished:
            save_figure(figure, unfinished)
        plt.close(figure)
    return files
