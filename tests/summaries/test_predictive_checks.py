"""Posterior predictive p-values: uniform where the model is true, extreme where it is not."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from events import event_model, simulate_events
from known_fits import fit_at_truth
from scipy import stats
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.fit import fit as fit_model
from bayes_saude.inference.simulate import Simulation, simulate
from bayes_saude.summaries.predictive_checks import COLUMNS, predictive_checks

TRUTH = {"intercept": 70, "slope": 2, "sd_intercept": 8, "sd_slope": 1.5, "corr": 0.3, "sd_resid": 4}


@pytest.fixture(scope="module")
def layout():
    """A model of thirty municipalities in four years, and a panel of them."""
    return trend_model(["municipality"]), simulate_trend(
        1, fixed=(70, 2), scatter={"municipality": (8, 1.5, 0)}, sd_resid=4, regions=30
    )


def p_values(checks):
    return checks.set_index(["statistic", "units"])["p_value"]


def test_each_statistic_stands_once_for_each_kind_of_units(layout):
    checks = predictive_checks(fit_at_truth(simulate(*layout, truth=TRUTH)))
    assert tuple(checks.columns) == COLUMNS
    units = ["sd_unit_means", "sd_unit_slopes", "largest_unit_mean", "smallest_unit_mean"]
    years = [f"mean[{year}]" for year in range(2011, 2015)]
    same = [*years, *units, "residual_kurtosis", "residuals_beyond_3"]
    assert checks["statistic"].tolist() == same + units
    assert checks["units"].tolist() == ["same"] * len(same) + ["new"] * len(units)
    assert checks.attrs == {"ci_prob": 0.95}


def test_what_is_observed_is_said_of_the_panel(layout):
    simulation = simulate(*layout, truth=TRUTH, seed=2)
    panel, truth = simulation.panel, simulation.truth
    observed = predictive_checks(fit_at_truth(simulation)).set_index("statistic")["observed"]
    observed = observed[~observed.index.duplicated()]
    by_unit = panel.groupby("municipality")
    slopes = [np.polyfit(rows["time"] - 2011, rows["value"], 1)[0] for _, rows in by_unit]
    means = by_unit["value"].mean()
    effects = truth["municipality_effect"].sel(municipality=panel["municipality"].to_list()).values
    line = 70 + effects[:, 0] + (2 + effects[:, 1]) * (panel["time"] - 2011)
    residual = (panel["value"] - line) / 4
    expected = {
        "mean[2013]": panel.loc[panel["time"] == 2013, "value"].mean(),
        "sd_unit_means": means.std(),
        "sd_unit_slopes": np.std(slopes, ddof=1),
        "largest_unit_mean": means.max(),
        "smallest_unit_mean": means.min(),
        "residual_kurtosis": stats.kurtosis(residual, fisher=False),
        "residuals_beyond_3": (abs(residual) > 3).mean(),
    }
    for name, value in expected.items():
        assert observed[name] == pytest.approx(value), name


def test_what_is_predicted_has_the_moments_of_the_truth(layout):
    checks = predictive_checks(fit_at_truth(simulate(*layout, truth=TRUTH), draws=500), draws=1000)
    new = checks[checks["units"] == "new"].set_index("statistic")
    # Of thirty units' means in 2011 to 2014: the line 1.5 years on, and a quarter of the residual variance.
    variance = 8**2 + 1.5**2 * 1.5**2 + 2 * 1.5 * 0.3 * 8 * 1.5 + 4**2 / 4
    # E s = sigma c4 for normal samples.
    c4 = stats.chi(29).mean() / np.sqrt(29)
    row = new.loc["sd_unit_means"]
    assert abs(row["predicted_mean"] - c4 * np.sqrt(variance)) < 4 * row["excess_sd"] / np.sqrt(1000)
    low, high = np.sqrt(variance * stats.chi2(29).ppf([0.025, 0.975]) / 29)
    # The standard error of a quantile is sqrt(q (1 - q) / n) over the density there.
    density = stats.chi(29, scale=np.sqrt(variance / 29)).pdf([low, high])
    error = np.sqrt(0.025 * 0.975 / 1000) / density
    assert abs(row["low"] - low) < 4 * error[0]
    assert abs(row["high"] - high) < 4 * error[1]


def test_p_values_are_uniform_where_the_model_is_true(layout):
    panels = 150
    tables = [
        predictive_checks(fit_at_truth(simulate(*layout, truth=TRUTH, seed=seed)), seed=seed)
        for seed in range(panels)
    ]
    by_statistic = pd.concat(tables).groupby(["statistic", "units"])["p_value"]
    for (statistic, _), values in by_statistic:
        if statistic == "residuals_beyond_3":
            # A count of few rows: not continuous, but in the middle on the average.
            assert abs(values.mean() - 0.5) < 4 * np.sqrt(1 / 12 / panels)
        else:
            assert stats.kstest(values, "uniform").pvalue > 0.001, statistic


@pytest.fixture(scope="module")
def gaussian_panel():
    """853 municipalities in four years."""
    return simulate_trend(3, fixed=(70, 2), scatter={"municipality": (8, 1.5, 0.3)}, sd_resid=4, regions=853)


def test_a_fitted_gaussian_panel_is_not_flagged(gaussian_panel):
    fit = fit_model(trend_model(["municipality"]), gaussian_panel, seed=1)
    # Fourteen p-values, none of which is more than uniform in its tails: one beyond these limits happens in
    # at most 2.8% of panels.
    assert p_values(predictive_checks(fit)).between(0.001, 0.999).all()


def test_a_fitted_heavy_tailed_panel_is_flagged(gaussian_panel):
    # Student's t with three degrees of freedom, of the same variance, exceeds 5.5 standard deviations with
    # probability 0.0025. Of 3,412 rows none does so once in 4,000 panels; one alone adds 0.27 to the
    # kurtosis, whose standard deviation is 0.084 if residuals are normal.
    noise = np.random.default_rng(4).standard_t(3, len(gaussian_panel)) / np.sqrt(3)
    panel = simulate_trend(3, fixed=(70, 2), scatter={"municipality": (8, 1.5, 0.3)}, sd_resid=0, regions=853)
    heavy = panel.assign(value=panel["value"] + 4 * noise)
    found = p_values(predictive_checks(fit_model(trend_model(["municipality"]), heavy, seed=1)))
    assert found["residual_kurtosis", "same"] < 0.005
    assert found["residuals_beyond_3", "same"] < 0.005


def test_a_year_off_the_line_is_flagged(layout):
    simulation = simulate(*layout, truth=TRUTH, seed=2)
    # Eight standard errors of the mean of thirty.
    dip = np.where(simulation.panel["time"] == 2012, -8 * 4 / np.sqrt(30), 0)
    dipped = simulation.panel.assign(value=simulation.panel["value"] + dip)
    found = p_values(predictive_checks(fit_at_truth(simulation._replace(panel=dipped))))
    assert found["mean[2012]", "same"] == 1
    assert (
        found["mean[2013]", "same"]
        == p_values(predictive_checks(fit_at_truth(simulation)))["mean[2013]", "same"]
    )


def test_a_year_off_the_line_is_what_year_effects_predict(layout):
    _, panel = layout
    band = np.where(panel["municipality"].str[-1].isin(list("02468")), "large", "small")
    spec = trend_model(["municipality"], predictors=["band"], year_effects=True)
    shifts = {"year_effect": [0, -40, 0, 0], "band_effect": [[20, 0], [-20, 0]], "sd_year": 20}
    simulation = simulate(spec, panel.assign(band=band), truth=TRUTH | shifts, seed=2)
    found = p_values(predictive_checks(fit_at_truth(simulation)))
    # Fourteen p-values, uniform in their tails: one beyond these limits happens in at most 2.8% of panels.
    assert found.between(0.001, 0.999).all()


def test_a_unit_apart_is_flagged_by_new_units_alone(layout):
    effect = simulate(*layout, truth=TRUTH, seed=5).truth["municipality_effect"].values.copy()
    effect[0] = [80, 0]
    simulation = simulate(*layout, truth=TRUTH | {"municipality_effect": effect}, seed=5)
    found = p_values(predictive_checks(fit_at_truth(simulation)))
    # Ten standard deviations: no new unit comes near; the same unit does so again.
    assert found["largest_unit_mean", "new"] == 0
    assert 0.001 < found["largest_unit_mean", "same"] < 0.999


def test_every_level_has_its_units_statistics():
    panel = simulate_trend(
        1, fixed=(70, 2), scatter={"region": (8, 1, 0)}, sd_resid=4, regions=6, per_region=4
    )
    simulation = simulate(trend_model(["region", "municipality"]), panel, seed=1)
    checks = predictive_checks(fit_at_truth(simulation)).set_index("statistic")["observed"]
    observed = checks[~checks.index.duplicated()]
    for level in ("region", "municipality"):
        means = simulation.panel.groupby(level)["value"].mean()
        assert observed[f"sd_unit_means[{level}]"] == pytest.approx(means.std())


def test_a_unit_seen_in_one_year_has_a_mean_and_no_slope(layout):
    spec, panel = layout
    first = panel["municipality"] == panel["municipality"].iloc[0]
    simulation = simulate(spec, panel[~first | (panel["time"] == 2011)], truth=TRUTH, seed=2)
    observed = predictive_checks(fit_at_truth(simulation)).set_index("statistic")["observed"]
    slopes = [
        np.polyfit(rows["time"] - 2011, rows["value"], 1)[0]
        for _, rows in simulation.panel.groupby("municipality")
        if len(rows) > 1
    ]
    assert len(slopes) == 29
    assert observed["sd_unit_slopes"].iloc[0] == pytest.approx(np.std(slopes, ddof=1))


def test_units_seen_once_have_no_slopes(layout):
    spec, panel = layout
    once = panel.groupby("municipality").sample(1, random_state=1)
    checks = predictive_checks(fit_at_truth(simulate(spec, once, truth=TRUTH, seed=2)))
    assert "sd_unit_slopes" not in set(checks["statistic"])
    assert np.isfinite(checks.drop(columns=["statistic", "units"]).to_numpy(dtype=float)).all()


def test_times_that_differ_in_their_eighth_digit_are_told_apart(layout):
    spec, panel = layout
    near = panel.assign(time=2011 + (panel["time"] - 2011) * 1e-6)
    checks = predictive_checks(fit_at_truth(simulate(spec, near, truth=TRUTH, seed=2)))
    assert checks["statistic"].tolist()[:3] == ["mean[2011]", "mean[2011.000001]", "mean[2011.000002]"]


@pytest.mark.parametrize("without", ["a row", "a unit", "a year", "a replicate"])
def test_rows_without_trials_say_nothing(without):
    panel, _ = simulate_events(
        1, family="binomial", fixed=(-1, 0), scatter={}, regions=10, per_region=1, size=50
    )
    truth = {"intercept": -1, "slope": 0, "sd_intercept": 0.3, "sd_slope": 0.05}
    simulation = simulate(event_model("binomial", ["region"]), panel, truth=truth, seed=1)
    seen, replicate = simulation.panel.assign(replicate=1), [1, 1]
    if without == "a replicate":
        seen, replicate = pd.concat([seen, seen.assign(replicate=2)], ignore_index=True), [1, 2]
    empty = {
        "a row": seen.index == 7,
        "a unit": seen["region"] == "region 003",
        "a year": seen["year"] == 2010,
        "a replicate": seen["replicate"] == 2,
    }[without]
    emptied = {name: seen[name].where(~empty, 0) for name in ("successes", "trials")}
    fit = fit_at_truth(simulation._replace(panel=seen.assign(**emptied)))
    posterior = fit["posterior"].to_dataset().assign_coords(replicate=("chain", replicate))
    fit["posterior"] = xr.DataTree(posterior)
    checks = predictive_checks(fit)
    kept = seen[~empty]
    share = kept["successes"] / kept["trials"]
    means = share.groupby(kept["region"]).mean()
    expected = {f"mean[{year}]": of_year.mean() for year, of_year in share.groupby(kept["year"])}
    expected |= {"sd_unit_means": means.std(), "smallest_unit_mean": means.min()}
    observed = checks.drop_duplicates("statistic").set_index("statistic")["observed"]
    assert [name for name in observed.index if name.startswith("mean")] == list(expected)[:-2]
    for name, value in expected.items():
        assert observed[name] == pytest.approx(value), name
    # Of a true model no more is extreme than with trials in all rows.
    assert checks["p_value"].between(0.001, 0.999).all()


def test_events_are_looked_at_as_shares():
    panel, _ = simulate_events(
        1, family="beta_binomial", fixed=(-1, 0), scatter={}, dispersion=0.2, regions=10, per_region=1
    )
    spec = event_model("beta_binomial", ["region"])
    truth = {"intercept": -1, "slope": 0, "dispersion": 0.2, "sd_intercept": 0.3, "sd_slope": 0.05}
    simulation = simulate(spec, panel, truth=truth, seed=1)
    checks = predictive_checks(fit_at_truth(simulation)).set_index("statistic")
    share = simulation.panel["successes"] / simulation.panel["trials"]
    of_2010 = share[simulation.panel["year"] == 2010].mean()
    assert checks.loc["mean[2010]", "observed"] == pytest.approx(of_2010)
    # Seventeen p-values, uniform in their tails.
    assert checks["p_value"].between(0.001, 0.999).all()


def test_replicates_are_each_compared_with_their_own_predictions(layout):
    simulation = simulate(*layout, truth=TRUTH, seed=2)
    one = fit_at_truth(simulation, chains=2, draws=200)
    twice = pd.concat([simulation.panel, simulation.panel.assign(replicate=2)], ignore_index=True)
    # The second replicate lies 1000 higher, and so do its chains.
    twice.loc[twice["replicate"] == 2, "value"] += 1000
    two = fit_at_truth(Simulation(simulation.spec, twice, simulation.truth), chains=2, draws=200)
    posterior = two["posterior"].to_dataset()
    two["posterior"] = posterior.assign(
        intercept=posterior["intercept"] + 1000 * (posterior["chain"] == 1)
    ).assign_coords(replicate=("chain", [1, 2]))
    found, expected = predictive_checks(two), predictive_checks(one)
    # The excess is over what was observed in the same replicate; the prediction has that of both.
    mean = found["statistic"].str.startswith("mean")
    assert (found["excess_sd"][mean] < 5).all()
    assert (found["high"][mean] - found["low"][mean] > 900).all()
    np.testing.assert_allclose(found["observed"][mean], expected["observed"][mean] + 500)
    difference = abs(found["p_value"] - expected["p_value"])
    assert (difference < 5 * np.hypot(found["mcse"], expected["mcse"])).all()


def test_the_monte_carlo_error_is_the_scatter_over_seeds(layout):
    fit = fit_at_truth(simulate(*layout, truth=TRUTH, seed=2), draws=50)
    seeds = 60
    tables = [predictive_checks(fit, draws=100, seed=seed) for seed in range(seeds)]
    scatter = np.std([table["p_value"] for table in tables], axis=0, ddof=1)
    mcse = np.mean([table["mcse"] for table in tables], axis=0)
    # The relative standard error of a standard deviation is 1 / sqrt(2 (n - 1)); two draws more, and an
    # estimated effective number, each make the error some percent too large or too small.
    assert (abs(scatter / mcse - 1) < 4 / np.sqrt(2 * (seeds - 1)) + 0.1).all()


def test_the_excess_leaves_out_zero_where_the_p_value_is_beyond_its_tails(layout):
    simulation = simulate(*layout, truth=TRUTH, seed=2)
    dip = np.where(simulation.panel["time"] == 2012, -8 * 4 / np.sqrt(30), 0)
    dipped = simulation.panel.assign(value=simulation.panel["value"] + dip)
    checks = predictive_checks(fit_at_truth(simulation._replace(panel=dipped)))
    # Counts of rows tie with what was observed; of all others it is the same thing said twice.
    continuous = checks[checks["statistic"] != "residuals_beyond_3"]
    leaves_out = (continuous["excess_low"] > 0) | (continuous["excess_high"] < 0)
    beyond = ~continuous["p_value"].between(0.025, 0.975)
    assert leaves_out.tolist() == beyond.tolist()
    assert leaves_out.any()
    assert not leaves_out.all()
