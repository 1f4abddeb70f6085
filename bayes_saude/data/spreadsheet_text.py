"""Tables as CSV in which no name is a formula to a spreadsheet, and names as they were before.

A spreadsheet runs a cell that begins with = + - or @, quoted or not, so that a panel could carry commands
into the tables of its results. Such a text gets an apostrophe in front, and is a text; numbers stay numbers,
and no other name changes. What is written can be turned back, name by name.
"""

import csv
import re
from collections.abc import Callable
from typing import Literal

import pandas as pd

# Also the wide forms, which some spreadsheets take for the same; apostrophes, that going back is unique.
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20](?s:.)")
_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?")


def csv_text(table: pd.DataFrame) -> str:
    """Write a table as CSV, its texts without formulas and its numbers with nine digits.

    Nine digits are far beyond the Monte Carlo error of anything that is estimated here.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    str
    """
    text = _written(_mapped(table, _defused), csv.QUOTE_MINIMAL)
    # Within a name it would end the row, as it is not quoted by itself.
    return _written(_mapped(table, _defused), csv.QUOTE_ALL) if "\r" in text else text


def as_named(table: pd.DataFrame) -> pd.DataFrame:
    """Give the texts of a table that `csv_text` wrote their own first letters back."""
    return _mapped(table, _meant)


def _written(table: pd.DataFrame, quoting: Literal[0, 1]) -> str:
    return table.to_csv(None, index=False, float_format="%.9g", lineterminator="\n", quoting=quoting)


def _mapped(table: pd.DataFrame, change: Callable[[object], object]) -> pd.DataFrame:
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    changed = table.copy()
    for name in texts:
        changed[name] = table[name].map(change, na_action="ignore")
    return changed


def _defused(cell: object) -> object:
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _meant(cell: object) -> object:
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and _FORMULA.match(cell) else cell
