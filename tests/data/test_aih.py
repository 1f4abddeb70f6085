"""From AIH records to a panel: who counts, where, when, and what becomes of bad records."""

import pandas as pd
import pytest
from aih_records import records, write_dbf
from outside import outside

from bayes_saude.data.aih import read_aih
from bayes_saude.data.aih_rules import AGE_GROUPS, DELIVERY_PROCEDURES
from bayes_saude.errors import DataError

SAMPLE = "real/aih_rs_2018_sample500.csv"
DELIVERY = {"PROC_REA": "0310010039", "DIAG_PRINC": "O800"}


def read(tmp_path, *changes, **options):
    """Read made-up records from a CSV file."""
    records(*changes).to_csv(tmp_path / "records.csv", index=False)
    return read_aih([tmp_path / "records.csv"], **{"rule": "costa2014", **options})


def dropped(provenance) -> dict[str, int]:
    """Give the steps that left records out."""
    return {step["step"]: step["dropped"] for step in provenance["steps"] if step["dropped"]}


def test_real_records_under_csapaih_are_those_that_the_r_package_counts():
    panel, provenance = read_aih([outside(SAMPLE)], rule="csapaih")
    assert [step["dropped"] for step in provenance["steps"] if step["dropped"]] == [61, 1, 3]
    assert (provenance["records"], provenance["kept"], provenance["icsap"]) == (500, 435, 96)
    assert (panel["trials"].sum(), panel["successes"].sum()) == (435, 96)


def test_real_records_give_the_same_by_age_and_sex_with_the_sum_of_their_values():
    sample = outside(SAMPLE)
    panel, _ = read_aih([sample], rule="csapaih", by=("municipality", "year", "age_group", "sex"), costs=True)
    assert (panel["trials"].sum(), panel["successes"].sum()) == (435, 96)
    raw = pd.read_csv(sample, dtype={"PROC_REA": str})
    kept = raw[
        ~raw["PROC_REA"].isin(DELIVERY_PROCEDURES)
        & ~raw["DIAG_PRINC"].str.match("O8[0-4]")
        & (raw["IDENT"] != 5)
    ]
    assert panel["value_trials"].sum() == pytest.approx(kept["VAL_TOT"].sum())
    assert panel.groupby("sex")["trials"].sum().to_dict() == {
        "female": (kept["SEXO"] == 3).sum(), "male": (kept["SEXO"] == 1).sum()
    }  # fmt: skip


def test_icsap_over_admissions_by_municipality_and_year(tmp_path):
    other = {"MUNIC_RES": "310010", "DIAG_PRINC": "S720"}
    panel, provenance = read(tmp_path, {}, {"DIAG_PRINC": "S720"}, other, {"DT_SAIDA": "20111231"})
    expected = pd.DataFrame(
        {
            "municipality": ["310010", "310620", "310620"],
            "year": [2012, 2011, 2012],
            "successes": [0, 1, 1],
            "trials": [1, 1, 2],
        }
    ).astype({"municipality": "str"})
    pd.testing.assert_frame_equal(panel, expected)
    assert (provenance["records"], provenance["kept"], provenance["icsap"]) == (4, 4, 2)


@pytest.mark.parametrize(("kind", "year"), [("discharge", 2013), ("admission", 2011), ("competence", 2012)])
def test_the_year_is_that_of_discharge_admission_or_competence(tmp_path, kind, year):
    change = {"DT_SAIDA": "20130101", "DT_INTER": "20111231", "ANO_CMPT": "2012"}
    panel, _ = read(tmp_path, change, year=kind)
    assert panel["year"].tolist() == [year]


def test_a_date_may_be_written_with_hyphens(tmp_path):
    assert read(tmp_path, {"DT_SAIDA": "2013-02-28"})[0]["year"].tolist() == [2013]


@pytest.mark.parametrize(
    ("code", "age", "group"),
    [
        ("2", "29", "under 1"), ("3", "11", "under 1"), ("4", "0", "under 1"), ("4", "1", "1-4"),
        ("4", "4", "1-4"), ("4", "5", "5-14"), ("4", "14", "5-14"), ("4", "15", "15-24"),
        ("4", "25", "25-34"), ("4", "34", "25-34"), ("4", "35", "35-44"), ("4", "45", "45-54"),
        ("4", "55", "55-64"), ("4", "64", "55-64"), ("4", "65", "65 or over"),
        ("4", "99", "65 or over"), ("5", "3", "65 or over"),
    ],
)  # fmt: skip
def test_age_groups_are_costas_nine_from_age_and_its_unit(tmp_path, code, age, group):
    panel, _ = read(tmp_path, {"COD_IDADE": code, "IDADE": age}, by=("municipality", "year", "age_group"))
    assert panel["age_group"].tolist() == [group]


def test_age_groups_stand_in_rising_order(tmp_path):
    ages = [{"IDADE": age} for age in ("70", "8", "0", "60", "20")]
    panel, _ = read(tmp_path, *ages, by=("municipality", "year", "age_group"))
    order = list(AGE_GROUPS)
    assert panel["age_group"].tolist() == sorted(panel["age_group"], key=order.index)


