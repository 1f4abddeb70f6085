"""What check warns of: what the model does not reproduce of the data, and what moves with the priors."""

from collections.abc import Mapping, Sequence
from typing import Any

from bayes_saude.plots.predictive_checks import statistic_name
from bayes_saude.plots.style import Lang, comma
from bayes_saude.report.terms import advice
from bayes_saude.report.text_tables import Column, TextTable
from bayes_saude.report.words import say
from bayes_saude.summaries.checks import moving


def warning_tables(checks: Mapping[str, Any], lang: Lang) -> list[TextTable]:
    """Give a table for each kind of warning that there is."""
    return [table for table in (misfits_table(checks, lang), moved_table(checks, lang)) if table.rows]


def misfits_table(checks: Mapping[str, Any], lang: Lang) -> TextTable:
    """Show what the model does not reproduce: no rows where it reproduces all that is looked at."""
    rows = [
        [
            statistic_name(warning["statistic"], lang),
            comma(f"{warning['observed']:.4g}", lang),
            say("from_to", lang, low=comma(f"{warning['low']:.4g}", lang),
                high=comma(f"{warning['high']:.4g}", lang)),
            comma(_p_value(warning), lang),
        ]
        for warning in checks["warnings"]
    ]  # fmt: skip
    headings = ("statistic", "observed", "predicted", "predictive_p")
    columns = [Column(say(key, lang), numeric=key != "statistic") for key in headings]
    tried = _to_try(
        [(row[0], each["advice"]) for row, each in zip(rows, checks["warnings"], strict=True)], lang
    )
    caption, note = say("misfits_caption", lang), say("misfits_note", lang)
    return TextTable(caption, columns, rows, note=note, advice=tried)


def moved_table(checks: Mapping[str, Any], lang: Lang) -> TextTable:
    """Show which hyperparameters move with their priors: no rows where none does."""
    rows = [
        [
            found["parameter"],
            *(_distance(found[name], found[f"{name}_error"], lang) for name in ("prior", "likelihood")),
        ]
        for found in moving(checks)
    ]
    headings = ("parameter", "moved_by_priors", "moved_by_data")
    columns = [Column(say(key, lang), numeric=key.startswith("moved")) for key in headings]
    tried = _to_try([(found["parameter"], found["advice"]) for found in moving(checks)], lang)
    caption, note = say("moved_caption", lang), say("moved_note", lang)
    return TextTable(caption, columns, rows, note=note, advice=tried)


def _to_try(advised: Sequence[tuple[str, str]], lang: Lang) -> list[str]:
    """Give each advice once, after the names of all that it is about."""
    about: dict[str, list[str]] = {}
    for name, text in advised:
        if text:
            about.setdefault(advice(text, lang), []).append(name)
    return [f"{', '.join(names)}: {text}" for text, names in about.items()]


def _p_value(warning: Mapping[str, Any]) -> str:
    value = f"{warning['value']:.3f}"
    return value if warning["clear"] else f"{value} ± {warning['mcse']:.3f}"


def _distance(value: float | None, error: float, lang: Lang) -> str:
    if value is None:
        return say("not_told", lang)
    return comma(f"{value:.3f} ± {error:.3f}", lang)
