"""Values with units' effects as parameters: the posterior that is exact, Student's t, sequences."""

import json

import arviz_stats
import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm
from trends import simulate, trend_model

from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.energy import bfmi
from bayes_saude.inference.fit import fit
from bayes_saude.inference.kept import KeptTrend
from bayes_saude.inference.reading import coefficients_by_level
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.shifts import make_shifts
from bayes_saude.models.spec import parse_model

SCATTER = {"region": (6.0, 1.5, 0.4)}
BANDS = np.array(["large", "middle", "small"])


@pytest.fixture(scope="module")
def panel():
    """40 regions in four years with a common dip, in three bands."""
    panel = simulate(11, fixed=(70, 2), scatter=SCATTER, sd_resid=3, regions=40)
    band = panel["region"].str.extract(r"(\d+)")[0].astype(int).to_numpy() % 3
    shift = np.array([0.0, -8.0, 1.0, 0.0])[panel["time"] - 2011] + np.array([4.0, 0.0, -4.0])[band]
    return panel.assign(value=panel["value"] + shift, band=BANDS[band])


def test_kept_effects_have_the_posterior_that_integrated_ones_have_exactly(panel):
    spec = trend_model(["region"], predictors=["band"], year_effects=True)
    exact = fit(spec, panel, seed=1)["posterior"].to_dataset()
    tree = make_tree(panel, ["region"])
    shifts = make_shifts(panel, tree, ["band"], True)
    kept = KeptTrend(spec, resolve_priors(spec, panel), tree, shifts, None)
    sample, effects = kept.sample(panel, draws=1000, tune=800, chains=4, seed=2, progress=False)
    ours = sample.hyperparameters
    # As a fit has it, a unit's effect includes that of its group.
    of_group = np.stack([ours["intercept[band]"], ours["slope[band]"]], axis=-1)
    total = effects["region_effect"] + of_group[:, :, shifts.of_leaf["band"]]
    pairs = [(exact[name].values, ours[name]) for name in ("intercept", "slope", "sd_resid", "sd_year")]
    pairs += [(exact[name].values[..., 0], ours[name]) for name in ("sd_intercept", "sd_slope", "corr")]
    pairs += [(exact["year_effect"].values[..., k], ours["year_effect"][..., k]) for k in range(4)]
    pairs += [(exact["band_effect"].values[..., k, 0], of_group[..., k, 0]) for k in range(3)]
    pairs += [(exact["region_effect"].values[..., k, 1], total[..., k, 1]) for k in range(0, 40, 8)]
    scores = []
    for pair in pairs:
        for method, statistic in (("mean", np.mean), ("sd", np.std)):
            values = [statistic(draws) for draws in pair]
            errors = [
                float(
                    arviz_stats.mcse(xr.DataArray(draws.astype(float), dims=("chain", "draw")), method=method)
                )
                for draws in pair
            ]
            scores.append((values[0] - values[1]) / np.hypot(*errors))
    # One false alarm in a thousand runs, however many numbers are compared.
    assert np.abs(scores).max() < norm.isf(0.001 / 2 / len(scores))


@pytest.fixture(scope="module")
def tailed():
    """A panel of Student's t, whose largest values are far off."""
    panel = simulate(4, fixed=(70, 2), scatter=SCATTER, sd_resid=0, regions=60)
    return panel.assign(value=panel["value"] + 3 * np.random.default_rng(5).standard_t(2.5, len(panel)))


@pytest.fixture(scope="module")
def robust(tailed):
    return fit(trend_model(["region"], family="student_t"), tailed, seed=1)


def test_the_default_settings_pass_the_checks(robust):
    report = check_sampling(robust)
    assert report["passed"], [gate for gate in report["gates"] if not gate["passed"]]


@pytest.mark.slow
def test_the_energy_is_walked_fast_where_data_tell_units_neither_well_nor_badly():
    panel = simulate(6, fixed=(90, 2), scatter={"region": (8.0, 5.0, -0.8)}, sd_resid=0, regions=60)
    noise = 13 * np.random.default_rng(7).standard_t(2.8, len(panel))
    spec = trend_model(["region"], family="student_t")
    fitted = fit(spec, panel.assign(value=panel["value"] + noise), draws=400, tune=800, chains=2, seed=1)
    # With heights centred and slopes not it is 0.1.
    assert bfmi(fitted).min() > 0.6


