"""Exports of DATASUS's TabNet and TabWin: municipalities in rows, years in columns, joined by code alone.

A name beside a code is read only to refuse an export whose names and codes do not belong together: tables
that were put side by side by their order are wrong in a way that no sum shows.
"""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bayes_saude.data.aih_rules import MINAS_GERAIS, STATES
from bayes_saude.data.cells import decimal_mark, to_numbers
from bayes_saude.data.limits import contents, counted
from bayes_saude.data.territory import folded, territory
from bayes_saude.errors import DataError, Fault, listed

_ROW = re.compile(r"([0-9]{6,7})\s*(.*)")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_PERIOD = re.compile(r"per[ií]odo", re.IGNORECASE)
UNKNOWN = "municipality is unknown"


def read_tabnet(path: str | Path) -> pd.DataFrame:
    """Read one export.

    Parameters
    ----------
    path : str or Path
        Text in Latin-1 or UTF-8, semicolons between columns: titles, then a header, then one row per
        municipality ("310010 ABADIA DOS DOURADOS"), the row Total, source and notes. The columns are
        years, or there is one column and the line "Período" names one year. "-" is zero.

    Returns
    -------
    pandas.DataFrame
        `municipality` (text, six digits), `year`, `value`; sorted. Rows of codes that are no municipality
        ("000000", "310000 MUNICIPIO IGNORADO") are left out. `attrs`: `title`, `dropped` (reason: rows and
        sum of their values).

    Raises
    ------
    DataError
        No such layout; a cell that is no number; a municipality twice, or with the name of another; sums that
        are not the printed totals, as where the file was cut off.
    """
    path = Path(path)
    rows = _rows(path)
    first = next((i for i, cells in enumerate(rows) if _ROW.fullmatch(cells[0])), None)
    if not first or len(rows[first - 1]) < 2:
        raise DataError(
            f"{path} has no rows of municipalities ('310010 ABADIA DOS DOURADOS;...') under a header.",
            "Export it again, with municipalities in rows, years in columns and semicolons between them.",
        )
    if repeated := sorted({name for name in rows[first - 1] if rows[first - 1].count(name) > 1}):
        raise DataError(f"{path} has columns of the same name: {listed(repeated)}.", "Export it again.")
    header, titles = rows[first - 1], [" ".join(cells).strip() for cells in rows[: first - 1]]
    last = next((i for i in range(first, len(rows)) if not _ROW.fullmatch(rows[i][0])), len(rows))
    if last == len(rows) or rows[last][0].casefold() != "total":
        raise DataError(
            f"{path} has no row Total after its municipalities: it is cut off.", "Export it again."
        )
    table = _numbers(path, header, rows[first : last + 1], first)
    years = _years(path, table.columns[1:], titles)
    _check_totals(path, table)
    _check_names(path, table.index[:-1])
    body = table.iloc[:-1, :][["code", *years]].rename(columns=years)
    long = body.melt("code", var_name="year", value_name="value").rename(columns={"code": "municipality"})
    known = _known(long["municipality"])
    unknown = long[~known]
    frame = long[known].astype({"year": "int64"}).sort_values(["municipality", "year"], ignore_index=True)
    dropped = {UNKNOWN: {"rows": unknown["municipality"].nunique(), "sum": float(unknown["value"].sum())}}
    frame.attrs = {"title": " ".join(filter(None, titles)), "dropped": dropped if len(unknown) else {}}
    return frame


