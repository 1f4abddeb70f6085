"""Whatever stands in a file of a panel: exactly its numbers come out, or an error that says what is wrong."""

import csv
import gzip
import io
import lzma
import math
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from damage import ODDITIES, cells, damaged, valid_or_told
from hypothesis import assume
from hypothesis import strategies as st

from bayes_saude.data.panel import read_panel, validate_panel

COLUMNS = ("region", "municipality", "year", "value")
PLACE = st.sampled_from(["Ubá", "São João del Rei", "Passos", "Água Boa", "d'Oeste", "x, y", "a;b", 'a "b"'])
SIZE = st.floats(min_value=1e-30, max_value=1e30)
NUMBER = st.one_of(st.just(0.0), SIZE, SIZE.map(lambda size: -size))
GOOD = pd.DataFrame(
    {
        "region": ["Ubá"] * 4 + ["Passos"] * 4,
        "municipality": ["Guiricema"] * 2 + ["Tocantins"] * 2 + ["Capitólio"] * 2 + ["Cássia"] * 2,
        "year": [2011, 2012] * 4,
        "value": [80.5, 82, 91, 93.25, 70, 75, 60, 61],
    }
)


def validated(path, **options):
    """Read and validate a file as the tests of this module do."""
    asked = {"levels": ("region", "municipality"), "time": "year", "outcome": ("value",), **options}
    return validate_panel(read_panel(path), source=str(path), **asked)


def written(rows, separator, end="\n", quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


@st.composite
def panels(draw):
    """Draw the rows of a valid panel: two regions at least, two years at least, some rows missing."""
    regions = draw(st.lists(PLACE, min_size=2, max_size=4, unique=True))
    years = draw(st.lists(st.integers(1900, 2100), min_size=2, max_size=4, unique=True))
    rows = [(region, f"{region} {i}", year) for region in regions for i in (1, 2) for year in years]
    kept = [row for row in rows if draw(st.integers(0, 9))]
    assume(len({row[0] for row in kept}) > 1 and len({row[2] for row in kept}) > 1)
    return [(*row, draw(NUMBER)) for row in draw(st.permutations(kept))]


def test_a_valid_panel_comes_back_with_exactly_its_names_and_numbers(hold, tmp_path):
    path = tmp_path / "panel.csv"

    def comes_back(rows, style, encoding, end, quoting):
        separator, mark = style
        body = [[*row[:3], repr(row[3]).replace(".", mark)] for row in rows]
        text = written([COLUMNS, *body], separator, end, quoting)
        path.write_bytes(text.encode(encoding))
        panel = valid_or_told(validated, path)
        assert panel is not None
        assert list(panel[["region", "municipality", "time", "value"]].itertuples(index=False)) == rows

    hold(
        comes_back,
        panels(),
        st.sampled_from([(",", "."), (";", ","), ("\t", ",")]),
        st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        many=1500,
    )


def meant(cell):
    """Give the number that a cell can only mean: it has one mark at the most, and that is of decimals."""
    return float(cell.strip().replace(",", "."))


def test_of_any_cells_those_numbers_come_out_that_the_cells_mean(hold, tmp_path):
    path = tmp_path / "panel.csv"

    def exact_or_told(values, years, names, separator, encoding):
        rows = [
            [region, name, year, value]
            for (region, name), year, value in zip(names, years, values, strict=True)
        ]
        path.write_bytes(written([COLUMNS, *rows], separator).encode(encoding, "replace"))
        panel = valid_or_told(validated, path, named="panel.csv")
        if panel is not None:
            assert panel["value"].tolist() == [meant(value) for value in values]
            assert panel["time"].tolist() == [meant(year) for year in years]

    size = 4
    fixed = st.just([("A", "a"), ("A", "b"), ("B", "c"), ("B", "d")])
    any_name = st.lists(st.tuples(cells(), cells()), min_size=size, max_size=size)
    plain = st.lists(st.sampled_from(["2011", "2012", "2013"]), min_size=size, max_size=size)
    several = st.lists(cells(), min_size=size, max_size=size)
    hold(
        exact_or_told,
        several,
        st.one_of(plain, plain, several),
        st.one_of(fixed, fixed, fixed, any_name),
        st.sampled_from([",", ";", "\t"]),
        st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"]),
        few=60,
        many=2500,
    )


def test_a_file_of_any_lines_is_read_or_refused(hold, tmp_path):
    path = tmp_path / "panel.csv"
    odd_names = st.one_of(st.sampled_from([*COLUMNS, "replicate", "unit"]), st.sampled_from(ODDITIES))
    header = st.one_of(st.just(list(COLUMNS)), st.lists(odd_names, max_size=6))
    lines = st.lists(st.lists(cells(), max_size=6), max_size=6)

    def read_or_refused(header, lines, separator, quoted):
        rows = [header, *lines]
        text = written(rows, separator) if quoted else "\n".join(map(separator.join, rows))
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        valid_or_told(validated, path, named="panel.csv")

    hold(read_or_refused, header, lines, st.sampled_from([",", ";", "\t", "|"]), st.booleans(), many=1500)


def files_of(frame, folder):
    """Write a panel in each kind of file that is read, and give their bytes."""
    frame.to_excel(folder / "a.xlsx", index=False)
    frame.to_parquet(folder / "a.parquet")
    text = frame.to_csv(index=False).encode()
    return {
        "csv": text,
        "csv.gz": gzip.compress(text),
        "csv.xz": lzma.compress(text),
        "xlsx": (folder / "a.xlsx").read_bytes(),
        "parquet": (folder / "a.parquet").read_bytes(),
    }


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "csv.xz", "xlsx", "parquet"])
def test_a_damaged_file_is_read_or_refused(hold, tmp_path, kind):
    path = tmp_path / f"damaged.{kind}"

    def read_or_refused(content):
        path.write_bytes(content)
        valid_or_told(validated, path, named="damaged.")

    hold(read_or_refused, damaged(files_of(GOOD, tmp_path)[kind]), many=800)


