"""Several TabNet or TabWin exports to one panel of ICSAP over admissions, joined by code and year."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_saude.data.aih_files import sha256
from bayes_saude.data.aih_rules import STATES
from bayes_saude.data.faults import MAX_WHOLE
from bayes_saude.data.tabnet import read_tabnet
from bayes_saude.errors import DataError, Fault, listed

KEYS = ["municipality", "year"]
MEASURES = {
    "icsap": "ICSAP admissions",
    "admissions": "all admissions",
    "deliveries": "admissions for delivery",
    "value_icsap": "value of ICSAP admissions",
    "value_admissions": "value of all admissions",
    "value_deliveries": "value of admissions for delivery",
}


def join_tabnet(
    exports: Mapping[str, Sequence[str | Path]], *, state: str | None = None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Make a panel of exports: successes are ICSAP, trials are all admissions less deliveries.

    Parameters
    ----------
    exports : mapping of str to sequence of paths
        Files of each measure, a key of `MEASURES`; "icsap" and "admissions" are needed, and for values
        "value_icsap" and "value_admissions". A measure's files hold different years. A municipality that an
        export leaves out has zero there, as TabNet leaves out rows of zeros.
    state : str, optional
        Keep municipalities of this state only, e.g. "MG".

    Returns
    -------
    panel : pandas.DataFrame
        `municipality` (text, six digits), `year`, `successes`, `trials`, and with values `value_successes`,
        `value_trials` (R$).
    provenance : dict
        Ready for JSON: files with SHA-256, rule, what was left out and how often, notes.

    Raises
    ------
    DataError
        A file twice, years twice in one measure, measures of different years, admissions that are no whole
        numbers or below zero, ICSAP or deliveries above all admissions; what `read_tabnet` refuses.
    """
    _check_measures(exports, state)
    entries = [
        {"file": str(path), "measure": measure, "sha256": sha256(Path(path))}
        for measure, paths in exports.items()
        for path in paths
    ]
    for one, other in combinations(entries, 2):
        if one["sha256"] == other["sha256"]:
            raise DataError(f"{one['file']} and {other['file']} are the same export.", "Give each one once.")
    dropped: dict[str, int] = {}
    measures = {name: _measure(name, paths, dropped) for name, paths in exports.items() if paths}
    _check_years(measures)
    wide = pd.DataFrame(measures).fillna(0.0).reset_index()
    if state:
        elsewhere = wide["municipality"].str[:2] != str(STATES[state])
        dropped[f"municipality is not in {state}"] = wide.loc[elsewhere, "municipality"].nunique()
        wide = wide[~elsewhere]
    panel = _panel(wide)
    empty = panel["trials"] == 0
    dropped["no admissions left: municipality and year have no share"] = int(empty.sum())
    panel = panel[~empty].sort_values(KEYS, ignore_index=True)
    if panel.empty:
        raise DataError(
            "No municipality and year is left in these exports.", "Check the state and the files."
        )
    deliveries = "deliveries" in measures
    provenance = {
        "source": "TabNet or TabWin exports",
        "files": entries,
        "rule": "costa2014" if deliveries else "none",
        "rule_text": "All admissions less deliveries."
        if deliveries
        else "All admissions, deliveries included.",
        "steps": [{"step": reason, "dropped": count} for reason, count in dropped.items()],
        "kept": int(panel["trials"].sum()),
        "icsap": int(panel["successes"].sum()),
        "notes": [] if deliveries else ["no export of deliveries was given: they are in the denominator"],
    }
    return panel, provenance


def _check_measures(exports: Mapping[str, Sequence[str | Path]], state: str | None) -> None:
    given = {name for name, paths in exports.items() if paths}
    if unknown := [name for name in given if name not in MEASURES]:
        raise DataError(f"There is no measure {listed(unknown)}.", f"Use {listed(MEASURES)}.")
    if state and state not in STATES:
        raise DataError(f"There is no state '{state}'.", f"Use one of {listed(STATES)}.")
    needed = {"icsap", "admissions"}
    if any(name.startswith("value") for name in given):
        needed |= {"value_icsap", "value_admissions"}
        needed |= {"deliveries", "value_deliveries"} if given & {"deliveries", "value_deliveries"} else set()
    if missing := [name for name in MEASURES if name in needed - given]:
        wanted = ", ".join(f"{MEASURES[name]} ({name})" for name in missing)
        raise DataError(f"An export is missing: {wanted}.", "Give one file or more for it.")


def _measure(name: str, paths: Sequence[str | Path], dropped: dict[str, int]) -> pd.Series:
    """Read a measure's files: one value for each municipality and year."""
    frames = {str(path): read_tabnet(path) for path in paths}
    for path, frame in frames.items():
        _refuse_no_counts(path, frame, money=name.startswith("value"))
    for (one, left), (other, right) in combinations(frames.items(), 2):
        if both := sorted(set(left["year"]) & set(right["year"])):
            years = ", ".join(map(str, both))
            raise DataError(f"{one} and {other} both have {years}.", "Give each year once for each measure.")
    for path, frame in frames.items():
        for reason, counts in frame.attrs["dropped"].items():
            dropped[f"{path}: {reason} (their values sum to {counts['sum']:.12g})"] = counts["rows"]
    # attrs would be compared, cell by cell, when frames are joined
    return pd.concat([pd.DataFrame(frame) for frame in frames.values()]).set_index(KEYS)["value"]


def _refuse_no_counts(path: str, frame: pd.DataFrame, *, money: bool) -> None:
    values = frame["value"]
    wrong = (values < 0) | (values > MAX_WHOLE) | ((values % 1 > 0) & (not money))
    if wrong.any():
        raise DataError(
            f"{path} has what is no {'amount of money' if money else 'number of admissions'}.",
            "Check that it is of the measure it is given for.",
            [
                Fault(f"{row.value:.12g} for {row.municipality} in {row.year}")
                for row in frame[wrong].itertuples()
            ],
        )


def _check_years(measures: Mapping[str, pd.Series]) -> None:
    years = {name: sorted(set(series.index.get_level_values("year"))) for name, series in measures.items()}
    if any(found != years["admissions"] for found in years.values()):
        told = "; ".join(f"{name} has {', '.join(map(str, found))}" for name, found in years.items())
        raise DataError(f"The exports are of different years: {told}.", "Export the same years for each.")


def _panel(wide: pd.DataFrame) -> pd.DataFrame:
    """Take deliveries off, refusing what is above the whole of which it is a part."""
    panel = wide[KEYS].copy()
    faults: list[Fault] = []
    for prefix, successes, trials in (
        ("", "successes", "trials"),
        ("value_", "value_successes", "value_trials"),
    ):
        if f"{prefix}admissions" not in wide:
            continue
        part, whole = wide[f"{prefix}icsap"], wide[f"{prefix}admissions"]
        less = wide.get(f"{prefix}deliveries", pd.Series(0.0, wide.index))
        panel[successes], panel[trials] = part, (whole - less).round(2)
        for row in wide.index[part > panel[trials]]:
            place = f"{wide.loc[row, 'municipality']} in {wide.loc[row, 'year']}"
            told = f"{place}: {prefix}icsap {part[row]:.12g} of {prefix}admissions {whole[row]:.12g}"
            faults.append(Fault(told + (f" less {less[row]:.12g}" if less[row] else "")))
    if faults:
        raise DataError(
            "ICSAP are more than the admissions of which they are a part.",
            "Check that each file is of the measure it is given for, and of the same selection.",
            faults,
        )
    return panel.astype({"year": "int64", "successes": "int64", "trials": "int64"})
