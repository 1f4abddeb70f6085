"""Names that a spreadsheet would run are texts in CSV, and themselves again when it is read back."""

import io
import re

import pandas as pd
import pytest

from bayes_saude.data.spreadsheet_text import as_named, csv_text, write_csv

FORMULAS = ["=1+1", "+SUM(A1)", "-2+3+cmd|' /C calc'!A0", "@A1", "＝1+1"]
NAMES = [
    "Ubá",
    "a; b",
    "x;y=z",
    "a;1",
    "a\tb",
    "d'Oeste",
    "'quoted'",
    "a=b",
    "-",
    "−5",
    "",
    "NA",
    "-5",
    "+3.5",
    "'",
]


def back(text):
    return as_named(pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str))


@pytest.mark.parametrize("name", FORMULAS)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_front(name):
    table = pd.DataFrame({"unit": [name]})
    written = pd.read_csv(io.StringIO(csv_text(table)), dtype=str)["unit"][0]
    assert written == f"'{name}"
    assert back(csv_text(table))["unit"].tolist() == [name]


# As Excel in Brazil cuts a line: at semicolons, and quotes protect only a cell that begins with one.
@pytest.mark.parametrize(
    "name",
    [
        "a;=1+2",
        "a;'=1+2",
        "a; =1+2",
        'a;"=1+2',
        "a\n=cmd|' /C calc'!A0",
        "a\r\n@A1",
        "a;b\t+1",
        "\t=1",
        "\r=1",
        "-5;-5",
        "a;-",
    ],
)
def test_no_cell_is_a_formula_where_semicolons_separate_columns(name):
    table = pd.DataFrame({"level": ["region"], "unit": [name], name: ["x"]})
    written = csv_text(table)
    cells = [cell.strip(' "') for cell in re.split(r"[;\t\r\n]", written)]
    assert len(cells) > 3
    assert not [cell for cell in cells if cell[:1] in set("=+-@")]
    assert back(written).to_dict("list") == table.to_dict("list")


def test_the_name_of_a_column_is_no_formula_either():
    table = pd.DataFrame({"=1+1": [1.0], "unit": ["a"]})
    assert csv_text(table) == "'=1+1,unit\n1,a\n"
    assert list(as_named(pd.read_csv(io.StringIO(csv_text(table))))) == ["=1+1", "unit"]


def test_other_names_and_numbers_are_as_they_were():
    table = pd.DataFrame({"unit": NAMES, "mean": [-1.5] * len(NAMES)})
    assert csv_text(table) == table.to_csv(index=False)


def test_names_that_have_the_apostrophe_already_come_back_too():
    table = pd.DataFrame({"unit": [*FORMULAS, *NAMES, "'=1+1", "''=1", "'-5", "'@x"]})
    assert back(csv_text(table))["unit"].tolist() == table["unit"].tolist()


@pytest.mark.parametrize("name", ["panel.csv", "panel.csv.gz", "panel.csv.xz"])
def test_a_file_has_all_digits_of_its_numbers_and_no_formulas(tmp_path, name):
    table = pd.DataFrame({"unit": FORMULAS, "value": [12345678901.23, 0.1 + 0.2, 1e-300, 5, -1]})
    write_csv(table, tmp_path / name)
    back = pd.read_csv(tmp_path / name)
    assert back["unit"].tolist() == [f"'{formula}" for formula in FORMULAS]
    assert back["value"].tolist() == table["value"].tolist()
    first = (tmp_path / name).read_bytes()
    write_csv(table, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
