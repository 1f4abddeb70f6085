"""The transcription of Sá (2015) has the rows, the names and the order that the print has."""

import pandas as pd
import pytest

from bayes_saude.data.published import read_published
from bayes_saude.data.territory import territory

INDICATORS = ["esf_coverage", "prenatal7", "vaccine", "pap"]

# Appendices E and F list the municipalities whose interval excludes the overall mean.
LISTED = {
    ("esf_coverage", "intercept"): 441,
    ("prenatal7", "intercept"): 423,
    ("vaccine", "intercept"): 11,
    ("pap", "intercept"): 434,
    ("esf_coverage", "slope"): 147,
    ("prenatal7", "slope"): 93,
    ("vaccine", "slope"): 11,
    ("pap", "slope"): 434,
}


def region_class(effects: pd.DataFrame) -> pd.Series:
    """The thesis's rule: a region is above or below where its interval excludes the overall mean."""
    models = read_published("sa2015/mixed_models").query("level == 'region'").set_index("indicator")
    mean = pd.Series(
        [models.loc[row.indicator, row.parameter] for row in effects.itertuples()], index=effects.index
    )
    above = effects["low"] > mean
    return above.map({True: "above", False: "none"}).mask(effects["high"] < mean, "below")


def test_eight_models_with_eleven_numbers_each():
    models = read_published("sa2015/mixed_models")
    assert models[["indicator", "level"]].values.tolist() == [
        [indicator, level] for indicator in INDICATORS for level in ("region", "municipality")
    ]
    assert models["table"].tolist() == list(range(3, 11))
    assert models.iloc[:, 4:].notna().sum(axis=None) == 88


def test_table_2_has_four_indicators_in_four_years_without_prenatal_2013():
    table = read_published("sa2015/descriptives")
    assert list(zip(table["indicator"], table["year"], strict=True)) == [
        (indicator, year) for indicator in INDICATORS for year in range(2011, 2015)
    ]
    absent = table["n"].isna()
    assert table.loc[absent, ["indicator", "year"]].values.tolist() == [["prenatal7", 2013]]
    present = table[~absent]
    assert (present["n"] == present["year"].map({2014: 851}).fillna(853)).all()
    assert (present["mean_low"] < present["mean"]).all()
    assert (present["mean"] < present["mean_high"]).all()
    assert (present["q1"] < present["median"]).all()
    assert (present["median"] < present["q3"]).all()


def test_years_of_the_indicators_are_those_of_table_2():
    years = read_published("sa2015/indicators", as_text=True).set_index("indicator")["years"]
    table = read_published("sa2015/descriptives").dropna(subset="n")
    assert list(years.index) == INDICATORS
    for indicator in INDICATORS:
        printed = table.loc[table["indicator"] == indicator, "year"]
        assert years[indicator].split() == printed.astype(str).tolist()


def test_appendices_a_to_d_have_each_region_once():
    effects = read_published("sa2015/region_effects")
    assert len(effects) == 224
    regions = set(territory()["region"])
    for _, part in effects.groupby(["indicator", "parameter"]):
        assert len(part) == 28
        assert set(part["region"]) == regions


def test_appendices_e_and_f_have_1994_rows_none_twice_each_of_a_known_municipality():
    effects = read_published("sa2015/municipality_effects")
    assert len(effects) == 1994
    assert not effects.duplicated(["municipality", "indicator", "parameter"]).any()
    assert set(effects["municipality"]) <= set(territory()["municipality"])
    assert effects.groupby(["indicator", "parameter"]).size().to_dict() == LISTED


def test_columns_of_a_municipality_are_in_the_printed_order():
    effects = read_published("sa2015/municipality_effects")
    column = effects["indicator"].map(INDICATORS.index)
    row = effects["municipality"] + effects["parameter"]
    assert (column.diff()[row == row.shift()] > 0).all()


@pytest.mark.parametrize("indicator", ["vaccine", "pap"])
def test_at_correlation_1_the_lists_of_intercepts_and_slopes_hold_the_same_municipalities(indicator):
    effects = read_published("sa2015/municipality_effects").query("indicator == @indicator")
    intercepts, slopes = (set(part["municipality"]) for _, part in effects.groupby("parameter"))
    assert intercepts == slopes


def test_chapter_5_names_the_regions_whose_interval_excludes_the_mean_but_for_three():
    effects = read_published("sa2015/region_effects")
    keys = ["indicator", "parameter", "region"]
    said = read_published("sa2015/significance").set_index(keys)["class"]
    assert len(said) == 65
    assert said.index.is_unique
    effects["interval"] = region_class(effects)
    both = effects.set_index(keys).join(said, how="outer", validate="one_to_one")
    both["class"] = both["class"].fillna("none")
    parted = both.loc[both["class"] != both["interval"], ["class", "interval"]]
    assert parted.T.to_dict("list") == {
        ("pap", "slope", "Ubá"): ["none", "above"],
        ("vaccine", "intercept", "Diamantina"): ["none", "above"],
        ("vaccine", "intercept", "Divinópolis"): ["above", "none"],
    }


def test_chapter_6_counts_three_regions_above_and_six_below_in_coverage():
    said = read_published("sa2015/significance").set_index(["indicator", "parameter"])
    assert said.loc[("esf_coverage", "intercept"), "class"].value_counts().to_dict() == {
        "below": 6,
        "above": 3,
    }


def test_every_contradiction_has_two_sides_and_a_resolution():
    table = read_published("sa2015/contradictions", as_text=True)
    assert (table != "").all(axis=None)
    told = " ".join(table["says"] + table["says_against"])
    assert all(region in told for region in ("Divinópolis", "Diamantina", "Ubá"))