THINGS = st.one_of(
    cells(),
    st.integers(-(10**20), 10**20),
    st.just(10**400),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from(
        [
            pd.NA,
            pd.NaT,
            Decimal("1.5"),
            date(2012, 1, 1),
            pd.Timestamp("2012"),
            b"1",
            1j,
            [1],
            {"a": 1},
            (1, 2),
            np.float32(0.1),
            np.int8(5),
            np.array([1.0, 2.0]),
            np.datetime64("2012"),
        ]
    ),
)


def test_a_frame_of_any_objects_is_taken_or_refused(hold):
    def taken_or_refused(columns, index):
        frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})
        frame.index = index[: len(frame)]
        valid_or_told(
            validate_panel,
            frame,
            levels=("region", "municipality"),
            time="year",
            outcome=("value",),
            source="the frame",
            named="the frame",
        )

    names = [*COLUMNS, "replicate"]
    columns = st.fixed_dictionaries({name: st.lists(THINGS, min_size=3, max_size=3) for name in names})
    good = st.just({name: GOOD[name].tolist()[:3] for name in COLUMNS})
    index = st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), min_size=3, max_size=3)
    mixed = st.builds(
        lambda one, other, take: {**one, **{n: other[n] for n in take}},
        good,
        columns,
        st.sets(st.sampled_from(names)),
    )
    hold(taken_or_refused, st.one_of(columns, mixed), index, many=1200)


@pytest.mark.parametrize("pair", [("successes", "trials"), ("count", "exposure")])
def test_counts_come_out_as_they_stand_or_are_refused(hold, tmp_path, pair):
    path = tmp_path / "panel.csv"

    def exact_or_told(first, second):
        rows = [
            [region, str(year), *cell]
            for (region, year), cell in zip(
                [(r, y) for r in "AB" for y in (2011, 2012)], zip(first, second, strict=True), strict=True
            )
        ]
        path.write_text(written([("region", "year", *pair), *rows], ";"), encoding="utf-8", newline="")
        panel = valid_or_told(validated, path, levels=("region",), outcome=pair, named="panel.csv")
        if panel is not None:
            assert panel[pair[0]].tolist() == [meant(cell) for cell in first]
            assert panel[pair[1]].tolist() == [meant(cell) for cell in second]
            assert all(map(math.isfinite, panel[pair[1]]))

    whole = st.integers(0, 10**17).map(str)
    several = st.lists(st.one_of(whole, whole, cells()), min_size=4, max_size=4)
    hold(exact_or_told, several, several, many=800)
