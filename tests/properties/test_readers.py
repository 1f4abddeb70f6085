"""Whatever stands in the files of other programs: what is there, or an error that says what is not."""

import re

import pandas as pd
import pytest
from aih_records import records, write_dbf
from damage import NUMBERS, ODDITIES, cells, damaged, valid_or_told
from hypothesis import strategies as st
from outside import outside

from bayes_saude.data.aih import read_aih
from bayes_saude.data.cells import MISSING
from bayes_saude.data.dbf import decompress, open_dbf, read_dbf
from bayes_saude.data.deflate import deflate, read_price_index
from bayes_saude.data.ibge_codes import fault_of, six_digit_codes
from bayes_saude.data.icsap import classify, code_groups
from bayes_saude.data.municipal import municipal_panel
from bayes_saude.data.tabnet import read_tabnet

PLACES = {"310010": "ABADIA DOS DOURADOS", "310620": "BELO HORIZONTE", "316250": "SÃO JOÃO DEL REI"}


def tabnet(table: list[list[int]], years: list[int]) -> str:
    """Write an export of TabNet: municipalities in rows, years in columns, with its totals."""
    lines = ['"Internações"', ";".join(['"Município"', *map(str, years), '"Total"'])]
    for (code, name), row in zip(PLACES.items(), table, strict=False):
        lines.append(";".join([f'"{code} {name}"', *(str(n) if n else "-" for n in row), str(sum(row))]))
    sums = [sum(column) for column in zip(*table, strict=True)]
    return "\n".join([*lines, ";".join(['"Total"', *map(str, sums), str(sum(sums))]), '"Fonte"']) + "\n"


@st.composite
def exports(draw):
    years = draw(st.lists(st.integers(1980, 2030), min_size=1, max_size=4, unique=True))
    table = [draw(st.lists(st.integers(0, 10**9), min_size=len(years), max_size=len(years))) for _ in PLACES]
    return table, years


def test_an_export_of_tabnet_gives_exactly_its_numbers(hold, tmp_path):
    path = tmp_path / "export.csv"

    def exact(export, encoding, end):
        table, years = export
        path.write_bytes(tabnet(table, years).replace("\n", end).encode(encoding))
        frame = valid_or_told(read_tabnet, path)
        assert frame is not None
        found = dict(zip(zip(frame["municipality"], frame["year"], strict=True), frame["value"], strict=True))
        assert found == {
            (code, year): number
            for code, row in zip(PLACES, table, strict=True)
            for year, number in zip(years, row, strict=True)
        }

    hold(
        exact,
        exports(),
        st.sampled_from(["latin-1", "utf-8", "utf-8-sig"]),
        st.sampled_from(["\n", "\r\n", "\r"]),
    )


def test_a_damaged_export_of_tabnet_is_read_or_refused(hold, tmp_path):
    path = tmp_path / "export.csv"
    whole = tabnet([[5, 0], [9000, 8000], [50, 7]], [2011, 2012]).encode("latin-1")

    def read_or_refused(content):
        path.write_bytes(content)
        frame = valid_or_told(read_tabnet, path, named="export.csv")
        if frame is not None:
            assert frame["value"].notna().all()
            assert frame["municipality"].str.fullmatch("[0-9]{6}").all()

    hold(read_or_refused, damaged(whole), few=60, many=2000)


def test_an_export_of_any_cells_is_read_or_refused(hold, tmp_path):
    path = tmp_path / "export.csv"
    labels = st.one_of(
        st.sampled_from(["310010 ABADIA DOS DOURADOS", "310620 X", "Total", "TOTAL", "٣١٠٠١٠ X"]), cells()
    )
    header = st.lists(st.one_of(st.sampled_from(["2011", "2012", "Total", "Município"]), cells()), max_size=4)

    def read_or_refused(header, rows):
        path.write_text("\n".join(map(";".join, [["x"], header, *rows])), encoding="utf-8", newline="")
        valid_or_told(read_tabnet, path, named="export.csv")

    row = st.builds(lambda label, cells: [label, *cells], labels, st.lists(cells(), max_size=3))
    hold(read_or_refused, header, st.lists(row, max_size=4), many=800)


