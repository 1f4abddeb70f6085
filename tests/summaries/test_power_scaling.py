"""Which posteriors rest on their priors: distances between weighted draws, and what is missing of them."""

import arviz_stats
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from events import event_model, simulate_events
from known_fits import fit_at_truth, with_scatter
from scipy import stats
from trends import trend_model

from bayes_saude.inference.checks import hyperparameter_draws
from bayes_saude.inference.fit import fit
from bayes_saude.inference.log_likelihood import log_likelihood, marginal_log_likelihood
from bayes_saude.inference.reading import panel_of
from bayes_saude.inference.replicates import one_replicate
from bayes_saude.inference.simulate import simulate
from bayes_saude.models.parameters import LKJ, HalfNormal, Normal
from bayes_saude.summaries import power_scaling as module
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.power_scaling import (
    COLUMNS,
    LEAST_DISTANCE,
    POWERS,
    distance,
    log_prior,
    power_scaling,
    power_weights,
)

NARROW = 'intercept = {dist = "normal", mu = 60, sigma = 1}'


def test_distances_are_those_of_arviz(pulled):
    # Which smooths weights at both ends, and here they are smoothed at the heavy one.
    own = hyperparameter_draws(pulled).drop_vars("replicate")
    parts = {
        "log_prior": log_prior(pulled),
        "log_likelihood": marginal_log_likelihood(spec_of(pulled), pulled),
    }
    given = {
        group: xr.Dataset({"all": (("chain", "draw"), values)}, own.coords) for group, values in parts.items()
    }
    tree = xr.DataTree.from_dict({"posterior": own, **given})
    found = power_scaling(pulled).set_index("parameter")
    for group in ("prior", "likelihood"):
        expected = arviz_stats.psense(tree, group=group).to_array("parameter").to_series()
        np.testing.assert_allclose(found[group], expected[found.index], rtol=2e-3)


def test_a_normal_posterior_that_moves_by_a_quarter_of_its_width_per_doubling_reaches_the_limit():
    values = stats.norm.ppf((np.arange(4000) + 0.5) / 4000).reshape(4, 1000)

    def moved(by):
        """Weights of a normal density whose mean is moved, for each doubling of the power."""
        of_powers = (np.exp(by * np.log2(power) * values) for power in POWERS)
        return distance(values, tuple(weights / weights.sum() for weights in of_powers))[0]

    assert moved(0.22) < LEAST_DISTANCE < moved(0.25)


def test_the_error_covers_what_other_draws_give():
    rng = np.random.default_rng(1)
    beyond, told = [], []
    for _ in range(200):
        values, noise = rng.normal(size=(2, 4, 200))
        # What moves the values, and ten times as much that does not, as the effects of many units.
        of_values = distance(values, tuple(power_weights(0.5 * values, power)[0] for power in POWERS))[0]
        weights = tuple(power_weights(0.5 * values + 5 * noise, power)[0] for power in POWERS)
        found, error = distance(values, weights)
        beyond.append(abs(found - of_values) > 2 * error)
        told.append(abs(found - of_values) / error)
    # No more than one in twenty beyond twice the error, 10 of 200: more than 20 happen once in 500.
    assert sum(beyond) <= 20
    # Nor is it so wide that it says nothing.
    assert np.mean(told) > 0.1


def test_a_narrow_prior_far_from_the_data_moves_its_posterior_and_a_wide_one_does_not(thirty_regions):
    wide, narrow = (
        power_scaling(fit(trend_model(["region"], priors=priors), thirty_regions, seed=1)).set_index(
            "parameter"
        )
        for priors in ("", NARROW)
    )
    assert tuple(wide.reset_index()[list(COLUMNS)]) == COLUMNS
    assert not wide.loc["intercept", "moves"]
    assert narrow.loc["intercept", "moves"]
    assert narrow.loc["intercept", "prior"] > 5 * wide.loc["intercept", "prior"]
    # Thirty units of four years tell the scatter about the line.
    assert not narrow.loc["sd_resid", "moves"]
    assert wide.loc["sd_resid", "likelihood"] > 0.05


def test_replicates_are_each_looked_at(thirty_regions):
    # The second replicate lies 300 higher, where its prior does not expect it.
    other = thirty_regions.assign(replicate=2, value=thirty_regions["value"] + 300)
    spec = trend_model(["region"], priors='intercept = {dist = "normal", mu = 60, sigma = 30}')
    twice = fit(spec, pd.concat([thirty_regions, other], ignore_index=True), seed=1, draws=800)
    found = power_scaling(twice).set_index(["parameter", "replicate"])
    assert found.groupby("replicate").size().to_dict() == {1: 6, 2: 6}
    assert not found.loc[("intercept", 1), "moves"]
    assert found.loc[("intercept", 2), "moves"]
    second = one_replicate(twice, 2)
    assert second["posterior"].sizes["chain"] == 4
    assert set(panel_of(second)["replicate"]) == {2}