def test_sex_is_coded_1_and_3(tmp_path):
    panel, provenance = read(
        tmp_path, {}, {"SEXO": "3"}, {"SEXO": "3"}, {"SEXO": "0"}, by=("municipality", "year", "sex")
    )
    assert dict(zip(panel["sex"], panel["trials"], strict=True)) == {"male": 1, "female": 2}
    assert dropped(provenance) == {"sex is unknown": 1}


@pytest.mark.parametrize("code", DELIVERY_PROCEDURES)
@pytest.mark.parametrize("rule", ["costa2014", "csapaih", "ministry"])
def test_every_delivery_procedure_is_left_out_whatever_the_diagnosis(tmp_path, rule, code):
    panel, _ = read(tmp_path, {}, {"PROC_REA": code, "DIAG_PRINC": "J45"}, rule=rule)
    assert panel["trials"].tolist() == [1]


def test_rules_differ_in_what_they_leave_out(tmp_path):
    changes = (
        {},
        DELIVERY,
        {"DIAG_PRINC": "O84"},
        {"IDENT": "5"},
        {"PROC_REA": "0408020393", "DIAG_PRINC": "S423"},
        {"PROC_REA": "0310010055", "DIAG_PRINC": "O89"},
    )
    by_procedure, by_diagnosis = "delivery, by procedure", "delivery, by main diagnosis O80-O84"
    costa, csapaih, ministry = (
        dropped(read(tmp_path, *changes, rule=rule)[1]) for rule in ("costa2014", "csapaih", "ministry")
    )
    assert costa == {by_procedure: 1, by_diagnosis: 1}
    assert csapaih == {by_procedure: 1, by_diagnosis: 1, "continuation of a long stay (IDENT 5)": 1}
    assert ministry == {"procedure is not clinical (group 03)": 1, "delivery or birth (subgroup 0310)": 2}


def test_codes_that_lost_their_leading_zeros_are_understood(tmp_path):
    delivery = {"PROC_REA": "310010039", "DIAG_PRINC": "Z000"}
    assert dropped(read(tmp_path, {}, delivery)[1]) == {"delivery, by procedure": 1}


def test_codes_of_the_old_table_of_procedures_are_not_taken_for_others(tmp_path):
    _, provenance = read(tmp_path, {}, {"PROC_REA": "35001011"}, {"PROC_REA": ""})
    assert dropped(provenance) == {"procedure code is not of the unified table (in use since 2008)": 2}


def test_codes_of_seven_digits_join_those_of_six_and_are_reported(tmp_path):
    panel, provenance = read(tmp_path, {}, {"MUNIC_RES": "3106200"})
    assert (panel["municipality"].tolist(), panel["trials"].tolist()) == (["310620"], [2])
    assert (
        "1 records have municipality codes of seven digits: the check digit was left off"
        in provenance["notes"]
    )


@pytest.mark.parametrize(
    "code", ["000000", "310000", "999999", "319999", "3106201", "990010", "31062", "", "BH", "31062000"]
)
def test_residence_that_is_no_municipality_is_counted_and_left_out(tmp_path, code):
    panel, provenance = read(tmp_path, {}, {"MUNIC_RES": code})
    assert panel["trials"].sum() == 1
    assert dropped(provenance) == {"municipality of residence is unknown": 1}


def test_residents_of_other_states_are_kept_unless_a_state_is_asked_for(tmp_path):
    changes = ({}, {"MUNIC_RES": "355030"})
    assert read(tmp_path, *changes)[0]["municipality"].tolist() == ["310620", "355030"]
    panel, provenance = read(tmp_path, *changes, state="MG")
    assert panel["municipality"].tolist() == ["310620"]
    assert dropped(provenance) == {"residence is not in MG": 1}


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"DIAG_PRINC": "0000"}, "main diagnosis is no ICD-10 code"),
        ({"DIAG_PRINC": ""}, "main diagnosis is no ICD-10 code"),
        ({"DT_SAIDA": ""}, "year cannot be read"),
        ({"DT_SAIDA": "05/01/2012"}, "year cannot be read"),
        ({"DT_SAIDA": "20121301"}, "year cannot be read"),
        ({"COD_IDADE": "0"}, "age_group is unknown"),
        ({"IDADE": ""}, "age_group is unknown"),
        ({"IDADE": "131"}, "age_group is unknown"),
        ({"VAL_TOT": "1.234,56"}, "value of the admission cannot be read"),
        ({"VAL_TOT": "-3"}, "value of the admission cannot be read"),
    ],
)
def test_records_that_cannot_be_placed_are_counted_and_left_out(tmp_path, change, step):
    panel, provenance = read(tmp_path, {}, change, by=("municipality", "year", "age_group"), costs=True)
    assert panel["trials"].sum() == 1
    assert dropped(provenance) == {step: 1}


