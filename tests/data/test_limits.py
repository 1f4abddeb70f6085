"""Small files that unpack into far more than they should: refused while little of it is in memory."""

import gzip
import lzma
import tracemalloc
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aih_records import ASTHMA
from implode import LONGEST, write_dbc_bomb

from bayes_saude.data import limits
from bayes_saude.data.aih import read_aih
from bayes_saude.data.dbf import decompress
from bayes_saude.data.files import read_table
from bayes_saude.data.tabnet import read_tabnet
from bayes_saude.errors import DataError

MEGABYTE = 1 << 20
TOO_LARGE = r"bomb\.[a-z.]+ holds more than 1 MB, unpacked.*Save the rows and columns"
TOO_MANY = r"bomb\.[a-z.]+ holds more than 1 million cells"


@pytest.fixture(autouse=True)
def _low_limits(monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", MEGABYTE)
    monkeypatch.setattr(limits, "MOST_CELLS", 10**6)


@pytest.fixture
def bomb(tmp_path):
    def write(kind, content=b""):
        path = tmp_path / f"bomb.{kind}"
        path.write_bytes(content)
        return path

    return write


def refused(reader, path, told):
    """Read a file that must be refused, and give the most memory that Python took meanwhile, in bytes."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=told):
            reader(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("kind", "compress"), [("csv.gz", gzip.compress), ("csv.xz", lzma.compress)])
def test_text_is_unpacked_to_the_limit_and_no_further(bomb, kind, compress):
    # Streams one behind the other are one file to both formats: 300 MB. The window of xz alone takes 8.
    path = bomb(kind, compress(b"0,1\n" * (MEGABYTE // 4)) * 300)
    assert path.stat().st_size < MEGABYTE
    assert refused(read_table, path, TOO_LARGE) < 30 * MEGABYTE


def test_text_that_is_not_packed_has_the_same_limit(bomb):
    path = bomb("csv", b"0,1\n" * MEGABYTE)
    refused(read_table, path, TOO_LARGE)
    refused(read_tabnet, path, TOO_LARGE)


def test_text_within_the_limit_may_still_have_too_many_cells(bomb, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", 100 * MEGABYTE)
    path = bomb("csv.gz", gzip.compress((b"," * 1000 + b"\n") * 3000))
    assert refused(read_table, path, TOO_MANY) < 50 * MEGABYTE


def test_a_workbook_is_refused_by_the_sizes_that_its_directory_states(bomb):
    path = bomb("xlsx")
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 200 * MEGABYTE)
    assert path.stat().st_size < MEGABYTE
    assert refused(read_table, path, TOO_LARGE) < 30 * MEGABYTE


def test_a_workbook_with_a_cell_in_its_last_corner_is_refused_before_all_cells_are_made(bomb):
    path = bomb("xlsx")
    book = openpyxl.Workbook()
    book.active.cell(1, 1, "region")
    book.active.cell(2**20, 2**14, "a stray cell")
    book.save(path)
    assert refused(read_table, path, TOO_MANY) < 50 * MEGABYTE


def test_one_long_text_of_a_workbook_in_many_cells_is_counted_in_each(bomb):
    path = bomb("xlsx")
    book = openpyxl.Workbook()
    for _ in range(1000):
        book.active.append(["a" * 30_000])
    book.save(path)
    assert path.stat().st_size < MEGABYTE
    refused(read_table, path, TOO_LARGE)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array(np.zeros(30_000_000)), TOO_MANY),
        (pa.DictionaryArray.from_arrays(np.zeros(100_000, np.int32), ["a" * 10_000]), TOO_LARGE),
        (pa.array([bytes(10_000)] * 1000, pa.binary(10_000)), TOO_LARGE),
        (pa.array(["a" * 2 * MEGABYTE]), TOO_LARGE),
    ],
    ids=["rows", "one text in many rows", "fixed width", "one page"],
)
def test_parquet_is_refused_by_what_its_values_take_in_memory(bomb, column, told):
    path = bomb("parquet")
    pq.write_table(pa.table({"a": column}), path, compression="zstd")
    assert path.stat().st_size < MEGABYTE
    refused(read_table, path, told)


def test_parquet_of_few_texts_in_many_rows_is_read(bomb):
    path = bomb("parquet")
    texts = pa.DictionaryArray.from_arrays(np.arange(10_000, dtype=np.int32) % 2, ["Ubá", "Passos"])
    pq.write_table(pa.table({"region": texts, "value": np.arange(10_000)}), path)
    assert read_table(path)["region"].value_counts().tolist() == [5000, 5000]


def test_records_of_a_dbc_file_beyond_those_its_header_promises_are_not_written(tmp_path):
    pytest.importorskip("datasus_dbc", reason="the extra 'datasus' is not installed")
    path = write_dbc_bomb(tmp_path / "bomb.dbc", 600_000)
    assert path.stat().st_size < 0.01 * LONGEST * 600_000
    refused(lambda file: decompress(file, tmp_path), path, r"bomb\.dbc cannot be read")
    assert (tmp_path / "bomb.dbf").stat().st_size < MEGABYTE
    # The limit is lifted again.
    (tmp_path / "other").write_bytes(bytes(2 * MEGABYTE))


def test_a_parquet_file_of_few_bytes_and_admissions_without_end_is_refused(bomb):
    path = bomb("parquet")
    repeated = {
        name: pa.DictionaryArray.from_arrays(np.zeros(5_000_000, np.int32), [value])
        for name, value in ASTHMA.items()
    }
    pq.write_table(pa.table(repeated), path)
    refused(lambda file: read_aih([file], rule="costa2014"), path, "promises 5000000 records in [0-9]+ bytes")


def test_a_zipped_shapefile_is_refused_by_the_sizes_that_its_directory_states(bomb):
    pytest.importorskip("geopandas", reason="maps need the extra 'maps'")
    from bayes_saude.data.geography import read_polygons  # noqa: PLC0415 (needs the extra)

    path = bomb("zip")
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        packed.writestr("places.shp", bytes(50 * MEGABYTE))
    refused(read_polygons, path, TOO_LARGE)
