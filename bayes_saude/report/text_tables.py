"""The tables of a result: their cells as texts, ready for a page, for LaTeX or for Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import xarray as xr

from bayes_saude.console import number, probability
from bayes_saude.plots.style import Lang, comma, level_word, percent, quantity_word, word
from bayes_saude.report.terms import (
    DISTRIBUTIONS,
    GATES,
    QUESTIONS,
    boundary,
    known,
    parameter_meaning,
    unit_word,
)
from bayes_saude.report.words import say
from bayes_saude.summaries.coefficients import LEVEL_PREFIX, ancestor_units, scale_of, spec_of
from bayes_saude.summaries.comparison import agreement
from bayes_saude.summaries.ranking import ALL, select
from bayes_saude.summaries.trust import trust

# Of a longer table only the first rows are shown until more are asked for.
ALL_SHOWN, FIRST_SHOWN = 30, 10
SCALES = {"": "of_value", "log-odds": "of_share", "log": "of_rate"}


class Column(NamedTuple):
    """A column's heading, and whether it holds numbers, which are aligned and sorted as such."""

    heading: str
    numeric: bool = True


class TextTable(NamedTuple):
    """A table of texts.

    Parameters
    ----------
    caption : str
    columns : list of Column
    rows : list of list of str
    note : str
        What is said below it.
    sorted_by : int, optional
        The column by which the rows are in ascending order. Of a table that has one a reader may choose
        another, and search it.
    head : int
        The column that names a row.
    advice : list of str
        What to try, below the table on a page: in a column of it long texts leave rows blank on a telephone.
    """

    caption: str
    columns: list[Column]
    rows: list[list[str]]
    note: str = ""
    sorted_by: int | None = None
    head: int = 0
    advice: Sequence[str] = ()

    @property
    def shown(self) -> int:
        """Rows that are shown at first."""
        return len(self.rows) if len(self.rows) <= ALL_SHOWN else FIRST_SHOWN


def checks_table(checks: Mapping[str, Any], lang: Lang) -> TextTable:
    """Show every gate, what it asks, and its value beside the limit."""
    rows = [
        [
            say("passes" if gate["passed"] else "fails", lang),
            known(gate["name"], lang, GATES),
            known(gate["name"], lang, QUESTIONS) if gate["name"] in QUESTIONS else "",
            gate["parameter"],
            gate_value(gate, lang),
            comma(f"{gate['threshold']:g}", lang),
        ]
        for gate in checks["gates"]
    ]
    texts = [Column(say(key, lang), False) for key in ("verdict_column", "check", "question", "worst_in")]
    return TextTable(
        say("checks_caption", lang),
        [*texts, Column(say("value", lang)), Column(say("limit", lang))],
        rows,
        head=1,
    )


def gate_value(gate: Mapping[str, Any], lang: Lang) -> str:
    """Write the value of a gate."""
    return say("undefined", lang) if gate["value"] is None else comma(f"{gate['value']:.4g}", lang)


def priors_table(fit: xr.DataTree, priors: Mapping[str, Mapping[str, Any]], lang: Lang) -> TextTable:
    """Show every hyperparameter's prior, in words, and whether the model file gave it."""
    given = spec_of(fit).priors
    rows = []
    for name, prior in priors.items():
        numbers = {key: comma(f"{value:.4g}", lang) for key, value in prior.items() if key != "dist"}
        dist = prior["dist"]
        text = (
            word(dist, lang, DISTRIBUTIONS, **numbers)
            if dist in DISTRIBUTIONS
            else f"{dist} ({'; '.join(f'{key} {value}' for key, value in numbers.items())})"
        )
        giver = say("from_file" if name in given else "from_panel", lang)
        rows.append([name, parameter_meaning(name, lang), text, giver])
    headings = ("parameter", "meaning", "prior", "prior_from")
    return TextTable(say("priors_caption", lang), [Column(say(key, lang), False) for key in headings], rows)


