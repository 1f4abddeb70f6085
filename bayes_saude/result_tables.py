"""The tables of result folders as files: CSV, LaTeX, Markdown or a workbook."""

from pathlib import Path
from typing import Literal

import pandas as pd

from bayes_saude.data.spreadsheet_text import csv_text
from bayes_saude.figures.frame import note_of
from bayes_saude.inference.checks import failures
from bayes_saude.inference.derived import derived_file
from bayes_saude.inference.manifest import TABLES
from bayes_saude.inference.store import STAMP
from bayes_saude.plots.style import Lang, word
from bayes_saude.report.printed_layout import mixed_model, mixed_model_tables
from bayes_saude.report.table_files import as_latex, as_markdown, write_xlsx
from bayes_saude.report.text_tables import comparison_tables, parameters_table, ranking_tables
from bayes_saude.result_report import read_result
from bayes_saude.results import stamped, write_stamp
from bayes_saude.summaries.coefficients import spec_of

Format = Literal["csv", "latex", "markdown", "xlsx"]
TEXT_FILES = {"latex": ("tables", "tex", as_latex), "markdown": ("tables", "md", as_markdown)}


def write_tables(
    folder: str | Path, *, format: Format = "csv", lang: Lang = "en", despite: bool = False
) -> list[Path]:
    """Write the tables of a result: a mixed model's printed layout, hyperparameters, rankings, comparison.

    Parameters
    ----------
    folder : str or Path
        The result folder; the files go to `tables/` inside it.
    format : {"csv", "latex", "markdown", "xlsx"}
        LaTeX and Markdown are one file with numbers rounded for print; CSV, a file for each table, and XLSX,
        a sheet for each, have all digits.
    lang : {"en", "pt"}
        Of LaTeX and Markdown, whose Portuguese files end in "-pt". The columns of CSV and XLSX have their
        names in every language.
    despite : bool
        Go on with a fit that fails its checks. LaTeX and Markdown then say so in their titles, CSV in a last
        column, XLSX in that and on a first sheet, and a text in `tables/` says what failed.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ConvergenceError
        If the fit fails its checks and `despite` is false.
    MissingExtra
        If XLSX is asked for and openpyxl not installed.
    """
    result = read_result(Path(folder), despite=despite)
    place = Path(folder) / TABLES
    place.mkdir(exist_ok=True)
    fit, report = result.fit, result.report
    if not report["passed"]:
        write_stamp(report, fit, Path(folder), f"{TABLES}/{STAMP}")
    if format in TEXT_FILES:
        stem, suffix, written = TEXT_FILES[format]
        tables = [
            *mixed_model_tables(result.hyperparameters, fit, lang),
            parameters_table(result.hyperparameters, lang),
            *ranking_tables(fit, result.ranking, lang),
            *comparison_tables(fit, result.comparison, lang),
        ]
        stamp = "" if report["passed"] else word("despite", lang) + ": "
        notes = [note for note in (note_of(fit, lang),) if note]
        title = spec_of(fit).title_in(lang)
        file = place / f"{stem}{'-pt' if lang == 'pt' else ''}.{suffix}"
        with derived_file(fit, Path(folder), f"{TABLES}/{file.name}") as unfinished:
            unfinished.write_text(written(stamp + title, notes, tables), encoding="utf-8")
        return [file]
    frames = {
        "mixed_model": mixed_model(result.hyperparameters, fit),
        "hyperparameters": result.hyperparameters,
        "ranking": result.ranking,
        "comparison": result.comparison,
    }
    frames = {name: stamped(frame, report) for name, frame in frames.items()}
    if format == "xlsx":
        if not report["passed"]:
            failed = pd.DataFrame(failures(report), columns=["failed", "what to do"])
            frames = {"DESPITE FAILED CHECKS": failed, **frames}
        with derived_file(fit, Path(folder), f"{TABLES}/tables.xlsx") as unfinished:
            write_xlsx(frames, unfinished)
        return [place / "tables.xlsx"]
    for name, frame in frames.items():
        with derived_file(fit, Path(folder), f"{TABLES}/{name}.csv") as unfinished:
            unfinished.write_text(csv_text(frame), encoding="utf-8")
    return [place / f"{name}.csv" for name in frames]
