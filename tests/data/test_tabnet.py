"""TabNet and TabWin exports: what is read, what is refused, and how exports join."""

import pandas as pd
import pytest

from bayes_saude.data.tabnet import read_tabnet
from bayes_saude.data.tabnet_join import join_tabnet
from bayes_saude.errors import DataError

ABADIA, BELO_HORIZONTE, SAO_JOAO = (
    "310010 ABADIA DOS DOURADOS",
    "310620 BELO HORIZONTE",
    "316250 SÃO JOÃO DEL REI",
)
NOBODY = "310000 MUNICIPIO IGNORADO - MG"


def text(rows: dict[str, list], years=(2011, 2012), total: list | None = None) -> str:
    """Write an export as TabNet does."""
    sums = [sum(cell for cell in column if cell != "-") for column in zip(*rows.values(), strict=True)]
    lines = [
        '"Morbidade Hospitalar do SUS - por local de residência - Minas Gerais"',
        '"Internações por Município e Ano atendimento"',
        '"Período: 2011-2012"',
        ";".join(['"Município"', *(f'"{year}"' for year in years), '"Total"']),
    ]
    for label, cells in rows.items():
        across = sum(cell for cell in cells if cell != "-")
        lines.append(";".join([f'"{label}"', *map(str, cells), str(across)]))
    total = total or [*sums, sum(sums)]
    lines += [
        ";".join(['"Total"', *map(str, total)]),
        '"Fonte: Ministério da Saúde (SIH/SUS)"',
        '"Notas: nenhuma"',
    ]
    return "\n".join(lines) + "\n"


def save(path, content: str | dict, encoding="latin-1", **options):
    """Write an export and give its path."""
    path.write_bytes((content if isinstance(content, str) else text(content, **options)).encode(encoding))
    return path


@pytest.fixture
def admissions(tmp_path):
    """Write an export of all admissions."""
    return save(tmp_path / "all.csv", {ABADIA: [100, 80], BELO_HORIZONTE: [9000, 8000], SAO_JOAO: [50, "-"]})


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_an_export_is_read_by_code_and_year_and_a_dash_is_zero(tmp_path, encoding):
    frame = read_tabnet(save(tmp_path / "a.csv", {SAO_JOAO: [5, "-"], ABADIA: [1, 2]}, encoding))
    expected = pd.DataFrame(
        {
            "municipality": ["310010", "310010", "316250", "316250"],
            "year": [2011, 2012, 2011, 2012],
            "value": [1.0, 2.0, 5.0, 0.0],
        }
    ).astype({"municipality": "str"})
    frame_attrs, frame.attrs = frame.attrs, {}
    pd.testing.assert_frame_equal(frame, expected, check_dtype=False)
    assert frame_attrs["title"].startswith("Morbidade Hospitalar do SUS - por local de residência")


def test_decimal_commas_are_read(tmp_path):
    lines = text({ABADIA: [1, 2]}).replace(";1;2;3", ";1,25;2,50;3,75")
    frame = read_tabnet(save(tmp_path / "a.csv", lines))
    assert frame["value"].tolist() == [1.25, 2.5]


def test_one_column_takes_its_year_from_the_period(tmp_path):
    content = f"Internações\nPeríodo: 2012\nMunicípio;Internações\n{ABADIA};7\nTotal;7\nFonte: SIH\n"
    frame = read_tabnet(save(tmp_path / "a.csv", content))
    assert frame[["municipality", "year", "value"]].to_numpy().tolist() == [["310010", 2012, 7.0]]


def test_semicolons_at_the_ends_of_lines_make_no_column(tmp_path):
    content = text({ABADIA: [1, 2]}).replace("\n", ";\n")
    assert read_tabnet(save(tmp_path / "a.csv", content))["value"].tolist() == [1.0, 2.0]


def test_codes_of_seven_digits_are_those_of_six(tmp_path):
    frame = read_tabnet(save(tmp_path / "a.csv", {"3106200 BELO HORIZONTE": [3, 4]}))
    assert frame["municipality"].unique().tolist() == ["310620"]


