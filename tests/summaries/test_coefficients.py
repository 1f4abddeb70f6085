"""Totals of units' coefficients."""

import numpy as np
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import (
    ancestor_units,
    panel_of,
    spec_of,
    unit_coefficients,
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


def test_total_is_fixed_effect_plus_all_ancestors_plus_own(three_levels):
    totals = unit_coefficients(three_levels, "municipality")
    assert totals.dims == ("chain", "draw", "municipality", "term")
    assert totals.sel(term="intercept")[0, 0].values == pytest.approx([1102.25, 1101.5, 1102.75])
    assert totals.sel(term="slope", municipality="b").values == pytest.approx(np.full((1, 5), 15.1))


def test_level_in_a_year_is_the_height_of_the_line(three_levels):
    # The origin is 2011.
    level = unit_quantity(three_levels, "region", "level:2014")
    assert level[0, 0].values == pytest.approx([1101 + 3 * 15.1, 1102 + 3 * 15.2])


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
    ],
)
def test_what_does_not_exist_is_named_with_what_does(nested_fit, level, by, message):
    with pytest.raises(BayesSaudeError, match=message):
        unit_quantity(nested_fit, level, by)


def test_the_outermost_level_lies_in_no_other(nested_fit):
    with pytest.raises(BayesSaudeError, match="Nothing lies around"):
        ancestor_units(nested_fit, "region", "municipality")
