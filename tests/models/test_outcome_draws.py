"""How outcomes are drawn about their trend, family by family, and their residuals."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from bayes_saude.errors import BayesSaudeError
from bayes_saude.models.outcome_draws import OUTCOMES, outcome_of
from bayes_saude.models.outcomes import FAMILIES, LOG, LOGIT

N = 20_000
# The p-value of a Kolmogorov-Smirnov test is uniform: one in a thousand seeds would fail.
RARE = 0.001


@pytest.fixture
def rng():
    return np.random.default_rng(1)


DISPERSION = 0.3
CONCENTRATION = DISPERSION**-2
CASES = {
    "gaussian": ({}, 70.0, {"sd_resid": 4.0}, stats.norm(70, 4)),
    "student_t": ({}, 70.0, {"sd_resid": 4.0, "df": 3.0}, stats.t(3, loc=70, scale=4)),
    "lognormal": ({}, -1.0, {"sd_resid": 0.4}, stats.lognorm(0.4, scale=np.exp(-1.0))),
    "binomial": ({"trials": 40}, -1.0, {}, stats.binom(40, expit(-1.0))),
    "beta_binomial": (
        {"trials": 40},
        -1.0,
        {"dispersion": DISPERSION},
        stats.betabinom(40, CONCENTRATION * expit(-1.0), CONCENTRATION * expit(1.0)),
    ),
    "negative_binomial": (
        {"exposure": 200.0},
        -2.0,
        {"dispersion": DISPERSION},
        stats.nbinom(CONCENTRATION, CONCENTRATION / (CONCENTRATION + 200 * np.exp(-2.0))),
    ),
}


@pytest.mark.parametrize("family", CASES)
def test_outcomes_are_distributed_as_scipys(rng, family):
    sizes, eta, parameters, reference = CASES[family]
    columns = {name: np.full(4, float(size)) for name, size in sizes.items()}
    by = {name: np.full((N // 4, 1), value) for name, value in parameters.items()}
    (values,) = outcome_of(family).draw(rng, np.full((N // 4, 4), eta), columns, by).values()
    assert values.shape == (N // 4, 4)
    if not sizes:
        assert stats.kstest(values.ravel(), reference.cdf).pvalue > RARE
        return
    found, counts = np.unique(values, return_counts=True)
    # Values expected less than ten times go with their neighbours.
    edges = reference.ppf(np.linspace(0, 1, 16)[1:-1])
    edges = np.unique(edges)
    expected = np.diff([0, *reference.cdf(edges), 1]) * N
    cells = np.bincount(np.searchsorted(edges, found), weights=counts, minlength=len(expected))
    assert stats.chisquare(cells, expected).pvalue > RARE


def test_a_share_of_cost_scatters_normally_on_the_logit_scale(rng):
    by = {"sd_resid": np.full((N, 1), 0.4)}
    (values,) = outcome_of("logit_normal").draw(rng, np.full((N, 1), -1.0), {}, by).values()
    assert stats.kstest(logit(values.ravel()), stats.norm(-1, 0.4).cdf).pvalue > RARE


@pytest.mark.parametrize(("family", "link"), [("lognormal", LOG), ("logit_normal", LOGIT)])
def test_residuals_of_values_are_on_the_links_scale(family, link):
    eta, by = np.array([[-1.0, -1.0]]), {"sd_resid": np.array([[0.4]])}
    value = link.to_outcome(np.array([-1.8, -0.6]))
    np.testing.assert_allclose(outcome_of(family).residual(eta, {"value": value}, by), [[-2, 1]])


def test_residuals_of_students_t_are_normal_where_the_model_is_true(rng):
    by = {"sd_resid": np.full((N, 1), 4.0), "df": np.full((N, 1), 1.5)}
    family, eta = outcome_of("student_t"), np.full((N, 1), 70.0)
    residual = family.residual(eta, family.draw(rng, eta, {}, by), by)
    assert stats.kstest(residual.ravel(), "norm").pvalue > RARE
    far = family.residual(np.zeros((1, 2)), {"value": np.array([-1e9, 1e9])}, {"sd_resid": 1.0, "df": 3.0})
    # P(t > x) is about 1.1 x^-3 far out: 1.1e-27, as a normal number 10.8.
    assert far[0] == pytest.approx([-10.8, 10.8], abs=0.1)


@pytest.mark.parametrize("family", sorted(set(CASES) - {"lognormal", "student_t"}))
def test_residuals_have_mean_zero_and_variance_one(rng, family):
    sizes, eta, parameters, reference = CASES[family]
    columns = {name: np.full(4, float(size)) for name, size in sizes.items()}
    by = {name: np.full((1, 1), value) for name, value in parameters.items()}
    outcome = FAMILIES[family].columns[0]
    values = np.array([reference.mean() + k * reference.std() for k in (-1, 0, 1, 2.5)])
    residual = outcome_of(family).residual(np.full((1, 4), eta), columns | {outcome: values}, by)
    np.testing.assert_allclose(residual[0], [-1, 0, 1, 2.5], atol=1e-12)


def test_without_dispersion_the_variance_is_that_of_counting_alone(rng):
    shape, none = (N, 1), {"dispersion": np.zeros((1, 1))}
    share = outcome_of("beta_binomial").draw(rng, np.zeros(shape), {"trials": np.full(1, 100.0)}, none)
    count = outcome_of("negative_binomial").draw(rng, np.zeros(shape), {"exposure": np.full(1, 100.0)}, none)
    # The relative standard error of a variance is sqrt(2 / N).
    assert abs(share["successes"].var() / 25 - 1) < 4 * np.sqrt(2 / N)
    assert abs(count["count"].var() / 100 - 1) < 4 * np.sqrt(2 / N)


def test_trends_beyond_all_measure_are_still_drawn(rng):
    far, by = np.array([[-800.0, 800.0]]), {"dispersion": np.array([[0.5]])}
    share = outcome_of("beta_binomial").draw(rng, far, {"trials": np.array([10.0, 10.0])}, by)
    assert share["successes"].tolist() == [[0, 10]]
    rate = np.array([[-800.0, 60.0]])
    count = outcome_of("negative_binomial").draw(rng, rate, {"exposure": np.array([1.0, 1.0])}, by)
    assert count["count"][0, 0] == 0
    assert 1e20 < count["count"][0, 1] < np.inf


def test_a_family_that_cannot_be_drawn_is_named():
    with pytest.raises(BayesSaudeError, match="family 'cauchy' cannot be drawn yet, only of 'gaussian'"):
        outcome_of("cauchy")


def test_every_family_of_a_model_file_can_be_drawn():
    assert set(FAMILIES) <= set(OUTCOMES)