def test_hyperparameters_lie_where_the_panel_was_drawn(robust):
    posterior = robust["posterior"].to_dataset().squeeze("level")
    assert float(posterior["df"].min()) > 1
    truth = {"intercept": 70, "slope": 2, "sd_intercept": 6, "sd_slope": 1.5, "corr": 0.4, "sd_resid": 3}
    for name, value in {**truth, "df": 2.5}.items():
        # A correct posterior lies beyond 3.5 standard deviations once in two thousand.
        assert abs(posterior[name].mean() - value) < 3.5 * posterior[name].std(), name


def test_a_single_value_far_off_pulls_its_unit_less_than_under_the_gaussian(tailed, robust):
    spec = trend_model(["region"])
    far = tailed.copy()
    far.loc[2, "value"] += 300
    unit = tailed.loc[2, "region"]

    def intercept(fitted):
        ((_, total),) = coefficients_by_level(fitted)
        return float(total.sel(region=unit, term="intercept").mean())

    moved = fit(trend_model(["region"], family="student_t"), far, draws=300, seed=1)
    gaussian = [intercept(fit(spec, rows, draws=300, seed=1)) for rows in (tailed, far)]
    assert abs(intercept(moved) - intercept(robust)) < 1.5
    assert abs(gaussian[1] - gaussian[0]) > 3


def test_the_outcomes_unit_changes_nothing_but_the_unit(tailed):
    settings = {"draws": 200, "tune": 300, "chains": 2, "seed": 1}
    spec = trend_model(["region"], family="student_t")
    one, thousand = (
        fit(spec, tailed.assign(value=tailed["value"] * unit), **settings)["posterior"].to_dataset()
        for unit in (1, 1024)
    )
    # A power of two: every digit on the model's scale is the same.
    for name in ("intercept", "slope", "sd_intercept", "sd_resid", "region_effect"):
        np.testing.assert_allclose(thousand[name], 1024 * one[name], rtol=1e-6)
    np.testing.assert_allclose(thousand["df"], one["df"])
    np.testing.assert_allclose(thousand["corr"], one["corr"])


AGES = ["under 1", "1-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65 or over"]


@pytest.mark.parametrize("family", ["gaussian", "lognormal"])
def test_a_sequence_is_fitted_with_any_family_and_smooths_a_group_with_few_rows(family):
    rng = np.random.default_rng(3)
    panel = simulate(1, fixed=(3, 0), scatter={}, sd_resid=0.3, regions=9)
    age = panel["region"].str.extract(r"(\d+)")[0].astype(int).to_numpy()
    height = np.sin(age / 3)
    panel = panel.assign(age=np.array(AGES)[age], value=panel["value"] + height)
    panel = panel.drop(columns=["region", "municipality", "state"])
    if family == "lognormal":
        panel["value"] = np.exp(panel["value"])
    # Of one group a single row is left.
    panel = panel[(panel["age"] != "25-34") | (panel["time"] == 2011)].sample(frac=1, random_state=rng)
    text = trend_model(["age"], family=family).text
    exchangeable = fit(parse_model(text, name="plain"), panel, seed=1)
    smooth = fit(
        parse_model(text.replace("[ranking]", 'sequence = "age"\n[ranking]'), name="smooth"), panel, seed=1
    )
    assert check_sampling(smooth)["passed"]
    assert json.loads(smooth.attrs["panel_notes"]) == [f"age in order: {', '.join(AGES)}"]
    effects = smooth["posterior"]["age_effect"].to_dataset(name="effect")["effect"]
    np.testing.assert_allclose(effects.sum("age"), 0, atol=1e-3)
    sds = []
    for fitted in (exchangeable, smooth):
        ((_, total),) = coefficients_by_level(fitted)
        sds.append(float(total.sel(age="25-34", term="slope").std()))
    assert sds[1] < sds[0]
