"""The faults that the properties found, each by its own name, so that none comes back."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aih_records import records, write_dbf

from bayes_saude.data.cells import to_labels, to_numbers
from bayes_saude.data.dbf import open_dbf
from bayes_saude.data.deflate import read_price_index
from bayes_saude.data.files import read_table
from bayes_saude.data.municipal import municipal_panel
from bayes_saude.data.panel import read_panel, validate_panel
from bayes_saude.data.tabnet import read_tabnet
from bayes_saude.errors import DataError, ModelFileError
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.spec import parse_model

LONG = "x" * 200_000  # Python's csv takes no cell beyond 131,072 letters
EXPORT = '"Município";"2011";"Total"\n"310010 ABADIA DOS DOURADOS";5;5\n"Total";5;5\n"Fonte"\n'


def saved(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_digits_of_other_scripts_are_text_and_no_numbers(tmp_path):
    frame = read_table(saved(tmp_path / "a.csv", "unit,value\nA,1\nB,٣\n"))
    assert frame["value"].tolist() == ["1", "٣"]
    assert to_numbers(frame["value"], ".", "")[1][0].message == "'٣' is not a number"


def test_a_whole_number_beyond_every_double_is_a_fault_of_its_cell():
    numbers, faults = to_numbers(pd.Series([1, 10**400], [2, 3], name="value", dtype=object), ".", "")
    assert numbers[2] == 1
    assert str(faults[0]) == "row 3, column 'value': a whole number of hundreds of digits is too large"


def test_a_missing_number_of_single_precision_is_missing_among_objects():
    frame = pd.DataFrame({"unit": list("AABB"), "year": [1, 2] * 2, "value": [1, 2, 3, 4]}, dtype=object)
    frame.loc[1, "value"] = np.float32("nan")
    with pytest.raises(DataError, match="row 1, column 'value': the cell is empty"):
        validate_panel(frame, levels=["unit"], time="year", outcome=["value"], source="frame")


def test_complex_numbers_do_not_lose_their_imaginary_part():
    assert to_numbers(pd.Series([1j, 2.0]), ".", "")[1][0].message == "it holds complex numbers, not numbers"


def test_lists_and_equal_keys_are_names_as_they_are_written():
    cells = pd.Series([[1], True, 1, None, pd.NA, 10**400], dtype=object)
    labels = to_labels(cells)
    assert labels[:3].tolist() == ["[1]", "True", "1"]
    assert labels[3:5].isna().all()


@pytest.mark.parametrize("text", [f"{LONG},b\n1,2\n", f"a,b\n1,{LONG}\n"])
def test_a_cell_that_is_too_long_to_be_cut_is_told(tmp_path, text):
    with pytest.raises(DataError, match=r"a\.csv.*field larger than field limit"):
        read_table(saved(tmp_path / "a.csv", text))


def test_a_workbook_damaged_inside_is_told(tmp_path):
    path = tmp_path / "a.xlsx"
    pd.DataFrame({"a": range(50)}).to_excel(path, index=False)
    content = bytearray(path.read_bytes())
    place = content.index(b"xl/worksheets/sheet1.xml") + 40  # within the compressed sheet
    content[place : place + 60] = b"\xff" * 60
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.xlsx cannot be read"):
        read_table(path)


def test_texts_of_parquet_that_are_no_utf_8_are_told(tmp_path):
    path = tmp_path / "a.parquet"
    offsets, letters = pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"A\xb3")
    texts = pa.Array.from_buffers(pa.string(), 2, [None, offsets, letters])
    pq.write_table(pa.table({"unit": texts}), path)
    with pytest.raises(DataError, match=r"a\.parquet cannot be read: .*[Uu][Tt][Ff]"):
        read_table(path)


@pytest.mark.parametrize("name", ["a" * 5000, "a/" * 3000])
def test_a_name_too_long_for_any_file_is_a_file_that_does_not_exist(name):
    with pytest.raises(DataError, match="does not exist"):
        read_panel(name)
    with pytest.raises(ModelFileError, match=r"does not exist|No model"):
        read_model(name)


@pytest.mark.parametrize(
    ("value", "told"),
    [("[" * 5000 + "]" * 5000, "nested too deep"), ("9" * 5000, "not valid TOML: .*4300 digits")],
)
def test_toml_that_python_itself_refuses_is_told(value, told):
    with pytest.raises(ModelFileError, match=f"a.toml.* {told}"):
        parse_model(f"x = {value}", name="a", file="a.toml")


def test_an_export_of_tabnet_with_carriage_returns_alone_is_read(tmp_path):
    assert read_tabnet(saved(tmp_path / "a.csv", EXPORT.replace("\n", "\r")))["value"].tolist() == [5.0]


def test_an_export_of_tabnet_that_cannot_be_opened_or_cut_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_tabnet(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be cut into cells"):
        read_tabnet(saved(tmp_path / "a.csv", EXPORT + LONG))


def test_codes_of_other_scripts_are_no_rows_of_tabnet(tmp_path):
    with pytest.raises(DataError, match="no rows of municipalities"):
        read_tabnet(saved(tmp_path / "a.csv", EXPORT.replace("310010", "٣١٠٠١٠")))


@pytest.mark.parametrize("year", ["1e300", "-2012", "20120"])
def test_a_year_that_none_can_be_is_told_by_the_price_index(tmp_path, year):
    with pytest.raises(DataError, match=r"row 2, column 'year': .* is no year"):
        read_price_index(saved(tmp_path / "a.csv", f"year;price_index\n{year};100\n"))


@pytest.mark.parametrize(
    ("year", "admissions", "told"),
    [
        ("2011", "1e300", "row 2, column 'admissions': 1e[+]300 is too large"),
        ("2011", "inf", "row 2, column 'admissions': the number is infinite"),
        ("2000000000", "5", "has the years 2011 to 2000000000"),  # not all the years between in memory
    ],
)
def test_numbers_that_no_admissions_have_are_told(tmp_path, year, admissions, told):
    places = saved(
        tmp_path / "t.csv", "ibge6,municipality,health_region,macro_region\n310010,A,R,M\n310020,B,R,M\n"
    )
    text = f"ibge6,year,cause,admissions\n310010,{year},Asma,{admissions}\n310020,2011,Asma,1\n"
    with pytest.raises(DataError, match=told):
        municipal_panel(saved(tmp_path / "c.csv", text), places)


def test_a_dbf_file_with_a_field_twice_is_refused(tmp_path):
    path = write_dbf(records({}), tmp_path / "a.dbf")
    path.write_bytes(path.read_bytes().replace(b"IDADE\0\0\0\0\0\0C", b"SEXO\0\0\0\0\0\0\0C", 1))
    with pytest.raises(DataError, match="has the field 'SEXO' twice"):
        open_dbf(path)


def test_names_that_are_one_number_are_not_made_one_unit(tmp_path):
    text = "unit,year,value\n3.10,2011,1\n3.1,2012,2\n3.2,2011,1.50\n3.2,2012,1.5\n"
    panel = read_panel(saved(tmp_path / "a.csv", text))
    asked = {"levels": ["unit"], "time": "year", "outcome": ["value"], "source": "a"}
    with pytest.raises(DataError, match=r"column 'unit': '3\.10' and '3\.1' are one number") as caught:
        validate_panel(panel, **asked)
    assert len(caught.value.faults) == 1  # of values, 1.50 and 1.5 are the same by right
    assert (
        len(validate_panel(read_panel(saved(tmp_path / "b.csv", text.replace("3.10", "3.1"))), **asked)) == 4
    )
