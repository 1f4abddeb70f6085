"""The main job: both theses re-analysed from their printed tables, and what a reader wants to know first."""

import os
from pathlib import Path

import pandas as pd

from bayes_saude.analysis import analyse as analyse_model
from bayes_saude.console import console, track
from bayes_saude.demo import costa2014, sa2015, text
from bayes_saude.models.catalogue import catalogue
from bayes_saude.result_report import write_report
from bayes_saude.summaries.changes import percent_change
from bayes_saude.summaries.coefficients import sampler_of, spec_of
from bayes_saude.summaries.comparison import mark_borderline
from bayes_saude.summaries.ranking import rank
from bayes_saude.summaries.trust import trust

# One seed, so that a second run finds the fits of the first.
SEED = 2015
SA2015 = "sa2015-"
OF_UNITS = ("intercept", "slope")


def run(out: Path, *, force: bool = False) -> None:
    """Fit the models of both theses, write their result folders and the report, and print a summary.

    Parameters
    ----------
    out : Path
        Folder of the result folders.
    force : bool
        Fit again where a finished fit is at hand.
    """
    screen = console()
    sa2015.introduce(screen)
    names = [name for name in catalogue() if name.startswith(SA2015) or name in costa2014.PRINTED]
    analyses = {name: analyse(name, out, force=force) for name in track(names, "analysing")}
    folders = [out / name for name in names]
    page = write_report(folders, out / "report.html", workers=os.cpu_count() or 1, progress=True)
    of_sa2015 = {name: analysis for name, analysis in analyses.items() if name.startswith(SA2015)}
    of_costa2014 = {name: analysis for name, analysis in analyses.items() if name not in of_sa2015}
    text.show_checks(screen, analyses)
    sa2015.show(screen, of_sa2015)
    if of_costa2014:
        costa2014.show(screen, of_costa2014)
    text.show_files(screen, out, page)


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
    fit, report, ranking, comparison, parameters = analyse_model(name, out / name, force=force, seed=SEED)
    spec = spec_of(fit)
    outer, inner = spec.data.levels[0], spec.data.levels[-1]
    return text.Analysis(
        spec,
        report,
        sampling_s=sampler_of(fit)["sampling_s"],
        ends={by: rank(fit, level=outer, by=by, bottom=1) for by in OF_UNITS if outer == "region"},
        comparison=mark_borderline(fit, comparison),
        parameters=parameters,
        trust=pd.concat(trust(fit, level=outer, by=by) for by in OF_UNITS),
        rank_mcse=ranking.loc[ranking["level"] == inner, "rank_mcse"].max(),
        changes=percent_change(fit, costa2014.FIRST, costa2014.LAST)
        if name in costa2014.PRINTED
        else pd.DataFrame(),
        note=fit.attrs["panel_note"],
    )
