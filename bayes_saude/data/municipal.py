"""A panel of municipalities from TabNet's causes of admission, in the categories of Lista Morb CID-10.

Everything is joined by IBGE's codes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bayes_saude.data import faults as find
from bayes_saude.data import lista_morb
from bayes_saude.data.aih_files import sha256
from bayes_saude.data.cells import decimal_mark, to_numbers
from bayes_saude.data.files import read_table
from bayes_saude.data.ibge_codes import as_code, fault_of
from bayes_saude.data.icsap import list_version
from bayes_saude.data.lista_morb import Deliveries
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


def municipal_panel(
    causes: str | Path,
    territory: str | Path,
    population: str | Path | None = None,
    *,
    deliveries: Deliveries = "O80-O84",
    groups: Iterable[int] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Make a panel of ICSAP over admissions, by municipality and year, in its health and macro-region.

    Successes are the admissions of the categories of Lista Morb that lie wholly in a group of the ICSAP list:
    fewer than all ICSAP, as the categories that mix them with others count as none. Trials are all admissions
    less deliveries.

    Parameters
    ----------
    causes : str or Path
        A table of columns `ibge6`, `year`, `cause` (category of Lista Morb) and `admissions`; rows of zero
        may be left out.
    territory : str or Path
        A table of columns `ibge6`, `municipality`, `health_region` and `macro_region`.
    population : str or Path, optional
        A table of columns `ibge6`, `year` and `population`; or of `MUNCOD` and a column for each year, such
        as `POP_12`.
    deliveries : {"O80", "O80-O84"}
        What is left out of the trials: single spontaneous delivery alone, the one category that is deliveries
        wholly; or also the category that holds the other deliveries, caesareans for the most part, among
        complications of pregnancy.
    groups : iterable of int, optional
        Count these groups of the list only.

    Returns
    -------
    panel : pandas.DataFrame
        `macro_region`, `health_region`, `municipality` (name), `ibge6`, with a population `population_band`
        (of Costa 2014, table 1, in the last year), `year`, `successes`, `trials`; sorted by code and year.
    provenance : dict
        Ready for JSON: files with SHA-256, rule, lists, what was left out and how often, notes.

    Raises
    ------
    DataError
        Missing columns; a code that is none, or of no municipality of the territory though of its states; a
        cause that is no category; admissions that are no whole numbers; a municipality twice, or a cause
        twice for a municipality and year; a year missing between others; a municipality without population.
    """
    paths = [Path(file) for file in (causes, territory, population) if file is not None]
    icsap, left_out = lista_morb.exact_groups(groups), lista_morb.delivery_categories(deliveries)
    places = _territory(paths[1])
    rows = _causes(paths[0])
    records = int(rows["admissions"].sum())
    rows, steps = _of_territory(rows, places, paths[0])
    for category in left_out:
        steps[f"delivery: {category}"] = int(rows.loc[rows["category"] == category, "admissions"].sum())
    rows = rows[~rows["category"].isin(left_out)]
    counted = rows.assign(successes=rows["admissions"].where(rows["category"].isin(icsap.index), 0))
    panel = counted.groupby(KEYS)[["successes", "admissions"]].sum().reset_index()
    panel = panel.rename(columns={"admissions": "trials"})
    notes = _notes(panel, places)
    empty = panel["trials"] == 0
    panel = places.merge(panel[~empty], on="ibge6", validate="one_to_many")
    if panel.empty:
        raise DataError(f"No admission in {causes} is of a municipality in {territory}.", "Check both files.")
    if population is not None:
        panel["population_band"] = _bands(paths[2], panel)
    order = [*LEVELS, "ibge6", *(["population_band"] if population is not None else []), "year"]
    panel = panel.sort_values(KEYS, ignore_index=True)[[*order, "successes", "trials"]]
    panel.attrs.update(source=str(causes), note="", notes=notes)
    provenance = {
        "source": "Causes of admission in the categories of Lista Morb CID-10",
        "files": [{"file": str(path), "sha256": sha256(path)} for path in paths],
        "rule": f"lista_morb, deliveries {deliveries}",
        "rule_text": (
            f"ICSAP are the {len(icsap)} categories that lie wholly in one of the list's groups "
            f"({', '.join(map(str, sorted(set(icsap))))}); left out as deliveries: {listed(left_out)}."
        ),
        "icsap_list": list_version(),
        "records": records,
        "steps": [{"step": reason, "dropped": count} for reason, count in steps.items()],
        "kept": int(panel["trials"].sum()),
        "icsap": int(panel["successes"].sum()),
        "notes": notes,
    }
    return panel, provenance


