"""The figure of predictive distributions, year by year."""

import numpy as np
import pytest
from events import event_model, simulate_events
from known_fits import fit_at_truth
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.simulate import simulate
from bayes_saude.plots.predictive import plot_predictive
from bayes_saude.plots.style import PAGE, PAGE_HEIGHT, plotted

TRUTH = {"intercept": 70, "slope": 2, "sd_intercept": 8, "sd_slope": 1.5, "corr": 0.3, "sd_resid": 4}


def fit_of(times, regions=30):
    panel = simulate_trend(
        1, fixed=(70, 2), scatter={"region": (8, 1.5, 0.3)}, sd_resid=4, regions=regions, times=times
    )
    return fit_at_truth(simulate(trend_model(["region"]), panel, truth=TRUTH, seed=1))


@pytest.fixture(scope="module")
def fit():
    """Thirty regions in four years."""
    return fit_of((2011, 2012, 2013, 2014))


def test_every_year_has_its_axes(fit):
    axes = plot_predictive(fit)
    assert [ax.get_title() for ax in axes] == ["2011", "2012", "2013", "2014"]
    assert axes[0].figure.get_size_inches()[0] == pytest.approx(PAGE)


def test_what_was_observed_is_drawn_as_its_distribution_function(fit):
    axes = plot_predictive(fit)
    panel = fit["constant_data"].to_dataset().to_dataframe()
    for ax, (_, rows) in zip(axes, panel.groupby("time"), strict=True):
        curve = plotted(ax).query("series == 'observed'")
        expected = [(rows["value"] <= x).mean() for x in curve["x"]]
        np.testing.assert_allclose(curve["value"], expected)
        black = next(line for line in ax.lines if line.get_color() == "black")
        np.testing.assert_array_equal(black.get_ydata(), curve["value"])


def test_the_band_holds_what_was_observed_where_the_model_is_true(fit):
    # Observed leaves a pointwise 95% band at 5% of the points on the average. Points of a year go together:
    # at the worst all of it as one, and two years of four are outside with a chance of 1.4%.
    outside = []
    for ax in plot_predictive(fit, draws=200):
        curves = plotted(ax).set_index("x")
        observed = curves.loc[curves["series"] == "observed", "value"]
        band = curves[curves["series"] == "posterior"]
        outside.append(((observed < band["low"]) | (observed > band["high"])).mean())
    assert np.mean(outside) < 0.5


def test_the_prior_is_wider_than_the_posterior(fit):
    for ax in plot_predictive(fit):
        rise = plotted(ax).groupby("series")["value"].agg(np.ptp)
        # The axes hold nearly all of the posterior's: three standard deviations of the panel, or so, to
        # both sides of its mean, where the prior of the mean alone has a standard deviation of 2.5 of them.
        assert rise["posterior"] > 0.95
        assert rise["prior"] < 0.9


def test_a_density_holds_all_rows_within_the_axes(fit):
    for ax in plot_predictive(fit, kind="density"):
        curve = plotted(ax).query("series == 'observed'")
        width = np.diff(curve["x"])[0]
        # At most one row of thirty lies beyond the central 99.2% of all 120.
        assert 1 - 1.01 / 30 < (curve["value"] * width).sum() <= 1 + 1e-9


def test_a_freak_value_does_not_set_the_axes():
    # One row of 600: less than the axes may leave out.
    fit = fit_of((2011, 2012, 2013, 2014), regions=150)
    values = fit["constant_data"]["value"].to_numpy().copy()
    values[0] = 1e6
    fit["constant_data"] = fit["constant_data"].to_dataset().assign(value=("obs", values))
    assert plot_predictive(fit)[0].get_xlim()[1] < 200


def test_of_many_times_twelve_are_drawn_on_one_page():
    axes = plot_predictive(fit_of(np.arange(2000, 2030)))
    assert len(axes) == 10
    assert axes[0].figure.get_size_inches()[1] <= PAGE_HEIGHT
    assert len(plot_predictive(fit_of(np.arange(2000, 2012)))) == 12


def test_times_may_be_chosen(fit):
    assert [ax.get_title() for ax in plot_predictive(fit, times=[2014, 2011])] == ["2014", "2011"]
    with pytest.raises(BayesSaudeError, match=r"no time '2020'. Choose among '2011', '2012'"):
        plot_predictive(fit, times=[2020])


def test_events_are_drawn_as_shares():
    panel, _ = simulate_events(1, family="binomial", fixed=(-1, 0), scatter={}, regions=9, per_region=1)
    truth = {"intercept": -1, "slope": 0, "sd_intercept": 0.3, "sd_slope": 0.05}
    fit = fit_at_truth(simulate(event_model("binomial", ["region"]), panel, truth=truth, seed=1))
    axes = plot_predictive(fit)
    # Those with none below them are labelled.
    assert [ax.get_xlabel() for ax in axes] == ["", "", "share", "share", "share"]
    assert all(0 <= end <= 1 for end in axes[0].get_xlim())
    # Five years stand as three and two.
    assert [round(ax.get_position().x0, 2) for ax in axes][3:] == [
        round(ax.get_position().x0, 2) for ax in axes
    ][:2]


def test_rows_and_years_without_trials_are_not_drawn():
    panel, _ = simulate_events(1, family="binomial", fixed=(-1, 0), scatter={}, regions=9, per_region=1)
    truth = {"intercept": -1, "slope": 0, "sd_intercept": 0.3, "sd_slope": 0.05}
    simulation = simulate(event_model("binomial", ["region"]), panel, truth=truth, seed=1)
    year, region = simulation.panel["year"], simulation.panel["region"]
    empty = (year == 2009) | ((year == 2010) & (region == "region 000"))
    emptied = {name: simulation.panel[name].where(~empty, 0) for name in ("successes", "trials")}
    axes = plot_predictive(fit_at_truth(simulation._replace(panel=simulation.panel.assign(**emptied))))
    assert [ax.get_title() for ax in axes] == ["2008", "2010", "2011", "2012"]
    # The distribution function ends at one: the share of the rows that have one.
    for ax in axes:
        of_ax = plotted(ax)
        assert np.isfinite(of_ax["value"]).all()
        assert of_ax.loc[of_ax["series"] == "observed", "value"].iloc[-1] >= 1 - 1 / 8


def test_portuguese_has_its_words_and_its_decimal_comma(fit):
    axes = plot_predictive(fit, lang="pt", label="R$ por R$")
    figure = axes[0].figure
    figure.canvas.draw()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.texts] == [
        "observado",
        "preditiva a posteriori, faixa de 95%",
        "preditiva a priori",
    ]
    assert {ax.get_xlabel() for ax in axes} == {"R$ por R$"}
    assert not any(ax.xaxis.label.get_parse_math() for ax in axes)
    assert figure.get_supylabel() == "fração de linhas até o valor"
    assert "0,4" in [tick.get_text() for tick in axes[0].get_yticklabels()]
