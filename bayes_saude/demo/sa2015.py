"""What the demo prints of Sá (2015): the data, and what a reader of the thesis wants to know first."""

import pandas as pd
from rich.console import Console

from bayes_saude.console import heading, number, probability, say, text_table
from bayes_saude.data.published import read_published
from bayes_saude.demo.text import Analysis
from bayes_saude.screen_tables import agreement_table, interval
from bayes_saude.summaries.comparison import agreement
from bayes_saude.summaries.sa2015 import chapter5

# Regions shown at either end of a ranking.
ENDS = 3


def introduce(screen: Console) -> None:
    """Say what the data are: a reconstruction, what in it the print fixes, and what not."""
    heading(screen, "Sá (2015) re-analysed: four indicators, 853 municipalities and 28 regions, 2011-2014")
    say(
        screen,
        "The thesis's records are not public. The panel is a reconstruction: solved from the "
        "printed tables so that REML gives the models' printed results back.",
    )
    rows = [
        ("the print fixes", "the models' parameters, the effects of all regions and the 1,994 of listed"),
        ("", "municipalities, who lies above or below, each year's mean and quartiles"),
        ("it leaves open", "the other effects, single values, links between indicators, spreads within a"),
        ("", "year (kept in proportion), scatter across the line where a correlation is 1.00"),
    ]
    screen.print(text_table(rows, ("", ""), texts=2))
    say(screen, "What is open is drawn in several replicates. Results pool them: it shows as uncertainty.")


