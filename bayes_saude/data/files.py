"""Reading a table from CSV, XLSX or Parquet, cell by cell, without guessing.

Read without being asked about, and said in `frame.attrs["notes"]`: Windows-1252 (Latin-1) text, semicolons or
tabs between columns, decimal commas, empty rows. A column that is not certain to be numbers stays text, for
`validate_panel` to refuse where a model needs it.
"""

import csv
import io
import lzma
import re
import unicodedata
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa

from bayes_saude.data import limits
from bayes_saude.data.cells import all_numbers, decimal_mark, is_missing
from bayes_saude.data.workbook import first_sheet
from bayes_saude.errors import DataError, Fault

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Latin-1 (Windows-1252)"}
_SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs"}
# A first line by which a file tells Excel its separator.
_TOLD = re.compile(r"sep=([;,\t])(?:\r\n?|\n)", re.IGNORECASE)


def read_table(path: Path) -> pd.DataFrame:
    """Read the file; the index is called "row" and the header is row 1, as in an editor or a spreadsheet.

    Parameters
    ----------
    path : Path
        An existing CSV, TSV or TXT (also `.csv.gz`, `.csv.xz`), XLSX (first sheet) or Parquet file.

    Returns
    -------
    DataFrame
        Cells without outer white space, text in Unicode's composed form (NFC). `attrs["notes"]` lists what
        was read in a way worth knowing, `attrs["separator"]` and `attrs["decimal"]` the conventions found.

    Raises
    ------
    DataError
        A kind of file that is not read, an unreadable or empty file, one that holds more than `limits` allow,
        ragged rows, repeated column names.
    MissingExtra
        An XLSX file, and openpyxl is not installed.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    kind = suffixes[0] if len(suffixes) == 2 and suffixes[1] in limits.COMPRESSED else "".join(suffixes[-1:])
    if kind in _TEXT_SUFFIXES:
        return _read_text(path)
    if kind == ".xlsx":
        rows, notes = first_sheet(path)
        return _table(path, rows, None, notes)
    if kind == ".parquet":
        return _read_parquet(path)
    raise DataError(
        f"{path} is of no kind that is read here ('{path.suffix}').",
        "Save it as CSV (.csv, .tsv, .txt), XLSX (.xlsx) or Parquet (.parquet) and name that file.",
    )


def names_beside(path: Path) -> list[str]:
    """List the files of a path's folder, to suggest one of them; none where it cannot be listed."""
    try:
        return [other.name for other in path.parent.iterdir()]
    except (OSError, ValueError):  # no such folder, or a path that none can have
        return []


def _read_text(path: Path) -> pd.DataFrame:
    text, encoding = _decode(path)
    told = _TOLD.match(text)
    table = text[told.end() :] if told else text
    first_line = next((line for line in io.StringIO(table, newline=None) if line.strip()), None)
    if first_line is None:
        raise _empty(path)
    separator = told[1] if told else _separator(path, first_line.strip())
    # strict: a quote that is never closed would swallow the rest of the file as one cell.
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=separator, strict=True)
    rows: list[list] = [[]] if told else []
    try:
        for cells in limits.counted(path, reader):
            rows.append(cells)
    except csv.Error as error:
        raise DataError(
            f"{path}, row {len(rows) + 1}: the quotes do not match ({error}).",
            'Put a cell with quotes in it between quotes and double those inside: "so ""called""".',
        ) from error
    notes = []
    if encoding != "UTF-8":
        notes.append(f"read as {encoding}")
    if separator != ",":
        notes.append(f"columns separated by {_SEPARATORS[separator]}")
    return _table(path, rows, separator, notes)


def _decode(path: Path) -> tuple[str, str]:
    content = _content(path)
    if b"\0" not in content:  # UTF-16, XLSX and other binary files have zero bytes: no text we read does
        for codec, name in _ENCODINGS.items():
            try:
                return content.decode(codec), name
            except UnicodeDecodeError:
                continue
    raise DataError(
        f"{path} is not text in UTF-8 or Latin-1, whatever its name says.",
        "Save it as 'CSV UTF-8', or give it the suffix of what it is (.xlsx, .parquet).",
    )


def _content(path: Path) -> bytes:
    try:
        return limits.contents(path)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _unreadable(path, error) from error


def _empty(path: Path) -> DataError:
    return DataError(f"{path} is empty.", "Export it again from its source.")


def _without_rows(path: Path) -> DataError:
    return DataError(f"{path} has a header and no rows.", "Give it one row per unit and time.")


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path} cannot be read: {error}.",
        "Check that it is whole and that you may read it, or export it again.",
    )


