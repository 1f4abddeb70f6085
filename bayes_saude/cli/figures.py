"""The command `figures` of the command line: every figure of a result, and its maps."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bayes_saude.cli.shared import Despite, Result, data_of, require_fit
from bayes_saude.errors import DataError


def figures(
    result: Result,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Draw this kind of figure only, such as caterpillar or map (repeat it)."),
    ] = None,
    map: Annotated[
        Path | None,
        typer.Option(help="Polygons of municipalities for maps: GeoJSON, GeoPackage or shapefile."),
    ] = None,
    lang: Annotated[Literal["en", "pt"], typer.Option(help="Language of the labels.")] = "en",
    format: Annotated[Literal["pdf", "svg", "png"], typer.Option(help="Kind of file.")] = "pdf",
    despite_checks: Despite = False,
) -> None:
    """Draw all figures of a result into RESULT/figures, with maps where --map gives the polygons.

    Tables that are in the folder, whole and of this fit, are drawn; others are computed.

    Kinds, for --only: yearly-means, caterpillar, rank-intervals, rank-matrix, top-probabilities, overview,
    overview-by-group, trends, boxes, funnel, map, reml-posterior, slopegraph, shrinkage, correlation,
    prior-posterior, predictive, predictive-checks, diagnostics.

    Example: bayes-saude figures results/sa2015-esf-region --lang pt --format png

    Example: bayes-saude figures results/sa2015-esf-nested --map municipalities.geojson --only map
    """
    kinds = [*(only or ())]
    if "map" in kinds and map is None:
        raise DataError("Maps need polygons.", "Name their file: --map municipalities.geojson.")
    require_fit(result)
    from bayes_saude.console import console, say
    from bayes_saude.data.geography import read_polygons
    from bayes_saude.figures.kinds import chosen_kinds
    from bayes_saude.figures.result import write_figures
    from bayes_saude.result_report import read_result

    chosen_kinds(kinds)
    polygons = read_polygons(map) if map else None
    shown = read_result(result, despite=despite_checks)
    for file in write_figures(
        shown.fit, shown.report, shown.ranking, shown.comparison, result,
        hyperparameters=shown.hyperparameters, polygons=polygons, only=kinds, lang=lang, format=format,
    ):  # fmt: skip
        typer.echo(file)
    say(console(stderr=True), data_of(shown.fit))
