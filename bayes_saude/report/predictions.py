"""Which of several models of one panel predicts better what it has not seen, as a table of the report."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import hypot
from typing import Any, Literal

import pandas as pd

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import Lang, comma, percent
from bayes_saude.report.text_tables import Column, TextTable, grouped
from bayes_saude.report.words import say
from bayes_saude.summaries.cross_validation import compare_predictions

WAYS: tuple[Literal["unit", "year"], ...] = ("unit", "year")
# Standard errors from zero within which a difference decides nothing.
DECISIVE = 2


def predictions_table(scores: Mapping[str, pd.DataFrame | None], lang: Lang) -> TextTable | None:
    """Show how much better each model predicts than each other; None where no two can be compared.

    Parameters
    ----------
    scores : mapping of str to DataFrame or None
        By model, from `cross_validate`.
    lang : {"en", "pt"}
    """
    rows = [
        [
            f"{first} − {second}",
            say("left_out_unit" if way == "unit" else "left_out_year", lang, n=found["left_out"]),
            _whole(found["difference"], lang),
            *(_whole(found[key], lang) for key in ("se", "mcse")),
            percent(round(float(found["first_better"]), 2), lang),
            _verdict(found, first, second, lang),
        ]
        for way, first, second, found in _comparisons(scores)
    ]
    if not rows:
        return None
    columns = [
        *(Column(say(key, lang), False) for key in ("models", "left_out")),
        *(Column(say(key, lang)) for key in ("elpd_difference", "se", "rank_mcse", "first_better")),
        Column(say("which_better", lang), False),
    ]
    return TextTable(say("predictions_caption", lang), columns, rows, say("predictions_note", lang))


def _comparisons(
    scores: Mapping[str, pd.DataFrame | None],
) -> Iterator[tuple[Literal["unit", "year"], str, str, Mapping[str, Any]]]:
    """Compare each two that have scored the same rows; others, such as of other units, are passed over."""
    known = {name: table for name, table in scores.items() if table is not None}
    for way in WAYS:
        for (first, one), (second, other) in combinations(known.items(), 2):
            try:
                found = compare_predictions(one, other, by=way)
            except BayesSaudeError:
                continue
            yield way, first, second, {**found, "left_out": one.loc[one["by"] == way, "left_out"].nunique()}


def _verdict(found: Mapping[str, Any], first: str, second: str, lang: Lang) -> str:
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
