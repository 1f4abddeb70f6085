"""A panel is validated whole: every fault with its place and the way out, and no row lost silently."""

import re
import time

import numpy as np
import pandas as pd
import pytest
from outside import outside

from bayes_saude.data.panel import read_panel, validate_panel
from bayes_saude.errors import DataError

GOOD = """region,municipality,year,value
Ubá,Guiricema,2011,80.5
Ubá,Guiricema,2012,82
Ubá,Tocantins,2011,91
Ubá,Tocantins,2012,93.25
Passos,Capitólio,2011,70
Passos,Capitólio,2012,75
Passos,Cássia,2011,60
Passos,Cássia,2012,61
"""
NESTED = {"levels": ("region", "municipality"), "time": "year", "outcome": ("value",)}
REGION = {**NESTED, "levels": ("region",)}


@pytest.fixture
def panel_of(tmp_path):
    """Read and validate a text as a file `panel.csv`."""

    def panel_of(text, **options):
        path = tmp_path / "panel.csv"
        path.write_text(text, encoding="utf-8")
        return validate_panel(read_panel(path), **{**NESTED, "source": "panel.csv", **options})

    return panel_of


def faults_of(panel_of, text, **options):
    with pytest.raises(DataError) as caught:
        panel_of(text, **options)
    return [str(fault) for fault in caught.value.faults], str(caught.value).splitlines()[-1]


def with_row(number, row):
    """GOOD with another text in one row of the file; its header is row 1."""
    lines = GOOD.splitlines()
    lines[number - 1] = row
    return "\n".join(lines) + "\n"


# --- what comes out


def test_a_good_panel_comes_out_tidy_and_in_its_order(panel_of):
    panel = panel_of(GOOD)
    assert panel.columns.tolist() == ["replicate", "region", "municipality", "time", "value"]
    assert panel.dtypes[["replicate", "time"]].tolist() == ["int64", "int64"]
    assert panel.index.tolist() == list(range(8))
    assert panel.iloc[3].tolist() == [1, "Ubá", "Tocantins", 2012, 93.25]
    assert panel.attrs["note"] == ""


def test_a_panel_of_regions_keeps_the_municipalities_that_tell_its_rows_apart(panel_of):
    panel = panel_of(GOOD, **REGION)
    assert panel.columns.tolist() == ["replicate", "region", "unit", "time", "value"]
    assert panel["unit"].tolist()[:3] == ["Guiricema", "Guiricema", "Tocantins"]


def test_the_column_unit_tells_rows_apart_before_municipality_does(panel_of):
    text = "region,municipality,unit,year,value\n" + "".join(
        f"{region},{region},{region}{ward},{year},1\n"
        for region in "AB"
        for ward in "xy"
        for year in (2011, 2012)
    )
    panel = panel_of(text)
    assert panel["unit"].unique().tolist() == ["Ax", "Ay", "Bx", "By"]


def test_the_model_may_name_the_column_that_tells_rows_apart(panel_of):
    text = GOOD.replace("municipality", "hospital")
    panel = panel_of(text, **REGION, unit="hospital")
    assert panel["unit"].tolist() == panel_of(GOOD, **REGION)["unit"].tolist()
    with pytest.raises(DataError, match="it repeats row"):
        panel_of(text, **REGION)
    with pytest.raises(DataError, match=r"column 'hospitl': there is no such column\. Did you mean"):
        panel_of(text, **REGION, unit="hospitl")


def test_a_panel_with_one_row_per_region_and_year_has_no_finer_unit(panel_of):
    text = "region,year,value\nUbá,2011,1\nUbá,2012,2\nPassos,2011,3\nPassos,2012,4\n"
    assert panel_of(text, **REGION).columns.tolist() == ["replicate", "region", "time", "value"]


def test_the_model_names_the_time_and_the_outcome(panel_of):
    text = GOOD.replace("year,value", "ano,cobertura")
    panel = panel_of(text, time="ano", outcome=("cobertura",))
    assert panel["value"].tolist() == panel_of(GOOD)["value"].tolist()
    assert panel["time"].tolist() == panel_of(GOOD)["time"].tolist()


def test_times_may_have_decimals(panel_of):
    assert panel_of(GOOD.replace("2012", "2012.5"))["time"].max() == 2012.5