def _rows(path: Path) -> list[list[str]]:
    try:
        content = contents(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Check its name, and that you may.") from error
    if not content.strip():
        raise DataError(f"{path} is empty.", "Export it again.")
    if b"\0" in content:
        raise DataError(
            f"{path} is not text in Latin-1 or UTF-8.", "Export it as CSV, separated by semicolons."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        rows = [[cell.strip() for cell in cells] for cells in counted(path, reader)]
    except csv.Error as error:  # a cell of more than 128 kB
        raise DataError(f"{path} cannot be cut into cells: {error}.", "Export it again.") from error
    # A semicolon that ends a line makes no column; an empty line stays a row, so that rows keep theirs.
    return [cells[:-1] if len(cells) > 1 and not cells[-1] else cells or [""] for cells in rows]


def _numbers(path: Path, header: list[str], rows: list[list[str]], first: int) -> pd.DataFrame:
    """Make a table: index the first column, `code`, then the value columns; the last row is Total."""
    width = len(header)
    faults = [
        Fault(f"{len(cells)} cells where the header has {width}", first + i)
        for i, cells in enumerate(rows, start=1)
        if len(cells) != width
    ]
    if not faults:
        texts = pd.DataFrame(rows, columns=header, index=range(first + 1, first + len(rows) + 1))
        texts = texts.replace({"-": "0"})
        mark, doubt = decimal_mark(texts.iloc[:, 1:].to_numpy().ravel(), ";")
        columns = {}
        for name in header[1:]:
            columns[name], unusable = to_numbers(texts[name], mark, doubt)
            empty = columns[name].isna() & (texts[name] == "")
            faults += unusable + [Fault("the cell is empty", row, name) for row in texts.index[empty]]
            endless = np.isinf(columns[name])
            faults += [Fault("the number is infinite", row, name) for row in texts.index[endless]]
        codes = [cells[0][:6] for cells in rows]
        seen: dict[str, int] = {}
        faults += [
            Fault(f"municipality {code} is in row {seen[code]} already", row)
            for row, code in enumerate(codes, start=first + 1)
            if seen.setdefault(code, row) != row
        ]
    if faults:
        raise DataError(
            f"{path} cannot be read as a table.", "Correct these rows, or export it again.", faults
        )
    return pd.DataFrame({"code": codes, **columns}).set_axis(texts[header[0]], axis=0)


def _years(path: Path, columns: pd.Index, titles: Sequence[str]) -> dict[str, int]:
    """Say which column is which year."""
    names = [name for name in columns if name.casefold() != "total"]
    if all(_YEAR.fullmatch(name) for name in names):
        return {name: int(name) for name in names}
    period = next((title for title in titles if _PERIOD.search(title)), "")
    years = {match.group() for match in _YEAR.finditer(period)}
    if len(names) == 1 and len(years) == 1:
        return {names[0]: int(years.pop())}
    raise DataError(
        f"{path}: the columns {', '.join(names[:4])} are not years, and the titles name no single year.",
        "Export it with years in columns, or one column and one year.",
    )


def _check_totals(path: Path, table: pd.DataFrame) -> None:
    """Refuse sums that are not those printed, to the rounding of the cells."""
    values = table.drop(columns="code")
    half = 0.005 + 1e-9 if (values % 1 > 0).any(axis=None) else 0.0  # of a cent, in every cell
    sums, printed = values.iloc[:-1].sum(), values.iloc[-1]
    faults = [
        Fault(
            f"the municipalities sum to {sums[name]:.12g}, the row Total says {printed[name]:.12g}",
            None,
            name,
        )
        for name in values.columns.astype(str)
        if abs(sums[name] - printed[name]) > half * len(values)
    ]
    if total := next((name for name in values.columns.astype(str) if name.casefold() == "total"), ""):
        across = values.drop(columns=total).sum(axis=1)
        bad = (across - values[total]).abs() > half * values.shape[1]
        faults += [
            Fault(
                f"{place}: the columns sum to {across.iloc[i]:.12g}, Total says {values[total].iloc[i]:.12g}"
            )
            for i, place in enumerate(table.index)
            if bad.iloc[i]
        ]
    if faults:
        raise DataError(
            f"{path}: its totals are not those of its rows: it was cut or edited.", "Export it again.", faults
        )


def _check_names(path: Path, labels: pd.Index) -> None:
    """Refuse a code of Minas Gerais beside the name of another municipality there."""
    names = territory()
    by_code = dict(zip(names["ibge_code"].astype(str).str[:6], folded(names["municipality"]), strict=True))
    everyone = set(by_code.values())
    faults = []
    printed = folded(labels.to_series().str.lstrip("0123456789 "))
    for label, name in printed.items():
        code = str(label)[:6]
        if code in by_code and name in everyone and name != by_code[code]:
            faults.append(Fault(f"'{label}': the code {code} is that of {by_code[code].title()}"))
    if faults:
        raise DataError(
            f"{path}: codes and names do not belong together.", "Export it again, unsorted.", faults
        )


def _known(codes: pd.Series) -> pd.Series:
    number = codes.astype("int64")
    elsewhere = (number % 10000 > 0) & (number // 10000).isin(STATES.values())
    return elsewhere.where(number // 10000 != MINAS_GERAIS, number.isin(territory()["ibge_code"] // 10))
