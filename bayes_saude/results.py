"""What a result folder holds besides the fit: checks, rankings, the comparison with REML."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xarray as xr

from bayes_saude.console import one_line
from bayes_saude.data.spreadsheet_text import csv_text
from bayes_saude.inference.checks import failures, require
from bayes_saude.inference.derived import derived_file, is_of
from bayes_saude.inference.store import PANEL_NOTE, STAMP
from bayes_saude.summaries.checks import check
from bayes_saude.summaries.coefficients import quantities_of
from bayes_saude.summaries.cross_validation import prediction_scores, read_cross_validation
from bayes_saude.summaries.printed import EVERYTHING, Printed
from bayes_saude.summaries.rank_checks import rank_gates

CROSS_VALIDATION = "cross_validation.csv"
# The last column of a table from a fit that fails its checks; there is none where it passes.
STAMP_COLUMN = "despite_failed_checks"

logger = logging.getLogger(__name__)


class Result(NamedTuple):
    """A fit and what is derived from it.

    Parameters
    ----------
    fit : xarray.DataTree
    report : dict
        From `check`.
    ranking, comparison, hyperparameters : pandas.DataFrame
        From `all_rankings`, `compare` and `hyperparameters`.
    """

    fit: xr.DataTree
    report: dict[str, Any]
    ranking: pd.DataFrame
    comparison: pd.DataFrame
    hyperparameters: pd.DataFrame


def checked(fit: xr.DataTree, folder: Path, *, despite: bool = False) -> dict[str, Any]:
    """Check a fit before anything is concluded from it, and write `checks.json`.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : Path
        The fit's result folder.
    despite : bool
        Go on with a failing fit. The log and the file `STAMP` in the folder then say what failed.

    Returns
    -------
    dict
        From `check`.

    Raises
    ------
    ConvergenceError
        If a gate fails and `despite` is false.
    """
    report = write_checks(fit, folder)
    if not despite:
        require(report)
    if not report["passed"]:
        logger.warning("%s: %s", folder, despite_line(report))
        write_stamp(report, fit, folder)
    return report


def checked_too(
    fit: xr.DataTree, report: Mapping[str, Any], asked: Printed, *, despite: bool = False
) -> Mapping[str, Any]:
    """Check a ranking that is not one of `all_rankings` before it is printed.

    Parameters
    ----------
    fit : xarray.DataTree
    report : mapping
        From `checked`.
    asked : Printed
    despite : bool
        As in `checked`.

    Returns
    -------
    mapping
        As `report`, with the gates of what is asked for; `report` itself where it holds them already.

    Raises
    ------
    ConvergenceError
        If a gate fails and `despite` is false.
    """
    as_always = EVERYTHING._replace(level=asked.level, within_each=asked.within_each, by=asked.by)
    if asked == as_always and asked.by in quantities_of(fit):
        return report
    gates = [*report["gates"], *rank_gates(fit, asked)]
    of_asked = {**report, "gates": gates, "passed": all(gate["passed"] for gate in gates)}
    if not despite:
        require(of_asked)
    return of_asked


def despite_line(report: Mapping[str, Any]) -> str:
    """Say in one line what was gone on despite; empty for a fit that passes its checks.

    Parameters
    ----------
    report : mapping
        From `check`.
    """
    failed = one_line("; ".join(what for what, _ in failures(report)))
    return f"DESPITE FAILED CHECKS: {failed}" if failed else ""


def write_stamp(report: Mapping[str, Any], fit: xr.DataTree, folder: Path, name: str = STAMP) -> None:
    """Write the file that says which checks a fit fails: of its folder, or of one below as "tables/..."."""
    lines = [one_line(f"- {what}. {advice}") for what, advice in failures(report)]
    told = ["What is in this folder was made although the fit fails these checks:", *lines]
    _write("\n".join(told) + "\n", fit, folder, name)


def stamped(table: pd.DataFrame, report: Mapping[str, Any]) -> pd.DataFrame:
    """Give a table of a fit that fails its checks the column `STAMP_COLUMN`, and any other as it is."""
    return table if report["passed"] else table.assign(**{STAMP_COLUMN: True})


def write_checks(fit: xr.DataTree, folder: Path) -> dict[str, Any]:
    """Check a fit and write `checks.json`, and the panel's note if it has one; no failing fit raises here.

    Returns
    -------
    dict
        From `check`, with `cross_validation`, the rows of `prediction_scores` where the fit has been
        cross-validated: none before.
    """
    validated = is_of(fit, folder, CROSS_VALIDATION)
    if not validated and (folder / CROSS_VALIDATION).exists():
        logger.warning(
            "%s was changed, or is of another fit: its scores are not used. Make it again with "
            "bayes-saude check --cross-validate.",
            folder / CROSS_VALIDATION,
        )
    table = read_cross_validation(folder / CROSS_VALIDATION) if validated else None
    report = _write_report(check(fit), table, fit, folder)
    if note := fit.attrs["panel_note"]:
        _write(f"{note}\n", fit, folder, PANEL_NOTE)
    return report


def write_cross_validation(
    table: pd.DataFrame, report: dict[str, Any], fit: xr.DataTree, folder: Path
) -> dict[str, Any]:
    """Write `cross_validation.csv`, and its scores into `checks.json`.

    Parameters
    ----------
    table : pandas.DataFrame
        From `cross_validate`.
    report : dict
        From `write_checks`.
    fit : xarray.DataTree
    folder : Path
        The fit's result folder.

    Returns
    -------
    dict
        The report with the scores.
    """
    _write(csv_text(table), fit, folder, CROSS_VALIDATION)
    return _write_report(report, table, fit, folder)


def _write_report(
    report: dict[str, Any], table: pd.DataFrame | None, fit: xr.DataTree, folder: Path
) -> dict[str, Any]:
    scores = pd.DataFrame() if table is None else prediction_scores(table)
    # JSON has no NaN.
    rows = scores.astype(object).where(scores.notna(), None).to_dict("records")
    report = {**report, "cross_validation": rows}
    _write(json.dumps(report, indent=2, allow_nan=False) + "\n", fit, folder, "checks.json")
    return report


def write_table(
    table: pd.DataFrame, report: Mapping[str, Any], fit: xr.DataTree, folder: Path, name: str
) -> bool:
    """Write a table of a result folder, such as "ranking" or "comparison", as CSV.

    Parameters
    ----------
    table : DataFrame
    report : mapping
        From `checked`. Where the fit fails, the table gets the column `STAMP_COLUMN`.
    fit : xarray.DataTree
        From which the table is made.
    folder : Path
        The fit's result folder.
    name : str
        Of the file, without its ending.

    Returns
    -------
    bool
        False, and a warning, where the folder cannot be written in: the screen still shows the result.
    """
    return _write(csv_text(stamped(table, report)), fit, folder, f"{name}.csv")


def _write(text: str, fit: xr.DataTree, folder: Path, name: str) -> bool:
    try:
        with derived_file(fit, folder, name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    except OSError as error:
        logger.warning("%s could not be written: %s", folder / name, error.strerror)
        return False
    return True