def parameters_table(parameters: pd.DataFrame, lang: Lang) -> TextTable:
    """Show REML and posterior of the hyperparameters."""
    rows = []
    for row in parameters.to_dict("records"):
        spread = row["bayes_sd"]
        rows.append(
            [
                row["parameter"],
                parameter_meaning(row["parameter"], lang),
                number_text(row["reml"], spread, lang),
                number_text(row["reml_se"], spread, lang),
                number_text(row["bayes_mean"], spread, lang),
                number_text(spread, spread, lang),
                interval_text(row["bayes_low"], row["bayes_high"], spread, lang),
                comma(f"{row['rhat']:.3f}", lang),
                f"{row['ess_bulk']:.0f}",
                f"{row['ess_tail']:.0f}",
                boundary(row["note"], lang),
            ]
        )
    numbers = ("reml", "se", "posterior_mean", "sd", "interval")
    columns = [
        *(Column(say(key, lang), False) for key in ("parameter", "meaning")),
        *(Column(say(key, lang)) for key in numbers),
        *(Column(name) for name in ("R-hat", known("bulk ESS", lang, GATES), known("tail ESS", lang, GATES))),
        Column(say("note", lang), False),
    ]
    return TextTable(say("parameters_caption", lang), columns, rows)


def ranking_tables(fit: xr.DataTree, ranking: pd.DataFrame, lang: Lang) -> list[TextTable]:
    """Show every ranking of all units of a level; ranks inside the unit around stand in its columns."""
    together = ranking[ranking["within"] == ALL]
    return [
        _ranking_table(fit, ranking, level, by, lang)
        for level in spec_of(fit).data.levels
        for by in together.loc[together["level"] == level, "by"].unique()
    ]


def _ranking_table(fit: xr.DataTree, ranking: pd.DataFrame, level: str, by: str, lang: Lang) -> TextTable:
    levels = spec_of(fit).data.levels
    units = select(ranking, level, by)
    parent = levels[levels.index(level) - 1] if level != levels[0] else None
    inside = _ranks_inside(fit, ranking, level, by, parent) if parent else pd.DataFrame()
    spread = float(units["sd"].median())
    optional = [p for p in ("p_best", "p_top", "p_bottom") if units[p].notna().any()]
    target = ["p_meets_target"] if units["p_meets_target"].notna().any() else []
    rows = []
    for unit in units.to_dict("records"):
        row = [
            comma(f"{unit['expected_rank']:.1f}", lang),
            unit["unit"],
            number_text(unit["mean"], spread, lang),
            interval_text(unit["low"], unit["high"], spread, lang),
            f"[{unit['rank_low']:.0f}; {unit['rank_high']:.0f}]",
            comma(f"{unit['rank_mcse']:.2f}", lang),
            *(comma(probability(unit[p]), lang) for p in (*optional, "p_above_mean", *target)),
        ]
        if parent:
            own = inside.loc[unit["unit"]]
            row[2:2] = [str(own["within"])]
            row += [
                comma(f"{own['expected_rank']:.1f}", lang),
                f"[{own['rank_low']:.0f}; {own['rank_high']:.0f}]",
            ]
        rows.append(row)
    columns = [
        Column(say("expected_rank", lang)),
        Column(unit_word(level, lang), False),
        *([Column(unit_word(parent, lang), False)] if parent else []),
        *(Column(say(key, lang)) for key in ("estimate", "interval", "rank_interval", "rank_mcse")),
        *(Column(say(key, lang)) for key in (*optional, "p_above_mean", *target)),
        *([Column(say(key, lang)) for key in ("rank_inside", "rank_inside_interval")] if parent else []),
    ]
    caption = say("ranking_caption", lang, units=_units(level, lang), what=quantity(fit, by, lang))
    return TextTable(caption, columns, rows, _trust(fit, level, by, lang), sorted_by=0, head=1)


def _ranks_inside(fit: xr.DataTree, ranking: pd.DataFrame, level: str, by: str, parent: str) -> pd.DataFrame:
    """Take each unit's row inside the unit that holds it: indexed by unit."""
    home = ancestor_units(fit, level, parent).to_series()
    rows = ranking[(ranking["level"] == level) & (ranking["by"] == by) & (ranking["within"] != ALL)]
    rows = rows[rows["within"].to_numpy() == home.loc[rows["unit"]].to_numpy()]
    # Where a unit further out has the same name, the inner one's rows come last.
    return rows.drop_duplicates("unit", keep="last").set_index("unit")


