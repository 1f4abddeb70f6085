"""AIH files of every kind as relations of DuckDB, all columns text."""

import codecs
import csv
import glob
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bayes_saude.data.dbf import decompress, open_dbf, read_dbf
from bayes_saude.errors import DataError, did_you_mean, listed

KINDS = (".dbc", ".dbf", ".csv", ".parquet")
# Records for each byte of a Parquet file. Each admission has a number of its own.
MOST_PER_BYTE = 10
_BLOCK = 1 << 22
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Source:
    """One file, ready to be queried.

    Parameters
    ----------
    relation : str
        What stands after FROM.
    columns : frozenset of str
        Those of the wanted and the optional columns that the file has, in capitals.
    records : int or None
        The number of records that the file says it has, where it says so.
    """

    relation: str
    columns: frozenset[str]
    records: int | None


def sha256(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(
    path: Path, connection: duckdb.DuckDBPyConnection, wanted: Sequence[str], optional: Sequence[str]
) -> Iterator[Source]:
    """Make a file's columns readable by `connection`.

    Parameters
    ----------
    path : Path
        A file of one of `KINDS`.
    connection : duckdb.DuckDBPyConnection
    wanted, optional : sequence of str
        Columns in capitals; in the file they may be in either case. Nothing else is read.

    Raises
    ------
    DataError
        Another kind of file, an empty or unreadable one, columns that are missing.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise DataError(
            f"{path} is of no kind that is read here ('{path.suffix}').", f"Name files of {', '.join(KINDS)}."
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty.", "Download or export it again.")
    with tempfile.TemporaryDirectory() as folder:
        try:
            if kind in (".dbc", ".dbf"):
                yield _dbf(path, Path(folder), connection, wanted, optional)
            elif kind == ".csv":
                names, separator = _csv_header(path)
                yield Source(_csv(path, names, separator), _found(path, names, wanted, optional), None)
            else:
                _refuse_promises(path, connection)
                relation = f"read_parquet({_quoted(path)}, hive_partitioning=false)"
                described = connection.sql(f"SELECT * FROM parquet_schema({_quoted(path)})")
                names = [row[1] for row in described.fetchall()[1:]]
                yield Source(relation, _found(path, names, wanted, optional), None)
        except duckdb.Error as error:
            raise DataError(
                f"{path} cannot be read: {str(error).strip().splitlines()[0]}",
                "Check that it is whole and of the kind that its name says, or export it again.",
            ) from error


def _dbf(
    path: Path,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    wanted: Sequence[str],
    optional: Sequence[str],
) -> Source:
    dbf = open_dbf(decompress(path, folder) if path.suffix.lower() == ".dbc" else path, path)
    columns = _found(path, list(dbf.fields), wanted, optional)
    connection.register("dbf_records", read_dbf(dbf, sorted(columns)))
    return Source("dbf_records", columns, dbf.records)


def _refuse_promises(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a Parquet file of a few bytes that stand for records without end."""
    footer = connection.sql(f"SELECT num_rows FROM parquet_file_metadata({_quoted(path)})")
    ((records,),) = footer.fetchall()
    if records > MOST_PER_BYTE * (size := path.stat().st_size):
        raise DataError(
            f"{path} promises {records} records in {size} bytes: they cannot all be admissions.",
            "Check that it is what its name says, or export it again.",
        )


def _csv_header(path: Path) -> tuple[list[str], str]:
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    text = first.decode("utf-8-sig", "replace").strip()
    if not text or "\0" in text:
        raise DataError(f"{path} has no line of column names that can be read.", "Save it as CSV in UTF-8.")
    separator = max(_SEPARATORS, key=text.count)
    try:
        return next(csv.reader([text], delimiter=separator)), separator
    except csv.Error as error:  # a name of more than 128 kB
        raise DataError(f"{path} has no column names: {error}.", "Export it again.") from error


def _csv(path: Path, names: list[str], separator: str) -> str:
    """Say how to read a CSV file; nothing is left for DuckDB to guess."""
    unique = [name.upper() or f"column {place}" for place, name in enumerate(names, start=1)]
    if len(set(unique)) < len(unique):
        twice = sorted({name for name in unique if unique.count(name) > 1})
        raise DataError(f"{path} has columns of the same name: {listed(twice)}.", "Give each one a name.")
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in unique)
    return (
        f"read_csv({_quoted(path)}, columns={{{columns}}}, header=true, auto_detect=false,"
        " hive_partitioning=false,"
        f" delim={_text(separator)}, quote='\"', escape='\"', encoding='{_encoding(path)}')"
    )


def _encoding(path: Path) -> str:
    """Tell UTF-8 from Latin-1: the columns that are read are plain, but others may hold names."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                raise DataError(
                    f"{path} is not text in UTF-8 or Latin-1, whatever its name says.",
                    "Save it as CSV in UTF-8, or give it the suffix of what it is.",
                )
            if block.isascii() and not decoder.getstate()[0]:
                continue
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return "latin-1"
    return "utf-8"


def _found(path: Path, names: list[str], wanted: Sequence[str], optional: Sequence[str]) -> frozenset[str]:
    there = {name.upper() for name in names}
    missing = [name for name in wanted if name not in there]
    if missing:
        near = did_you_mean(missing[0], sorted(there))
        raise DataError(
            f"{path} lacks {listed(missing)}, which AIH records have.{near}",
            "Give reduced records of SIH/SUS (files RDufaamm) with the names of their columns.",
        )
    return frozenset(there & {*wanted, *optional})


def _quoted(path: Path) -> str:
    # DuckDB reads * ? [ in a path as a pattern, and ~ in front as the home folder.
    return _text(glob.escape(str(path.absolute())))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
