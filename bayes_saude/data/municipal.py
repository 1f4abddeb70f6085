"""A panel of municipalities from TabNet's causes of admission, in the categories of Lista Morb CID-10.

Everything is joined by IBGE's codes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_saude.data import faults as find
from bayes_saude.data import lista_morb
from bayes_saude.data.aih_files import sha256
from bayes_saude.data.icsap import list_version
from bayes_saude.data.lista_morb import Deliveries
from bayes_saude.data.places import (
    KEYS,
    LEVELS,
    codes_of,
    population_bands,
    read_columns,
    read_territory,
    require_places,
    whole_numbers,
)
from bayes_saude.errors import DataError, listed


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
    places = read_territory(paths[1])
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
        panel["population_band"] = population_bands(paths[2], panel)
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


def _causes(path: Path) -> pd.DataFrame:
    frame = read_columns(path, [*KEYS, "cause", "admissions"])
    rows = pd.DataFrame(
        {
            "ibge6": codes_of(path, frame["ibge6"]),
            "year": whole_numbers(path, frame, "year"),
            "category": lista_morb.categories_of(frame["cause"], str(path)),
            "admissions": whole_numbers(path, frame, "admissions"),
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
    if years[0] < 1900 or years[-1] > 2100:
        raise DataError(f"{path} has the years {years[0]} to {years[-1]}.", "Correct those that are none.")
    if missing := sorted(set(range(years[0], years[-1])) - set(years)):
        raise DataError(
            f"{path} has {years[0]} to {years[-1]} without {', '.join(map(str, missing))}.",
            "Export the missing year, or fewer years.",
        )
    return rows


def _of_territory(
    rows: pd.DataFrame, places: pd.DataFrame, path: Path
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out unknown residences and other states', counted in admissions; refuse others without place."""
    codes = rows["ibge6"]
    nobody = codes.str.endswith("0000")
    elsewhere = ~nobody & ~codes.str[:2].isin(places["ibge6"].str[:2].unique())
    require_places(codes[~nobody & ~elsewhere], places, str(path))
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
