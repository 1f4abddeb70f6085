"""Which posteriors rest on their priors: what the weighted draws say is what other fits say."""

import arviz_stats
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from events import event_model, simulate_events
from known_fits import fit_at_truth, with_scatter
from scipy import stats
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.checks import hyperparameter_draws
from bayes_saude.inference.fit import fit
from bayes_saude.inference.log_likelihood import log_likelihood, marginal_log_likelihood
from bayes_saude.inference.reading import panel_of
from bayes_saude.inference.refit import refit
from bayes_saude.inference.replicates import one_replicate
from bayes_saude.inference.simulate import simulate
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.parameters import LKJ, Exponential, Gamma, HalfNormal, Normal
from bayes_saude.summaries import power_scaling as module
from bayes_saude.summaries.coefficients import posterior_of, spec_of
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
PULLING = """
intercept = {dist = "normal", mu = 60, sigma = 3}
slope = {dist = "normal", mu = 0, sigma = 1}
sd_intercept = {dist = "halfnormal", sigma = 4}
sd_slope = {dist = "halfnormal", sigma = 1}
corr = {dist = "lkj", eta = 4}
sd_resid = {dist = "halfnormal", sigma = 1}
"""


@pytest.fixture(scope="module")
def panel():
    return simulate_trend(
        3, fixed=(70, 2), scatter={"region": (8, 1.5, 0.3)}, sd_resid=4, regions=30, per_region=1
    )


@pytest.fixture(scope="module")
def pulled(panel):
    """Give a fit whose priors say other than its data do."""
    return fit(trend_model(["region"], priors=PULLING), panel, seed=1)


def to_the_power(prior, power):
    """Raise a prior to a power, which is one of the same kind."""
    match prior:
        case Normal(sigma=sigma) | HalfNormal(sigma=sigma):
            return prior.model_copy(update={"sigma": sigma / np.sqrt(power)})
        case Exponential(scale=scale):
            return prior.model_copy(update={"scale": scale / power})
        case LKJ(eta=eta):
            return prior.model_copy(update={"eta": 1 + power * (eta - 1)})
        case Gamma(shape=shape, rate=rate):
            return prior.model_copy(update={"shape": 1 + power * (shape - 1), "rate": power * rate})
    raise AssertionError(prior)


def refitted(fitted, power):
    priors = priors_from_json(fitted.attrs["priors"])
    return refit(fitted, priors={name: to_the_power(prior, power) for name, prior in priors.items()}, seed=2)


def doubled(fitted, names):
    """Fit the units of a panel twice over, which squares the likelihood that has them integrated out."""
    panel = panel_of(fitted)
    again = panel.assign(**{name: panel[name] + " again" for name in names})
    both = pd.concat([panel, again], ignore_index=True)
    both.attrs = panel.attrs
    return refit(fitted, panel=both, seed=2)


def errors(drawn, weights, other):
    """Give the weighted means' distances from another fit's, in Monte Carlo errors of both, and the shifts.

    The error of a weighted mean is that of w (x - mean), as of any mean of draws.
    """
    found, moved = {}, {}
    for name, values in hyperparameter_draws(drawn).items():
        expected = hyperparameter_draws(other)[name]
        mean = float((weights * values.values).sum())
        influence = weights * weights.size * (values.values - mean)
        error = np.hypot(float(arviz_stats.mcse(influence)), float(arviz_stats.mcse(expected)))
        found[name] = (mean - float(expected.mean())) / error
        moved[name] = (mean - float(values.mean())) / error
    return pd.Series(found), pd.Series(moved)


@pytest.mark.parametrize("power", [0.5, 2])
def test_scaled_priors_shift_means_as_a_fit_with_such_priors_does(pulled, power):
    weights, khat = power_weights(log_prior(pulled), power)
    assert khat < 0.7
    apart, moved = errors(pulled, weights, refitted(pulled, power))
    # Six means, each normal about the other fit's.
    assert (abs(apart) < 4).all(), apart
    assert (abs(moved[["intercept", "slope", "sd_resid"]]) > 6).all(), moved


def test_a_squared_likelihood_shifts_means_as_a_fit_to_twice_the_units_does(pulled):
    weights, khat = power_weights(marginal_log_likelihood(spec_of(pulled), pulled), 2)
    assert khat < 0.7
    apart, moved = errors(pulled, weights, doubled(pulled, ["region"]))
    assert (abs(apart) < 4).all(), apart
    assert abs(moved).max() > 10


def check_both(fitted, names):
    """Hold priors to the power of 2 against a fit with them, and the likelihood squared against one."""
    weights, khat = power_weights(log_prior(fitted), 2)
    assert khat < 0.7
    apart, moved = errors(fitted, weights, refitted(fitted, 2))
    # A dozen means.
    assert (abs(apart) < 4.5).all(), apart
    assert abs(moved).max() > 6, moved
    if names:
        weights, khat = power_weights(marginal_log_likelihood(spec_of(fitted), fitted), 2)
        assert khat < 0.7
        apart, _ = errors(fitted, weights, doubled(fitted, names))
        assert (abs(apart) < 4.5).all(), apart


