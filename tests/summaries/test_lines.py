"""Lines over time, of units and of the mean of all."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from small_fits import build_fit

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import unit_quantity
from bayes_saude.summaries.lines import mean_line, unit_lines


def shares():
    effects = np.random.default_rng(1).normal(size=(2, 5, 3, 2))
    cities = list("ABC")
    panel = pd.DataFrame(
        {"city": cities * 2, "time": [2011] * 3 + [2014] * 3, "successes": 1, "trials": 3, "replicate": 1}
    )
    return build_fit({"city": effects}, {"city": cities}, family="binomial", panel=panel, fixed=(-1.0, 0.2))


@pytest.mark.parametrize("level", ["region", "municipality"])
def test_a_units_line_is_at_each_time_what_units_are_ranked_by(nested_fit, level):
    lines = unit_lines(nested_fit, level, [2011, 2012.5])
    assert lines.dims == ("chain", "draw", level, "time")
    for time in (2011, 2012.5):
        expected = unit_quantity(nested_fit, level, f"level:{time:g}")
        assert lines.sel(time=time).values == pytest.approx(expected.values, rel=1e-6)


def test_a_regions_share_is_the_mean_of_its_municipalities():
    effects = np.random.default_rng(2).normal(size=(1, 4, 3, 2))
    units = {"region": ["N", "S"], "city": list("ABC")}
    fit = build_fit(
        {"region": effects[:, :, :2], "city": effects},
        units,
        parents={"city": ["N", "S", "N"]},
        family="binomial",
    )
    expected = unit_quantity(fit, "region", "level:2013")
    lines = unit_lines(fit, "region", [2013])[..., 0]
    assert lines.values == pytest.approx(expected.values, rel=1e-6)
    assert unit_lines(fit, "region", [2013], ["S"]).values == pytest.approx(lines.values[..., 1:, None])


def test_lines_of_shares_are_shares():
    fit = shares()
    expected = unit_quantity(fit, "city", "level:2013")
    assert unit_lines(fit, "city", [2013])[..., 0].values == pytest.approx(expected.values, rel=1e-6)


def test_chosen_units_come_in_the_order_asked_for(nested_fit):
    every = unit_lines(nested_fit, "municipality", [2011])
    chosen = unit_lines(nested_fit, "municipality", [2011], ["G", "A"])
    assert chosen["municipality"].values.tolist() == ["G", "A"]
    assert chosen.sel(municipality="A").equals(every.sel(municipality="A"))


def test_units_without_slopes_of_their_own_share_the_fixed_one():
    fit = build_fit({"city": np.zeros((1, 2, 2, 1))}, {"city": ["A", "B"]}, fixed=(5.0, 2.0), slopes=False)
    assert unit_lines(fit, "city", [2012])[0, 0, :, 0].values.tolist() == [7, 7]


def test_the_mean_is_taken_over_units_in_every_draw(nested_fit):
    times = [2011, 2014]
    lines = unit_lines(nested_fit, "municipality", times)
    assert mean_line(nested_fit, times).values == pytest.approx(lines.mean("municipality").values, rel=1e-6)


def test_the_mean_of_shares_is_not_the_share_of_the_mean_trend():
    fit = shares()
    effects = fit["posterior"]["city_effect"].values
    on_link = -1 + effects[..., 0] + 3 * (0.2 + effects[..., 1])
    assert mean_line(fit, [2014])[..., 0].values == pytest.approx(expit(on_link).mean(-1), rel=1e-6)


def test_a_region_counts_as_often_as_it_has_rows_at_one_time():
    effects = np.zeros((1, 1, 2, 2))
    effects[0, 0, :, 0] = [10, 40]
    panel = pd.DataFrame(
        {
            "region": ["A", "A", "A", "A", "B", "B"],
            "unit": ["a1", "a2", "a1", "a2", "b", "b"],
            "time": [2011, 2011, 2014, 2014, 2011, 2014],
            "value": 0.0,
            "replicate": 1,
        }
    )
    fit = build_fit({"region": effects}, {"region": ["A", "B"]}, panel=panel)
    assert mean_line(fit, [2011]).values.ravel() == pytest.approx([20])


def test_a_unit_that_is_not_there_is_refused_with_the_nearest(nested_fit):
    with pytest.raises(BayesSaudeError, match=r"no unit 'Nroth'\. Did you mean 'North'"):
        unit_lines(nested_fit, "region", [2011], ["Nroth"])