def test_the_density_of_all_priors_is_the_sum_of_theirs(thirty_regions):
    band = np.where(thirty_regions["region"].str[-1].isin(list("02468")), "large", "small")
    band[thirty_regions["region"].str[-1] == "9"] = "middle"
    spec = trend_model(["region"], predictors=["band"], year_effects=True)
    two = [simulate(spec, thirty_regions.assign(band=band), seed=seed) for seed in (1, 2)]
    ours, scipys = [], []
    for made in two:
        ours.append(log_prior(fit_at_truth(made, chains=1, draws=1))[0, 0])
        truth, priors = made.truth, made.spec.priors
        total = 0.0
        for name in ("intercept", "slope", "sd_intercept", "sd_slope", "sd_year", "sd_resid", "corr"):
            prior, value = priors[name], truth[name].item()
            match prior:
                case Normal(mu=mu, sigma=sigma):
                    total += stats.norm(mu, sigma).logpdf(value)
                case HalfNormal(sigma=sigma):
                    total += stats.halfnorm(scale=sigma).logpdf(value)
                case LKJ(eta=eta):
                    total += (eta - 1) * np.log(1 - value**2)
        for term in ("intercept", "slope"):
            effects = truth["band_effect"].sel(term=term).values
            # The covariance of three effects that add up to zero, each of variance s²; of rank two.
            matrix = priors[f"{term}[band]"].sigma ** 2 * 1.5 * (np.eye(3) - 1 / 3)
            total += stats.multivariate_normal(np.zeros(3), matrix, allow_singular=True).logpdf(effects)
        scipys.append(total)
    # But for a constant.
    assert ours[1] - ours[0] == pytest.approx(scipys[1] - scipys[0])


FROM_CATALOGUE = [
    "sa2015-esf-nested", "robust-vaccine-student", "robust-vaccine-years", "costa2014-share-age",
    "costa2014-number-age-smooth", "costa2014-cost-age", "costa2014-cost-share-age-smooth",
]  # fmt: skip


@pytest.mark.parametrize("model", FROM_CATALOGUE)
def test_models_of_the_catalogue_have_a_distance_for_each_hyperparameter(model):
    made = simulate(model, truth={"corr": 0.3}, seed=1)
    found = power_scaling(with_scatter(fit_at_truth(made)))
    assert set(found["parameter"]) == set(made.spec.parameters)
    assert found[["prior_error", "likelihood_error"]].gt(0).all(axis=None)


def test_municipalities_in_bands_have_one_too():
    panel, _ = simulate_events(
        1, family="beta_binomial", fixed=(-1, 0), scatter={"region": (0.3, 0.1, 0)}, dispersion=0.1, regions=8
    )
    band = np.where(panel["municipality"].str[-1].isin(list("02468")), "large", "small")
    spec = event_model("beta_binomial", ["region", "municipality"], predictors=["band"])
    made = simulate(spec, panel.assign(band=band), truth={"corr": 0.3, "dispersion": 0.1}, seed=1)
    found = power_scaling(with_scatter(fit_at_truth(made)))
    assert set(found["parameter"]) == {name for name in spec.parameters if not name.endswith("[band]")}


def test_sampled_units_are_looked_at_in_as_many_draws_as_there_is_time_for(monkeypatch):
    made = simulate("costa2014-share-age", truth={"corr": 0.3, "dispersion": 0.02}, seed=1)
    fitted = with_scatter(fit_at_truth(made, chains=4, draws=400))
    seen = []

    def recorded(spec, part):
        seen.append(part["posterior"].sizes["draw"])
        return log_likelihood(spec, part)

    monkeypatch.setattr(module, "log_likelihood", recorded)
    whole = power_scaling(fitted).set_index("parameter")
    # Four chains of a hundred draws.
    monkeypatch.setattr(module, "CELLS", 400 * len(panel_of(fitted)))
    thinned = power_scaling(fitted).set_index("parameter")
    assert seen == [400, 100]
    priors = ["prior", "prior_error", "prior_khat"]
    pd.testing.assert_frame_equal(thinned[priors], whole[priors])
    assert not np.isclose(thinned["likelihood_error"], whole["likelihood_error"]).any()


def test_what_the_draws_do_not_tell_is_missing(pulled, monkeypatch):
    monkeypatch.setattr(module, "power_weights", lambda values, power: (power_weights(values, power)[0], 0.8))
    found = power_scaling(pulled)
    assert found[["prior", "likelihood"]].isna().all(axis=None)
    assert not found["moves"].any()


@pytest.mark.parametrize("ends", [0.0, -np.inf])
def test_weights_without_a_tail_tell_nothing(ends):
    # The largest are all the same, or a draw has no density at all.
    density = np.where(np.arange(400) < 100, -1 - np.arange(400), ends).astype(float).reshape(4, 100)
    weights, khat = power_weights(density, 1.01)
    assert (weights == 1 / 400).all()
    assert khat == np.inf


def test_priors_that_are_flat_move_nothing():
    assert power_weights(np.zeros((2, 5)), 2)[0].tolist() == [[0.1] * 5] * 2
    even = np.full((2, 5), 0.1)
    # A root of differences of 1e-16 or so, over the logarithm of 1.01.
    assert distance(np.arange(10.0).reshape(2, 5), (even, even)) == pytest.approx((0, 0), abs=1e-5)
