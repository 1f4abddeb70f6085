"""Draws weighted by priors and likelihoods of other powers, held against fits with these."""

import arviz_stats
import numpy as np
import pandas as pd
import pytest
from events import event_model, simulate_events
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.checks import hyperparameter_draws
from bayes_saude.inference.fit import fit
from bayes_saude.inference.log_likelihood import log_likelihood, marginal_log_likelihood
from bayes_saude.inference.reading import panel_of
from bayes_saude.inference.refit import refit
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.parameters import LKJ, Exponential, Gamma, HalfNormal, Normal
from bayes_saude.summaries.coefficients import posterior_of, spec_of
from bayes_saude.summaries.power_scaling import log_prior, power_weights


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
def test_sampled_units_shift_as_other_fits_do(thirty_regions):
    heavy = trend_model(["region"], family="student_t", priors='df = {dist = "gamma", shape = 4, rate = 1}')
    check_both(fit(heavy, thirty_regions, seed=1, draws=4000), [])


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
