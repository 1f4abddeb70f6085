"""The report's words: both languages say everything, and nothing is there that no page says."""

import re
import string
from pathlib import Path

import pytest

from bayes_saude import report
from bayes_saude.inference import checks
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.parameters import prior_distributions
from bayes_saude.report import terms, words
from bayes_saude.summaries.checks import OF_PRIORS

TABLES = [
    (table, key, pair)
    for module, names in (
        (words, ["WORDS"]),
        (terms, ["FAMILIES", "DISTRIBUTIONS", "PARAMETERS", "GATES", "QUESTIONS", "UNIT"]),
    )
    for table in names
    for key, pair in getattr(module, table).items()
]
ADVICE = [
    checks.MORE_TUNING,
    checks.MORE_CHAINS,
    checks.MORE_DRAWS,
    checks.NO_DIVERGENCES,
    checks.FEWER_STEPS,
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("table", "key", "pair"), TABLES)
def test_both_languages_say_it_with_the_same_values(table, key, pair):
    english, portuguese = pair
    assert english.strip()
    assert portuguese.strip()
    assert fields(english) == fields(portuguese)


def test_no_word_is_left_over():
    sources = "".join(
        file.read_text(encoding="utf-8")
        for file in Path(report.__file__).parent.rglob("*")
        if file.suffix in (".py", ".html") and not file.name.endswith("words.py")
    )
    said = set(re.findall(r"""["'](\w+)["']""", sources))
    assert (
        set(words.WORDS) - said - {"above", "below", "none", "higher_is_better", "lower_is_better"} == set()
    )


@pytest.mark.parametrize("text", ADVICE)
def test_advice_of_every_gate_is_known_in_portuguese(text):
    assert terms.advice(text, "en") == text
    assert terms.advice(text, "pt") != text


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_a_command_in_an_advice_has_quotation_marks_on_a_page(lang):
    told = terms.advice(OF_PRIORS["untold"], lang)
    assert '"sensitivity"' in told
    assert "`" not in told


def test_advice_that_is_not_known_stays_as_it_is():
    assert terms.advice("Ask a friend.", "pt") == "Ask a friend."


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_and_its_parameters_are_known(family):
    assert family in terms.FAMILIES
    levels, groups = ["region", "municipality"], ["population_band"]
    options = {"slopes": True, "predictors": groups, "year_effects": True}
    for name in prior_distributions(levels, family=family, **options):
        assert terms.parameter_meaning(name, "pt")


def test_a_parameter_is_told_with_its_level():
    assert terms.parameter_meaning("sd_slope[region]", "en") == "s.d. of slopes among regions"
    assert terms.parameter_meaning("sd_slope", "pt") == "d.p. das inclinações"
    by_band = "mean line's change per unit of time: difference by population_band"
    assert terms.parameter_meaning("slope[population_band]", "en") == by_band
    assert terms.parameter_meaning("shape_of_things", "en") == ""


def test_the_note_of_a_singular_fit_is_told_in_either_language():
    assert terms.boundary("boundary in 3 of 5 replicates", "pt") == "fronteira em 3 de 5 réplicas"
    assert terms.boundary("boundary", "pt") == "fronteira"
    assert terms.boundary("boundary", "en") == "boundary"
