"""The main job: Sá (2015) re-analysed from its printed tables, and what a reader wants to know first."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console

from bayes_saude.console import console, heading, number, probability, say, text_table, track
from bayes_saude.data.published import read_published
from bayes_saude.inference.reuse import fit_or_load
from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.models.spec import ModelSpec
from bayes_saude.result_figures import write_figures
from bayes_saude.results import checked, write_table
from bayes_saude.screen_tables import agreement_table, interval
from bayes_saude.summaries.comparison import agreement, chapter5, compare, hyperparameters
from bayes_saude.summaries.ranking import all_rankings, rank
from bayes_saude.summaries.reml import reml
from bayes_saude.summaries.trust import trust

# One seed, so that a second run finds the fits of the first.
SEED = 2015
THESIS = "sa2015-"
# Regions shown at either end of a ranking.
ENDS = 3


class Analysis(NamedTuple):
    """What is kept of a model's fit for the printed summary."""

    spec: ModelSpec
    report: dict[str, Any]
    sampling_s: float
    divergences: int
    ends: pd.DataFrame
    comparison: pd.DataFrame
    parameters: pd.DataFrame
    trust: pd.DataFrame

    @property
    def indicator(self) -> str:
        """The indicator's id."""
        return self.spec.data.panel.rpartition("/")[2]


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
    introduce(screen)
    names = [name for name in catalogue() if name.startswith(THESIS)]
    analyses = {name: analyse(name, out, force=force) for name in track(names, "analysing")}
    show_checks(screen, analyses)
    show_regions(screen, analyses)
    show_where_they_part(screen, analyses)
    show_trust(screen, analyses)
    show_chapter5(screen, analyses)
    show_files(screen, out)


def introduce(screen: Console) -> None:
    """Say what the data are: a reconstruction, what in it the print fixes, and what not."""
    heading(screen, "Sá (2015) re-analysed: four indicators, 853 municipalities and 28 regions, 2011-2014")
    say(
        screen,
        "The thesis's records are not public. The panel is a [bold]reconstruction[/bold]: solved from the "
        "printed tables so that REML gives the printed results back.",
    )
    rows = [
        ("the print fixes", "fixed effects, variance components, the effects of all regions, the 1,994"),
        ("", "effects of municipalities that it lists, each year's mean and quartiles"),
        ("it leaves open", "the other effects of municipalities, single values, links between indicators"),
    ]
    screen.print(text_table(rows, ("", ""), texts=2))
    say(screen, "What is open is drawn in several replicates. Results pool them: it shows as uncertainty.")


def analyse(name: str, out: Path, *, force: bool) -> Analysis:
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
    ends = [rank(fit, level=spec.data.levels[0], by=by, bottom=1) for by in ("intercept", "slope")]
    trusts = [trust(fit, level=level, by=by) for level in spec.data.levels for by in ("intercept", "slope")]
    return Analysis(
        spec,
        report,
        sampling_s=json.loads(fit.attrs["sampler"])["sampling_s"],
        divergences=int(fit["sample_stats"]["diverging"].sum()),
        ends=pd.concat(ends),
        comparison=comparison,
        parameters=parameters,
        trust=pd.concat(trusts),
    )


