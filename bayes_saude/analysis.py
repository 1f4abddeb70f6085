"""A whole analysis in one call: fit, checks, rankings, comparison with REML, and their result folder."""

from pathlib import Path
from typing import Literal

import pandas as pd

from bayes_saude.figures.result import write_figures
from bayes_saude.inference.reuse import fit_or_load
from bayes_saude.models.spec import ModelSpec
from bayes_saude.results import Result, checked, write_table
from bayes_saude.summaries.comparison import compare
from bayes_saude.summaries.comparison import hyperparameters as side_by_side
from bayes_saude.summaries.ranking import all_rankings
from bayes_saude.summaries.reml import reml


def analyse(
    spec: ModelSpec | str | Path,
    folder: str | Path,
    panel: pd.DataFrame | None = None,
    *,
    figures: bool = True,
    despite: bool = False,
    force: bool = False,
    missing: Literal["error", "drop"] = "error",
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    seed: int | None = None,
    progress: bool = False,
) -> Result:
    """Fit a model, or take the fit that is there, and fill its result folder.

    Parameters
    ----------
    spec, panel, force, missing, draws, tune, chains, seed, progress
        As in `fit_or_load`.
    folder : str or Path
        The result folder. It gets `fit.nc`, `model.toml`, `checks.json`, `ranking.csv`, `comparison.csv`,
        `hyperparameters.csv` and `figures/`.
    figures : bool
        Whether to draw the main figures; `bayes-saude figures` draws all.
    despite : bool
        Go on with a fit that fails its checks; the folder then says so.

    Returns
    -------
    Result

    Raises
    ------
    DataError
        If the panel is at fault, or the folder cannot be read or written.
    ConvergenceError
        If a check fails and `despite` is false.
    """
    folder = Path(folder)
    fit = fit_or_load(
        spec, folder, panel, force=force, missing=missing,
        draws=draws, tune=tune, chains=chains, seed=seed, progress=progress,
    )  # fmt: skip
    report = checked(fit, folder, despite=despite)
    frequentist = reml(fit)
    ranking = all_rankings(fit)
    comparison = compare(fit, frequentist, ranking=ranking)
    parameters = side_by_side(fit, frequentist)
    for table, file in ((ranking, "ranking"), (comparison, "comparison"), (parameters, "hyperparameters")):
        write_table(table, report, fit, folder, file)
    if figures:
        write_figures(
            fit, report, ranking, comparison, folder,
            frequentist=frequentist, hyperparameters=parameters, main=True,
        )  # fmt: skip
    return Result(fit, report, ranking, comparison, parameters)
