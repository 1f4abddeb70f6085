"""Decimal marks are settled by what is certain, and never guessed."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.data.cells import decimal_mark, to_labels, to_numbers


@pytest.mark.parametrize(
    ("cells", "separator", "mark"),
    [
        (["1", "20"], ",", ""),
        (["1", "2.5"], None, "."),
        (["1", "2,5"], None, ","),
        (["0.123"], ";", "."),  # no thousand begins with 0
        (["1234.567"], ";", "."),  # nor has four digits before its separator
        (["1.234", "2.5"], ";", "."),  # one certain cell settles the others
        (["1,234", "2,5"], ",", ","),
        (["1,234"], ";", ","),  # the decimal comma is why files are separated by semicolons
        (["1.234"], ",", "."),
        (["-1,5", "abc", "2011"], None, ","),
    ],
)
def test_the_decimal_mark_is_found(cells, separator, mark):
    assert decimal_mark(cells, separator) == (mark, "")


@pytest.mark.parametrize(
    ("cells", "separator", "doubt"),
    [
        (["1.5", "2,5"], ";", "'1.5' has a decimal point and '2,5' a comma; write one of them throughout"),
        (["1.234"], ";", "'1.234' may be a thousand; write it as 1234, or as 1.2340 if it has decimals"),
        (["1,234"], ",", "'1,234' may be a thousand; write it as 1234, or as 1,2340 if it has decimals"),
        (["1.234"], "\t", "'1.234' may be a thousand; write it as 1234, or as 1.2340 if it has decimals"),
        (
            ["1.234", "1,234"],
            ";",
            "'1.234' may be a thousand; write it as 1234, or as 1.2340 if it has decimals",
        ),
    ],
)
def test_an_uncertain_decimal_mark_is_a_doubt_with_a_way_out(cells, separator, doubt):
    assert decimal_mark(cells, separator) == ("", doubt)


def column(*cells, dtype=None):
    return pd.Series(list(cells), index=range(2, 2 + len(cells)), name="value", dtype=dtype)


def test_text_becomes_numbers_and_empty_cells_nan():
    numbers, faults = to_numbers(column("1,5", " 2 ", "", "NA", None, "-3,25e2", "inf"), ",", "")
    np.testing.assert_array_equal(numbers, [1.5, 2, np.nan, np.nan, np.nan, -325, np.inf])
    assert faults == []


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("abc", "'abc' is not a number"),
        ("-", "'-' is not a number"),
        ("...", "'...' is not a number"),
        ("85,3%", "'85,3%' is not a number"),
        ("1.234,5", "'1.234,5' has thousands separators; write it without them"),
        ("2.5", "'2.5' has a '.' where the file's other numbers have decimal commas"),
        (True, "'True' is not a number"),
    ],
)
def test_a_cell_that_is_no_number_is_a_fault_at_its_row(cell, message):
    numbers, faults = to_numbers(column("1,5", cell, dtype=object), ",", "")
    assert [(fault.row, fault.column, fault.message) for fault in faults] == [(3, "value", message)]
    np.testing.assert_array_equal(numbers, [1.5, np.nan])


def test_a_doubt_is_said_once_for_a_column():
    _, faults = to_numbers(column("1", "1.5", "2,5"), "", "doubtful")
    assert [str(fault) for fault in faults] == [
        "row 3, column 'value': its decimal mark cannot be told: doubtful"
    ]


@pytest.mark.parametrize(
    ("cells", "kind"), [((True, False), "true and false"), (pd.to_datetime(["2011-01-01"]), "dates")]
)
def test_columns_of_another_type_are_no_numbers(cells, kind):
    _, faults = to_numbers(column(*cells), "", "")
    assert [str(fault) for fault in faults] == [f"column 'value': it holds {kind}, not numbers"]


def test_nullable_integers_are_numbers():
    numbers, _ = to_numbers(column(1, pd.NA, dtype="Int64"), "", "")
    np.testing.assert_array_equal(numbers, [1, np.nan])


def test_labels_are_text_that_names_a_unit_in_one_way():
    labels = to_labels(pd.Series([310010.0, "310010", " Uba\u0301", "Ubá", None, ""], dtype=object))
    assert labels[:4].tolist() == ["310010", "310010", "Ubá", "Ubá"]
    assert labels[4:].isna().all()