@pytest.mark.parametrize("label", [NOBODY, "000000 IGNORADO", "319999 OUTRO", "990010 EXTERIOR"])
def test_codes_that_are_no_municipality_are_left_out_and_counted(tmp_path, label):
    frame = read_tabnet(save(tmp_path / "a.csv", {ABADIA: [1, 2], label: [3, 4]}))
    assert frame["municipality"].unique().tolist() == ["310010"]
    assert frame.attrs["dropped"] == {"municipality is unknown": {"rows": 1, "sum": 7.0}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("a;b\n1;2\n", "has no rows of municipalities"),
        (text({ABADIA: [1, 2]}).split('"Total";1')[0], "no row Total .*cut off"),
        (
            text({ABADIA: [1, 2], SAO_JOAO: [3, 4]}).replace(f'"{SAO_JOAO}";3;4;7\n', ""),
            "sum to 1, the row Total says 4",
        ),
        (text({ABADIA: [1, 2]}).replace(";1;2;3\n", ";1;x;3\n", 1), "'x' is not a number"),
        (text({ABADIA: [1, 2]}).replace(";1;2;3\n", ";1;;3\n", 1), "the cell is empty"),
        (text({ABADIA: [1, 2]}).replace(";1;2;3\n", ";1;3\n", 1), "3 cells where the header has 4"),
        (text({ABADIA: [1, 2], "3100104 ABADIA": [3, 4]}), "310010 is in row 5 already"),
        (text({"310620 ABADIA DOS DOURADOS": [1, 2]}), "310620 is that of Belo Horizonte"),
        (text({ABADIA: [1, 2]}, years=("Masc", "Fem")), "are not years"),
        (text({ABADIA: [1, 2]}, years=(2012, 2012)), "columns of the same name: '2012'"),
        (text({ABADIA: [1, 2]}).replace(";1;2;3", ";1.234;2.500;3.734"), "thousand"),
        (
            text({ABADIA: [1, 2]}).replace(";1;2;3", ";1;1e400;1e400"),
            "row 5, column '2012': the number is infinite",
        ),
    ],
)
def test_what_is_no_whole_export_is_refused(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_tabnet(save(tmp_path / "a.csv", content))


def test_wrong_encoding_is_refused(tmp_path):
    with pytest.raises(DataError, match="is not text in Latin-1 or UTF-8"):
        read_tabnet(save(tmp_path / "a.csv", {ABADIA: [1, 2]}, encoding="utf-16"))


def test_exports_join_by_code_whatever_their_order(tmp_path, admissions):
    icsap = save(tmp_path / "icsap.csv", {BELO_HORIZONTE: [2000, 1900], ABADIA: [30, 20]})
    deliveries = save(
        tmp_path / "births.csv", {SAO_JOAO: [10, "-"], BELO_HORIZONTE: [1000, 900], NOBODY: [1, 0]}
    )
    panel, provenance = join_tabnet(
        {"icsap": [icsap], "admissions": [admissions], "deliveries": [deliveries]}, state="MG"
    )
    assert panel.to_numpy().tolist() == [
        ["310010", 2011, 30, 100],
        ["310010", 2012, 20, 80],
        ["310620", 2011, 2000, 8000],
        ["310620", 2012, 1900, 7100],
        ["316250", 2011, 0, 40],
    ]
    steps = {step["step"]: step["dropped"] for step in provenance["steps"]}
    assert steps[f"{deliveries}: municipality is unknown (their values sum to 1)"] == 1
    assert steps["no admissions left: municipality and year have no share"] == 1
    assert provenance["rule"] == "costa2014"


def test_values_join_too(tmp_path, admissions):
    icsap = save(tmp_path / "icsap.csv", {ABADIA: [30, 20]})
    value_icsap = save(tmp_path / "vi.csv", {ABADIA: [3000, 2500]})
    value_all = save(tmp_path / "va.csv", {ABADIA: [9000, 9500], BELO_HORIZONTE: [1, 2], SAO_JOAO: [1, 1]})
    exports = {"icsap": [icsap], "admissions": [admissions], "value_icsap": [value_icsap]}
    with pytest.raises(DataError, match="value of all admissions"):
        join_tabnet(exports)
    panel, provenance = join_tabnet({**exports, "value_admissions": [value_all]})
    assert panel.loc[0, ["value_successes", "value_trials"]].tolist() == [3000, 9000]
    assert provenance["notes"] == ["no export of deliveries was given: they are in the denominator"]


def test_icsap_above_all_admissions_are_refused_with_their_places(tmp_path, admissions):
    icsap = save(tmp_path / "icsap.csv", {ABADIA: [101, 20]})
    with pytest.raises(DataError, match="310010 in 2011: icsap 101 of admissions 100"):
        join_tabnet({"icsap": [icsap], "admissions": [admissions]})


def test_a_municipality_without_admissions_is_refused_where_it_has_icsap(tmp_path, admissions):
    icsap = save(tmp_path / "icsap.csv", {"310020 ABAETÉ": [1, 2]})
    with pytest.raises(DataError, match="310020 in 2011: icsap 1 of admissions 0"):
        join_tabnet({"icsap": [icsap], "admissions": [admissions]})


@pytest.mark.parametrize("count", [1.5, -5, 1e20])
@pytest.mark.parametrize("measure", ["icsap", "admissions", "deliveries"])
def test_what_is_no_number_of_admissions_is_refused_with_its_place(tmp_path, measure, count):
    counts = {"icsap": 1, "admissions": 100, "deliveries": 10}
    exports = {
        name: [
            save(
                tmp_path / f"{name}.csv", {ABADIA: [counts[name], count if name == measure else counts[name]]}
            )
        ]
        for name in counts
    }
    with pytest.raises(DataError, match=rf"{measure}\.csv has what is no number of admissions") as caught:
        join_tabnet(exports)
    assert [str(fault) for fault in caught.value.faults] == [f"{count:.12g} for 310010 in 2012"]


def test_values_below_zero_are_refused_and_cents_are_not(tmp_path, admissions):
    exports = {"icsap": [save(tmp_path / "i.csv", {ABADIA: [30, 20]})], "admissions": [admissions]}
    exports["value_admissions"] = [save(tmp_path / "va.csv", {ABADIA: [9000.25, 9500.75]})]
    exports["value_icsap"] = [save(tmp_path / "vi.csv", {ABADIA: [3000.25, 2500.75]})]
    assert join_tabnet(exports)[0]["value_successes"].tolist()[:2] == [3000.25, 2500.75]
    save(exports["value_icsap"][0], {ABADIA: [-1, 0]})
    with pytest.raises(DataError, match=r"vi\.csv has what is no amount of money"):
        join_tabnet(exports)


def test_the_same_export_twice_is_refused(tmp_path, admissions):
    with pytest.raises(DataError, match="are the same export"):
        join_tabnet({"icsap": [admissions], "admissions": [admissions]})


def test_years_that_overlap_in_one_measure_are_refused(tmp_path, admissions):
    more = save(tmp_path / "more.csv", {ABADIA: [80, 70]}, years=(2012, 2013))
    icsap = save(tmp_path / "icsap.csv", {ABADIA: [1, 2]})
    with pytest.raises(DataError, match=r"all\.csv and .*more\.csv both have 2012"):
        join_tabnet({"icsap": [icsap], "admissions": [admissions, more]})


def test_an_export_of_another_period_is_refused(tmp_path, admissions):
    icsap = save(tmp_path / "icsap.csv", {ABADIA: [1, 2]}, years=(2012, 2013))
    with pytest.raises(DataError, match="icsap has 2012, 2013; admissions has 2011, 2012"):
        join_tabnet({"icsap": [icsap], "admissions": [admissions]})


def test_other_states_are_left_out_and_counted_where_one_is_asked_for(tmp_path):
    icsap = save(tmp_path / "icsap.csv", {ABADIA: [1, 2]})
    everyone = save(tmp_path / "all.csv", {ABADIA: [10, 20], "355030 SAO PAULO": [100, 200]})
    panel, provenance = join_tabnet({"icsap": [icsap], "admissions": [everyone]}, state="MG")
    assert panel["municipality"].unique().tolist() == ["310010"]
    assert {"step": "municipality is not in MG", "dropped": 1} in provenance["steps"]