def _trust(fit: xr.DataTree, level: str, by: str, lang: Lang) -> str:
    (row,) = trust(fit, level=level, by=by).to_dict("records")
    if row["units"] < 2:
        return ""
    return say(
        "trust",
        lang,
        width=comma(f"{row['mean_width']:.3g}", lang),
        share=percent(round(row["width_share"], 2), lang),
        pairs=grouped(row["pairs"], lang),
        separated=percent(round(row["separated_share"], 2), lang),
    )


def comparison_tables(fit: xr.DataTree, comparison: pd.DataFrame, lang: Lang) -> list[TextTable]:
    """Show REML beside the posterior, unit by unit, and how often they agree."""
    tables = []
    for counts in agreement(comparison).to_dict("records"):
        chosen = (comparison["level"] == counts["level"]) & (comparison["parameter"] == counts["parameter"])
        tables.append(_comparison_table(fit, comparison[chosen], counts, lang))
    return tables


def _comparison_table(
    fit: xr.DataTree, units: pd.DataFrame, counts: Mapping[Any, Any], lang: Lang
) -> TextTable:
    level, by = counts["level"], counts["parameter"]
    spread = float((units["bayes_high"] - units["bayes_low"]).median() / 4)
    rows = [
        [
            say("same" if row["agrees"] else "differ", lang),
            row["unit"],
            number_text(row["reml"], spread, lang),
            interval_text(row["reml_low"], row["reml_high"], spread, lang),
            say(row["reml_class"], lang),
            number_text(row["bayes"], spread, lang),
            interval_text(row["bayes_low"], row["bayes_high"], spread, lang),
            say(row["bayes_class"], lang),
            comma(probability(row["p_above_mean"]), lang),
            f"{row['reml_rank']:.0f}",
            comma(f"{row['expected_rank']:.1f}", lang),
        ]
        for row in units.sort_values(["agrees", "expected_rank"], kind="stable").to_dict("records")
    ]
    columns = [
        Column(say("agrees", lang), False),
        Column(unit_word(level, lang), False),
        *(Column(say(key, lang)) for key in ("reml", "interval")),
        Column(say("class_reml", lang), False),
        *(Column(say(key, lang)) for key in ("posterior", "interval")),
        Column(say("class_posterior", lang), False),
        *(Column(say(key, lang)) for key in ("p_above_mean", "reml_rank", "expected_rank")),
    ]
    note = say(
        "agreement",
        lang,
        **{key: counts[key] for key in ("agree", "units", "only_reml", "only_bayes", "opposite")},
        correlation=comma(f"{counts['rank_correlation']:.3f}", lang),
    )
    caption = say("comparison_caption", lang, units=_units(level, lang), what=quantity(fit, by, lang))
    return TextTable(caption, columns, rows, note, sorted_by=0, head=1)


def quantity(fit: xr.DataTree, by: str, lang: Lang) -> str:
    """Name what units are ranked by, with its scale: "slope (log-odds per year)"."""
    if by.startswith(LEVEL_PREFIX):
        return quantity_word(by, lang)
    data, what = spec_of(fit).data, word(SCALES[scale_of(fit)], lang)
    if by == "intercept":
        return word("at_origin", lang, what=what, time=f"{data.origin:.15g}")
    return word("per_time", lang, what=what, time=time_word(data.time, lang))


def time_word(time: str, lang: Lang) -> str:
    """Name a unit of time: the model file's column, where it is not years."""
    return word("year", lang) if time == "year" else time


def grouped(count: int, lang: Lang) -> str:
    """Write a count with its thousands set apart."""
    return f"{count:,}".replace(",", "." if lang == "pt" else ",")


def _units(level: str, lang: Lang) -> str:
    name = level_word(level, lang)
    return name[0].upper() + name[1:]


def number_text(value: float, spread: float, lang: Lang) -> str:
    """Write a number with two digits of its spread; nothing where it is missing."""
    return "" if pd.isna(value) else comma(number(value, spread), lang)


def interval_text(low: float, high: float, spread: float, lang: Lang) -> str:
    """Write an interval with two digits of the spread."""
    return f"[{number_text(low, spread, lang)}; {number_text(high, spread, lang)}]"