def test_codes_of_units_are_text(panel_of):
    text = GOOD.replace("Guiricema", "312830").replace("Tocantins", "316900")
    text = text.replace("Capitólio", "311280").replace("Cássia", "311510")
    assert panel_of(text)["municipality"].unique().tolist() == ["312830", "316900", "311280", "311510"]


def test_decimal_commas_of_the_model_s_columns_are_read_and_said(panel_of, caplog):
    # A column that the model does not name has points: not the whole file is consistent, but what is used.
    rows = [line.replace(",", ";").replace(".", ",") for line in GOOD.splitlines()]
    text = "\n".join([rows[0] + ";weight", *(f"{row};0.5" for row in rows[1:])])
    panel = panel_of(text)
    assert panel["value"].tolist() == panel_of(GOOD)["value"].tolist()
    assert "decimal commas" in panel.attrs["notes"]
    assert "panel.csv: decimal commas" in caplog.messages


def test_replicates_are_kept(panel_of):
    header, *rows = GOOD.splitlines()
    text = "\n".join([f"replicate,{header}"] + [f"{r},{row}" for r in (1, 2) for row in rows])
    panel = panel_of(text)
    assert panel["replicate"].tolist() == [1] * 8 + [2] * 8


def test_successes_and_trials_are_whole_numbers(panel_of):
    text = "region,year,successes,trials\nA,2011,1,2\nA,2012,2,2\nB,2011,0,0\nB,2012,1,4\n"
    panel = panel_of(text, **{**REGION, "outcome": ("successes", "trials")})
    assert panel.dtypes[["successes", "trials"]].tolist() == ["int64", "int64"]


def test_rows_without_an_outcome_are_left_out_only_as_asked_and_said(panel_of, caplog):
    text = with_row(4, "Ubá,Tocantins,2011,")
    panel = panel_of(text, missing="drop")
    assert len(panel) == 7
    assert panel.attrs["notes"] == ["rows without an outcome left out, as asked: 1 of 8"]
    assert caplog.messages == ["panel.csv: rows without an outcome left out, as asked: 1 of 8"]


def test_units_that_lose_all_their_rows_are_named(panel_of, caplog):
    text = GOOD.replace("91", "").replace("93.25", "NA").replace("Capitólio,2011,70", "Capitólio,2011,")
    notes = panel_of(text, missing="drop").attrs["notes"]
    assert notes == [
        "rows without an outcome left out, as asked: 3 of 8",
        "municipality: without any outcome and so not in the panel: 'Tocantins'",
    ]
    assert f"panel.csv: {notes[1]}" in caplog.messages


def test_one_name_spelled_in_two_ways_is_said_with_its_rows(panel_of, caplog):
    text = GOOD.replace("Passos,Cássia,2012", "Passos,CASSIA,2012").replace("Ubá,Gui", "UBÁ,Gui")
    panel = panel_of(text)
    assert panel["municipality"].nunique() == 5
    assert panel.attrs["notes"] == [
        "region: 'UBÁ' (row 2) and 'Ubá' (row 4) may be one place",
        "municipality: 'Cássia' (row 8) and 'CASSIA' (row 9) may be one place",
    ]
    assert f"panel.csv: {panel.attrs['notes'][0]}" in caplog.messages


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u2060", "\u00ad"])
def test_a_mark_without_width_is_shown_where_it_makes_two_names_of_one(panel_of, mark):
    panel = panel_of(GOOD.replace("Passos,Cássia,2012", f"Passos,Cás{mark}sia,2012"))
    spelled = f"'Cássia' (row 8) and 'Cás<U+{ord(mark):04X}>sia' (row 9)"
    assert panel.attrs["notes"] == [f"municipality: {spelled} may be one place"]


def test_names_that_differ_in_a_letter_are_two_places(panel_of):
    assert panel_of(GOOD.replace("Cássia", "Capitólia")).attrs["notes"] == []


def test_real_coverage_of_a_state_is_valid_at_three_levels():
    levels = ("macro_region", "health_region", "municipality")
    panel = validate_panel(
        read_panel(outside("real/esf_mg_2012_2016.csv")),
        levels=levels,
        time="year",
        outcome=("people_covered_esf",),
        source="real",
    )
    assert [panel[level].nunique() for level in levels] == [13, 77, 853]
    assert panel.groupby("time").size().tolist() == [853] * 5


# --- what is refused

