"""Names that a spreadsheet would run are texts in CSV, and themselves again when it is read back."""

import io

import pandas as pd
import pytest

from bayes_saude.data.spreadsheet_text import as_named, csv_text

FORMULAS = ["=1+1", "+SUM(A1)", "-2+3+cmd|' /C calc'!A0", "@A1", "\t=1", "\r=1", "＝1+1"]
NAMES = ["Ubá", "d'Oeste", "'quoted'", "a=b", "-", "−5", "", "NA", "-5", "+3.5", "'"]


def back(text):
    return as_named(pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str))


@pytest.mark.parametrize("name", FORMULAS)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_front(name):
    table = pd.DataFrame({"unit": [name]})
    written = pd.read_csv(io.StringIO(csv_text(table)), dtype=str)["unit"][0]
    assert written == f"'{name}"
    assert back(csv_text(table))["unit"].tolist() == [name]


def test_other_names_and_numbers_are_as_they_were():
    table = pd.DataFrame({"unit": NAMES, "mean": [-1.5] * len(NAMES)})
    assert csv_text(table) == table.to_csv(index=False)


def test_names_that_have_the_apostrophe_already_come_back_too():
    table = pd.DataFrame({"unit": [*FORMULAS, *NAMES, "'=1+1", "''=1", "'-5", "'@x"]})
    assert back(csv_text(table))["unit"].tolist() == table["unit"].tolist()
