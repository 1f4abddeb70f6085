"""What the model does not reproduce of the data, as a table of the report."""

from collections.abc import Mapping
from typing import Any

from bayes_saude.plots.predictive_checks import statistic_name
from bayes_saude.plots.style import Lang, comma
from bayes_saude.report.terms import advice
from bayes_saude.report.text_tables import Column, TextTable
from bayes_saude.report.words import say


def misfits_table(checks: Mapping[str, Any], lang: Lang) -> TextTable | None:
    """Show what the model does not reproduce; None where it reproduces all that is looked at."""
    rows = [
        [
            statistic_name(warning["statistic"], lang),
            comma(f"{warning['observed']:.4g}", lang),
            say("from_to", lang, low=comma(f"{warning['low']:.4g}", lang),
                high=comma(f"{warning['high']:.4g}", lang)),
            comma(f"{warning['value']:.3f}", lang),
            advice(warning["advice"], lang),
        ]
        for warning in checks["warnings"]
    ]  # fmt: skip
    if not rows:
        return None
    headings = ("statistic", "observed", "predicted", "predictive_p", "to_try")
    columns = [Column(say(key, lang), numeric=key in ("observed", "predictive_p")) for key in headings]
    return TextTable(say("misfits_caption", lang), columns, rows, note=say("misfits_note", lang))