IN_TWO_REGIONS = (
    "row 3, column 'municipality': 'Guiricema' stands in more than one region: "
    "'Ubá' (row 2) and 'Passos' (row 3)"
)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Ubá,Guiricema,2012,n/d", "row 3, column 'value': 'n/d' is not a number"),
        ("Ubá,Guiricema,dois,82", "row 3, column 'year': 'dois' is not a number"),
        ("Ubá,Guiricema,2012,inf", "row 3, column 'value': the number is infinite"),
        ("Ubá,Guiricema,2012,1e200", "row 3, column 'value': 1e+200 is too large; the limit is 1e+30"),
        ("Ubá,Guiricema,1e20,82", "row 3, column 'year': 1e+20 is too large; the limit is 9.0072e+15"),
        ("Ubá,Guiricema,2012,", "row 3, column 'value': the cell is empty"),
        ("Ubá,,2012,82", "row 3, column 'municipality': the cell is empty"),
        ("Ubá,Guiricema,,82", "row 3, column 'year': the cell is empty"),
        ("Passos,Guiricema,2012,82", IN_TWO_REGIONS),
        (
            "Ubá,Guiricema,2011,82",
            "row 3: it repeats row 2: region 'Ubá', municipality 'Guiricema', year 2011",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(panel_of, row, fault):
    faults, _ = faults_of(panel_of, with_row(3, row))
    assert faults == [fault]


def test_the_parts_of_a_region_may_not_change_region_either(panel_of):
    faults, _ = faults_of(panel_of, with_row(3, "Passos,Guiricema,2012,82"), **REGION)
    assert faults == [IN_TWO_REGIONS]


@pytest.mark.parametrize(("level", "said"), [("hospital", ", municipality 'Ubá'"), ("unit", "")])
def test_a_municipality_that_holds_the_units_is_not_taken_for_a_part_of_them(panel_of, level, said):
    text = f"{level},municipality,year,value\nH1,Ubá,2011,1\nH2,Ubá,2011,2\nH1,Ubá,2011,3\nH2,Ubá,2012,4\n"
    faults, _ = faults_of(panel_of, text, levels=(level,))
    assert faults == [f"row 4: it repeats row 2: {level} 'H1', year 2011{said}"]


def test_a_missing_time_is_not_mistaken_for_one_time_only(panel_of):
    faults, _ = faults_of(panel_of, "region,year,value\nA,2011,1\nB,2011,2\nA,,3\n", **REGION)
    assert faults == ["row 4, column 'year': the cell is empty"]


def test_one_time_only_is_refused(panel_of):
    text = "\n".join(line for line in GOOD.splitlines() if "2012" not in line)
    faults, _ = faults_of(panel_of, text)
    assert faults == ["column 'year': there is one time only, 2011; a trend needs at least two"]


def test_one_unit_only_is_refused_at_every_level(panel_of):
    faults, _ = faults_of(panel_of, GOOD.replace("Passos", "Ubá"))
    assert faults == ["column 'region': there is one unit only, 'Ubá'; units are compared, so two are needed"]


def test_all_faults_are_reported_at_once(panel_of):
    text = with_row(3, ",Guiricema,2012,n/d").replace("Passos,Cássia,2012,61", "Passos,Cássia,2011,inf")
    faults, _ = faults_of(panel_of, text)
    assert faults == [
        "row 3, column 'value': 'n/d' is not a number",
        "row 3, column 'region': the cell is empty",
        "row 9, column 'value': the number is infinite",
        "row 9: it repeats row 8: region 'Passos', municipality 'Cássia', year 2011",
    ]


def test_an_unknown_column_is_answered_with_the_nearest_and_all_that_exist(panel_of):
    faults, advice = faults_of(panel_of, GOOD, outcome=("valor",), levels=("regiao",))
    assert faults == [
        "column 'regiao': there is no such column. Did you mean 'region'?",
        "column 'valor': there is no such column. Did you mean 'value'?",
    ]
    assert advice == (
        "Name columns that exist under [data] in the model file: 'region', 'municipality', 'year', 'value'."
    )


def test_a_missing_outcome_is_answered_with_the_way_to_leave_it_out(panel_of):
    _, advice = faults_of(panel_of, with_row(3, "Ubá,Guiricema,2012,"))
    assert "leave rows without an outcome out: missing='drop'" in advice


def test_rows_that_only_repeat_are_answered_with_the_way_to_name_their_parts(panel_of):
    text = "region,year,value\nA,2011,1\nA,2011,2\nB,2012,3\n"
    faults, advice = faults_of(panel_of, text, **REGION)
    assert faults == ["row 3: it repeats row 2: region 'A', year 2011"]
    assert advice == (
        "Keep one row per unit and time, or name under [data] in the model file the column that tells "
        'the rows of a unit apart, for example unit = "hospital".'
    )


@pytest.mark.parametrize(("hospitals", "reported"), [(6, 20), (7, 1)])
def test_repetition_in_more_rows_than_are_shown_is_one_fault(panel_of, hospitals, reported):
    text = "region,hospital,year,value\n" + "".join(
        f"{region},{region}{hospital},{year},1\n"
        for region in "AB"
        for year in (2011, 2012)
        for hospital in range(hospitals)
    )
    faults, _ = faults_of(panel_of, text, **REGION)
    assert len(faults) == reported
    more = f"; {4 * (hospitals - 1) - 1} rows more do the like" if reported == 1 else ""
    assert faults[0] == f"row 3: it repeats row 2: region 'A', year 2011{more}"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A,2012,3,2", "row 3, column 'successes': 3 is more than 'trials'"),
        ("A,2012,-1,2", "row 3, column 'successes': -1 is below zero"),
        ("A,2012,1.5,2", "row 3, column 'successes': 1.5 is not a whole number"),
    ],
)
def test_impossible_successes_are_refused(panel_of, row, fault):
    text = f"region,year,successes,trials\nA,2011,1,2\n{row}\nB,2011,0,3\nB,2012,1,4\n"
    faults, _ = faults_of(panel_of, text, **{**REGION, "outcome": ("successes", "trials")})
    assert faults == [fault]


