"""Cells: names of units, and numbers written as text with decimal points or commas.

Nothing is guessed. The rule, for all number columns of one file together:

- A cell with one point or comma *must* be a decimal unless it looks like a thousand: one to three digits
  not starting with 0, the mark, exactly three digits ("1.234", "12,500").
- Cells that must be decimals settle the file's mark. Where they disagree the file is inconsistent: an error.
- Where only thousand-like cells exist the separator decides, if it fits: the comma in a file separated by
  semicolons, the point in a file separated by commas. Anything else is an error.
- A cell with the other mark, or with a thousands separator ("1.234,5"), is an error.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from bayes_saude.errors import Fault

_FLOATS = float | np.floating | Decimal
MISSING = frozenset({"", "NA", "NaN", "nan"})

# ASCII: other scripts have digits too, which not every reader takes for numbers.
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
_THOUSAND_LIKE = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+([.,]\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
# "0123" is a code, and so is what a double cannot hold exactly.
_CODE = re.compile(r"0\d.*|\d{16,}")

_EXPECTED_MARK = {";": ",", ",": "."}
_NO_NUMBERS = {
    "true and false": pd.api.types.is_bool_dtype,
    "dates": pd.api.types.is_datetime64_any_dtype,
    "complex numbers": pd.api.types.is_complex_dtype,
}


def decimal_mark(cells: Iterable[str], separator: str | None = None) -> tuple[str, str]:
    """Find the decimal mark of a file.

    Parameters
    ----------
    cells : iterable of str
        The cells of all number columns; cells that are no numbers are passed over.
    separator : str, optional
        The character between the file's columns, where there is one.

    Returns
    -------
    mark : str
        "." or ","; empty where no cell has a mark or where `doubt` is not empty.
    doubt : str
        Why the mark cannot be told, naming the cells; empty where it can.
    """
    certain: dict[str, str] = {}
    thousand_like: dict[str, str] = {}
    for cell in cells:
        if _NUMBER.fullmatch(cell):
            mark = "." if "." in cell else "," if "," in cell else ""
            (thousand_like if _THOUSAND_LIKE.fullmatch(cell) else certain).setdefault(mark, cell)
    certain.pop("", None)
    if len(certain) == 2:
        point, comma = certain["."], certain[","]
        return "", f"'{point}' has a decimal point and '{comma}' a comma; write one of them throughout"
    if certain:
        return next(iter(certain)), ""
    if not thousand_like:
        return "", ""
    expected = _EXPECTED_MARK.get(separator or "", "")
    if set(thousand_like) == {expected}:
        return expected, ""
    cell = next(cell for mark, cell in thousand_like.items() if mark != expected)
    whole, decimals = re.split("[.,]", cell)
    return "", f"'{cell}' may be a thousand; write it as {whole}{decimals}, or as {cell}0 if it has decimals"


def all_numbers(cells: Iterable[str], mark: str) -> bool:
    """Tell whether every cell is a number with this decimal mark or none, and no code such as "0123"."""
    refused = {".", ","} - {mark}
    return all(
        bool(_NUMBER.fullmatch(cell)) and not refused.intersection(cell) and not _CODE.fullmatch(cell)
        for cell in cells
    )


def to_numbers(column: pd.Series, mark: str, doubt: str) -> tuple[pd.Series, list[Fault]]:
    """Read a column as numbers.

    Parameters
    ----------
    column : Series
        Numbers, text or both; its index labels are the rows of the faults.
    mark, doubt : str
        What `decimal_mark` said.

    Returns
    -------
    numbers : Series of float
        Same index; NaN where the cell is missing or is a fault.
    faults : list of Fault
        The cells that are no numbers; one for the column where its decimal mark cannot be told.
    """
    name = str(column.name)
    numbers = np.full(len(column), np.nan)
    for kind, is_so in _NO_NUMBERS.items():
        if is_so(column.dtype):
            return pd.Series(numbers, column.index), [Fault(f"it holds {kind}, not numbers", None, name)]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return pd.Series(column.to_numpy(float, na_value=np.nan), column.index), []
    faults = []
    doubted = False
    for position, (row, cell) in enumerate(column.items()):
        if is_missing(cell):
            continue
        if doubt and _has_mark(cell):
            if not doubted:
                faults.append(Fault(f"its decimal mark cannot be told: {doubt}", row_label(row), name))
            doubted = True
            continue
        try:
            numbers[position] = _to_number(cell, mark or ".")
        except ValueError as error:
            faults.append(Fault(str(error), row_label(row), name))
    return pd.Series(numbers, column.index), faults


def to_labels(column: pd.Series) -> pd.Series:
    """Name units by text: 310010.0 is "310010", and an accent written in either of Unicode's ways is one."""
    if column.dtype == object:  # lists, as Parquet may have; True and 1, which are one key and two names
        return column.map(_label).astype("str")
    return column.map({cell: _label(cell) for cell in column.unique()}).astype("str")


def is_missing(cell: object) -> bool:
    """Tell whether a cell is empty: nothing, white space, NA or NaN. "-" and "..." are not: they are text."""
    if isinstance(cell, str):
        return cell.strip() in MISSING
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, _FLOATS) and math.isnan(cell))


def missing_mask(column: pd.Series) -> pd.Series:
    """Apply `is_missing` to every cell of a column."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.isna()
    return column.map(is_missing).astype(bool)


def row_label(label: object) -> int | str:
    """Turn an index label into what a fault carries."""
    return int(label) if isinstance(label, int | np.integer) else str(label)


def _label(cell: object) -> str | None:
    if is_missing(cell):
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


def _has_mark(cell: object) -> bool:
    return isinstance(cell, str) and ("," in cell or "." in cell) and bool(_NUMBER.fullmatch(cell.strip()))


def _to_number(cell: object, mark: str) -> float:
    """Read one cell; the message of the ValueError says what is wrong with it."""
    if isinstance(cell, int | np.integer | _FLOATS) and not isinstance(cell, bool):
        try:
            return float(cell)
        except OverflowError:
            raise ValueError("a whole number of hundreds of digits is too large") from None
    text = str(cell).strip()
    if isinstance(cell, str) and _INFINITE.fullmatch(text):
        return float(text)
    if isinstance(cell, str) and _NUMBER.fullmatch(text):
        if (other := "," if mark == "." else ".") in text:
            name = {".": "points", ",": "commas"}[mark]
            raise ValueError(f"'{text}' has a '{other}' where the file's other numbers have decimal {name}")
        return float(text.replace(",", "."))
    if isinstance(cell, str) and _GROUPED.fullmatch(text):
        raise ValueError(f"'{text}' has thousands separators; write it without them")
    raise ValueError(f"'{text}' is not a number")
