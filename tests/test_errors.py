"""Errors say what is wrong, where, and what to do."""

import pytest

from bayes_saude.errors import BayesSaudeError, DataError, Fault, MissingExtra, did_you_mean


def test_a_fault_says_its_place_first():
    assert str(Fault("'x' is not a number", 7, "value")) == "row 7, column 'value': 'x' is not a number"
    assert str(Fault("it repeats row 2", 7)) == "row 7: it repeats row 2"
    assert str(Fault("there is one unit only")) == "there is one unit only"


def test_a_data_error_without_faults_is_one_line():
    assert str(DataError("p.csv is empty.", "Export it again.")) == "p.csv is empty. Export it again."


def test_a_data_error_lists_its_faults_between_problem_and_advice():
    error = DataError("p.csv has 2 faults.", "Correct them.", [Fault("a", 2), Fault("b", 3)])
    assert str(error).splitlines() == ["p.csv has 2 faults.", "  row 2: a", "  row 3: b", "Correct them."]


def test_twenty_faults_are_shown_and_the_rest_counted():
    error = DataError("Bad.", "Correct it.", [Fault("a", row) for row in range(2, 27)])
    lines = str(error).splitlines()
    assert lines[20] == "  row 21: a"
    assert lines[21:] == ["  ... and 5 more (25 in all)", "Correct it."]
    assert len(error.faults) == 25


def test_a_missing_extra_says_how_to_install_it():
    error = MissingExtra("Reading panel.xlsx", "xlsx")
    assert isinstance(error, BayesSaudeError)
    assert str(error).endswith("Install it with: pip install 'bayes_saude[xlsx]'")


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [("valu", " Did you mean 'value'?"), ("val", " Did you mean 'value'?"), ("xyz", ""), ("", "")],
)
def test_the_nearest_name_is_suggested(word, suggestion):
    assert did_you_mean(word, ["year", "value"]) == suggestion
