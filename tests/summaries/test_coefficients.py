"""Totals of units' coefficients."""

import numpy as np
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import (
    ancestor_units,
    panel_of,
    scale_of,
    spec_of,
    unit_quantity,
)


@pytest.fixture
def three_levels(make_fit):
    return make_fit(
        {
            "macro": np.full((1, 5, 1, 2), [100.0, 10.0]),
            "region": np.full((1, 5, 2, 2), [[1.0, 0.1], [2.0, 0.2]]),
            "municipality": np.full((1, 5, 3, 2), [[0.25, 0], [0.5, 0], [0.75, 0]]),
        },
        {"macro": ["M"], "region": ["r1", "r2"], "municipality": ["a", "b", "c"]},
        parents={"region": ["M", "M"], "municipality": ["r2", "r1", "r2"]},
        fixed=(1000.0, 5.0),
    )


def test_an_innermost_units_line_is_fixed_effect_plus_all_ancestors_plus_own(three_levels):
    intercepts = unit_quantity(three_levels, "municipality", "intercept")
    assert intercepts.dims == ("chain", "draw", "municipality")
    assert intercepts[0, 0].values == pytest.approx([1102.25, 1101.5, 1102.75])
    slopes = unit_quantity(three_levels, "municipality", "slope")
    assert slopes.sel(municipality="b").values == pytest.approx(np.full((1, 5), 15.1))


@pytest.mark.parametrize(
    ("level", "expected"), [("region", [1101.5, (1102.25 + 1102.75) / 2]), ("macro", [3306.5 / 3])]
)
def test_an_outer_units_line_is_the_mean_of_its_innermost_units_lines(three_levels, level, expected):
    # Each municipality weighs the same: the macro-region's mean is not that of its two regions.
    intercepts = unit_quantity(three_levels, level, "intercept")
    assert intercepts.dims == ("chain", "draw", level)
    assert intercepts[0, 0].values == pytest.approx(expected)


def test_the_mean_of_a_region_is_taken_in_each_draw(nested_fit):
    within = {"East": list("ABC"), "North": list("DE"), "West": list("FG")}
    for by in ("slope", "level:2013"):
        regions = unit_quantity(nested_fit, "region", by)
        units = unit_quantity(nested_fit, "municipality", by)
        for region, members in within.items():
            expected = units.sel(municipality=members).mean("municipality")
            assert regions.sel(region=region).values == pytest.approx(expected.values)


def test_a_regions_share_is_the_mean_of_its_municipalities_shares(make_fit):
    logits = np.array([-3.0, 0.0, 1.0])
    fit = make_fit(
        {
            "region": np.zeros((1, 5, 2, 2)),
            "municipality": np.tile(np.stack([logits, np.zeros(3)], axis=1), (1, 5, 1, 1)),
        },
        {"region": ["r1", "r2"], "municipality": ["a", "b", "c"]},
        parents={"municipality": ["r1", "r1", "r2"]},
        family="binomial",
    )
    share = 1 / (1 + np.exp(-logits))
    regions = unit_quantity(fit, "region", "level:2012")
    assert regions[0, 0].values == pytest.approx([share[:2].mean(), share[2]])
    # The intercept stays on the scale of the trend, and says so.
    assert unit_quantity(fit, "region", "intercept")[0, 0].values == pytest.approx([-1.5, 1.0])
    assert scale_of(fit) == "log-odds"


def test_level_in_a_year_is_the_height_of_the_line(three_levels):
    # The origin is 2011.
    level = unit_quantity(three_levels, "region", "level:2014")
    assert level[0, 0].values == pytest.approx([1101.5 + 3 * 15.1, 1102.5 + 3 * 15.2])


@pytest.mark.parametrize("year", [2008, 2017])
def test_a_level_may_lie_outside_the_times_by_as_much_as_they_span(three_levels, year):
    level = unit_quantity(three_levels, "macro", f"level:{year}")
    assert level[0, 0].values == pytest.approx([3306.5 / 3 + (year - 2011) * 45.5 / 3], rel=1e-6)


def test_ancestors_are_found_through_levels_between(three_levels):
    assert ancestor_units(three_levels, "municipality", "region").values.tolist() == ["r2", "r1", "r2"]
    assert ancestor_units(three_levels, "municipality", "macro").values.tolist() == ["M", "M", "M"]


def test_units_without_slopes_share_the_fixed_one(make_fit):
    fit = make_fit(
        {"region": np.full((1, 5, 2, 1), [[1.0], [2.0]])}, {"region": ["a", "b"]}, fixed=(10, 3), slopes=False
    )
    assert unit_quantity(fit, "region", "level:2012")[0, 0].values == pytest.approx([14, 15])
    with pytest.raises(BayesSaudeError, match="share one slope"):
        unit_quantity(fit, "region", "slope")


def test_the_fit_carries_its_model_and_panel(nested_fit):
    assert spec_of(nested_fit).ranking.target == 71
    assert list(panel_of(nested_fit)) == ["municipality", "region", "time", "value", "replicate"]


@pytest.mark.parametrize(
    ("level", "by", "message"),
    [
        ("city", "intercept", "no level 'city'.* 'region', 'municipality'"),
        ("region", "intercepts", "Did you mean 'intercept'"),
        ("region", "level:last", "'last' in 'level:last' is not a time"),
        ("region", "level:nan", "'nan' in 'level:nan' is not a time"),
        ("region", "level:-inf", "'-inf' in 'level:-inf' is not a time"),
        ("region", "level:2017.1", r"2017\.1 is far from the panel's, 2011 to 2014.* between 2008 and 2017"),
        ("region", "level:2007", "2007 is far"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(nested_fit, level, by, message):
    with pytest.raises(BayesSaudeError, match=message):
        unit_quantity(nested_fit, level, by)


def test_the_outermost_level_lies_in_no_other(nested_fit):
    with pytest.raises(BayesSaudeError, match="Nothing lies around"):
        ancestor_units(nested_fit, "region", "municipality")