def _separator(path: Path, header: str) -> str:
    try:
        width = {separator: len(next(csv.reader([header], delimiter=separator))) for separator in _SEPARATORS}
    except csv.Error as error:  # a name of more than 128 kB
        raise _unreadable(path, error) from error
    best = max(width.values())
    found = [separator for separator in _SEPARATORS if width[separator] == best]
    if len(found) == 1:
        return found[0]
    if best == 1:
        problem = f"{path} has one column only in its first row ('{header[:60]}')."
    else:
        problem = f"{path}: its first row can be cut at {' or at '.join(_SEPARATORS[s] for s in found)}."
    raise DataError(problem, "Separate the columns by commas, semicolons or tabs, one of them throughout.")


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        limits.refuse_large_parquet(path)
        frame = pd.read_parquet(path)
        for _, column in frame.items():
            if column.dtype != object:  # bytes that are no UTF-8 would only fail where they are looked at
                pa.array(column).validate(full=True)
    except DataError:
        raise
    except Exception as error:  # a damaged file fails in any way, in Arrow or on the way to pandas
        raise _unreadable(path, error) from error
    if frame.index.name is not None or isinstance(frame.index, pd.MultiIndex):
        frame = frame.reset_index()
    if frame.empty:
        raise _without_rows(path)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    frame.attrs = {"notes": [], "separator": None, "decimal": ""}
    return frame


def _table(path: Path, rows: list[list], separator: str | None, notes: list[str]) -> pd.DataFrame:
    """Make a frame of rows of cells, the first that is not empty being the header."""
    tidy = [(number, [_tidy(cell) for cell in cells]) for number, cells in enumerate(rows, start=1)]
    filled = [(number, cells) for number, cells in tidy if any(cell is not None for cell in cells)]
    if not filled:
        raise _empty(path)
    (header_row, header), *body = filled
    if not body:
        raise _without_rows(path)
    names = _names(path, header_row, header, [cells for _, cells in body])
    _refuse_ragged_rows(path, len(names), body, separator)
    if gaps := filled[-1][0] - header_row + 1 - len(filled):
        notes.append(f"empty rows passed over: {gaps}")
    index = pd.Index([number for number, _ in body], name="row", dtype="int64")
    padded = [cells[: len(names)] + [None] * (len(names) - len(cells)) for _, cells in body]
    columns = dict(zip(names, zip(*padded, strict=True), strict=True))
    return _with_numbers(pd.DataFrame(columns, index=index, dtype=object), separator, notes)


def _tidy(cell: object) -> object:
    if is_missing(cell):
        return None
    return unicodedata.normalize("NFC", cell.strip()) if isinstance(cell, str) else cell


def _names(path: Path, row: int, header: list, body: list[list]) -> list[str]:
    """Name the columns; nameless ones at the right end that hold nothing are a spreadsheet's leftovers."""
    width = len(header)
    while header[width - 1] is None and all(cells[width - 1 : width] in ([], [None]) for cells in body):
        width -= 1
    names = [f"column {i}" if name is None else str(name) for i, name in enumerate(header[:width], start=1)]
    repeated = [name for i, name in enumerate(names) if name in names[:i]]
    if repeated:
        faults = [Fault("this name stands more than once in the header", row, name) for name in repeated]
        raise DataError(f"{path}: columns share a name.", "Give each column a name of its own.", faults)
    return names


def _refuse_ragged_rows(path: Path, width: int, body: list[tuple[int, list]], separator: str | None) -> None:
    faults = []
    for number, cells in body:
        too_long = any(cell is not None for cell in cells[width:])
        # In a spreadsheet every row has the sheet's width: only text can be too short.
        too_short = separator is not None and len(cells) < width
        if too_long or too_short:
            faults.append(Fault(f"{len(cells)} cells where the header has {width}", number))
    if faults:
        advice = "Give every row one cell per column, empty where nothing is known."
        if separator == ",":
            advice += " Decimal commas need semicolons between the columns, or quotes around the numbers."
        raise DataError(f"{path}: rows do not fit the header.", advice, faults)


def _with_numbers(frame: pd.DataFrame, separator: str | None, notes: list[str]) -> pd.DataFrame:
    """Turn the columns that are certainly numbers into numbers, under one decimal mark for the file."""
    distinct = {name: [c for c in dict.fromkeys(frame[name]) if c is not None] for name in frame.columns}
    texts = {name: cells for name, cells in distinct.items() if all(isinstance(cell, str) for cell in cells)}
    numeric = {name: cells for name, cells in texts.items() if cells and _looks_numeric(cells)}
    mark, _ = decimal_mark((cell for cells in numeric.values() for cell in cells), separator)
    alike: dict[str, tuple[str, str]] = {}
    for name in frame.columns:
        if name not in texts:
            frame[name] = frame[name].infer_objects()
        elif name in numeric and all_numbers(numeric[name], mark):
            frame[name] = pd.to_numeric(frame[name].str.replace(",", "."))
            if twins := _one_number(numeric[name]):
                alike[str(name)] = twins
        else:
            frame[name] = frame[name].astype("str")
    if mark == ",":
        notes.append("decimal commas")
    frame.attrs.update(notes=notes, separator=separator, decimal=mark, alike=alike)
    return frame


def _one_number(cells: list[str]) -> tuple[str, str] | None:
    """Find two cells, such as "3.10" and "3.1", that are one number with decimals and may be two names."""
    first: dict[float, str] = {}
    for cell in cells:
        number = float(cell.replace(",", "."))
        if first.setdefault(number, cell) != cell and not number.is_integer():
            return first[number], cell
    return None


def _looks_numeric(cells: list[str]) -> bool:
    return all_numbers(cells, ".") or all_numbers(cells, ",")
