"""What a result folder holds besides the fit: checks, rankings, the comparison with REML, figures."""

import json
import os
import textwrap
from pathlib import Path
from typing import Any, Literal, cast

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from bayes_saude.inference.checks import check, require
from bayes_saude.inference.store import FIT
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.style import FONT_SIZE, Lang
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.ranking import ALL

# Lies in a result folder while anything in it comes from a fit that fails its checks: the tables' columns are
# a contract and have no room for a warning.
STAMP = "DESPITE_FAILED_CHECKS.txt"
# Characters of the small print below a figure that is one column wide.
NOTE_WIDTH = 90


def checked(fit: xr.DataTree, folder: Path, *, despite: bool = False) -> dict[str, Any]:
    """Check a fit before anything is concluded from it, and write `checks.json`.

    What an earlier fit has left in the folder is removed.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : Path
        The fit's result folder.
    despite : bool
        Go on with a failing fit. The file `STAMP` in the folder then names what failed.

    Returns
    -------
    dict
        From `check`.

    Raises
    ------
    ConvergenceError
        If a gate fails and `despite` is false.
    """
    _remove_outdated(folder)
    report = write_checks(fit, folder)
    require(report, despite=despite)
    if report["passed"]:
        (folder / STAMP).unlink(missing_ok=True)
    else:
        failed = [f"- {gate['name']}: {gate['advice']}" for gate in report["gates"] if not gate["passed"]]
        lines = ["What is in this folder was made although the fit fails these checks:", *failed]
        _write("\n".join(lines) + "\n", folder / STAMP)
    return report


def write_checks(fit: xr.DataTree, folder: Path) -> dict[str, Any]:
    """Check a fit and write `checks.json`; a failing fit raises nothing here.

    Returns
    -------
    dict
        From `check`.
    """
    report = check(fit)
    _write(json.dumps(report, indent=2) + "\n", folder / "checks.json")
    return report


def write_table(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table of a result folder: "ranking", "comparison" or "hyperparameters", as CSV."""
    # With nine digits the rounding of sums of ranks and probabilities is far below their Monte Carlo error.
    _write(table.to_csv(index=False, float_format="%.9g"), folder / f"{name}.csv")


def write_figures(
    fit: xr.DataTree,
    ranking: pd.DataFrame,
    comparison: pd.DataFrame,
    folder: Path,
    *,
    lang: Lang = "en",
    format: Literal["pdf", "svg", "png"] = "pdf",
) -> list[Path]:
    """Draw, for every level, caterpillars by intercept and slope and REML against posterior.

    Parameters
    ----------
    fit : xarray.DataTree
    ranking, comparison : DataFrame
        From `all_rankings` and `compare`.
    folder : Path
        The result folder; the figures go to `figures/` inside it.
    lang : {"en", "pt"}
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    spec = spec_of(fit)
    note = textwrap.fill(fit.attrs["panel_note"], NOTE_WIDTH)
    title = spec.title + ("\nDESPITE FAILED CHECKS" if (folder / STAMP).exists() else "")
    files = []
    for level in spec.data.levels:
        for by in ranking.loc[(ranking["level"] == level) & (ranking["within"] == ALL), "by"].unique():
            axes = {"caterpillar": plot_caterpillar(ranking, by=by, level=level, lang=lang)}
            if by in set(comparison["parameter"]):
                axes["reml-posterior"] = plot_reml_posterior(comparison, parameter=by, level=level, lang=lang)
            for kind, ax in axes.items():
                files.append(figures / f"{kind}-{level}-{by.replace(':', '-')}.{format}")
                figure = cast(Figure, ax.figure)
                figure.suptitle(title, size=FONT_SIZE)
                figure.supxlabel(note, size=FONT_SIZE - 2)
                figure.savefig(files[-1], dpi=300)
                plt.close(figure)
    return files


def _remove_outdated(folder: Path) -> None:
    fitted = (folder / FIT).stat().st_mtime_ns
    for pattern in ("*.csv", "figures/*-*.*"):
        for file in folder.glob(pattern):
            if file.stat().st_mtime_ns < fitted:
                file.unlink()


def _write(text: str, path: Path) -> None:
    # A reader sees the old file or the new one, never half of one.
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
