"""Text, spreadsheets and Parquet are read as they stand, or refused with the place and the way out."""

import gzip
import logging
import re
import sys
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.chart import BarChart

from bayes_saude.data.panel import read_panel
from bayes_saude.errors import DataError, MissingExtra

PLAIN = "region,year,value\nUbá,2011,1.5\nUbá,2012,2\nPassos,2011,3\nPassos,2012,4.25\n"
BRAZILIAN = PLAIN.replace(",", ";").replace(".", ",")


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def values(frame):
    return frame["value"].tolist()


@pytest.mark.parametrize(
    ("name", "content", "notes"),
    [
        ("plain.csv", PLAIN, []),
        ("bom.csv", PLAIN.encode("utf-8-sig"), []),
        ("windows-lines.csv", PLAIN.replace("\n", "\r\n"), []),
        ("packed.csv.gz", gzip.compress(PLAIN.encode()), []),
        ("quoted.csv", PLAIN.replace("Ubá", '"Ubá"').replace("1.5", '"1.5"'), []),
        ("spaces.csv", PLAIN.replace(",", " , "), []),
        ("latin.csv", PLAIN.encode("latin-1"), ["read as Latin-1 (Windows-1252)"]),
        ("tabs.tsv", PLAIN.replace(",", "\t"), ["columns separated by tabs"]),
        ("br.csv", BRAZILIAN, ["columns separated by semicolons", "decimal commas"]),
        ("quoted-commas.csv", PLAIN.replace("1.5", '"1,5"').replace("4.25", '"4,25"'), ["decimal commas"]),
        ("gaps.csv", PLAIN.replace("2\nP", "2\n\n,,\nP"), ["empty rows passed over: 2"]),
        ("wide.csv", PLAIN.replace("\n", ",\n"), []),
        ("excel.csv", "sep=,\r\n" + PLAIN.replace("\n", "\r\n"), []),
        (
            "excel-br.csv",
            ("SEP=;\n" + BRAZILIAN).encode("utf-8-sig"),
            ["columns separated by semicolons", "decimal commas"],
        ),
    ],
)
def test_every_way_to_write_the_same_table_reads_the_same(write, name, content, notes):
    frame = read_panel(write(name, content))
    assert frame.columns.tolist() == ["region", "year", "value"]
    assert frame["region"].tolist() == ["Ubá", "Ubá", "Passos", "Passos"]
    assert frame["year"].tolist() == [2011, 2012, 2011, 2012]
    assert values(frame) == [1.5, 2.0, 3.0, 4.25]
    assert frame.attrs["notes"] == notes


def test_what_was_read_in_an_unusual_way_is_logged(write, caplog):
    path = write("br.csv", BRAZILIAN.encode("latin-1"))
    with caplog.at_level(logging.WARNING):
        read_panel(path)
    said = "read as Latin-1 (Windows-1252); columns separated by semicolons; decimal commas"
    assert [record.getMessage() for record in caplog.records] == [f"{path}: {said}"]


def test_rows_are_numbered_as_an_editor_numbers_them(write):
    frame = read_panel(write("gaps.csv", PLAIN.replace("2\nP", "2\n\nP")))
    assert frame.index.name == "row"
    assert frame.index.tolist() == [2, 3, 5, 6]


def test_the_line_that_tells_excel_the_separator_is_a_row_in_which_nothing_is_told(write):
    assert read_panel(write("excel.csv", "sep=,\n" + PLAIN)).index.tolist() == [3, 4, 5, 6]
    # It is believed, though the header could be cut elsewhere.
    assert read_panel(write("excel.csv", "sep=;\na,b;c,d\n1;2\n")).columns.tolist() == ["a,b", "c,d"]
    with pytest.raises(DataError, match=r"row 3: 2 cells where the header has 3"):
        read_panel(write("short.csv", "sep=,\na,b,c\n1,2\n"))
    with pytest.raises(DataError, match=r"excel\.csv is empty"):
        read_panel(write("excel.csv", "sep=,\n"))


def test_a_code_with_a_leading_zero_stays_text(write):
    frame = read_panel(write("codes.csv", "code,value\n0310,1\n3106,2\n"))
    assert frame["code"].tolist() == ["0310", "3106"]


def test_accents_in_two_pieces_are_composed(write):
    frame = read_panel(write("mac.csv", "region,value\nUba\u0301,1\nUbá,2\n"))
    assert frame["region"].tolist() == ["Ubá", "Ubá"]


