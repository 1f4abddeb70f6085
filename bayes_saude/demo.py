"""The main job: Sá (2015) re-analysed from its printed tables, and what a reader wants to know first."""

import json
from pathlib import Path

import pandas as pd

from bayes_saude import demo_text as text
from bayes_saude.console import console, track
from bayes_saude.inference.reuse import fit_or_load
from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.result_figures import write_figures
from bayes_saude.results import checked, write_table
from bayes_saude.summaries.comparison import compare, hyperparameters, mark_borderline
from bayes_saude.summaries.ranking import all_rankings, rank
from bayes_saude.summaries.reml import reml
from bayes_saude.summaries.trust import trust

# One seed, so that a second run finds the fits of the first.
SEED = 2015
THESIS = "sa2015-"
OF_UNITS = ("intercept", "slope")


def run(out: Path, *, force: bool = False) -> None:
    """Fit the twelve models of Sá (2015), write their result folders and print a summary.

    Parameters
    ----------
    out : Path
        Folder of the result folders.
    force : bool
        Fit again where a finished fit is at hand.
    """
    screen = console()
    text.introduce(screen)
    names = [name for name in catalogue() if name.startswith(THESIS)]
    analyses = {name: analyse(name, out, force=force) for name in track(names, "analysing")}
    text.show_checks(screen, analyses)
    text.show_years(screen, analyses)
    text.show_regions(screen, analyses)
    text.show_where_they_part(screen, analyses)
    text.show_trust(screen, analyses)
    text.show_chapter5(screen, analyses)
    text.show_files(screen, out)


def analyse(name: str, out: Path, *, force: bool) -> text.Analysis:
    """Fit a model or find its fit, and write its result folder.

    Parameters
    ----------
    name : str
        A model of the catalogue.
    out : Path
        Folder of the result folders.
    force : bool
        Fit again where a finished fit is at hand.
    """
    spec = read_model(name)
    folder = out / name
    fit = fit_or_load(spec, folder, force=force, seed=SEED)
    report = checked(fit, folder)
    frequentist = reml(fit)
    ranking = all_rankings(fit)
    comparison = compare(fit, frequentist, ranking=ranking)
    parameters = hyperparameters(fit, frequentist)
    for table, file in ((ranking, "ranking"), (comparison, "comparison"), (parameters, "hyperparameters")):
        write_table(table, folder, file)
    write_figures(fit, report, ranking, comparison, folder)
    outer, inner = spec.data.levels[0], spec.data.levels[-1]
    return text.Analysis(
        spec,
        report,
        sampling_s=json.loads(fit.attrs["sampler"])["sampling_s"],
        ends={by: rank(fit, level=outer, by=by, bottom=1) for by in OF_UNITS if outer == "region"},
        comparison=mark_borderline(fit, comparison),
        parameters=parameters,
        trust=pd.concat(trust(fit, level=outer, by=by) for by in OF_UNITS),
        rank_mcse=ranking.loc[ranking["level"] == inner, "rank_mcse"].max(),
    )
