"""Figures of calibration draw the numbers that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from bayes_saude import plot_calibration, plot_coverage, plot_reliability, plotted
from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.uniformity import ecdf_difference


@pytest.fixture
def ranks():
    """Ranks of six quantities in 100 simulations, the last one's too low."""
    drawn = np.random.default_rng(1).integers(0, 99, size=(100, 6), endpoint=True)
    drawn[:, -1] //= 3
    return pd.DataFrame(drawn, columns=["intercept", "slope", "sd_resid", "corr", "rank of X $a$", "low"])


def test_each_quantity_has_a_panel_with_its_ecdf_and_the_band(ranks):
    axes = plot_calibration(ranks, n_draws=99)
    assert [ax.get_title() for ax in axes] == list(ranks)
    for ax, name in zip(axes, ranks, strict=True):
        expected = ecdf_difference(ranks[name].to_numpy(), 99)
        np.testing.assert_allclose(ax.lines[0].get_ydata(), expected)
    numbers = plotted(axes[0])
    outside = (numbers["difference"] < numbers["low"]) | (numbers["difference"] > numbers["high"])
    assert set(numbers.loc[outside, "quantity"]) == {"low"}


def test_a_few_quantities_may_be_chosen_and_labels_are_in_both_languages(ranks):
    axes = plot_calibration(ranks, n_draws=99, quantities=["slope", "corr"], lang="pt")
    assert [ax.get_title() for ax in axes] == ["slope", "corr"]
    figure = axes[0].figure
    assert figure.get_supxlabel() == "posto do valor verdadeiro, como fração"
    assert "99%" in figure.legends[0].get_texts()[1].get_text()
    figure.canvas.draw()
    assert "0,5" in [tick.get_text() for tick in axes[0].get_xticklabels()]


def test_titles_are_never_cut(ranks):
    name = "rank of municipality Vila Bela da Santíssima Trindade by marginal log-likelihood"
    axes = plot_calibration(ranks.rename(columns={"low": name}), n_draws=99)
    lines = axes[-1].get_title().splitlines()
    assert " ".join(lines) == name
    assert len(lines) == 3
    assert max(len(line) for line in lines) <= 28
    axes = plot_calibration(ranks.rename(columns={"low": "intercept of age_group under 1"}), n_draws=99)
    assert axes[-1].get_title() == "intercept of\nage_group under 1"


def test_ranks_that_are_not_there_are_refused(ranks):
    with pytest.raises(BayesSaudeError, match=r"no ranks of 'slop'.* 'slope'"):
        plot_calibration(ranks, n_draws=99, quantities=["slop"])
    with pytest.raises(BayesSaudeError, match="no ranks to draw"):
        plot_calibration(ranks.iloc[:0], n_draws=99)


def units():
    return pd.DataFrame(
        {
            "by": ["intercept"] * 3 + ["slope"] * 3,
            "true_rank": [1, 2, 3] * 2,
            "covered_95": np.linspace(0.8, 1, 6),
            "content_95": [0.96, 0.98, 0.979, 0.98, 0.98, 0.98],
        }
    )


def test_coverage_is_drawn_at_the_true_ranks_beside_what_the_posterior_says_of_it():
    ax = plot_coverage(units())
    np.testing.assert_allclose(ax.collections[0].get_offsets(), units().iloc[:3, 1:3])
    np.testing.assert_allclose(ax.collections[1].get_offsets(), units().iloc[3:, 1:3])
    assert [line.get_ydata()[0] for line in ax.lines] == pytest.approx([0.973, 0.98])
    names = ["intercept", "nominal, intercept: 97.3%", "slope", "nominal, slope: 98%"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names
    assert len({to_hex(dots.get_facecolor()[0]) for dots in ax.collections}) == 2
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert ax.get_ylabel() == "coverage of the 95% interval"
    pd.testing.assert_frame_equal(plotted(ax), units())


@pytest.mark.parametrize("lacking", [{"prob": 0.9}, {"units": units().drop(columns="content_95")}])
def test_coverage_needs_its_probability_with_what_is_nominal(lacking):
    with pytest.raises(BayesSaudeError, match="no coverage of rank intervals"):
        plot_coverage(**{"units": units()} | lacking)


def test_reliability_is_a_share_with_its_interval():
    table = pd.DataFrame(
        {"by": ["slope", "slope"], "n": [200, 50], "forecast": [20.0, 45.0], "observed": [25, 50]}
    )
    ax = plot_reliability(table, top=9, lang="pt", ax=plt.figure().subplots())
    numbers = plotted(ax)
    np.testing.assert_allclose(numbers["forecast"], [0.1, 0.9])
    np.testing.assert_allclose(numbers["observed"], [0.125, 1.0])
    # Wilson's interval of 25 in 200, as in Brown, Cai and DasGupta (2001), eq. 4.
    np.testing.assert_allclose(numbers.loc[0, ["low", "high"]].astype(float), [0.0861, 0.1780], atol=2e-4)
    assert numbers.loc[1, "high"] == 1
    assert ax.get_xlabel() == "P(entre os 9 primeiros)"
    assert ax.get_ylabel() == "fração observada"
    assert plot_reliability(table, top=10).get_xlabel() == "P(top 10)"
    with pytest.raises(BayesSaudeError, match="needs rows"):
        plot_reliability(table.iloc[:0], top=9)