def test_numbers_are_read_to_their_last_bit(write):
    numbers = np.random.default_rng(1).normal(size=200) * 10.0 ** np.arange(-100, 100)
    text = "unit,value\n" + "".join(f"a,{float(number)!r}\n" for number in numbers)
    np.testing.assert_array_equal(read_panel(write("exact.csv", text))["value"], numbers)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "is empty. Export it again"),
        ("blank.csv", "\n  \n", "is empty. Export it again"),
        ("header.csv", "region,year,value\n", "has a header and no rows. Give it one row per unit and time"),
        ("one.csv", "region\nUbá\n", "has one column only in its first row ('region'). Separate the columns"),
        (
            "binary.csv",
            b"PK\x03\x04\x00\x00",
            "is not text in UTF-8 or Latin-1, whatever its name says. Save it",
        ),
        ("unclosed.csv", 'a,b\nPassos,1\n"Ubá,1\nUbá,2\n', "row 3: the quotes do not match"),
        ("cut.csv.gz", gzip.compress(PLAIN.encode())[:-12], "cannot be read"),
        ("panel.xls", "x", "is of no kind that is read here ('.xls'). Save it as CSV"),
        ("panel.xlsx", "x", "cannot be read: File is not a zip file. Check that it is whole"),
        ("panel.parquet", "x", "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(write, name, content, message):
    with pytest.raises(DataError) as caught:
        read_panel(write(name, content))
    assert name in str(caught.value)
    assert message in str(caught.value)


def test_a_folder_is_no_panel(tmp_path):
    with pytest.raises(
        DataError, match=r"is a folder, not a panel. Name a CSV, XLSX or Parquet file inside it"
    ):
        read_panel(tmp_path)


def test_a_missing_file_suggests_its_neighbour(write):
    path = write("panel.csv", PLAIN)
    with pytest.raises(DataError, match=r"panle.csv does not exist. Did you mean 'panel.csv'\?"):
        read_panel(path.with_name("panle.csv"))


def test_decimal_commas_between_commas_are_rows_that_do_not_fit(write):
    with pytest.raises(DataError, match="Decimal commas need semicolons") as caught:
        read_panel(write("p.csv", "region,year,value\nUbá,2011,1,5\nUbá,2012,2\n"))
    assert [str(fault) for fault in caught.value.faults] == ["row 2: 4 cells where the header has 3"]


def test_short_rows_are_refused(write):
    with pytest.raises(DataError, match="row 3: 2 cells where the header has 3"):
        read_panel(write("p.csv", "region,year,value\nUbá,2011,1\nUbá,2012\n"))


def test_two_columns_of_one_name_are_refused(write):
    with pytest.raises(DataError, match="row 1, column 'value': this name stands more than once"):
        read_panel(write("p.csv", "value,year,value\n1,2,3\n"))


def spreadsheet(path, rows, *more_sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more_sheets:
        book.create_sheet(title)
    book.save(path)
    return path


def test_a_spreadsheet_is_read_with_its_own_row_numbers(tmp_path):
    rows = [["region", "year", "value", None], ["Ubá", 2011, 1.5, None], [], ["Ubá", 2012, None, None]]
    frame = read_panel(spreadsheet(tmp_path / "p.xlsx", rows, "notes"))
    assert frame.index.tolist() == [2, 4]
    assert frame.columns.tolist() == ["region", "year", "value"]
    assert frame["year"].tolist() == [2011, 2012]
    assert frame.attrs["notes"] == ["sheet 'Sheet' read, not 'notes'", "empty rows passed over: 1"]


def with_formulas(path, *written):
    """Write a column of formulas as a spreadsheet has saved it: each cell by its XML in the file."""
    rows = [["unit", "value"], *([f"u{i}", f"=A{i}"] for i in range(len(written)))]
    plain = spreadsheet(path.with_name("plain.xlsx"), rows)
    with ZipFile(plain) as old, ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for i, xml in enumerate(written):
                text = re.sub(rf"<c r=\"B{i + 2}\"[^>]*><f>A{i}</f>.*?</c>", xml, text)
            new.writestr(name, text)
    return path


def test_formulas_are_read_by_the_values_they_gave(tmp_path):
    number, empty = '<c r="B2"><f>1+1</f><v>2</v></c>', '<c r="B3" t="str"><f>""</f><v></v></c>'
    frame = read_panel(with_formulas(tmp_path / "p.xlsx", number, empty))
    assert frame["value"].tolist() == pytest.approx([2, np.nan], nan_ok=True)


def test_formulas_that_no_spreadsheet_has_worked_out_are_no_empty_cells(tmp_path):
    rows = [["unit", "value", None], ["a", 1.5, None], ["b", "=1+1", None], ["c", None, "=B2"]]
    with pytest.raises(DataError, match=r"what the formulas give is not in the file\.") as caught:
        read_panel(spreadsheet(tmp_path / "p.xlsx", rows))
    assert [str(fault) for fault in caught.value.faults] == [
        "row 3, column 'value': a formula without its value",
        "row 4, column 'column 3': a formula without its value",
    ]
    assert "Open and save it in a spreadsheet program, or export the sheet as CSV." in str(caught.value)


@pytest.mark.parametrize("drawn", [True, False])
def test_a_workbook_of_charts_alone_is_no_table(tmp_path, drawn):
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet = book.create_chartsheet("chart")
    if drawn:
        sheet.add_chart(BarChart())
    book.save(tmp_path / "p.xlsx")
    # openpyxl fails on a sheet without its chart.
    said = (
        "has no sheet of cells" if drawn else "a part of the workbook is not as spreadsheet programs write it"
    )
    with pytest.raises(DataError, match=said):
        read_panel(tmp_path / "p.xlsx")


def test_a_spreadsheet_without_openpyxl_names_the_extra(tmp_path, monkeypatch):
    path = spreadsheet(tmp_path / "p.xlsx", [["a", "b"], [1, 2]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra, match=r"bayes_saude\[xlsx\]"):
        read_panel(path)


@pytest.mark.parametrize("index", ["plain", "named"])
def test_parquet_is_read_with_rows_counted_below_a_header(tmp_path, index):
    table = pd.DataFrame({"region": ["Ubá", "Passos"], "year": [2011, 2012], "value": [1.5, 2.0]})
    (table.set_index("region") if index == "named" else table).to_parquet(tmp_path / "p.parquet")
    frame = read_panel(tmp_path / "p.parquet")
    assert frame.to_dict("list") == table.to_dict("list")
    assert frame.index.tolist() == [2, 3]
