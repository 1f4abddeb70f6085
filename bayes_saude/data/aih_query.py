"""The queries behind `read_aih`: one pass over each file, then sums over what it left."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from bayes_saude.data.aih_files import Source
from bayes_saude.data.aih_rules import AGE_GROUPS, Step, age_group_sql, record_columns
from bayes_saude.data.icsap import code_groups
from bayes_saude.errors import DataError

MEMORY = "1GB"
# What tells one month's delivery of one state from another, and its records from each other.
DELIVERY = ("UF_ZI", "ANO_CMPT", "MES_CMPT", "N_AIH")
_KEPT = 0


def prepare(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Bound the memory, and make the tables that `aggregate` uses.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    folder : str
        Where DuckDB may put what does not fit into memory.
    """
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    connection.execute("SET temp_directory = ?", [folder])
    codes = code_groups().rename("icsap_group").reset_index()  # noqa: F841 (read by name in the query)
    connection.execute(
        "CREATE TABLE codes AS SELECT code, icsap_group::UTINYINT AS icsap_group FROM codes;"
        "CREATE TABLE counts (file INTEGER, residence UINTEGER, step INTEGER, code UINTEGER, year UINTEGER,"
        " age_group VARCHAR, sex VARCHAR, delivery UINTEGER, trials BIGINT, successes BIGINT,"
        " value_trials DECIMAL(38, 2), value_successes DECIMAL(38, 2), fingerprint UBIGINT)"
    )


def aggregate(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    file: int,
    year: str,
    groups: Sequence[str],
    steps: Sequence[Step],
) -> int:
    """Classify a file's records and add their counts to the table `counts`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    source : Source
    file : int
        The file's place in the list of files.
    year : str
        A key of `aih_rules.YEARS`.
    groups : sequence of str
        Any of "age_group" and "sex".
    steps : sequence of Step
        Reasons to leave a record out; the first that applies counts.

    Returns
    -------
    int
        Number of records.
    """
    names = record_columns(source.columns, year)
    state = "coalesce(left(trim(UF_ZI), 2), '')" if "UF_ZI" in source.columns else "''"
    names |= {
        # State of the hospital, year and month of competence, as one number: 31201201.
        "delivery": f"try_cast({state} || trim(ANO_CMPT) || lpad(trim(MES_CMPT), 2, '0') AS UINTEGER)"
        if source.columns >= {"ANO_CMPT", "MES_CMPT"}
        else "NULL",
        "number": "try_cast(N_AIH AS UBIGINT)" if "N_AIH" in source.columns else "NULL",
    }
    expressions = ", ".join(f"{sql} AS {name}" for name, sql in names.items())
    age_group = age_group_sql() if "age_group" in groups else "NULL"
    # Records that are left out are counted together, whatever they say of themselves.
    present = ("code", "year", *groups)
    keys = ", ".join(
        f"CASE WHEN step = {_KEPT} THEN {name} END AS {name}" if name in present else f"NULL AS {name}"
        for name in ("code", "year", "age_group", "sex")
    )
    value = "value" if "value" in names else "NULL"
    connection.execute(
        f"""
        INSERT INTO counts
        WITH record AS (SELECT {expressions} FROM {source.relation}),
        judged AS (
            SELECT record.*, icsap_group, {age_group} AS age_group, {_first(steps, 1)} AS step
            FROM record LEFT JOIN codes ON codes.code = record.diagnosis
        ),
        grouped AS (
            SELECT step, {keys}, delivery, count(*), count(*) FILTER (icsap_group > 0),
                sum({value}), sum({value}) FILTER (icsap_group > 0), bit_xor(hash(number, code))
            FROM judged GROUP BY ALL
        )
        SELECT {file}, CASE WHEN code >= 1000000 THEN code // 10 ELSE code END, grouped.* FROM grouped
        """
    )
    return _one(connection, "SELECT coalesce(sum(trials), 0) FROM counts WHERE file = ?", [file])


def judge(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step], first: int) -> None:
    """Leave out groups of records; the steps' numbers begin with `first`."""
    connection.execute(f"UPDATE counts SET step = {_first(steps, first)} WHERE step = {_KEPT}")


def _first(steps: Sequence[Step], first: int) -> str:
    """Give the number of the first step that applies."""
    reasons = (f"WHEN {step.condition} THEN {place}" for place, step in enumerate(steps, start=first))
    return f"CASE {' '.join(reasons)} ELSE {_KEPT} END"