@pytest.mark.slow
def test_nested_levels_predictors_and_year_effects_shift_as_other_fits_do():
    panel = simulate_trend(
        3, fixed=(70, 2), scatter={"region": (5, 1, 0), "municipality": (8, 1.5, 0.3)}, sd_resid=4,
        regions=12, per_region=6,
    )  # fmt: skip
    band = np.where(panel["municipality"].str[-1].isin(list("02468")), "large", "small")
    panel = panel.assign(band=band, value=panel["value"] + 12 * (band == "large"))
    spec = trend_model(
        ["region", "municipality"], predictors=["band"],
        priors='"intercept[band]" = {dist = "normal", mu = 0, sigma = 1}\n'
        '"sd_intercept[region]" = {dist = "exponential", scale = 3}',
    )  # fmt: skip
    fitted = fit(spec, panel, seed=1, draws=2000)
    check_both(fitted, ["region", "municipality"])
    # The effects themselves, which are no hyperparameters of the table, are drawn to zero.
    weights, _ = power_weights(log_prior(fitted), 2)
    effect = [
        posterior_of(each)["band_effect"].sel(band="large", term="intercept", drop=True)
        for each in (fitted, refitted(fitted, 2))
    ]
    mean = float((weights * effect[0].values).sum())
    error = np.hypot(
        float(arviz_stats.mcse(weights * weights.size * (effect[0].values - mean))),
        float(arviz_stats.mcse(effect[1])),
    )
    assert abs(mean - float(effect[1].mean())) < 4 * error
    assert float(effect[0].mean()) - mean > 6 * error

    years = panel.drop(columns="band").assign(value=panel["value"] - 6 * (panel["time"] == 2012))
    spec = trend_model(["region", "municipality"], year_effects=True)
    check_both(fit(spec, years, seed=1, draws=2000), [])


@pytest.mark.slow
def test_sampled_units_shift_as_other_fits_do(panel):
    heavy = trend_model(["region"], family="student_t", priors='df = {dist = "gamma", shape = 4, rate = 1}')
    check_both(fit(heavy, panel, seed=1, draws=4000), [])


@pytest.mark.slow
def test_a_squared_likelihood_of_shares_is_that_of_twice_the_trials():
    panel, _ = simulate_events(
        1, family="binomial", fixed=(-1, 0.1), scatter={"region": (0.4, 0.1, 0)}, regions=6, per_region=1,
        size=40,
    )  # fmt: skip
    spec = event_model("binomial", ["region"])
    fitted = fit(spec, panel, seed=1, draws=4000)
    both = panel_of(fitted)
    attrs = both.attrs
    both = both.assign(successes=2 * both["successes"], trials=2 * both["trials"])
    both.attrs = attrs
    weights, khat = power_weights(log_likelihood(spec, fitted), 2)
    assert khat < 0.7
    apart, moved = errors(fitted, weights, refit(fitted, panel=both, seed=2))
    assert (abs(apart) < 4).all(), apart
    assert abs(moved).max() > 4


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


def test_a_narrow_prior_far_from_the_data_moves_its_posterior_and_a_wide_one_does_not(panel):
    wide, narrow = (
        power_scaling(fit(trend_model(["region"], priors=priors), panel, seed=1)).set_index("parameter")
        for priors in ("", NARROW)
    )
    assert tuple(wide.reset_index()[list(COLUMNS)]) == COLUMNS
    assert not wide.loc["intercept", "moves"]
    assert narrow.loc["intercept", "moves"]
    assert narrow.loc["intercept", "prior"] > 5 * wide.loc["intercept", "prior"]
    # Thirty units of four years tell the scatter about the line.
    assert not narrow.loc["sd_resid", "moves"]
    assert wide.loc["sd_resid", "likelihood"] > 0.05


def test_replicates_are_each_looked_at(panel):
    # The second replicate lies 1000 higher, where its prior does not expect it.
    other = panel.assign(replicate=2, value=panel["value"] + 1000)
    spec = trend_model(["region"], priors='intercept = {dist = "normal", mu = 60, sigma = 30}')
    twice = fit(spec, pd.concat([panel, other], ignore_index=True), seed=1, draws=800)
    found = power_scaling(twice).set_index(["parameter", "replicate"])
    assert found.groupby("replicate").size().to_dict() == {1: 6, 2: 6}
    assert not found.loc[("intercept", 1), "moves"]
    assert found.loc[("intercept", 2), "moves"]
    second = one_replicate(twice, 2)
    assert second["posterior"].sizes["chain"] == 4
    assert set(panel_of(second)["replicate"]) == {2}


def test_the_density_of_all_priors_is_the_sum_of_theirs(panel):
    band = np.where(panel["region"].str[-1].isin(list("02468")), "large", "small")
    band[panel["region"].str[-1] == "9"] = "middle"
    spec = trend_model(["region"], predictors=["band"], year_effects=True)
    two = [simulate(spec, panel.assign(band=band), seed=seed) for seed in (1, 2)]
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


def test_priors_that_are_flat_move_nothing():
    assert power_weights(np.zeros((2, 5)), 2)[0].tolist() == [[0.1] * 5] * 2
    even = np.full((2, 5), 0.1)
    # A root of differences of 1e-16 or so, over the logarithm of 1.01.
    assert distance(np.arange(10.0).reshape(2, 5), (even, even)) == pytest.approx((0, 0), abs=1e-5)
