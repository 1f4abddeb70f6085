"""Hospital files of SIH/SUS (AIH, reduced records) to a panel of ICSAP over admissions.

Every file is read once by DuckDB, only the columns needed, classified by a join with the list's codes and
aggregated at once: memory holds groups, never records.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from bayes_saude.data import aih_query as query
from bayes_saude.data import aih_rules as rules
from bayes_saude.data.aih_files import opened, sha256
from bayes_saude.data.icsap import list_version
from bayes_saude.errors import DataError, did_you_mean, listed

KEYS = ("municipality", "year")
GROUPS = ("age_group", "sex")

Year = Literal["discharge", "admission", "competence"]


def read_aih(
    files: Sequence[str | Path],
    *,
    rule: str,
    year: Year = "discharge",
    by: Sequence[str] = KEYS,
    state: str | None = None,
    years: tuple[int, int] | None = None,
    costs: bool = False,
    track: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Count ICSAP and admissions by municipality of residence and year.

    Parameters
    ----------
    files : sequence of path
        Reduced records (RDufaamm): DBC, DBF, CSV or Parquet, any number of files of any size.
    rule : str
        Which admissions count: "costa2014" (deliveries left out), "csapaih" (deliveries and continuations of
        long stays left out) or "ministry" (clinical admissions only). `aih_rules.RULES` has their texts.
    year : {"discharge", "admission", "competence"}
        Whether a record's year is that of DT_SAIDA, DT_INTER or ANO_CMPT.
    by : sequence of str
        "municipality" and "year", and any of "age_group" (Costa's nine, from IDADE and COD_IDADE) and "sex".
    state : str, optional
        Keep residents of this state only, e.g. "MG".
    years : (int, int), optional
        Keep these years only, both ends included.
    costs : bool
        Sum VAL_TOT too, in the money of each year.
    track : callable, optional
        Takes the files' names and yields them again, one by one, as they are read: for a display of progress.

    Returns
    -------
    panel : pandas.DataFrame
        One row per combination of `by` that has admissions, sorted: `municipality` (text, six digits),
        `year`, groups asked for, `successes` (ICSAP), `trials` (admissions that count); with costs
        `value_successes`, `value_trials` (R$).
    provenance : dict
        Ready for JSON: files with SHA-256 and rows, rule, list version, records dropped at each step (the
        first that applies to a record), records kept, notes.

    Raises
    ------
    DataError
        Unknown options; a file that cannot be read or lacks columns; the same records in two files; nothing
        kept.
    MissingExtra
        DBC files, and `datasus-dbc` is not installed.
    """
    _check_options(rule, year, by, state, years)
    groups = [name for name in GROUPS if name in by]
    of_records = [*rules.RULES[rule].steps, *rules.unusable_records(costs)]
    of_groups = rules.unusable_groups(groups, years, state)
    wanted = _wanted(rules.RULES[rule].columns, year, groups, costs)
    names = [str(file) for file in files]
    entries: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        query.prepare(connection, folder)
        for name in track(names):
            entry = _entry(name, entries)
            with opened(Path(name), connection, wanted, query.DELIVERY) as source:
                rows = query.aggregate(connection, source, len(entries), year, groups, of_records)
            if not rows:
                raise DataError(f"{name} has no records.", "Leave it out, or download it again.")
            entries.append(entry | {"rows": rows, "marked_deleted": (source.records or rows) - rows})
        query.refuse_repeated_deliveries(connection, names)
        query.judge(connection, of_groups, len(of_records) + 1)
        panel = query.panel(connection, groups, costs)
        report = query.report(connection, [*of_records, *of_groups])
        notes = query.notes(connection, panel, year)
    provenance = {
        "source": "SIH/SUS, reduced AIH records",
        "files": entries,
        "rule": rule,
        "rule_text": rules.RULES[rule].text,
        "icsap_list": list_version(),
        "year": f"{year} ({rules.YEARS[year]})",
        "by": [*KEYS, *groups],
        "state": state,
        "years": years,
        **report,
        "notes": notes,
    }
    if panel.empty:
        dropped = "; ".join(
            f"{step['step']}: {step['dropped']}" for step in report["steps"] if step["dropped"]
        )
        raise DataError(
            f"No record of the {len(names)} file(s) can be used ({dropped}).",
            "Check that these are reduced AIH records of the state and years asked for.",
        )
    return panel, provenance


def _check_options(
    rule: str, year: str, by: Sequence[str], state: str | None, years: tuple[int, int] | None
) -> None:
    choices: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("exclusion rule", [rule], rules.RULES),
        ("kind of year", [year], rules.YEARS),
        ("group", by, [*KEYS, *GROUPS]),
        ("state", [state] if state else [], rules.STATES),
    ]
    for what, given, valid in choices:
        for name in given:
            if name not in valid:
                raise DataError(
                    f"There is no {what} '{name}'.{did_you_mean(name, valid)}", f"Use one of {listed(valid)}."
                )
    if missing := [key for key in KEYS if key not in by]:
        raise DataError(f"The panel needs {listed(missing)} among its groups.", "Add it to `by`.")
    if years and years[0] > years[1]:
        raise DataError(f"The years {years[0]}-{years[1]} are none.", "Give the first year first.")


def _entry(name: str, before: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Begin a file's entry in the provenance, refusing a file that was read already."""
    path = Path(name)
    if not path.is_file():
        raise DataError(f"There is no file {name}.", "Check the name and the folder.")
    entry = {"file": name, "bytes": path.stat().st_size, "sha256": sha256(path)}
    for other in before:
        if other["sha256"] == entry["sha256"]:
            raise DataError(f"{name} and {other['file']} are the same file.", "Give each file once.")
    return entry


def _wanted(columns: Sequence[str], year: str, groups: Sequence[str], costs: bool) -> list[str]:
    wanted = ["MUNIC_RES", "DIAG_PRINC", rules.YEARS[year], *columns]
    wanted += ["IDADE", "COD_IDADE"] if "age_group" in groups else []
    wanted += ["SEXO"] if "sex" in groups else []
    return wanted + (["VAL_TOT"] if costs else [])
