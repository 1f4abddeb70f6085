"""Tables as CSV in which no name is a formula to a spreadsheet, and names as they were before.

A spreadsheet runs a cell that begins with = + - or @, quoted or not, so that a panel could carry commands
into the tables of its results. Such a text gets an apostrophe in front, and is a text; numbers stay numbers,
and no other name changes. Where semicolons separate columns, as in Brazil, a cell also begins after one, a
tab or the end of a line: an apostrophe stands there too. What is written can be turned back, name by name.
"""

import csv
import gzip
import lzma
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

# Also the wide forms, which some spreadsheets take for the same; apostrophes, that going back is unique.
_SIGN = r"=+\-@\uff1d\uff0b\uff0d\uff20"
_BEGINS = rf"\A(?='*[{_SIGN}\t\r](?s:.))|(?<=[;\t\r\n])(?='*[ \"]*[{_SIGN}])"
_FORMULA = re.compile(_BEGINS)
_DEFUSED = re.compile(f"(?:{_BEGINS})'")
_PACK: Mapping[str, Callable[[bytes], bytes]] = {
    # Without the time, that the same table makes the same file.
    ".gz": lambda content: gzip.compress(content, mtime=0),
    ".xz": lzma.compress,
}
_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?")


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV, its texts without formulas and its numbers with all their digits.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    path : str or Path
        The file, compressed if its name ends in .gz or .xz.
    """
    path = Path(path)
    content = csv_text(table, digits=None).encode()
    pack = _PACK.get(path.suffix.lower())
    path.write_bytes(pack(content) if pack else content)


def csv_text(table: pd.DataFrame, *, digits: int | None = 9) -> str:
    """Write a table as CSV, its texts without formulas.

    Parameters
    ----------
    table : DataFrame
    digits : int or None
        Of its numbers: nine are far beyond the Monte Carlo error of anything that is estimated here. None
        keeps all, for data.

    Returns
    -------
    str
    """
    shown = None if digits is None else f"%.{digits}g"
    text = _written(_mapped(table, _defused), shown, csv.QUOTE_MINIMAL)
    # Within a name it would end the row, as it is not quoted by itself.
    return _written(_mapped(table, _defused), shown, csv.QUOTE_ALL) if "\r" in text else text


def as_named(table: pd.DataFrame) -> pd.DataFrame:
    """Give the texts of a table that `csv_text` wrote, and the names of its columns, as they were before."""
    return _mapped(table, _meant)


def _written(table: pd.DataFrame, shown: str | None, quoting: Literal[0, 1]) -> str:
    return table.to_csv(None, index=False, float_format=shown, lineterminator="\n", quoting=quoting)


def _mapped(table: pd.DataFrame, change: Callable[[object], object]) -> pd.DataFrame:
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    changed = table.copy()
    for name in texts:
        changed[name] = table[name].map(change, na_action="ignore")
    return changed.rename(columns=change)


def _defused(cell: object) -> object:
    return _FORMULA.sub("'", cell) if isinstance(cell, str) and not _NUMBER.fullmatch(cell) else cell


def _meant(cell: object) -> object:
    return _DEFUSED.sub("", cell) if isinstance(cell, str) else cell