def test_a_damaged_dbf_file_is_read_or_refused(hold, tmp_path):
    path = tmp_path / "damaged.dbf"
    whole = write_dbf(records(*[{}] * 5), tmp_path / "a.dbf").read_bytes()

    def read_or_refused(content):
        path.write_bytes(content)
        dbf = valid_or_told(open_dbf, path, named="damaged.dbf")
        if dbf is not None:
            table = read_dbf(dbf, sorted(dbf.fields)).read_all()
            table.validate(full=True)
            assert table.num_rows <= dbf.records

    hold(
        read_or_refused,
        st.one_of(damaged(whole), damaged(whole[:200]).map(lambda head: head + whole[200:])),
        many=1000,
    )


def test_a_damaged_dbc_file_is_read_or_refused(hold, tmp_path):
    pytest.importorskip("datasus_dbc", reason="the extra 'datasus' is not installed")
    path = tmp_path / "damaged.dbc"
    whole = outside("real/dbc/sids.dbc").read_bytes()
    header = int.from_bytes(whole[8:10], "little")
    in_header = damaged(whole[:header]).map(lambda head: head + whole[header:])
    in_records = damaged(whole[header:]).map(lambda rest: whole[:header] + rest)

    def opened():
        return open_dbf(decompress(path, tmp_path), path)

    def read_or_refused(content):
        path.write_bytes(content)
        dbf = valid_or_told(opened, named="damaged.d")
        if dbf is not None:
            read_dbf(dbf, sorted(dbf.fields)).read_all().validate(full=True)

    hold(read_or_refused, st.one_of(in_header, in_records), many=600)


def test_only_codes_of_icd_10_have_a_group(hold):
    known = code_groups()
    form = re.compile(r"[A-Z][0-9]{2}(\.?[0-9X])?", re.ASCII)

    def classified(codes):
        found = classify(codes)
        assert len(found) == len(codes)
        for code, group in zip(codes, found, strict=True):
            tidy = str(code).strip().upper()
            if form.fullmatch(tidy):
                assert group == known[tidy]
            else:
                assert group is pd.NA

    code = st.one_of(
        st.from_regex(r"\A[a-zA-Z][0-9]{2}(\.?[0-9xX])?\Z"),
        st.from_regex(r"\A ?[A-Z]\d{1,4}[.X]?\Z"),
        cells(),
        st.none(),
        st.integers(),
        st.floats(),
    )
    hold(classified, st.lists(code, max_size=6), many=800)


def test_a_price_index_has_exactly_its_levels_or_is_refused(hold, tmp_path):
    path = tmp_path / "index.csv"
    years = st.one_of(st.integers(1990, 2030).map(str), st.integers(1990, 2030).map(str), cells())
    levels = st.one_of(st.floats(1e-3, 1e6).map(repr), st.floats(1e-3, 1e6).map(repr), cells())

    def exact_or_told(rows):
        text = "\n".join(["year;price_index", *(f'"{year}";"{level}"' for year, level in rows)])
        path.write_text(text, encoding="utf-8", newline="")
        index = valid_or_told(read_price_index, path, named="index.csv")
        if index is not None:
            # Rows in which nothing stands are none, as at the end of many a spreadsheet.
            stand = [(y.strip(), v.strip()) for y, v in rows if not {y.strip(), v.strip()} <= MISSING]
            meant = {float(y.replace(",", ".")): float(v.replace(",", ".")) for y, v in stand}
            assert index.to_dict() == meant
            amounts, base = pd.Series(1.0, index.index), index.index[0]
            deflated = deflate(amounts, pd.Series(index.index, index.index), index, base)
            assert deflated[base] == 1.0

    hold(exact_or_told, st.lists(st.tuples(years, levels), max_size=5), few=60, many=1000)


