"""The figure of hyperparameters before and after the data."""

import numpy as np
import pandas as pd
import pytest
from known_fits import fit_at_truth, with_scatter
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.simulate import simulate
from bayes_saude.plots.prior_posterior import plot_prior_posterior
from bayes_saude.plots.style import plotted
from bayes_saude.summaries.prior_posterior import prior_posterior

TRUTH = {"intercept": 70, "slope": 2, "sd_intercept": 8, "sd_slope": 1.5, "corr": 0.3, "sd_resid": 4}


def fit_of(levels):
    panel = simulate_trend(1, fixed=(70, 2), scatter={}, sd_resid=4, regions=6, per_region=3)
    return with_scatter(fit_at_truth(simulate(trend_model(levels), panel, truth=TRUTH, seed=1)))


@pytest.fixture(scope="module")
def fit():
    return fit_of(["municipality"])


@pytest.fixture
def table():
    """REML beside two of the parameters, one of them on the boundary."""
    return pd.DataFrame(
        {
            "parameter": ["intercept", "corr", "slope"],
            "reml": [71.0, 1.0, np.nan],
            "note": [np.nan, "boundary in 3 of 5 replicates", np.nan],
        }
    )


def marks(ax):
    return [line for line in ax.lines if line.get_marker() == "D"]


def test_every_parameter_has_its_axes_and_densities(fit):
    axes = plot_prior_posterior(fit)
    assert [ax.get_title() for ax in axes] == [
        "intercept", "slope", "sd of intercepts", "sd of slopes", "correlation", "residual sd",
    ]  # fmt: skip
    densities = prior_posterior(fit)
    for ax, (_, rows) in zip(axes, densities.groupby("parameter", sort=False), strict=True):
        pd.testing.assert_frame_equal(plotted(ax), rows)
        posterior, prior = ax.lines
        np.testing.assert_array_equal(posterior.get_ydata(), rows["posterior"])
        np.testing.assert_array_equal(prior.get_ydata(), rows["prior"])
        assert prior.get_linestyle() != posterior.get_linestyle()


def test_levels_are_named(fit):
    titles = [ax.get_title() for ax in plot_prior_posterior(fit_of(["region", "municipality"]), lang="pt")]
    assert titles[2:4] == ["dp dos interceptos, regiões", "dp das inclinações, regiões"]
    assert titles[7] == "correlação, municípios"


def test_reml_is_marked_where_it_is_and_told_apart_on_the_boundary(fit, table):
    axes = plot_prior_posterior(fit, hyperparameters=table)
    (inside,), (boundary,) = marks(axes[0]), marks(axes[4])
    assert (inside.get_xdata()[0], boundary.get_xdata()[0]) == (71, 1)
    assert inside.get_markerfacecolor() == "black"
    assert boundary.get_markerfacecolor() == "white"
    assert not any(marks(ax) for ax in (axes[1], axes[2], axes[3], axes[5]))
    assert plotted(axes[0])["reml"].eq(71).all()
    (legend,) = axes[0].figure.legends
    names = [text.get_text() for text in legend.texts]
    assert names == ["prior", "posterior", "REML", "REML, on the boundary"]


def test_the_corner_says_how_much_the_data_narrow(fit):
    for ax in plot_prior_posterior(fit, lang="pt"):
        narrowing = plotted(ax)["narrowing"].iloc[0]
        (text,) = ax.texts
        written = float(text.get_text().removeprefix("÷ ").replace(",", "."))
        # Two digits are shown.
        assert written == pytest.approx(narrowing, rel=0.05)


def test_the_corner_is_the_one_that_is_free(fit, table):
    axes = plot_prior_posterior(fit, hyperparameters=table)
    axes[0].figure.canvas.draw()
    for ax in (axes[0], axes[4]):
        text, (mark,) = ax.texts[0], marks(ax)
        assert not text.get_window_extent().overlaps(mark.get_window_extent())


def test_portuguese_has_its_decimal_comma(fit):
    ax = plot_prior_posterior(fit, lang="pt")[4]
    ax.figure.canvas.draw()
    assert any("," in tick.get_text() for tick in ax.get_xticklabels())


def test_ticks_keep_clear_of_one_another(fit):
    axes = plot_prior_posterior(fit)
    axes[0].figure.canvas.draw()
    for ax in axes:
        low, high = ax.get_xlim()
        ticks = [
            tick.get_window_extent() for tick in ax.get_xticklabels() if low <= tick.get_position()[0] <= high
        ]
        assert not any(a.overlaps(b) for i, a in enumerate(ticks) for b in ticks[:i])
