"""Municipalities in their places: health and macro-region and population band, joined by IBGE's codes."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from bayes_saude.data import faults as find
from bayes_saude.data.cells import decimal_mark, to_numbers
from bayes_saude.data.files import read_table
from bayes_saude.data.ibge_codes import as_code, fault_of
from bayes_saude.errors import DataError, Fault, listed

KEYS = ["ibge6", "year"]
LEVELS = ["macro_region", "health_region", "municipality"]
# Costa (2014), table 1: upper ends of the population bands.
BANDS = {
    "up to 20 thousand": 20_000,
    "20 to 50 thousand": 50_000,
    "50 to 100 thousand": 100_000,
    "100 to 200 thousand": 200_000,
    "over 200 thousand": np.inf,
}


def with_territory(
    panel: pd.DataFrame, territory: str | Path, population: str | Path | None = None
) -> pd.DataFrame:
    """Give the municipalities of a panel, such as `bayes-saude icsap` writes, their names and places.

    Parameters
    ----------
    panel : pandas.DataFrame
        With `municipality`, IBGE's code, and `year`.
    territory, population : str or Path
        As for `municipal_panel`.

    Returns
    -------
    pandas.DataFrame
        The panel's rows and other columns, after `macro_region`, `health_region`, `municipality` (name),
        `ibge6` and, with a population, `population_band`, that of the last year.

    Raises
    ------
    DataError
        If a code is none, or has no place in the territory; if the territory or the population are at fault.
    """
    if absent := find.absent_columns(panel, ["municipality", "year"]):
        raise DataError("The panel has no municipalities and years.", "Give one with both columns.", absent)
    source = str(panel.attrs.get("source", "the panel"))
    placed = panel.drop(columns="municipality").assign(ibge6=codes_of(source, panel["municipality"]))
    places = read_territory(Path(territory))
    require_places(placed["ibge6"], places, source)
    placed = placed.merge(places, on="ibge6", how="left", validate="many_to_one")
    first = [*LEVELS, "ibge6"]
    if population is not None:
        placed["population_band"] = population_bands(Path(population), placed)
        first.append("population_band")
    placed = placed[[*first, *placed.columns.drop(first)]]
    placed.attrs.update(panel.attrs)
    return placed


def require_places(codes: pd.Series, places: pd.DataFrame, source: str) -> None:
    """Refuse codes of which the territory knows no place; each is told with its first row."""
    lost = codes[~codes.isin(places["ibge6"])].drop_duplicates()
    if len(lost):
        raise DataError(
            f"{source} has municipalities of which the territory knows no place.",
            "Add them to the territory, or correct the code.",
            [Fault(f"{code} is not in it", str(row)) for row, code in lost.items()],
        )


def read_columns(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    """Read some columns of a table, none of whose cells may be empty."""
    if not path.is_file():
        raise DataError(f"There is no file {path}.", "Check the name and the folder.")
    frame = read_table(path)
    wanted = list(columns)
    if absent := find.absent_columns(frame, wanted):
        raise DataError(f"{path} lacks columns.", f"Give it the columns {listed(wanted)}.", absent)
    if empty := [fault for name in wanted for fault in find.missing_cells(frame[name])]:
        raise DataError(f"{path} has empty cells.", "Fill them, or leave the rows out.", empty)
    return frame[wanted]


def whole_numbers(path: Path, frame: pd.DataFrame, name: str) -> pd.Series:
    """Read a column of whole numbers from zero on."""
    column = frame[name]
    texts = () if pd.api.types.is_numeric_dtype(column) else column.astype(str)
    numbers, faults = to_numbers(column, *decimal_mark(texts))
    counts, names = pd.DataFrame({"count": numbers}), {"count": name}
    for check in (find.infinite_cells, find.huge_cells, find.impossible_outcomes):
        faults += check(counts, names)
    if faults:
        raise DataError(f"{path} has numbers that none can be.", "Correct them in the file.", faults)
    return numbers.astype("int64")


def codes_of(path: str | Path, column: pd.Series) -> pd.Series:
    """Give codes of six digits; "000000" stays, as do codes that end in 0000: residence unknown."""
    first = column.drop_duplicates()
    unknown = first.astype(str).str.fullmatch("0+")
    told = {row: fault_of(value) for row, value in first[~unknown].items()}
    if faults := [Fault(message, str(row), str(column.name)) for row, message in told.items() if message]:
        raise DataError(
            f"{path} has codes that are none of IBGE's.", "Correct them, or leave the rows out.", faults
        )
    codes = {value: (as_code(value) or "0" * 6)[:6] for value in first}
    return column.map(codes)


def read_territory(path: Path) -> pd.DataFrame:
    """Read each municipality's code, name, health region and macro-region."""
    frame = read_columns(path, ["ibge6", *LEVELS])
    places = frame[LEVELS].astype(str).assign(ibge6=codes_of(path, frame["ibge6"]))
    names = {name: name for name in ("ibge6", *LEVELS)}
    faults = [
        fault for key in ("ibge6", "municipality") for fault in find.repeated_rows(places, [key], names)
    ]
    faults += find.units_in_two_parents(places, LEVELS[:2], names)
    if faults:
        raise DataError(
            f"{path} is no territory in which each municipality has one place.",
            "Write each municipality once, and each health region in one macro-region.",
            faults,
        )
    return places


def population_bands(path: Path, panel: pd.DataFrame) -> pd.Series:
    """Name the population band of each row's municipality in the panel's last year."""
    last = int(panel["year"].max())
    people = _population(path, last)
    if people["ibge6"].duplicated().any():
        raise DataError(f"{path} has a municipality twice in {last}.", "Write each once for each year.")
    people = people[people["population"] > 0]
    population = panel["ibge6"].map(people.set_index("ibge6")["population"])
    if population.isna().any():
        absent = panel.loc[population.isna(), "municipality"].unique()
        raise DataError(
            f"{path} has no population in {last} for {len(absent)} municipalities: {listed(absent[:5])}.",
            "Add them, or leave the population out.",
        )
    return pd.cut(population, [0, *BANDS.values()], labels=list(BANDS)).astype(str)


def _population(path: Path, year: int) -> pd.DataFrame:
    """Read a year's population, from rows of years or from TabNet's columns POP_08, POP_09 and so on."""
    wide = f"POP_{year % 100:02d}"
    if path.is_file() and wide in read_table(path):
        frame = read_columns(path, ["MUNCOD", wide]).rename(columns={"MUNCOD": "ibge6", wide: "population"})
    else:
        frame = read_columns(path, [*KEYS, "population"])
        frame = frame[whole_numbers(path, frame, "year") == year]
    codes, people = codes_of(path, frame["ibge6"]), whole_numbers(path, frame, "population")
    return pd.DataFrame({"ibge6": codes, "population": people})
