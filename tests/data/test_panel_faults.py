"""A panel is refused whole: every fault with its place and the way out."""

import re

import numpy as np
import pandas as pd
import pytest
from panel_texts import GOOD, REGION, faults_of, with_row

from bayes_saude.data.panel import validate_panel
from bayes_saude.errors import DataError

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
        ("Ubá,Guiricema,1e20,82", "row 3, column 'year': 1e+20 is too large; the limit is 1e+15"),
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


@pytest.mark.parametrize(("second", "span"), [("2011.0000001", "1e-07"), ("1325376000", "1.32537e+09")])
def test_times_are_in_years(panel_of, second, span):
    faults, _ = faults_of(panel_of, GOOD.replace("2012", second))
    assert faults == [f"column 'year': the times span {span} years, not 1e-06 to 100000; give them in years"]


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
