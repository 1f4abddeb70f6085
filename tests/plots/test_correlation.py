"""The figure of the correlation of intercepts and slopes."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from small_fits import build_fit

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.correlation import POSTERIOR, PRIOR, plot_correlation
from bayes_saude.plots.style import plotted
from bayes_saude.summaries.comparison import hyperparameters
from bayes_saude.summaries.correlation import correlation_densities
from bayes_saude.summaries.reml import reml


@pytest.fixture
def fit():
    """Two levels; the correlation of regions is about -0.4, that of municipalities 0.2."""
    rng = np.random.default_rng(6)
    fit = build_fit(
        {"region": np.zeros((2, 300, 2, 2)), "municipality": np.zeros((2, 300, 3, 2))},
        {"region": ["East", "West"], "municipality": list("ABC")},
        parents={"municipality": ["East", "East", "West"]},
        hyperparameters={"corr": np.tanh([-0.4, 0.2] + 0.2 * rng.normal(size=(2, 300, 2)))},
    )
    fit.attrs["priors"] = json.dumps(
        {"corr[region]": {"dist": "lkj", "eta": 2}, "corr[municipality]": {"dist": "lkj", "eta": 1.5}}
    )
    return fit


def table_of(reml_value, note="", **of_posterior):
    """A table of hyperparameters, the correlation of regions in it."""
    row = {"bayes_mean": -0.37, "bayes_low": -0.6, "bayes_high": 0.0} | of_posterior
    rows = [
        {"parameter": name, "reml": reml_value, "note": note, **row} for name in ("corr[region]", "slope")
    ]
    table = pd.DataFrame(rows)
    table.attrs["prob"] = 0.9
    return table


def line(ax, colour):
    (found,) = [line for line in ax.lines if line.get_color() == colour]
    return found


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def marker(ax):
    return [line for line in ax.lines if line.get_marker() == "D"]


def test_both_densities_are_drawn_over_all_that_a_correlation_can_be(fit):
    ax = plot_correlation(fit, level="region", table=table_of(-0.25))
    expected = correlation_densities(fit, level="region")
    for colour, name in ((POSTERIOR, "posterior"), (PRIOR, "prior")):
        assert line(ax, colour).get_xdata().tolist() == expected["x"].tolist()
        assert line(ax, colour).get_ydata().tolist() == expected[name].tolist()
    low, high = ax.get_xlim()
    assert low < -1 < 1 < high


def test_the_legend_tells_the_posteriors_numbers_the_prior_and_reml(fit):
    assert legend(plot_correlation(fit, level="region", table=table_of(-0.25))) == [
        "posterior, mean −0.37 (90%: −0.60 to 0.00)", "prior, LKJ(2)", "REML, −0.25",
    ]  # fmt: skip
    assert legend(plot_correlation(fit, level="region", table=table_of(-0.25), lang="pt")) == [
        "a posteriori, média −0,37 (90%: −0,60 a 0,00)", "a priori, LKJ(2)", "REML, −0,25",
    ]  # fmt: skip


def test_reml_on_the_boundary_is_said_in_words_and_marked_hollow(fit):
    ax = plot_correlation(fit, level="region", table=table_of(1.0, "boundary"))
    assert legend(ax)[2] == "REML, 1.00: on the boundary of what is possible"
    (mark,) = marker(ax)
    assert mark.get_xdata() == [1.0]
    assert mark.get_markerfacecolor() == "white"
    (mark,) = marker(plot_correlation(fit, level="region", table=table_of(-0.25)))
    assert mark.get_markerfacecolor() == "#000000"


def test_reml_on_the_boundary_in_some_replicates_and_reml_without_a_correlation(fit):
    some = plot_correlation(fit, level="region", table=table_of(0.9, "boundary in 2 of 5 replicates"))
    assert legend(some)[2] == "REML, 0.90: on the boundary in some replicates"
    none = plot_correlation(fit, level="region", table=table_of(np.nan, "boundary"), lang="pt")
    assert legend(none)[2] == "REML não tem: um desvio-padrão é zero"
    assert not marker(none)


def test_a_note_that_a_file_left_empty_is_none(fit):
    ax = plot_correlation(fit, level="region", table=table_of(-0.25, np.nan))
    assert legend(ax)[2] == "REML, −0.25"


def test_the_shade_within_is_the_interval(fit):
    ax = plot_correlation(fit, level="region", table=table_of(0.1, bayes_low=-0.5, bayes_high=-0.1))
    inner = ax.collections[1].get_paths()[0].vertices[:, 0]
    # The densities stand 0.005 apart.
    assert (inner.min(), inner.max()) == pytest.approx((-0.5, -0.1), abs=0.005)


def test_a_fit_alone_is_fitted_by_reml(trend_fit):
    trend_fit.attrs["priors"] = json.dumps({"corr": {"dist": "lkj", "eta": 2}})
    with pytest.raises(BayesSaudeError, match=r"prob = 0\.95, not 0\.8"):
        plot_correlation(trend_fit, table=hyperparameters(trend_fit, reml(trend_fit)), ci_prob=0.8)
    numbers = plotted(plot_correlation(trend_fit, ci_prob=0.8)).iloc[0]
    expected = hyperparameters(trend_fit, reml(trend_fit, prob=0.8)).set_index("parameter").loc["corr"]
    assert numbers["reml"] == expected["reml"]
    assert (numbers["low"], numbers["high"]) == (expected["bayes_low"], expected["bayes_high"])


def test_words_of_the_axes_in_both_languages(fit):
    english = plot_correlation(fit, level="region", table=table_of(0.1))
    portuguese = plot_correlation(fit, level="region", table=table_of(0.1), lang="pt")
    assert english.get_xlabel() == "correlation of intercept and slope, regions"
    assert portuguese.get_xlabel() == "correlação de intercepto e inclinação, regiões"
    portuguese.figure.canvas.draw()
    assert [tick.get_text() for tick in portuguese.get_xticklabels()] == ["−1,0", "−0,5", "0,0", "0,5", "1,0"]


def test_axes_given_are_used(fit):
    _, axes = plt.subplots(1, 2)
    assert plot_correlation(fit, level="region", table=table_of(0.1), label="R$", ax=axes[1]) is axes[1]
    assert not axes[1].xaxis.label.get_parse_math()


def test_what_cannot_be_drawn_is_refused(fit):
    with pytest.raises(BayesSaudeError, match=r"table has no 'corr\[municipality\]'"):
        plot_correlation(fit, table=table_of(0.1))
    with pytest.raises(BayesSaudeError, match=r"from this DataFrame\. Give a fit\."):
        plot_correlation(table_of(0.1))
