"""What figures of observations are drawn from."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._panel import MOST_TICKS, observed_of, time_axis


def ticks(times, lang="en", name="year"):
    ax = plt.subplots()[1]
    observed = pd.DataFrame({"time": times})
    observed.attrs["time"] = name
    time_axis(ax, observed, lang)
    return [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.parametrize(
    ("columns", "kind", "value"),
    [
        ({"value": 3.0}, "value", 3.0),
        ({"successes": 1, "trials": 4}, "share", 0.25),
        ({"count": 5, "exposure": 2.0}, "rate", 2.5),
    ],
)
def test_observations_are_in_the_outcomes_own_unit(columns, kind, value):
    observed = observed_of(pd.DataFrame({"year": [2011], **columns}))
    assert observed[["replicate", "time", "observed"]].values.tolist() == [[1, 2011, value]]
    assert observed.attrs == {"kind": kind, "time": "year"}


def test_a_fit_knows_the_name_of_its_time(nested_fit):
    assert observed_of(nested_fit).attrs == {"kind": "value", "time": "year"}


def test_units_without_trials_have_no_share():
    table = pd.DataFrame({"year": [2011, 2011], "successes": [0, 1], "trials": [0, 2]})
    assert observed_of(table)["observed"].tolist() == [0.5]


def test_every_year_has_a_tick_though_one_has_no_data():
    assert ticks([2011, 2012, 2014]) == ["2011", "2012", "2013", "2014"]


def test_many_years_have_some_ticks():
    shown = ticks(np.arange(1980, 2020))
    assert len(shown) <= MOST_TICKS
    assert np.ptp(np.diff([int(tick) for tick in shown])) == 0


def test_times_between_whole_ones_have_the_languages_decimal_sign():
    assert ticks([2011, 2011.5], "pt") == ["2011", "2011,5"]


def test_an_outcome_of_ones_own_is_named():
    with pytest.raises(BayesSaudeError, match=r"no column 'height', but 'year'"):
        observed_of(pd.DataFrame({"year": [1]}), outcome="height")
