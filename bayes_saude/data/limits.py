"""How much a file may hold: a small one may unpack into more than a machine has.

A megabyte of gzip or of Parquet can stand for gigabytes, and a spreadsheet with one cell in its last corner
for seventeen thousand million. What is read whole is counted while it unpacks, and refused at a limit far
above any panel's size: every municipality of Brazil in thirty years, by age group and sex, is within it.
"""

import gzip
import io
import lzma
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bayes_saude.errors import DataError

# Bytes unpacked; and cells, each of which takes some 70 bytes in memory.
LARGEST = 500_000_000
MOST_CELLS = 50_000_000
_BLOCK = 1 << 20
_UNPACKED: Mapping[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
COMPRESSED = tuple(_UNPACKED)


def contents(path: Path) -> bytes:
    """Read a file, unpacked where its name ends in one of `COMPRESSED`.

    Raises
    ------
    DataError
        It holds more than `LARGEST`.
    OSError, EOFError, zlib.error, lzma.LZMAError
        It cannot be read.
    """
    whole = io.BytesIO()
    with _UNPACKED.get(path.suffix.lower(), open)(path, "rb") as file:
        while block := file.read(_BLOCK):
            whole.write(block)
            refuse_if_larger(path, whole.tell())
    return whole.getvalue()


def refuse_large_zip(path: Path) -> None:
    """Refuse a zip file, as XLSX is one, by the sizes in its directory, beyond which nothing is unpacked.

    Raises
    ------
    DataError
        It holds more than `LARGEST`.
    OSError, zipfile.BadZipFile
        It cannot be read.
    """
    with ZipFile(path) as packed:
        refuse_if_larger(path, sum(file.file_size for file in packed.infolist()))


def refuse_large_parquet(path: Path) -> None:
    """Refuse a Parquet file by what its values take where none stands for many.

    Raises
    ------
    DataError
        It holds more than `LARGEST`, or more cells than `MOST_CELLS`.
    OSError, pyarrow.ArrowException
        It cannot be read.
    """
    with pq.ParquetFile(path) as file:
        footer = file.metadata
        columns = [file.schema.column(place) for place in range(footer.num_columns)]
        cells = unpacked = 0
        for group in range(footer.num_row_groups):
            for place, column in enumerate(columns):
                chunk = footer.row_group(group).column(place)
                cells += chunk.num_values
                unpacked += max(chunk.total_uncompressed_size, chunk.num_values * (column.length or 0))
    _refuse_if_more_cells(path, cells)
    refuse_if_larger(path, unpacked)
    # As it is stored, each distinct text once.
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    table = pq.read_table(path, columns=texts, read_dictionary=texts)
    coded = [column for column in table.columns if pa.types.is_dictionary(column.type)]
    refuse_if_larger(path, sum(_length(chunk) for column in coded for chunk in column.chunks))


def _length(texts: pa.DictionaryArray) -> int:
    lengths = pc.take(pc.binary_length(texts.dictionary), texts.indices)
    return pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0


def counted[Row: Sequence[Any]](path: Path, rows: Iterable[Row]) -> Iterator[Row]:
    """Go through rows of cells as they are read, as long as they are not too many, nor their texts too long.

    Parameters
    ----------
    path : Path
        The file to name.
    rows : iterable of sequence

    Yields
    ------
    sequence
        Each row.

    Raises
    ------
    DataError
        There are more cells than `MOST_CELLS`, or their texts are longer than `LARGEST`.
    """
    cells = length = 0
    for row in rows:
        cells += len(row)
        length += sum(len(cell) for cell in row if isinstance(cell, str))
        _refuse_if_more_cells(path, cells)
        refuse_if_larger(path, length)
        yield row


def refuse_if_larger(path: Path, size: int) -> None:
    """Refuse a file that holds more than `LARGEST` bytes."""
    if size > LARGEST:
        raise _too_large(path, f"{LARGEST / 1e6:.0f} MB, unpacked")


def _refuse_if_more_cells(path: Path, cells: int) -> None:
    if cells > MOST_CELLS:
        raise _too_large(path, f"{MOST_CELLS / 1e6:.0f} million cells, empty ones counted")


def _too_large(path: Path, limit: str) -> DataError:
    return DataError(
        f"{path} holds more than {limit}, the most that is read.",
        "Save the rows and columns that the analysis needs in a file of their own, and name that.",
    )
