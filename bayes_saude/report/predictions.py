"""Which of several models of one panel predicts better what it has not seen, and of which it is not told."""

from collections.abc import Mapping
from itertools import combinations
from math import hypot
from typing import NamedTuple

import pandas as pd

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import Lang, comma, percent
from bayes_saude.report.text_tables import Column, TextTable, grouped
from bayes_saude.report.words import say
from bayes_saude.summaries.cross_validation import compare_predictions

# What is left out, and what the report calls it.
WAYS = {"unit": "each_unit", "year": "each_year"}
# Standard errors from zero within which a difference decides nothing.
DECISIVE = 2


class Predictions(NamedTuple):
    """Which model predicts better, with nothing left to compute.

    Parameters
    ----------
    table : TextTable, optional
        Of each two models that can be compared; None where no two can.
    without : list of str
        Models that have no scores.
    apart : list of str
        Two models whose scores are not of the same rows, with what was left out: "one − other (each unit)".
    """

    table: TextTable | None
    without: list[str]
    apart: list[str]


def predictions(scores: Mapping[str, pd.DataFrame | None], lang: Lang) -> Predictions:
    """Show how much better each model predicts than each other, and name those that are not compared.

    Parameters
    ----------
    scores : mapping of str to DataFrame or None
        By model, from `cross_validate`.
    lang : {"en", "pt"}
    """
    known = {name: table for name, table in scores.items() if table is not None}
    rows: list[list[str]] = []
    apart: dict[str, list[str]] = {}
    for way, key in WAYS.items():
        each = say(key, lang)
        for first, second in combinations(known, 2):
            one, other = (known[name][known[name]["by"] == way] for name in (first, second))
            if one.empty and other.empty:
                continue
            try:
                found = compare_predictions(one, other)
            except BayesSaudeError:
                apart.setdefault(f"{first} − {second}", []).append(each)
                continue
            left_out = f"{each} ({one['left_out'].nunique()})"
            rows.append([f"{first} − {second}", left_out, *_cells(found, first, second, lang)])
    return Predictions(
        _table(rows, lang) if rows else None,
        [name for name in scores if name not in known],
        [f"{pair} ({', '.join(ways)})" for pair, ways in apart.items()],
    )


def _cells(found: pd.Series, first: str, second: str, lang: Lang) -> list[str]:
    return [
        *(_whole(found[key], lang) for key in ("difference", "se", "mcse")),
        percent(round(float(found["first_better"]), 2), lang),
        _verdict(found, first, second, lang),
    ]


def _table(rows: list[list[str]], lang: Lang) -> TextTable:
    columns = [
        *(Column(say(key, lang), False) for key in ("models", "left_out")),
        *(Column(say(key, lang)) for key in ("elpd_difference", "se", "rank_mcse", "first_better")),
        Column(say("which_better", lang), False),
    ]
    return TextTable(say("predictions_caption", lang), columns, rows, say("predictions_note", lang))


def _verdict(found: pd.Series, first: str, second: str, lang: Lang) -> str:
    """Say which predicts better, where that is decided: what a few units decide is not."""
    if found["unreliable"]:
        return say("not_reliable", lang, n=int(found["unreliable"]))
    error = hypot(found["se"], 0 if pd.isna(found["mcse"]) else found["mcse"])
    if abs(found["difference"]) <= DECISIVE * error:
        return say("no_decisive_difference", lang)
    return say("predicts_better", lang, model=first if found["difference"] > 0 else second)


def _whole(value: float, lang: Lang) -> str:
    """Write a sum of log densities: whole numbers, or one decimal where it is small."""
    if pd.isna(value):
        return ""
    text = grouped(round(value), lang) if abs(value) >= 100 else comma(f"{value:.1f}", lang)
    return text.replace("-", "−")
