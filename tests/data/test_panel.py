"""A valid panel comes out tidy, with no row lost silently and what was read in a way worth knowing said."""

import time

import pandas as pd
import pytest
from outside import outside
from panel_texts import GOOD, NESTED, REGION, faults_of, with_row

from bayes_saude.data.panel import read_panel, validate_panel
from bayes_saude.errors import DataError


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