def refuse_repeated_deliveries(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
    """Refuse files that hold the same records, in whatever format or order.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    names : sequence of str
        The files' names, in the order of their numbers.

    Raises
    ------
    DataError
        Two files have the same records of one state's month of competence.
    """
    rows = connection.execute(
        """
        WITH deliveries AS (
            SELECT file, delivery, sum(trials) AS records, bit_xor(fingerprint) AS fingerprint
            FROM counts GROUP BY ALL
        )
        SELECT delivery, list(file ORDER BY file) AS files, records
        FROM deliveries GROUP BY delivery, records, fingerprint
        HAVING count(*) > 1 ORDER BY files, delivery LIMIT 1
        """
    ).fetchall()
    for delivery, files, records in rows:
        state, year, month = (
            (delivery or 0) // 1_000_000,
            (delivery or 0) // 100 % 10_000,
            (delivery or 0) % 100,
        )
        which = f" of state {state}, competence {month:02}/{year}" if state else ""
        raise DataError(
            f"{names[files[0]]} and {names[files[1]]} hold the same {records} records{which}.",
            "Give each month of each state once, in one format.",
        )


def panel(connection: duckdb.DuckDBPyConnection, groups: Sequence[str], costs: bool) -> pd.DataFrame:
    """Sum what was kept over the files.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    groups : sequence of str
    costs : bool

    Returns
    -------
    pandas.DataFrame
        The panel of `read_aih`.
    """
    keys = ["municipality", "year", *groups]
    sums = ["successes", "trials"] + (["value_successes", "value_trials"] if costs else [])
    summed = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in sums)
    frame = connection.execute(
        f"SELECT residence AS {', '.join(keys)}, {summed} FROM counts WHERE step = {_KEPT} GROUP BY ALL"
    ).df()
    kinds = {"municipality": "str", "year": "int64", "successes": "int64", "trials": "int64"}
    kinds |= {name: "float64" for name in sums if name.startswith("value")}
    return frame.astype(kinds).sort_values(keys, key=_in_order, ignore_index=True)


def report(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step]) -> dict[str, Any]:
    """Count records: all, left out at each step, kept, ICSAP among the kept."""
    dropped = dict(
        connection.execute("SELECT step, sum(trials)::BIGINT FROM counts GROUP BY step").fetchall()
    )
    icsap = _one(connection, f"SELECT coalesce(sum(successes), 0) FROM counts WHERE step = {_KEPT}")
    return {
        "records": sum(dropped.values()),
        "steps": [
            {"step": step.name, "dropped": dropped.get(place, 0)} for place, step in enumerate(steps, start=1)
        ],
        "kept": dropped.get(_KEPT, 0),
        "icsap": int(icsap),
    }


def notes(connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame, year: str) -> list[str]:
    """Say what a reader of the panel must know: codes cut, years that the files do not cover."""
    said = []
    if cut := _one(
        connection, f"SELECT coalesce(sum(trials), 0) FROM counts WHERE step = {_KEPT} AND code >= 1000000"
    ):
        said.append(f"{cut} records have municipality codes of seven digits: the check digit was left off")
    spread = (
        "SELECT count(*) FROM (SELECT delivery FROM counts GROUP BY delivery HAVING count(DISTINCT file) > 1)"
    )
    if several := _one(connection, spread):
        said.append(
            f"{several} months of a state are spread over several files: make sure that none repeats another"
        )
    months = dict(
        connection.execute(
            "SELECT delivery // 100 % 10000, count(DISTINCT delivery % 100) FROM counts "
            "WHERE delivery IS NOT NULL GROUP BY ALL"
        ).fetchall()
    )
    if not months:
        return [*said, "the files do not tell their months: whether years are complete cannot be said"]
    said += [
        f"{whole} is incomplete: the files hold {months.get(whole, 0)} of its 12 months of competence"
        for whole in sorted(frame["year"].unique().tolist())
        if months.get(whole, 0) < 12
    ]
    if year != "competence":
        said.append(f"{year}s of a year's last months may be in files of the following year's competence")
    return said


def _in_order(column: pd.Series) -> pd.Series:
    if column.name == "age_group":
        return column.map({name: place for place, name in enumerate(AGE_GROUPS)})
    return column


def _one(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> int:
    # All of it: a connection takes no other query while a result is unfinished.
    return int(connection.execute(sql, list(values)).fetchall()[0][0])
