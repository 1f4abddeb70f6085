"""The command `report` of the command line: results as one HTML file."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer


def report(
    results: Annotated[
        list[Path], typer.Argument(help="Result folders: results/MODEL ...", metavar="RESULT...")
    ],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("results/report.html"),
    lang: Annotated[Literal["en", "pt"], typer.Option(help="Language of the report.")] = "en",
    despite_checks: Annotated[
        bool,
        typer.Option("--despite-checks", help="Go on with fits that fail their checks; the report says so."),
    ] = False,
) -> None:
    """Write one HTML file about any set of results: checks, rankings, figures, REML, how to make them again.

    The file is complete: it opens without a network and prints.

    Example: bayes-saude report results/sa2015-* --out results/report.html

    Example: bayes-saude report results/sa2015-esf-region --lang pt
    """
    from bayes_saude.result_report import write_report

    written = write_report(
        results, out, lang=lang, despite=despite_checks, workers=os.cpu_count() or 1, progress=True
    )
    typer.echo(written)
