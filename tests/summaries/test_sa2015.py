"""REML of the shipped panels against the thesis's words and lists."""

import pytest
import xarray as xr

from bayes_saude.data.panel import read_panel, validate_panel
from bayes_saude.data.published import read_published
from bayes_saude.models.catalogue import read_model
from bayes_saude.summaries.reml import reml_panel

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
