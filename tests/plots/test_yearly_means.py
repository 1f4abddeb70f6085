"""The figure of yearly means."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import FillBetweenPolyCollection
from small_fits import build_fit

from bayes_saude.data.panel import read_panel
from bayes_saude.data.published import read_published
from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import COLUMN, plotted
from bayes_saude.plots.yearly_means import plot_yearly_means

PANEL = pd.DataFrame({"city": [*"ABC"] * 2, "year": [2011] * 3 + [2014] * 3, "value": [1, 2, 3, 4, 6, 8.0]})


def observed(ax):
    return plotted(ax).query("series == 'observed'").set_index("time")


def test_each_year_has_its_mean_and_the_normal_interval_of_it():
    rows = observed(plot_yearly_means(PANEL))
    assert rows["mean"].tolist() == [2, 6]
    # 1.95996 times the standard deviation, 1 and 2, over the root of 3.
    assert (rows["high"] - rows["mean"]).tolist() == pytest.approx([1.1316, 2.2632], abs=1e-4)
    assert (rows["mean"] - rows["low"]).tolist() == pytest.approx([1.1316, 2.2632], abs=1e-4)


def test_the_drawing_is_of_these_numbers():
    ax = plot_yearly_means(PANEL)
    rows = observed(ax)
    assert ax.lines[0].get_xdata().tolist() == [2011, 2014]
    assert ax.lines[0].get_ydata().tolist() == rows["mean"].tolist()
    (bars,) = ax.collections
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == rows[
        ["low", "high"]
    ].values.tolist()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2011", "2012", "2013", "2014"]
    assert ax.figure.get_size_inches()[0] == pytest.approx(COLUMN)


def test_replicates_widen_the_interval_by_what_they_disagree_on():
    two = pd.concat([PANEL.assign(replicate=1), PANEL.assign(replicate=2, value=PANEL["value"] + 2)])
    rows = observed(plot_yearly_means(two))
    assert rows["mean"].tolist() == [3, 7]
    # Within 1/3 and 4/3, between the two 2, times 1 + 1/2.
    expected = 1.959964 * np.sqrt([1 / 3 + 3, 4 / 3 + 3])
    assert (rows["high"] - rows["mean"]).tolist() == pytest.approx(expected.tolist())
    assert rows["n"].tolist() == [3, 3]


@pytest.mark.parametrize("indicator", ["esf_coverage", "pap"])
def test_the_published_means_come_out(indicator):
    printed = read_published("sa2015/descriptives").query("indicator == @indicator").dropna(subset=["mean"])
    rows = observed(plot_yearly_means(read_panel(f"sa2015/{indicator}")))
    # Printed with two decimals.
    assert rows["mean"].to_numpy() == pytest.approx(printed["mean"].to_numpy(dtype=float), abs=0.0051)


def test_a_fit_adds_the_trend_of_the_mean_with_its_band(nested_fit):
    ax = plot_yearly_means(nested_fit)
    trend = plotted(ax).query("series == 'trend'")
    assert (trend["low"] < trend["mean"]).all()
    assert (trend["mean"] < trend["high"]).all()
    assert sum(isinstance(each, FillBetweenPolyCollection) for each in ax.collections) == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "trend of the mean, 95% band",
        "mean observed, 95% interval",
    ]


def test_the_trend_is_the_mean_of_the_units_lines():
    effects = np.broadcast_to(np.array([[-1.0, 0.5], [4.0, 1.0]]), (1, 3, 2, 2))
    fit = build_fit({"city": effects}, {"city": ["A", "B"]}, fixed=(10.0, 1.0))
    trend = plotted(plot_yearly_means(fit)).query("series == 'trend'").set_index("time")
    assert trend.loc[2011, "mean"] == pytest.approx(11.5)
    assert trend.loc[2014, "mean"] == pytest.approx(11.5 + 3 * 1.75)


def test_shares_are_taken_before_their_mean():
    table = pd.DataFrame({"year": [1, 1], "successes": [1, 30], "trials": [2, 40]})
    assert observed(plot_yearly_means(table))["mean"].tolist() == [0.625]


def test_a_column_of_ones_own_may_be_the_outcome_and_its_gaps_are_left_out():
    table = PANEL.rename(columns={"value": "height", "year": "wave"})
    table.loc[0, "height"] = np.nan
    ax = plot_yearly_means(table, time="wave", outcome="height")
    assert observed(ax)["mean"].tolist() == [2.5, 6]
    assert ax.get_xlabel() == "wave"


def test_portuguese_has_its_words_and_its_decimal_comma():
    ax = plot_yearly_means(PANEL.assign(value=PANEL["value"] / 10), lang="pt", ci_prob=0.998)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("ano", "média: valor")
    assert ax.get_legend().get_texts()[0].get_text() == "média observada, intervalo de 99,8%"
    ax.figure.canvas.draw()
    ticks = [tick.get_text() for tick in ax.get_yticklabels()]
    assert any("," in tick for tick in ticks)
    assert not any("." in tick for tick in ticks)


def test_axes_given_are_used():
    _, ax = plt.subplots()
    assert plot_yearly_means(PANEL, ax=ax) is ax


def test_a_table_without_the_columns_is_refused_with_those_that_it_has():
    with pytest.raises(BayesSaudeError, match=r"no column 'value', but 'city', 'year'.*`outcome`"):
        plot_yearly_means(PANEL[["city", "year"]])


def test_anything_else_is_refused():
    with pytest.raises(BayesSaudeError, match="cannot be drawn from this list"):
        plot_yearly_means([1, 2])


def test_a_percentage_is_no_probability():
    with pytest.raises(BayesSaudeError, match="95 is no probability"):
        plot_yearly_means(PANEL, ci_prob=95)