def show(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print years and lines, regions, where REML and posterior part, how far rankings can be trusted.

    Parameters
    ----------
    screen : Console
    analyses : dict
        By model, those of the thesis.
    """
    show_years(screen, analyses)
    show_regions(screen, analyses)
    show_where_they_part(screen, analyses)
    show_trust(screen, analyses)
    show_chapter5(screen, analyses)


def show_years(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print each year's mean beside the line that the models draw through the years."""
    table2 = read_published("sa2015/descriptives").set_index(["indicator", "year"])
    years: list[int] = table2.index.unique("year").tolist()
    rows = []
    for name, analysis in analyses.items():
        if not name.endswith("-municipality"):
            continue
        fixed = analysis.parameters.set_index("parameter")["bayes_mean"]
        cells = []
        for year in years:
            mean = table2["mean"][analysis.indicator, year]
            line = fixed["intercept"] + fixed["slope"] * (year - analysis.spec.data.origin)
            cells.append("" if pd.isna(mean) else f"{mean:.2f} | {line:.2f}")
        rows.append([analysis.indicator, *cells])
    heading(screen, "Each year's mean, as printed, and the straight line of the model (mean | line)")
    screen.print(text_table(rows, ("", *map(str, years))))


def show_regions(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print the best and the worst regions, and how sure their places are by two models."""
    indicators = read_published("sa2015/indicators").set_index("indicator")
    heading(screen, "The best and the worst of the 28 regions")
    say(
        screen,
        "Values, ranks and P are by the thesis's model of regions. It takes the years of a municipality as "
        "independent, so P is not to be taken at its word. 'Nested' is the probability of the same place by "
        "the model of municipalities in regions, where a region's line is the mean of its municipalities'.",
    )
    for name, analysis in analyses.items():
        if not name.endswith("-region"):
            continue
        nested = analyses[name.removesuffix("region") + "nested"]
        indicator = indicators.loc[analysis.indicator]
        levels, slopes = (_beside(analysis.ends[by], nested.ends[by]) for by in ("intercept", "slope"))
        best = [
            [*_place(unit), probability(unit["p_best"]), "", probability(unit["p_best_nested"])]
            for _, unit in levels.head(ENDS).iterrows()
        ]
        worst = [
            [*_place(unit), "", probability(unit["p_bottom"]), probability(unit["p_bottom_nested"])]
            for _, unit in levels.tail(ENDS).iterrows()
        ]
        title = f"{indicator['name_en']} ({indicator['unit']})"
        screen.print(f"\n[bold]{title}[/bold], the line's value in {analysis.spec.data.origin:g}")
        headings = ("region", "value", "[95%]", "rank", "[95%]", "P(first)", "P(last)", "nested")
        screen.print(text_table([*best, ["..."], *worst], headings))
        screen.print(_fastest("Best", slopes.iloc[0], "first", "p_best"))
        screen.print(_fastest("Worst", slopes.iloc[-1], "last", "p_bottom"))


def _beside(ranking: pd.DataFrame, nested: pd.DataFrame) -> pd.DataFrame:
    """Put the nested model's probabilities beside a ranking of regions."""
    other = nested[["unit", "p_best", "p_bottom"]]
    return ranking.merge(other, on="unit", suffixes=("", "_nested"), validate="one_to_one")


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
    sure = f"P({place}) {probability(unit[p])}, nested {probability(unit[f'{p}_nested'])}"
    return f"{what} slope: {name} {slope} {between} a year, rank {ranks}, {sure}"


def show_where_they_part(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print where REML and the posterior say different things."""
    heading(screen, "Where Bayes and REML part")
    say(
        screen,
        "A unit is above or below where the 95% interval of its difference from the mean of all excludes "
        "zero. REML's intervals take variance components and fixed effects as known, the posterior's do not. "
        "'Only REML' counts the units that REML calls above or below and the posterior does not; borderline "
        "are those whose class another run, or other replicates, might turn.",
    )
    tables = [
        agreement(analysis.comparison).assign(model=name)
        for name, analysis in analyses.items()
        if len(analysis.spec.data.levels) == 1
    ]
    table = pd.concat(tables)
    screen.print(agreement_table(table[["model", *table.columns.drop(["model", "level"])]]))
    unsure = max(analysis.rank_mcse for analysis in analyses.values())
    say(
        screen,
        "Pap's counts depend on the prior of the correlation: REML's, 0.97 by region and 1 by municipality, "
        "lends the intercepts what is known of the slopes, and LKJ(2) allows less of that than LKJ(1) would. "
        "A municipality that the print does not list has a drawn effect: its REML is a mean over the "
        f"replicates, and the Monte Carlo error of its expected rank is up to {unsure:.0f} of 853.",
    )
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
        say(
            screen,
            "Two choices shape these: the scatter across the line is drawn, not printed, and LKJ(2) has "
            "density zero at 1: with LKJ(1), which has not, the intervals by municipality end nearer to it.",
        )


def show_trust(screen: Console, analyses: dict[str, Analysis]) -> None:
    """Print how much of each ranking the data decide."""
    heading(screen, "How far the rankings can be trusted")
    say(
        screen,
        "Width: of the 95% interval of a unit's rank, mean over the units, and as a share of the widest "
        "possible. Decided: pairs of units whose order has a probability above 0.95. Nested: of the regions.",
    )
    rows = [
        [
            name,
            str(analysis.trust["units"].iloc[0]),
            *(
                cell
                for row in analysis.trust.to_dict("records")
                for cell in (
                    f"{row['mean_width']:.0f}",
                    f"{100 * row['width_share']:.0f}%",
                    f"{100 * row['separated_share']:.0f}%",
                )
            ),
        ]
        for name, analysis in analyses.items()
    ]
    of_slopes = ("slope: width", "share", "decided")
    headings = ("model", "units", "intercept: width", "share", "decided", *of_slopes)
    screen.print(text_table(rows, headings))


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
        f"{confirmed} of them. The others, and what only the posterior says:",
    )
    others = verdicts[verdicts["verdict"] != "confirmed"].sort_values("verdict", kind="stable")
    columns = ["indicator", "parameter", "region", "thesis_class", "reml_class", "bayes_class"]
    rows = [
        [*(row[name] for name in columns), probability(row["p_above_mean"]), row["note"]]
        for _, row in others.iterrows()
    ]
    if rows:
        headings = ("indicator", "parameter", "region", "thesis", "REML", "posterior", "P(> mean)", "")
        screen.print(text_table(rows, headings, texts=len(columns)))