def test_exposure_is_above_zero(panel_of):
    text = "region,year,count,exposure\nA,2011,1,2\nA,2012,2,0\nB,2011,0,3\nB,2012,1,4\n"
    faults, _ = faults_of(panel_of, text, **{**REGION, "outcome": ("count", "exposure")})
    assert faults == ["row 3, column 'exposure': the exposure 0 is not above zero"]
    faults, _ = faults_of(
        panel_of, text.replace("2,0", "2,1e-300"), **{**REGION, "outcome": ("count", "exposure")}
    )
    assert faults == ["row 3, column 'exposure': 1e-300 is too small; the least is 1e-30"]


def test_trials_are_not_all_zero(panel_of):
    text = "region,year,successes,trials\n" + "".join(
        f"{row},0,0\n" for row in ("A,2011", "A,2012", "B,2011")
    )
    faults, _ = faults_of(panel_of, text, **{**REGION, "outcome": ("successes", "trials")})
    assert faults == ["column 'trials': it is zero in every row"]


def test_values_of_which_a_logarithm_is_taken_are_not_next_to_zero(panel_of):
    text = with_row(3, "Ubá,Guiricema,2012,1e-300")
    assert panel_of(text)["value"][1] == 1e-300
    faults, _ = faults_of(panel_of, text, support=(0, np.inf))
    assert faults == ["row 3, column 'value': 1e-300 is too small; the least is 1e-30"]


def test_values_are_in_a_unit_that_single_precision_can_hold(panel_of):
    text = re.sub(r",([-0-9.]+)$", r",\1e-44", GOOD, flags=re.MULTILINE)
    faults, _ = faults_of(panel_of, text)
    assert faults == [
        "column 'value': the largest, 9.325e-43, is too small; take a unit in which it is above 1e-30"
    ]


def test_two_outcome_columns_are_one_of_the_known_pairs(panel_of):
    with pytest.raises(
        DataError, match=r"'value', 'year' are no outcome.*'successes', 'trials' or 'count', 'exposure'"
    ):
        panel_of(GOOD, outcome=("value", "year"))


def test_every_replicate_has_the_same_units(panel_of):
    header, *rows = GOOD.splitlines()
    text = "\n".join(
        [f"replicate,{header}"] + [f"1,{row}" for row in rows] + [f"2,{row}" for row in rows[:6]]
    )
    faults, _ = faults_of(panel_of, text)
    assert faults == ["column 'municipality': replicate 2 lacks 1 of 4 units: 'Cássia'"]


