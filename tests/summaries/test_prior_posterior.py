"""Densities of hyperparameters before and after the data."""

import json

import numpy as np
import pytest
from scipy import stats

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.prior_posterior import prior_posterior

CHAINS, DRAWS = 4, 1000
SHAPE = (CHAINS, DRAWS)
PRIORS = {
    "intercept": {"dist": "normal", "mu": 70, "sigma": 50},
    "slope": {"dist": "normal", "mu": 0, "sigma": 10},
    "sd_intercept": {"dist": "halfnormal", "sigma": 8},
    "sd_slope": {"dist": "halfcauchy", "scale": 1},
    "corr": {"dist": "lkj", "eta": 2},
    "sd_resid": {"dist": "exponential", "scale": 3},
}
# Distributions of the draws: two of them lean on a bound.
POSTERIORS = {
    "intercept": stats.norm(80, 2),
    "slope": stats.norm(1, 0.3),
    "sd_intercept": stats.norm(9, 0.5),
    "sd_slope": stats.halfnorm(scale=0.4),
    "corr": stats.uniform(-1, 2),
    "sd_resid": stats.norm(4, 0.1),
}


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(1)
    return {name: posterior.rvs(SHAPE, random_state=rng) for name, posterior in POSTERIORS.items()}


def fit_of(make_fit, draws):
    of_levels = {name: draws[name][..., None] for name in ("sd_intercept", "sd_slope", "corr")}
    fit = make_fit(
        {"region": np.zeros((*SHAPE, 2, 2))}, {"region": ["East", "West"]}, hyperparameters=draws | of_levels
    )
    fit.attrs["priors"] = json.dumps(PRIORS)
    return fit


@pytest.fixture
def table(make_fit, draws):
    return prior_posterior(fit_of(make_fit, draws))


def test_each_parameter_has_its_points(table):
    assert table["parameter"].unique().tolist() == list(PRIORS)
    assert (table.groupby("parameter").size() == 200).all()


def test_prior_densities_are_exact(table):
    rows = table[table["parameter"] == "sd_intercept"]
    np.testing.assert_allclose(rows["prior"], stats.halfnorm(scale=8).pdf(rows["x"]))
    rows = table[table["parameter"] == "corr"]
    # LKJ(2) of one correlation: 3/4 (1 - corr²).
    np.testing.assert_allclose(rows["prior"], 0.75 * (1 - rows["x"] ** 2), atol=1e-12)


@pytest.mark.parametrize("name", POSTERIORS)
def test_posterior_densities_are_near_what_the_draws_are_of(table, name):
    rows, posterior = table[table["parameter"] == name], POSTERIORS[name]
    # The integrated absolute error of a kernel density is of the order of n^(-2/5), 0.036 for 4,000 draws; at
    # a bound that is not folded it would be a fifth for draws that lean on it.
    error = np.trapezoid(abs(rows["posterior"] - posterior.pdf(rows["x"])), rows["x"])
    assert error < 0.08
    # Nothing is lost beyond the bounds.
    assert np.trapezoid(rows["posterior"], rows["x"]) == pytest.approx(1, abs=0.005)


def test_points_stay_where_the_parameter_can_be(table):
    ends = table.groupby("parameter")["x"].agg(["min", "max"])
    assert ends.loc["corr"].tolist() == [-1, 1]
    assert ends.loc["sd_slope", "min"] == 0
    # The mean and five standard deviations, each with its Monte Carlo error.
    low, high = ends.loc["intercept"]
    assert high - low == pytest.approx(2 * 5 * 2, rel=4 / np.sqrt(2 * CHAINS * DRAWS))


def test_narrowing_is_the_ratio_of_the_intervals(table, draws):
    narrowing = table.groupby("parameter")["narrowing"].first()
    low, high = np.quantile(draws["intercept"], [0.025, 0.975])
    assert narrowing["intercept"] == pytest.approx(2 * 1.959964 * 50 / (high - low))
    # A half-Cauchy prior has no standard deviation, but quantiles.
    assert np.isfinite(narrowing["sd_slope"])


def test_a_parameter_that_never_moves_has_no_density(make_fit, draws):
    stuck = draws | {"slope": np.full(SHAPE, 2.0)}
    with pytest.raises(BayesSaudeError, match="'slope' has the same value in every draw"):
        prior_posterior(fit_of(make_fit, stuck))