def test_years_outside_those_asked_for_are_counted_and_left_out(tmp_path):
    panel, provenance = read(
        tmp_path, {}, {"DT_SAIDA": "20111231"}, {"DT_SAIDA": "20130101"}, years=(2012, 2012)
    )
    assert panel["year"].tolist() == [2012]
    assert dropped(provenance) == {"year is not in 2012-2012": 2}


def test_values_are_summed_to_the_cent_with_decimal_points_or_commas(tmp_path):
    panel, _ = read(tmp_path, {"VAL_TOT": "0.10"}, {"VAL_TOT": "0,20"}, {"DIAG_PRINC": "S720"}, costs=True)
    assert panel["value_successes"].tolist() == [0.30]
    assert panel["value_trials"].tolist() == [500.55]


def test_years_that_the_files_do_not_cover_are_noted(tmp_path):
    months = [{"ANO_CMPT": "2012", "MES_CMPT": f"{month:02}"} for month in range(1, 13)]
    _, whole = read(tmp_path, *months)
    assert not [note for note in whole["notes"] if "incomplete" in note]
    _, lacking = read(tmp_path, *months[:-1], {"DT_SAIDA": "20111231"})
    assert [note for note in lacking["notes"] if "incomplete" in note] == [
        "2011 is incomplete: the files hold 0 of its 12 months of competence",
        "2012 is incomplete: the files hold 11 of its 12 months of competence",
    ]


def test_every_format_and_any_number_of_files_give_the_same_panel(tmp_path):
    frames = [records({}, DELIVERY, {"MES_CMPT": "01"}), records({"MES_CMPT": "02", "DIAG_PRINC": "A00"})]
    files = {kind: [tmp_path / f"{i}.{kind}" for i in range(2)] for kind in ("csv", "parquet", "dbf")}
    for i, frame in enumerate(frames):
        frame.to_csv(files["csv"][i], index=False, sep=";", encoding="latin-1")
        frame.rename(columns=str.lower).to_parquet(files["parquet"][i])
        write_dbf(frame, files["dbf"][i])
    panels = {kind: read_aih(paths, rule="costa2014")[0] for kind, paths in files.items()}
    assert panels["csv"]["trials"].tolist() == [3]
    pd.testing.assert_frame_equal(panels["csv"], panels["parquet"])
    pd.testing.assert_frame_equal(panels["csv"], panels["dbf"])


def test_latin_1_in_a_column_that_is_not_used_does_no_harm(tmp_path):
    records({}).assign(HOSPITAL="São José").to_csv(tmp_path / "a.csv", index=False, encoding="latin-1")
    assert read_aih([tmp_path / "a.csv"], rule="costa2014")[0]["trials"].tolist() == [1]


def test_signs_of_patterns_in_a_file_name_are_plain(tmp_path):
    records({}).to_csv(tmp_path / "a[1]*.csv", index=False)
    assert read_aih([tmp_path / "a[1]*.csv"], rule="costa2014")[0]["trials"].tolist() == [1]


def test_provenance_tells_files_rule_and_list(tmp_path):
    _, provenance = read(tmp_path, {}, {})
    (file,) = provenance["files"]
    assert file["rows"] == 2
    assert len(file["sha256"]) == 64
    assert provenance["rule"] == "costa2014"
    assert "221/2008" in provenance["icsap_list"]


def test_the_same_records_twice_are_refused_in_whatever_format_or_order(tmp_path):
    frame = records({}, DELIVERY)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.iloc[::-1].to_parquet(tmp_path / "b.parquet")
    with pytest.raises(
        DataError, match=r"a\.csv and .*b\.parquet hold the same 2 records of state 31.* 01/2012"
    ):
        read_aih([tmp_path / "a.csv", tmp_path / "b.parquet"], rule="costa2014")
    with pytest.raises(DataError, match="are the same file"):
        read_aih([tmp_path / "a.csv", tmp_path / "a.csv"], rule="costa2014")


def test_a_month_that_is_spread_over_files_is_noted(tmp_path):
    frame = records({}, {}, {})
    frame[:2].to_csv(tmp_path / "a.csv", index=False)
    frame[1:].to_csv(tmp_path / "b.csv", index=False)
    _, provenance = read_aih([tmp_path / "a.csv", tmp_path / "b.csv"], rule="costa2014")
    assert provenance["notes"][0].startswith("1 months of a state are spread over several files")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "costa"}, "no exclusion rule 'costa'. Did you mean 'costa2014'"),
        ({"year": "birth"}, "no kind of year 'birth'"),
        ({"by": ("municipality", "year", "race")}, "no group 'race'"),
        ({"by": ("municipality",)}, "needs 'year'"),
        ({"state": "XX"}, "no state 'XX'"),
        ({"years": (2012, 2011)}, "2012-2011"),
    ],
)
def test_options_that_do_not_exist_are_refused(tmp_path, options, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, {}, **options)


def test_where_nothing_is_left_the_error_says_why(tmp_path):
    with pytest.raises(DataError, match=r"No record .*delivery, by procedure: 2"):
        read(tmp_path, DELIVERY, DELIVERY)
