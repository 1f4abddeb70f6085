"""Percent changes of levels."""

import numpy as np
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.changes import COLUMNS, percent_change


@pytest.fixture
def shares(make_fit):
    """Two groups whose log-odds at 2011 are certain and whose slopes are drawn."""
    rng = np.random.default_rng(5)
    effects = np.zeros((2, 400, 2, 2))
    effects[..., 0, 0], effects[..., 1, 0] = -1.0, 0.5
    effects[..., 0, 1] = rng.normal(-0.3, 0.01, size=(2, 400))
    effects[..., 1, 1] = rng.normal(0, 0.1, size=(2, 400))
    return make_fit({"age_group": effects}, {"age_group": ["young", "old"]}, family="binomial")


def test_a_change_is_that_of_the_level_in_each_draw(shares):
    table = percent_change(shares, 2011, 2014)
    assert table.columns.tolist() == list(COLUMNS)
    slope = shares["posterior"]["age_group_effect"].values[..., 0, 1].ravel().astype(float)
    before, after = (1 / (1 + np.exp(1 - slope * elapsed)) for elapsed in (0, 3))
    expected = 100 * (after / before - 1)
    young = table.set_index("unit").loc["young"]
    # Effects are kept in single precision.
    assert young["change"] == pytest.approx(expected.mean(), rel=1e-5)
    assert [young["low"], young["high"]] == pytest.approx(np.quantile(expected, [0.025, 0.975]), rel=1e-5)
    assert young["first"] == pytest.approx(1 / (1 + np.e))
    assert young["last"] == pytest.approx(after.mean(), rel=1e-5)
    assert young["p_fall"] == 1


def test_the_probability_of_a_fall_is_the_share_of_draws(shares):
    old = percent_change(shares, 2011, 2014).set_index("unit").loc["old"]
    slope = shares["posterior"]["age_group_effect"].values[..., 1, 1]
    assert old["p_fall"] == (slope < 0).mean()
    assert old["low"] < 0 < old["high"]


def test_the_interval_has_the_probability_asked_for(shares):
    wide, narrow = (percent_change(shares, 2011, 2014, prob=prob).iloc[1] for prob in (0.95, 0.5))
    assert narrow["high"] - narrow["low"] < wide["high"] - wide["low"]


def test_a_level_that_can_be_zero_has_no_percentage(nested_fit):
    sunk = nested_fit.copy()
    posterior = sunk["posterior"].to_dataset()
    sunk["posterior"] = posterior.assign(intercept=posterior["intercept"] * 0)
    with pytest.raises(BayesSaudeError, match="no percentage"):
        percent_change(sunk, 2011, 2014)


def test_of_a_region_it_is_the_change_of_its_mean(nested_fit):
    table = percent_change(nested_fit, 2011, 2014, level="region").set_index("unit")
    assert table.index.tolist() == ["East", "North", "West"]
    assert (table["level"] == "region").all()
    north = table.loc["North"]
    # Heights of about 71 are known to one or two: the ratio of means is near the mean of ratios.
    assert north["change"] == pytest.approx(100 * (north["last"] / north["first"] - 1), abs=0.1)
