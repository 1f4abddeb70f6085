"""DBF files, and DATASUS's compressed DBC files, as Arrow columns of text.

A DBF file is a header and records of one width, so that a column is a slice of bytes: nothing is parsed
record by record. A DBC file is the header of a DBF file as it is, a checksum, and the records compressed.
"""

import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from bayes_saude.errors import DataError, MissingExtra

RECORDS_AT_ONCE = 100_000
HIGHEST_RATIO = 200  # of a file to its compressed form; the method repeats 518 bytes by 22 bits at best
_HEADER = struct.Struct("<xxxxIHH")
_FIELD = struct.Struct("<11sc4xB")
_DELETED = ord("*")
END = 1 << 16  # bytes that programs leave after the last record: a mark, and rarely more


@dataclass(frozen=True)
class Dbf:
    """Where everything is in a DBF file.

    Parameters
    ----------
    path : Path
    records : int
        Number of records, those marked as deleted included.
    start, width : int
        Bytes of the header, and of one record with its mark of deletion.
    fields : dict of str to tuple of int
        Name in capitals: its first byte in the record and its number of bytes.
    """

    path: Path
    records: int
    start: int
    width: int
    fields: dict[str, tuple[int, int]]


def decompress(path: Path, folder: Path) -> Path:
    """Write the DBF file that a DBC file holds.

    Parameters
    ----------
    path : Path
        A DBC file.
    folder : Path
        Where to write; the caller removes it.

    Raises
    ------
    DataError
        The file is no DBC file, or is not whole.
    MissingExtra
        `datasus-dbc` is not installed.
    """
    try:
        import datasus_dbc  # noqa: PLC0415 (an optional library)
    except ImportError as error:
        raise MissingExtra(f"Reading {path}", "datasus") from error
    header = _layout(path)
    # The library trusts the number of records in the header, and would abort on one that is beyond memory.
    if header.records * header.width > HIGHEST_RATIO * path.stat().st_size:
        raise _damaged(path, f"its header promises {header.records} records of {header.width} bytes")
    dbf = folder / f"{path.stem}.dbf"
    try:
        with _no_file_beyond(header.start + header.records * header.width + END):
            datasus_dbc.decompress(str(path), str(dbf))
    except ValueError as error:
        raise _damaged(path, str(error)) from error
    return dbf


@contextmanager
def _no_file_beyond(size: int) -> Iterator[None]:
    """Let this process write no file beyond a size: records may unpack into far more than are promised."""
    if sys.platform == "win32":
        yield
        return
    import resource  # noqa: PLC0415 (not on Windows)

    usual, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    lowest = min(limit for limit in (size, usual, most) if limit != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_FSIZE, (lowest, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, most))


def open_dbf(path: Path, source: Path | None = None) -> Dbf:
    """Read the header of a DBF file.

    Parameters
    ----------
    path : Path
        A DBF file.
    source : Path, optional
        The file to name in an error, where `path` was decompressed from another.

    Raises
    ------
    DataError
        The file is no DBF file, or its records are not all there.
    """
    dbf = _layout(path)
    expected = dbf.start + dbf.records * dbf.width
    if (size := path.stat().st_size) < expected:
        problem = f"it ends after {size} bytes where its {dbf.records} records take {expected}"
        raise _damaged(source or path, problem)
    return dbf


def read_dbf(dbf: Dbf, columns: Sequence[str]) -> pa.RecordBatchReader:
    """Read columns of a DBF file as text, piece by piece.

    Parameters
    ----------
    dbf : Dbf
        What `open_dbf` gave.
    columns : sequence of str
        Names of fields, in capitals.

    Returns
    -------
    pyarrow.RecordBatchReader
        One text column per field, outer spaces included and "?" for what is not ASCII; records marked as
        deleted are left out.
    """
    schema = pa.schema([(name, pa.string()) for name in columns])
    return pa.RecordBatchReader.from_batches(schema, _batches(dbf, schema))


def _layout(path: Path) -> Dbf:
    with path.open("rb") as file:
        start_of_file = file.read(32)
        if len(start_of_file) < 32:
            raise DataError(f"{path} is empty or cut off.", "Download it again.")
        records, start, width = _HEADER.unpack_from(start_of_file)
        descriptors = file.read(max(start - 32, 0))
    fields: dict[str, tuple[int, int]] = {}
    place = 1  # the first byte of a record is its mark of deletion
    for at in range(0, len(descriptors) - 31, 32):
        if descriptors[at] == 0x0D:
            break
        name, _, length = _FIELD.unpack_from(descriptors, at)
        named = name.split(b"\0")[0].decode("ascii", "replace").strip().upper()
        if named in fields:
            raise _damaged(path, f"its header has the field '{named}' twice")
        fields[named] = (place, length)
        place += length
    if start < 65 or len(descriptors) < start - 32 or not fields or place != width:
        raise _damaged(path, "its header is not that of a DBF or DBC file")
    return Dbf(path, records, start, width, fields)


def _batches(dbf: Dbf, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for first in range(0, dbf.records, RECORDS_AT_ONCE):
        count = min(RECORDS_AT_ONCE, dbf.records - first)
        # Mapped anew for each piece: pages of a piece that is done are given back.
        block = np.memmap(dbf.path, np.uint8, "r", dbf.start + first * dbf.width, (count, dbf.width))
        marks = block[:, 0]
        if (marks == _DELETED).any():
            block = block[marks != _DELETED]
        columns = [_texts(block, *dbf.fields[name]) for name in schema.names]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _texts(block: np.ndarray, start: int, width: int) -> pa.Array:
    cells = np.array(block[:, start : start + width], order="C")
    cells[cells == 0] = ord(" ")  # some programs fill up with zeros
    cells[cells >= 0x80] = ord("?")  # codes and numbers are ASCII: what is not is damaged, and must not pass
    ends = np.arange(len(cells) + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(len(cells), pa.py_buffer(ends), pa.py_buffer(cells))


def _damaged(path: Path, problem: str) -> DataError:
    return DataError(f"{path} cannot be read: {problem}.", "Check that it is whole, or download it again.")