def show_checks(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print how well each model was sampled."""
    rows = [
        [
            name,
            f"{analysis.sampling_s:.2f} s",
            f"{analysis.parameters['rhat'].max():.3f}",
            f"{analysis.parameters['ess_bulk'].min():.0f}",
            f"{analysis.parameters['ess_tail'].min():.0f}",
            str(analysis.divergences),
            "passed" if analysis.report["passed"] else "FAILED",
        ]
        for name, analysis in analyses.items()
    ]
    heading(screen, "How well the posteriors were sampled")
    headings = ("model", "sampling", "worst R-hat", "least bulk ESS", "tail ESS", "divergences", "checks")
    screen.print(text_table(rows, headings))
    total = sum(analysis.sampling_s for analysis in analyses.values())
    say(screen, f"Sampling took {total:.1f} s in all, after compiling once for one level and once for two.")


def show_regions(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print the best and the worst regions, and how sure their places are."""
    indicators = read_published("sa2015/indicators").set_index("indicator")
    heading(screen, "The best and the worst of the 28 regions, and how sure that is")
    for name, analysis in analyses.items():
        if not name.endswith("-region"):
            continue
        indicator = indicators.loc[analysis.indicator]
        levels, slopes = (analysis.ends[analysis.ends["by"] == by] for by in ("intercept", "slope"))
        best = [[*_place(unit), probability(unit["p_best"]), ""] for _, unit in levels.head(ENDS).iterrows()]
        worst = [
            [*_place(unit), "", probability(unit["p_bottom"])] for _, unit in levels.tail(ENDS).iterrows()
        ]
        title = f"{indicator['name_en']} ({indicator['unit']})"
        screen.print(f"\n[bold]{title}[/bold], level in {analysis.spec.data.origin:g}")
        headings = ("region", "level", "[95%]", "rank", "[95%]", "P(first)", "P(last)")
        screen.print(text_table([*best, ["..."], *worst], headings))
        screen.print(_fastest("Best", slopes.iloc[0], "first", "p_best"))
        screen.print(_fastest("Worst", slopes.iloc[-1], "last", "p_bottom"))


def _place(unit: pd.Series) -> list[str]:
    return [
        unit["unit"],
        number(unit["mean"], unit["sd"]),
        interval(unit["low"], unit["high"], unit["sd"]),
        f"{unit['expected_rank']:.1f}",
        f"[{unit['rank_low']}; {unit['rank_high']}]",
    ]


def _fastest(what: str, unit: pd.Series, place: str, p: str) -> str:
    name, slope, between, _, ranks = _place(unit)
    return f"{what} slope: {name} {slope} {between} a year, rank {ranks}, P({place}) {probability(unit[p])}"


def show_where_they_part(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print where REML and the posterior say different things."""
    heading(screen, "Where Bayes and REML part")
    say(
        screen,
        "A unit is above or below where its 95% interval excludes the mean of all, for REML and posterior "
        "alike. REML's intervals take the variance components as known, the posterior's do not. 'Only REML' "
        "counts the units that REML calls above or below and the posterior does not.",
    )
    tables = [
        agreement(analysis.comparison).assign(model=name)
        for name, analysis in analyses.items()
        if len(analysis.spec.data.levels) == 1
    ]
    table = pd.concat(tables)
    screen.print(agreement_table(table[["model", *table.columns.drop(["model", "level"])]]))
    rows = [
        [
            name,
            row["parameter"],
            f"{row['reml']:.2f}",
            f"{row['bayes_mean']:.2f}",
            f"[{row['bayes_low']:.2f}; {row['bayes_high']:.2f}]",
            row["note"],
        ]
        for name, analysis in analyses.items()
        for row in analysis.parameters.to_dict("records")
        if row["note"] and row["parameter"].startswith("corr")
    ]
    if rows:
        screen.print()
        say(screen, "REML ends on the boundary of what is possible; the posterior has a whole distribution:")
        screen.print(text_table(rows, ("model", "parameter", "REML", "posterior", "[95%]", ""), texts=2))


def show_trust(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print how much of each ranking the data decide."""
    heading(screen, "How far the rankings can be trusted")
    say(
        screen,
        "Width: of the 95% interval of a unit's rank, mean over the units, and as a share of the widest "
        "possible. Decided: pairs of units whose order has a probability above 0.95.",
    )
    rows = [
        [
            name,
            row["level"],
            row["by"],
            str(row["units"]),
            f"{row['mean_width']:.0f}",
            f"{100 * row['width_share']:.0f}%",
            f"{100 * row['separated_share']:.0f}%",
        ]
        for name, analysis in analyses.items()
        for row in analysis.trust.to_dict("records")
        if row["level"] == analysis.spec.data.levels[0]
    ]
    headings = ("model", "level", "ranked by", "units", "width", "share", "pairs decided")
    screen.print(text_table(rows, headings, texts=3))


def show_chapter5(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Hold the regions that the thesis's chapter 5 names against the posterior."""
    heading(screen, "The thesis's words against the posterior")
    by_region = {a.indicator: a.comparison for name, a in analyses.items() if name.endswith("-region")}
    verdicts = chapter5(by_region)
    named = verdicts[verdicts["thesis_class"] != "none"]
    confirmed = (named["thesis_class"] == named["bayes_class"]).sum()
    say(
        screen,
        f"Chapter 5 names regions above or below the mean {len(named)} times; the posterior says the same of "
        f"{confirmed} of them. The others, and what only one side says:",
    )
    others = verdicts[verdicts["verdict"] != "confirmed"].sort_values("verdict", kind="stable")
    columns = ["verdict", "indicator", "parameter", "region", "thesis_class", "reml_class", "bayes_class"]
    rows = [
        [*(row[name] for name in columns), probability(row["p_above_mean"])] for _, row in others.iterrows()
    ]
    if rows:
        headings = ("", "indicator", "parameter", "region", "thesis", "REML", "posterior", "P(> mean)")
        screen.print(text_table(rows, headings, texts=len(columns)))


def show_files(screen: Console, out: Path) -> None:
    """Say where everything is."""
    heading(screen, "Files")
    screen.print(
        f"In {out}/<model>/:\n"
        "fit.nc           draws, panel, model file, how it was sampled (NetCDF: xarray and ArviZ open it)\n"
        "ranking.csv      every unit's rank by intercept, slope and level in the last year\n"
        "comparison.csv   REML beside the posterior, unit by unit; hyperparameters.csv: their parameters\n"
        "checks.json, figures/, model.toml\n"
        f"\nNext, for example: bayes-saude rank {out}/sa2015-esf-nested --within region --top 3"
    )
