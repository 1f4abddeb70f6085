"""The first sheet of an XLSX workbook, as the values that its cells showed when it was saved."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import BadZipFile

from bayes_saude.data import limits
from bayes_saude.errors import DataError, Fault, MissingExtra, listed

_AGAIN = "Open and save it in a spreadsheet program, or export the sheet as CSV."


def first_sheet(path: Path) -> tuple[list[list], list[str]]:
    """Read the rows of a workbook's first sheet.

    Parameters
    ----------
    path : Path
        An XLSX file.

    Returns
    -------
    list of list
        The cells of each row, from row 1 on; None where a cell is empty.
    list of str
        What is worth telling: the sheets that were not read.

    Raises
    ------
    DataError
        It cannot be read, has no sheet of cells, holds more than `limits` allow, or formulas in it have no
        value, as those that a program wrote and no spreadsheet has worked out.
    MissingExtra
        If openpyxl is not installed.
    """
    try:
        import openpyxl  # noqa: PLC0415 (an optional library)
    except ImportError as error:
        raise MissingExtra(f"Reading {path}", "xlsx") from error
    try:
        limits.refuse_large_zip(path)
        with warnings.catch_warnings():
            # openpyxl warns of formatting that it drops: none of it is data
            warnings.simplefilter("ignore", UserWarning)
            titles, rows, faults = _read(openpyxl, path)
    except DataError:
        raise
    except (OSError, BadZipFile) as error:
        raise DataError(
            f"{path} cannot be read: {error}.",
            "Check that it is whole and that you may read it, or export it again.",
        ) from error
    except Exception as error:  # a damaged workbook fails in any way: XML, numbers, dates, styles, charts
        raise DataError(
            f"{path} cannot be read: a part of the workbook is not as spreadsheet programs write it.", _AGAIN
        ) from error
    if not titles:
        raise DataError(f"{path} has no sheet of cells.", "Put the table on a sheet of its own.")
    if faults:
        raise DataError(f"{path}: what the formulas give is not in the file.", _AGAIN, faults)
    others = titles[1:]
    return rows, [f"sheet '{titles[0]}' read, not {listed(others)}"] if others else []


def _read(openpyxl: ModuleType, path: Path) -> tuple[list[str], list[list], list[Fault]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = [list(cells) for cells in limits.counted(path, _cells(book, values_only=True))]
    faults: list[Fault] = []
    if any(cell is None for row in rows for cell in row):
        written = openpyxl.load_workbook(path, read_only=True)
        faults = _formulas_without_value(rows, _cells(book), _cells(written))
        written.close()
    book.close()
    return [sheet.title for sheet in book.worksheets], rows, faults


def _cells(book: Any, *, values_only: bool = False) -> Iterator[tuple]:
    yield from book.worksheets[0].iter_rows(values_only=values_only) if book.worksheets else ()


def _formulas_without_value(
    rows: list[list], shown: Iterator[tuple], written: Iterator[tuple]
) -> list[Fault]:
    """Find them by row and column; one that gives an empty text has its value."""
    header = next((row for row in rows if any(cell is not None for cell in row)), [])
    return [
        Fault("a formula without its value", number, _column(header, place))
        for number, pairs in enumerate(zip(shown, written, strict=True), start=1)
        for place, (value, formula) in enumerate(zip(*pairs, strict=True))
        if value.value is None and value.data_type != "str" and formula.data_type == "f"
    ]


def _column(header: list, place: int) -> str:
    name = header[place] if place < len(header) else None
    return f"column {place + 1}" if name is None else str(name)
