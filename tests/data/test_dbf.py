"""DBF files and their compressed form, DBC: whole, damaged, and cut off."""

import pytest
from aih_records import records, write_dbf
from outside import outside

from bayes_saude.data.dbf import decompress, open_dbf, read_dbf
from bayes_saude.errors import DataError, MissingExtra


@pytest.fixture
def _datasus():
    """Skip where DBC files cannot be decompressed."""
    pytest.importorskip("datasus_dbc", reason="the extra 'datasus' is not installed")


@pytest.mark.usefixtures("_datasus")
@pytest.mark.parametrize(
    ("name", "count", "column", "first"),
    [("sids", 100, "NAME", "Ashe"), ("STPI2206", 4068, "CODUFMUN", "220005")],
)
def test_real_dbc_files_are_decompressed_whole(tmp_path, name, count, column, first):
    dbf = open_dbf(decompress(outside(f"real/dbc/{name}.dbc"), tmp_path))
    table = read_dbf(dbf, [column]).read_all()
    assert (dbf.records, table.num_rows) == (count, count)
    assert table[column][0].as_py().strip() == first


@pytest.mark.usefixtures("_datasus")
@pytest.mark.parametrize("kept", [40, 500, 20_000, -100])
def test_a_dbc_file_that_was_cut_off_is_refused(tmp_path, kept):
    cut = tmp_path / "cut.dbc"
    cut.write_bytes(outside("real/dbc/STPI2206.dbc").read_bytes()[:kept])
    with pytest.raises(DataError, match=r"cut\.dbc cannot be read: .*download it again"):
        open_dbf(decompress(cut, tmp_path), cut)


@pytest.mark.usefixtures("_datasus")
@pytest.mark.parametrize("content", [b"", b"name,value\n" * 100, bytes(1000), b"\xff" * 5000])
def test_what_is_no_dbc_file_is_refused(tmp_path, content):
    file = tmp_path / "no.dbc"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"no\.dbc"):
        decompress(file, tmp_path)


@pytest.mark.usefixtures("_datasus")
def test_a_header_that_promises_more_records_than_the_file_can_hold_is_refused(tmp_path):
    file = write_dbf(records({}), tmp_path / "many.dbc")
    content = bytearray(file.read_bytes())
    content[4:8] = (2**32 - 1).to_bytes(4, "little")
    file.write_bytes(content)
    with pytest.raises(DataError, match="promises 4294967295 records"):
        decompress(file, tmp_path)


def test_without_the_library_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "datasus_dbc", None)
    with pytest.raises(MissingExtra, match=r"bayes_saude\[datasus\]"):
        decompress(tmp_path / "any.dbc", tmp_path)


def test_records_marked_as_deleted_are_left_out(tmp_path):
    frame = records({}, {"MUNIC_RES": "310010"}, {"MUNIC_RES": "310020"})
    dbf = open_dbf(write_dbf(frame, tmp_path / "a.dbf", deleted=(1,)))
    assert dbf.records == 3
    assert read_dbf(dbf, ["MUNIC_RES"]).read_all()["MUNIC_RES"].to_pylist() == ["310620", "310020"]


def test_bytes_that_are_no_ascii_do_not_pass_for_a_code(tmp_path):
    dbf = open_dbf(write_dbf(records({"MUNIC_RES": "31062é"}), tmp_path / "a.dbf"))
    assert read_dbf(dbf, ["MUNIC_RES"]).read_all()["MUNIC_RES"].to_pylist() == ["31062?"]


def test_a_dbf_file_that_was_cut_off_is_refused(tmp_path):
    file = write_dbf(records({}, {}, {}), tmp_path / "a.dbf")
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(
        DataError, match=r"a\.dbf cannot be read: it ends after \d+ bytes where its 3 records take"
    ):
        open_dbf(file)