def test_of_any_values_only_codes_of_municipalities_are_taken(hold):
    digits = st.from_regex(r"\A[0-9]{6,7}\Z")

    def taken_or_told(values):
        codes = valid_or_told(six_digit_codes, pd.Series(values, name="code", dtype=object), "the table")
        if codes is not None:
            assert codes.str.fullmatch("[0-9]{6}").all()
            assert [str(value).strip()[:6] for value in values] == codes.tolist()
        else:
            assert any(fault_of(value) for value in values)

    value = st.one_of(
        digits, digits.map(int), digits.map(float), cells(), st.none(), st.integers(), st.floats()
    )
    hold(taken_or_told, st.lists(value, min_size=1, max_size=3), many=800)


@pytest.mark.parametrize("kind", ["csv", "parquet", "dbf"])
def test_damaged_admissions_are_read_or_refused(hold, tmp_path, kind):
    path = tmp_path / f"damaged.{kind}"
    frame = records(*[{"MUNIC_RES": code} for code in PLACES])
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        write_dbf(frame, path)
    whole = path.read_bytes()

    def read_or_refused(content):
        path.write_bytes(content)
        result = valid_or_told(read_aih, [path], rule="costa2014", costs=True)
        if result is not None:
            panel, provenance = result
            assert (panel["successes"] <= panel["trials"]).all()
            assert (
                provenance["kept"] + sum(step["dropped"] for step in provenance["steps"])
                == provenance["records"]
            )

    hold(read_or_refused, damaged(whole), few=8, many=300)


def test_admissions_of_any_cells_are_counted_or_left_out_and_reported(hold, tmp_path):
    path = tmp_path / "admissions.csv"
    changes = st.dictionaries(
        st.sampled_from(
            ["MUNIC_RES", "DIAG_PRINC", "DT_SAIDA", "VAL_TOT", "PROC_REA", "IDADE", "COD_IDADE", "SEXO"]
        ),
        cells(),
    )

    def counted(several):
        records(*several).to_csv(path, index=False)
        result = valid_or_told(
            read_aih, [path], rule="costa2014", by=("municipality", "year", "age_group", "sex")
        )
        if result is not None:
            panel, provenance = result
            assert panel["trials"].sum() == provenance["kept"] <= len(several)
            assert provenance["kept"] + sum(step["dropped"] for step in provenance["steps"]) == len(several)

    hold(counted, st.lists(changes, min_size=1, max_size=4), few=10, many=300)


def test_a_table_of_causes_is_counted_exactly_or_refused(hold, tmp_path):
    causes, territory = tmp_path / "causes.csv", tmp_path / "territory.csv"
    territory.write_text(
        "ibge6,municipality,health_region,macro_region\n310010,Abadia dos Dourados,Patrocínio,Triângulo\n"
        "310620,Belo Horizonte,Belo Horizonte,Centro\n",
        encoding="utf-8",
    )
    code = st.one_of(
        st.sampled_from(["310010", "310620"]), st.sampled_from(["310010", "000000", "353535"]), cells()
    )
    year = st.one_of(st.sampled_from(["2011", "2012"]), st.sampled_from(["2011", "2012"]), cells())
    cause = st.one_of(st.just("Asma"), st.just("Asma"), st.sampled_from(ODDITIES))
    number = st.one_of(st.integers(0, 10**6).map(str), st.sampled_from(NUMBERS))

    def exact_or_told(rows):
        pd.DataFrame(rows, columns=["ibge6", "year", "cause", "admissions"]).to_csv(causes, index=False)
        result = valid_or_told(municipal_panel, causes, territory)
        if result is not None:
            panel, provenance = result
            assert panel["trials"].sum() == provenance["kept"]
            assert provenance["records"] == sum(float(row[3].replace(",", ".")) for row in rows)

    hold(exact_or_told, st.lists(st.tuples(code, year, cause, number), min_size=1, max_size=4), many=800)
