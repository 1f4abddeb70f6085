"""Files that are no AIH records, or not whole: one clear error each."""

from pathlib import Path

import pandas as pd
import pytest
from aih_records import records, write_dbf

from bayes_saude.data.aih import read_aih
from bayes_saude.errors import DataError

HEADER = ",".join(records({}).columns)
ROW = ",".join(records({}).iloc[0])


def refused(path, content: bytes | str) -> str:
    """Write a file, read it, and give the error's message."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as error:
        read_aih([path], rule="costa2014")
    assert path.name in str(error.value)
    return str(error.value)


def write(frame: pd.DataFrame, path: str | Path) -> None:
    """Write records as what the file's name says."""
    path = Path(path)
    if path.suffix == ".dbf":
        write_dbf(frame, path)
    elif path.suffix == ".csv":
        path.write_text(frame.to_csv(index=False), encoding="utf-8")
    else:
        frame.to_parquet(path.absolute())


@pytest.mark.parametrize("kind", ["dbc", "dbf", "csv", "parquet"])
def test_an_empty_file_is_refused(tmp_path, kind):
    assert "is empty" in refused(tmp_path / f"a.{kind}", "")


def test_a_header_without_records_is_refused(tmp_path):
    assert "has no records" in refused(tmp_path / "a.csv", HEADER + "\n")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_csv_files_are_read_whatever_their_separator_line_ends_and_byte_order_mark(
    tmp_path, separator, end, start
):
    header, row = HEADER.replace(",", separator), ROW.replace(",", separator)
    (tmp_path / "a.csv").write_bytes((start + end.join([header, row, row])).encode())
    panel, provenance = read_aih([tmp_path / "a.csv"], rule="costa2014")
    assert panel["successes"].tolist() == [2]
    assert provenance["records"] == 2


def test_quotes_and_a_nameless_column_of_row_numbers_are_read(tmp_path):
    records({}, {}).to_csv(tmp_path / "a.csv", quoting=1)
    assert read_aih([tmp_path / "a.csv"], rule="costa2014")[0]["trials"].tolist() == [2]


@pytest.mark.parametrize("kind", ["dbf", "parquet"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, kind):
    assert "cannot be read" in refused(tmp_path / f"a.{kind}", f"{HEADER}\n{ROW}\n")


def test_binary_content_in_a_csv_file_is_refused(tmp_path):
    assert "no line of column names" in refused(tmp_path / "a.csv", f"{HEADER}\n{ROW}\n".encode("utf-16"))
    assert "is not text" in refused(tmp_path / "b.csv", f"{HEADER}\n{ROW}\0\n")


def test_a_row_that_is_cut_off_is_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path / "a.csv", f"{HEADER}\n{ROW}\n{ROW[: len(ROW) // 2]}")


def test_decimal_commas_between_commas_are_refused_not_shifted(tmp_path):
    message = refused(tmp_path / "a.csv", f"{HEADER}\n{ROW.replace('500.25', '500,25')}\n")
    assert "cannot be read" in message


def test_missing_columns_are_named(tmp_path):
    records({}).drop(columns=["MUNIC_RES", "DIAG_PRINC"]).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match="lacks 'MUNIC_RES', 'DIAG_PRINC', which AIH records have"):
        read_aih([tmp_path / "a.csv"], rule="costa2014")


def test_only_the_columns_that_are_needed_have_to_be_there(tmp_path):
    needed = records({}, {})[["MUNIC_RES", "DIAG_PRINC", "PROC_REA", "DT_SAIDA"]]
    needed.to_csv(tmp_path / "a.csv", index=False)
    panel, provenance = read_aih([tmp_path / "a.csv"], rule="costa2014")
    assert panel["trials"].tolist() == [2]
    assert provenance["notes"] == [
        "the files do not tell their months: whether years are complete cannot be said"
    ]


def test_columns_of_the_same_name_are_refused(tmp_path):
    assert "columns of the same name: 'IDADE'" in refused(tmp_path / "a.csv", f"{HEADER},idade\n{ROW},1\n")


def test_another_kind_of_file_and_no_file_are_refused(tmp_path):
    assert "of no kind that is read here" in refused(tmp_path / "a.xlsx", "x")
    with pytest.raises(DataError, match="There is no file"):
        read_aih([tmp_path / "none.csv"], rule="costa2014")


def test_records_marked_as_deleted_are_told(tmp_path):
    file = write_dbf(records({}, {}), tmp_path / "a.dbf", deleted=(0,))
    panel, provenance = read_aih([file], rule="costa2014")
    assert panel["trials"].tolist() == [1]
    assert (provenance["files"][0]["rows"], provenance["files"][0]["marked_deleted"]) == (1, 1)


@pytest.mark.parametrize("kind", ["csv", "parquet", "dbf"])
@pytest.mark.parametrize(
    "name", ["a'); DROP TABLE codes; --", "a*", "[ab]", "a?", 'a"b', "~", "{a,b}", "s3:a"]
)
def test_any_name_of_a_file_is_that_file(tmp_path, monkeypatch, name, kind):
    monkeypatch.chdir(tmp_path)
    for stem, frame in {
        "ab": records({"MUNIC_RES": "310030"}),
        name: records({"MUNIC_RES": "310010"}),
    }.items():
        write(frame, f"{stem}.{kind}")
    assert read_aih([f"{name}.{kind}"], rule="costa2014")[0]["municipality"].tolist() == ["310010"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_name_of_a_folder_is_no_column(tmp_path, kind):
    # As partitioned data sets have them, which DuckDB would believe before the records.
    folder = tmp_path / "MUNIC_RES=310030" / "DIAG_PRINC=A00"
    folder.mkdir(parents=True)
    write(records({}), folder / f"a.{kind}")
    panel = read_aih([folder / f"a.{kind}"], rule="costa2014")[0]
    assert panel[["municipality", "successes"]].to_numpy().tolist() == [["310620", 1]]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    "name", ["'); DROP TABLE codes; --", 'a"b', "}", "\\", "SELECT", "rowid", "step", "filename"]
)
def test_other_columns_may_have_any_name(tmp_path, name, kind):
    frame = records({}, {})
    frame.insert(0, name, "1")
    write(frame, tmp_path / f"a.{kind}")
    assert read_aih([tmp_path / f"a.{kind}"], rule="costa2014")[0]["trials"].tolist() == [2]
