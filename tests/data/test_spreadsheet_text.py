"""Names that a spreadsheet would run are texts in CSV, and themselves again when it is read back."""

import io

import pandas as pd
import pytest

from bayes_saude.data.spreadsheet_text import as_named, csv_text, write_csv

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


@pytest.mark.parametrize("name", ["panel.csv", "panel.csv.gz", "panel.csv.xz"])
def test_a_file_has_all_digits_of_its_numbers_and_no_formulas(tmp_path, name):
    table = pd.DataFrame({"unit": FORMULAS, "value": [12345678901.23, 0.1 + 0.2, 1e-300, 5, -1, 2, 3]})
    write_csv(table, tmp_path / name)
    back = pd.read_csv(tmp_path / name)
    assert back["unit"].tolist() == [f"'{formula}" for formula in FORMULAS]
    assert back["value"].tolist() == table["value"].tolist()
    first = (tmp_path / name).read_bytes()
    write_csv(table, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
