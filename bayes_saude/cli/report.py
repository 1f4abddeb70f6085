"""The commands `report` and `tables`: results as one HTML file, and as tables for a paper."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer


def report(
    results: Annotated[
        list[Path], typer.Argument(help="Result folders: results/MODEL ...", metavar="RESULT...")
    ],
    out: Annotated[Path, typer.Option(help="The file to write, .html.")] = Path("results/report.html"),
    lang: Annotated[Literal["en", "pt"], typer.Option(help="Language of the report.")] = "en",
    despite_checks: Annotated[
        bool,
        typer.Option("--despite-checks", help="Go on with fits that fail their checks; all output says so."),
    ] = False,
    map: Annotated[
        Path | None,
        typer.Option(help="Polygons of municipalities for maps: GeoJSON, GeoPackage or shapefile."),
    ] = None,
    all_figures: Annotated[
        bool, typer.Option("--all-figures", help="Draw also the figures about details: slower, larger.")
    ] = False,
) -> None:
    """Write one HTML file about any set of results: checks, rankings, figures, REML, how to make them again.

    The file is complete: it opens without a network and prints.

    Example: bayes-saude report results/sa2015-* --out results/report.html

    Example: bayes-saude report results/sa2015-esf-region --lang pt
    """
    from bayes_saude.result_report import write_report

    written = write_report(
        results, out, lang=lang, despite=despite_checks, all_figures=all_figures, polygons=map,
        workers=os.cpu_count() or 1, progress=True,
    )  # fmt: skip
    typer.echo(written)


def tables(
    results: Annotated[
        list[Path], typer.Argument(help="Result folders: results/MODEL ...", metavar="RESULT...")
    ],
    format: Annotated[
        Literal["csv", "latex", "markdown", "xlsx"], typer.Option(help="Kind of file.")
    ] = "latex",
    lang: Annotated[Literal["en", "pt"], typer.Option(help="Language of LaTeX and Markdown.")] = "en",
    despite_checks: Annotated[
        bool, typer.Option("--despite-checks", help="Go on with fits that fail their checks; files say so.")
    ] = False,
) -> None:
    """Write tables for a paper into RESULT/tables: the printed layout of a mixed model, rankings, comparison.

    LaTeX compiles as it stands. CSV and XLSX have all digits.

    Example: bayes-saude tables results/sa2015-esf-region --format latex --lang pt
    """
    from bayes_saude.result_tables import write_tables

    for result in results:
        for file in write_tables(result, format=format, lang=lang, despite=despite_checks):
            typer.echo(file)