def _read(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"There is no file {path}.", "Check the name and the folder.")
    frame = read_table(path)
    wanted = list(columns)
    if absent := find.absent_columns(frame, wanted):
        raise DataError(f"{path} lacks columns.", f"Give it the columns {listed(wanted)}.", absent)
    if empty := [fault for name in wanted for fault in find.missing_cells(frame[name])]:
        raise DataError(f"{path} has empty cells.", "Fill them, or leave the rows out.", empty)
    return frame[wanted]


def _numbers(path: Path, frame: pd.DataFrame, name: str) -> pd.Series:
    """Read a column of whole numbers from zero on."""
    column = frame[name]
    texts = () if pd.api.types.is_numeric_dtype(column) else column.astype(str)
    numbers, faults = to_numbers(column, *decimal_mark(texts))
    faults = faults or find.impossible_outcomes(pd.DataFrame({"count": numbers}), {"count": name})
    if faults:
        raise DataError(f"{path} has numbers that none can be.", "Correct them in the file.", faults)
    return numbers.astype("int64")


def _codes(path: Path, column: pd.Series) -> pd.Series:
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


def _causes(path: Path) -> pd.DataFrame:
    frame = _read(path, [*KEYS, "cause", "admissions"])
    rows = pd.DataFrame(
        {
            "ibge6": _codes(path, frame["ibge6"]),
            "year": _numbers(path, frame, "year"),
            "category": lista_morb.categories_of(frame["cause"], str(path)),
            "admissions": _numbers(path, frame, "admissions"),
        }
    )
    keys = ["ibge6", "year", "category"]
    if repeated := find.repeated_rows(rows, keys, {key: key for key in keys}):
        raise DataError(
            f"{path} has a cause twice for a municipality and year.",
            "Export it again; files of overlapping years must not be put together.",
            repeated,
        )
    years = sorted(rows["year"].unique())
    if missing := sorted(set(range(years[0], years[-1])) - set(years)):
        raise DataError(
            f"{path} has {years[0]} to {years[-1]} without {', '.join(map(str, missing))}.",
            "Export the missing year, or fewer years.",
        )
    return rows


def _territory(path: Path) -> pd.DataFrame:
    frame = _read(path, ["ibge6", *LEVELS])
    places = frame[LEVELS].astype(str).assign(ibge6=_codes(path, frame["ibge6"]))
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


def _of_territory(
    rows: pd.DataFrame, places: pd.DataFrame, path: Path
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out unknown residences and other states', counted in admissions; refuse others without place."""
    codes = rows["ibge6"]
    nobody = codes.str.endswith("0000")
    elsewhere = ~nobody & ~codes.str[:2].isin(places["ibge6"].str[:2].unique())
    lost = ~nobody & ~elsewhere & ~codes.isin(places["ibge6"])
    if lost.any():
        raise DataError(
            f"{path} has municipalities of which the territory knows no place.",
            "Add them to the territory, or correct the code.",
            [Fault(f"{code} is not in it", str(row)) for row, code in codes[lost].drop_duplicates().items()],
        )
    dropped = {
        "residence is no municipality (000000, 310000 and the like)": nobody,
        "residence is in a state that the territory has not": elsewhere,
    }
    steps = {reason: int(rows.loc[mask, "admissions"].sum()) for reason, mask in dropped.items()}
    return rows[~nobody & ~elsewhere], steps


def _notes(panel: pd.DataFrame, places: pd.DataFrame) -> list[str]:
    cells = len(places) * panel["year"].nunique()
    seen = panel[panel["trials"] > 0]
    silent = places.loc[~places["ibge6"].isin(seen["ibge6"]), "municipality"]
    notes = []
    if len(silent):
        notes.append(f"{len(silent)} municipalities have no admissions in any year: {listed(silent[:5])}")
    if missing := cells - len(seen) - len(silent) * panel["year"].nunique():
        notes.append(f"{missing} times a municipality has no admissions in a year, and so no share")
    return notes


def _bands(path: Path, panel: pd.DataFrame) -> pd.Series:
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
        frame = _read(path, ["MUNCOD", wide]).rename(columns={"MUNCOD": "ibge6", wide: "population"})
    else:
        frame = _read(path, [*KEYS, "population"])
        frame = frame[_numbers(path, frame, "year") == year]
    codes, people = _codes(path, frame["ibge6"]), _numbers(path, frame, "population")
    return pd.DataFrame({"ibge6": codes, "population": people})
