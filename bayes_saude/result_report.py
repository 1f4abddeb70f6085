"""The report of result folders: reads what is in them, computes what is not, and writes one HTML file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import xarray as xr

from bayes_saude.console import track
from bayes_saude.data.geography import read_polygons
from bayes_saude.data.spreadsheet_text import as_named
from bayes_saude.errors import ConvergenceError, DataError
from bayes_saude.inference.derived import is_of
from bayes_saude.inference.store import file_of_fit, load, require_writable
from bayes_saude.inference.writing import replacing
from bayes_saude.plots.style import Lang
from bayes_saude.report.one_panel import Member, member, sections_of
from bayes_saude.report.page import Chapter, chapter, render
from bayes_saude.results import CROSS_VALIDATION, STAMP_COLUMN, Result, checked
from bayes_saude.summaries import comparison, cross_validation, ranking
from bayes_saude.summaries.reml import reml
from bayes_saude.workers import spread_over

TEXTS = ("level", "within", "unit", "by", "parameter", "reml_class", "bayes_class", "note")


def write_report(
    folders: Sequence[str | Path],
    out: str | Path = "results/report.html",
    *,
    lang: Lang = "en",
    despite: bool = False,
    all_figures: bool = False,
    polygons: str | Path | None = None,
    workers: int = 1,
    progress: bool = False,
) -> Path:
    """Write one HTML file about the fits in some result folders.

    The file needs no network and nothing beside it: checks, data, models and priors, rankings to sort and
    search, figures, REML beside the posterior, and how to cite and make it again. Of several models of one
    panel it says how rankings move between them.

    Parameters
    ----------
    folders : sequence of str or Path
        Result folders, in the report's order. Tables that are in them are used, others computed.
    out : str or Path
        The file, its name ending in .html or .htm.
    lang : {"en", "pt"}
        Of everything but names and texts of data and model files.
    despite : bool
        Go on with fits that fail their checks; the report says so wherever it is about them.
    all_figures : bool
        Draw also those about details, such as the matrix of ranks and the page of diagnostics.
    polygons : str or Path, optional
        A file of municipalities' polygons that `read_polygons` reads, for maps of the models that are of
        municipalities.
    workers : int
        Processes that share the work. A script that gives more than one keeps its own work below
        `if __name__ == "__main__":`, because every process reads the script.
    progress : bool
        Show at which folder the work is.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        If no folder is given, or one holds no fit, or `out` is no HTML file by its name.
    ConvergenceError
        If a fit fails its checks and `despite` is false.
    """
    out = Path(out)
    if not folders:
        raise DataError("A report is about one result folder or more.", "Name them: results/MODEL.")
    if out.suffix.lower() not in (".html", ".htm") or out.is_dir():
        raise DataError(f"{out} is no HTML file by its name.", "Name one with --out (out=): report.html.")
    require_writable(out.parent)
    chapters: list[Chapter] = []
    members: list[Member] = []
    failing: list[str] = []
    places = [Path(folder) for folder in folders]
    for place in places:
        file_of_fit(place)  # a slip in the last name is told before minutes of work on the others
    one = partial(
        _chapter_or_error, lang=lang, despite=despite, all_figures=all_figures, polygons=polygons,
        among_others=len(places) > 1,
    )  # fmt: skip
    with spread_over(min(workers, len(places))) as spread:
        names = [str(place) for place in places]
        made = spread(one, places)
        for name in track(names, "reporting") if progress else names:
            told = next(made)
            if isinstance(told, str):
                failing.append(f"{name}: {told}")
                continue
            chapters.append(told[0])
            members += told[1]
    if failing:
        raise ConvergenceError("\n".join(failing))
    page = render(chapters, lang, panels=list(sections_of(members, lang)))
    with replacing(out) as unfinished:
        unfinished.write_text(page, encoding="utf-8", newline="\n")
    return out


def _chapter_or_error(
    folder: Path,
    *,
    lang: Lang,
    despite: bool,
    all_figures: bool,
    polygons: str | Path | None,
    among_others: bool,
) -> tuple[Chapter, list[Member]] | str:
    """Make a folder's chapter, and what is held against other models; then let go of the fit's draws."""
    try:
        result = read_result(folder, despite=despite)
        shapes = None if polygons is None else read_polygons(polygons)
        told = chapter(result, lang, all_figures=all_figures, polygons=shapes)
        return told, [member(result, lang, _scores(result.fit, folder))] if among_others else []
    except ConvergenceError as error:
        return str(error)


def read_result(folder: Path, *, despite: bool = False) -> Result:
    """Read a result folder for its report, and compute what is not in it.

    Parameters
    ----------
    folder : Path
    despite : bool
        Go on with a fit that fails its checks.

    Returns
    -------
    Result
    """
    fit = load(folder)
    report = checked(fit, folder, despite=despite)
    ranked = _table(fit, folder, "ranking", ranking.COLUMNS)
    if ranked is None:
        ranked = ranking.all_rankings(fit)
    parameters = _table(fit, folder, "hyperparameters", comparison.HYPERPARAMETER_COLUMNS)
    compared = _table(fit, folder, "comparison", comparison.COLUMNS)
    if parameters is None or compared is None:
        frequentist = reml(fit)
        parameters = comparison.hyperparameters(fit, frequentist)
        compared = comparison.compare(fit, frequentist, ranking=ranked)
    return Result(fit, report, ranked, compared, parameters)


def _scores(fit: xr.DataTree, folder: Path) -> pd.DataFrame | None:
    """Read what cross-validation has said of a fit; None where it was not asked, or by another version."""
    if not is_of(fit, folder, CROSS_VALIDATION):
        return None
    table = cross_validation.read_cross_validation(folder / CROSS_VALIDATION)
    return table if tuple(table.columns) == cross_validation.COLUMNS else None


def _table(fit: xr.DataTree, folder: Path, name: str, columns: Sequence[str]) -> pd.DataFrame | None:
    """Read a table of a result folder; None where it is missing, changed, or not this fit's or version's."""
    path = folder / f"{name}.csv"
    if not is_of(fit, folder, path.name):
        return None
    # A unit may be called "NA" or "001".
    kinds = dict.fromkeys(TEXTS, str)
    numbers = {column: [""] for column in columns if column not in TEXTS}
    table = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=numbers)
    table = table.drop(columns=STAMP_COLUMN, errors="ignore")
    return as_named(table) if tuple(table.columns) == tuple(columns) else None