def test_no_rows_at_all_are_refused(panel_of):
    with pytest.raises(DataError, match="the panel has no rows"):
        validate_panel(pd.DataFrame(columns=["region", "year", "value"]), **REGION, source="frame")
    with pytest.raises(DataError, match="the panel has no rows"):
        panel_of("region,municipality,year,value\nA,a,2011,\n", missing="drop")


def test_a_frame_of_one_s_own_is_reported_by_its_index_labels():
    frame = pd.DataFrame(
        {"region": ["A", "A", "B"], "year": [2011, 2012, 2011], "value": [1, np.nan, 2]},
        index=["x", "y", "y"],
    )
    with pytest.raises(DataError, match=r"one fault \(rows are the frame's index labels\)") as caught:
        validate_panel(frame, **REGION, source="frame")
    assert [fault.row for fault in caught.value.faults] == ["y"]


def test_two_columns_of_one_name_are_refused_in_a_frame():
    frame = pd.DataFrame([["A", 2011, 1, 2], ["B", 2012, 1, 2]], columns=["region", "year", "value", "value"])
    with pytest.raises(DataError, match="column 'value': there are 2 columns of this name"):
        validate_panel(frame, **REGION, source="frame")


def test_the_frame_given_is_left_as_it_was(panel_of, tmp_path):
    panel_of(GOOD)
    frame = read_panel(tmp_path / "panel.csv")
    before = frame.copy()
    validate_panel(frame, **REGION, source="frame")
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == before.attrs


def state_panel(replicates=5):
    """853 municipalities in 28 regions over 4 years, as many replicates as ship."""
    units = pd.DataFrame(
        {"municipality": [f"m{i}" for i in range(853)], "region": [f"r{i % 28}" for i in range(853)]}
    )
    cells = pd.MultiIndex.from_product(
        [range(1, replicates + 1), range(2011, 2015)], names=["replicate", "year"]
    )
    return units.merge(cells.to_frame(index=False), how="cross").assign(value=50.0)


@pytest.mark.parametrize("levels", [("region",), ("municipality",), ("region", "municipality")])
def test_a_state_is_validated_in_a_fraction_of_a_second(levels):
    frame = state_panel()
    start = time.process_time()
    panel = validate_panel(frame, **{**NESTED, "levels": levels}, source="state")
    assert time.process_time() - start < 0.3  # 0.04 s of processor time on a slow machine
    assert len(panel) == 853 * 4 * 5


# --- what a model asks of it besides


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", "0 is not above 0 and below 1"), ("1", "1 is not above 0 and below 1"), ("0.5", None)],
)
def test_values_lie_inside_the_interval_of_the_models_family(panel_of, value, expected):
    text = "region,municipality,year,value\n" + "".join(
        f"R,{place},{year},{value if (place, year) == ('b', 2012) else 0.25}\n"
        for place in "ab"
        for year in (2011, 2012)
    )
    options = {"levels": ("municipality",), "support": (0.0, 1.0)}
    if expected is None:
        assert panel_of(text, **options)["value"].max() == 0.5
        return
    faults, _ = faults_of(panel_of, text, **options)
    assert faults == [f"row 5, column 'value': {expected}, as the model's family asks"]


BANDED = """municipality,year,value,band
a,2011,1,small
a,2012,2,small
b,2011,3,large
b,2012,4,large
"""
BANDS = {"levels": ("municipality",), "predictors": ("band",)}


def test_predictors_are_kept_as_labels(panel_of):
    panel = panel_of(BANDED, **BANDS)
    assert panel.columns.tolist() == ["replicate", "municipality", "band", "time", "value"]
    assert panel["band"].tolist() == ["small", "small", "large", "large"]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            BANDED.replace("b,2012,4,large", "b,2012,4,small"),
            "row 5, column 'band': it is not the same in all rows of the municipality 'b': "
            "'large' (row 4) and 'small' (row 5)",
        ),
        (BANDED.replace("large", "small"), "column 'band': all units are in one group, 'small'"),
        (BANDED.replace("b,2012,4,large", "b,2012,4,"), "row 5, column 'band': the cell is empty"),
        (BANDED.replace("band", "bnd"), "column 'band': there is no such column. Did you mean 'bnd'?"),
    ],
)
def test_a_predictor_that_does_not_sort_the_units_is_refused(panel_of, wrong, expected):
    faults, _ = faults_of(panel_of, wrong, **BANDS)
    assert faults == [expected]
