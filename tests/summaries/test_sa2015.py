"""The thesis's words and lists against REML of the shipped panels and against the posterior."""

import pandas as pd
import pytest
import xarray as xr

from bayes_saude.data.panel import read_panel, validate_panel
from bayes_saude.data.published import read_published
from bayes_saude.models.catalogue import read_model
from bayes_saude.summaries.reml import reml_panel
from bayes_saude.summaries.sa2015 import chapter5

INDICATORS = {"esf": "esf_coverage", "prenatal": "prenatal7", "vaccine": "vaccine", "pap": "pap"}
# Printed in the tables and not in chapter 5, or the other way round: see contradictions.csv.
SLIPS = {
    ("vaccine", "intercept", "above", "Divinópolis"),
    ("vaccine", "intercept", "above", "Diamantina"),
    ("pap", "slope", "above", "Ubá"),
}


def classes(fitted: xr.Dataset, level: str, parameter: str) -> set[tuple[str, str]]:
    """Name the units whose interval excludes the fixed effect, with their side."""
    units = fitted.sel(term=parameter)
    mean = float(units["fixed"])
    names = fitted[level].values
    above, below = names[units[f"{level}_low"] > mean], names[units[f"{level}_high"] < mean]
    return {("above", name) for name in above} | {("below", name) for name in below}


def fitted_model(name: str, replicate: int) -> xr.Dataset:
    spec = read_model(name)
    data = spec.data
    panel = validate_panel(
        read_panel(data.panel),
        levels=data.levels,
        time=data.time,
        outcome=data.outcome_columns,
        source=data.panel,
    )
    return reml_panel(spec, panel[panel["replicate"] == replicate])


@pytest.mark.parametrize("key", INDICATORS)
def test_regions_significantly_above_and_below_are_those_of_chapter_5(key):
    fitted = fitted_model(f"sa2015-{key}-region", replicate=1)
    named = read_published("sa2015/significance").query("indicator == @INDICATORS[@key]")
    for parameter in ("intercept", "slope"):
        chapter = named[named["parameter"] == parameter]
        printed = set(zip(chapter["class"], chapter["region"], strict=True))
        differ = {
            (INDICATORS[key], parameter, *unit) for unit in printed ^ classes(fitted, "region", parameter)
        }
        assert differ <= SLIPS


@pytest.mark.parametrize("key", INDICATORS)
def test_significant_municipalities_are_those_listed_and_no_other(key):
    fitted = fitted_model(f"sa2015-{key}-municipality", replicate=1)
    listed = read_published("sa2015/municipality_effects").query("indicator == @INDICATORS[@key]")
    for parameter in ("intercept", "slope"):
        mean = float(fitted["fixed"].sel(term=parameter))
        printed = listed[listed["parameter"] == parameter]
        sides = ["above" if estimate > mean else "below" for estimate in printed["estimate"]]
        assert classes(fitted, "municipality", parameter) == set(
            zip(sides, printed["municipality"], strict=True)
        )


@pytest.mark.parametrize(("key", "singular"), [("esf", 0), ("prenatal", 0), ("vaccine", 1), ("pap", 1)])
def test_correlations_printed_as_one_are_on_the_boundary(key, singular):
    fitted = fitted_model(f"sa2015-{key}-municipality", replicate=2)
    assert fitted["singular"].values.tolist() == [singular]
    printed = read_published("sa2015/mixed_models").query(
        "indicator == @INDICATORS[@key] and level == 'municipality'"
    )
    assert round(float(fitted["corr"][0]), 2) == printed["corr"].item()


def test_chapter_5_is_held_against_the_posterior():
    units = pd.DataFrame(
        [
            ("Ubá", "above", "above", 0.99), ("Passos", "above", "none", 0.9),
            ("Unaí", "none", "below", 0.01), ("Patos", "none", "none", 0.4),
            ("Itabira", "below", "above", 0.98),
            ("Diamantina", "above", "above", 0.99), ("Divinópolis", "none", "none", 0.5),
        ],
        columns=["unit", "reml_class", "bayes_class", "p_above_mean"],
    ).assign(level="region", parameter="slope")  # fmt: skip
    named = pd.DataFrame(
        [("pap", "slope", "above", "Ubá", 77), ("pap", "slope", "above", "Passos", 77),
         ("pap", "slope", "below", "Itabira", 77), ("pap", "slope", "above", "Divinópolis", 77),
         ("vaccine", "slope", "above", "Patos", 72)],
        columns=["indicator", "parameter", "class", "region", "page"],
    )  # fmt: skip
    verdicts = chapter5({"pap": units}, named).set_index("region")["verdict"].to_dict()
    assert verdicts == {
        "Ubá": "confirmed", "Passos": "not confirmed", "Itabira": "not confirmed", "Unaí": "not named",
        "Diamantina": "not named", "Divinópolis": "not confirmed",
    }  # fmt: skip


def test_the_shipped_lists_of_chapter_5_name_regions_of_all_indicators():
    units = pd.DataFrame({"unit": ["Ubá"], "reml_class": "none", "bayes_class": "none", "p_above_mean": 0.5})
    units = units.assign(level="region", parameter="intercept")
    table = chapter5(dict.fromkeys(("esf_coverage", "prenatal7", "vaccine", "pap"), units))
    assert set(table["indicator"]) == {"esf_coverage", "prenatal7", "vaccine", "pap"}
    named = table.set_index(["indicator", "parameter", "region"]).loc[("esf_coverage", "intercept", "Ubá")]
    assert named[["thesis_class", "bayes_class", "verdict"]].tolist() == ["above", "none", "not confirmed"]


def test_verdicts_on_slips_of_the_print_say_so():
    named = read_published("sa2015/significance")
    # A posterior that says what the tables do: as the chapter, but for its slips.
    truth = {
        (row.indicator, row.parameter, row.region): row.side
        for row in named.rename(columns={"class": "side"}).itertuples()
    }
    del truth["vaccine", "intercept", "Divinópolis"]
    truth |= {("vaccine", "intercept", "Diamantina"): "above", ("pap", "slope", "Ubá"): "above"}
    regions = sorted({region for _, _, region in truth})
    comparisons = {
        indicator: pd.DataFrame(
            [
                (region, parameter, truth.get((indicator, parameter, region), "none"))
                for parameter in ("intercept", "slope")
                for region in regions
            ],
            columns=["unit", "parameter", "bayes_class"],
        ).assign(level="region", reml_class="none", p_above_mean=0.5)
        for indicator in INDICATORS.values()
    }
    table = chapter5(comparisons)
    assert set(table.loc[table["verdict"] != "confirmed", "note"]) == {"print contradicts itself"}
    slips = table[table["note"] != ""]
    assert set(
        zip(slips["indicator"], slips["parameter"], slips["bayes_class"], slips["region"], strict=True)
    ) == {
        (indicator, parameter, side if region != "Divinópolis" else "none", region)
        for indicator, parameter, side, region in SLIPS
    }


def test_a_class_near_its_limit_is_noted():
    units = pd.DataFrame(
        {
            "unit": ["Unaí", "Ubá"],
            "bayes_class": "below",
            "p_above_mean": [0.023, 0.001],
            "borderline": [True, False],
        }
    ).assign(level="region", parameter="slope", reml_class="none")
    table = chapter5({"esf_coverage": units}).set_index(["parameter", "region"])
    assert table.loc[("slope", "Unaí"), "note"] == "within Monte Carlo error"
    assert table.loc[("slope", "Ubá"), "note"] == ""
