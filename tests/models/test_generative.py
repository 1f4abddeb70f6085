"""The model read forwards: what is drawn has the distributions that the model states."""

import json

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter
from scipy import stats
from scipy.special import expit, logit
from trends import covariance

from bayes_saude.errors import BayesSaudeError
from bayes_saude.models.generative import (
    OUTCOMES,
    distribution,
    draw_hyperparameters,
    draw_shifts,
    draw_units,
    outcome_of,
    priors_from_json,
    trend,
)
from bayes_saude.models.outcomes import FAMILIES, LOG, LOGIT
from bayes_saude.models.parameters import Prior
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import priors_as_json
from bayes_saude.models.shifts import Shifts, make_shifts

PRIORS = {
    "intercept": {"dist": "normal", "mu": 70, "sigma": 10},
    "slope": {"dist": "normal", "mu": 0, "sigma": 2},
    "sd_intercept[region]": {"dist": "halfnormal", "sigma": 8},
    "sd_slope[region]": {"dist": "exponential", "scale": 3},
    "corr[region]": {"dist": "lkj", "eta": 2},
    "sd_intercept[municipality]": {"dist": "halfcauchy", "scale": 5},
    "sd_slope[municipality]": {"dist": "halfnormal", "sigma": 1},
    "corr[municipality]": {"dist": "lkj", "eta": 1},
    "sd_resid": {"dist": "halfnormal", "sigma": 6},
}
N = 20_000
NONE = Shifts(np.array([2011.0, 2014.0]), False, {}, {})
# The p-value of a Kolmogorov-Smirnov test is uniform: one in a thousand seeds would fail.
RARE = 0.001


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def panel():
    """Four municipalities in two regions, two years."""
    places = pd.DataFrame({"region": list("EEWW"), "municipality": list("BADC")})
    return pd.concat([places.assign(time=year) for year in (2011, 2014)], ignore_index=True)


@pytest.fixture(scope="module")
def tree(panel):
    return make_tree(panel, ["region", "municipality"])


def constant(n, **values):
    return {
        name: np.broadcast_to(np.asarray(value, float), (n, *np.shape(value)))
        for name, value in values.items()
    }


def named(region, municipality):
    return {"region_effect": region, "municipality_effect": municipality}


def test_priors_come_back_from_the_text_that_a_fit_keeps():
    priors = TypeAdapter(dict[str, Prior]).validate_python(PRIORS)
    assert priors_from_json(priors_as_json(priors)) == priors
    assert list(priors_from_json(priors_as_json(priors))) == list(PRIORS)


def test_hyperparameters_have_their_priors_and_the_layout_of_a_fit(rng):
    drawn = draw_hyperparameters(priors_from_json(json.dumps(PRIORS)), N, rng)
    assert {name: values.shape for name, values in drawn.items()} == {
        "intercept": (N,), "slope": (N,), "sd_resid": (N,),
        "sd_intercept": (N, 2), "sd_slope": (N, 2), "corr": (N, 2),
    }  # fmt: skip
    expected = [
        (drawn["intercept"], stats.norm(70, 10)),
        (drawn["sd_intercept"][:, 0], stats.halfnorm(scale=8)),
        (drawn["sd_intercept"][:, 1], stats.halfcauchy(scale=5)),
        (drawn["sd_slope"][:, 0], stats.expon(scale=3)),
        (drawn["corr"][:, 1], stats.uniform(-1, 2)),
        # The density of LKJ(2) is proportional to the determinant, 1 - corr².
        (drawn["corr"][:, 0], stats.rv_histogram(_density(lambda r: 1 - r**2))),
    ]
    for values, reference in expected:
        assert stats.kstest(values, reference.cdf).pvalue > RARE


def _density(function):
    edges = np.linspace(-1, 1, 2001)
    return function((edges[1:] + edges[:-1]) / 2), edges


def test_a_prior_without_a_distribution_is_named():
    class Odd:
        dist = "laplace"

    with pytest.raises(BayesSaudeError, match="'laplace' cannot be drawn from yet, only 'normal'"):
        distribution(Odd())


def test_units_scatter_about_their_parents_as_the_hyperparameters_say(rng, tree):
    scatter = {"sd_intercept": [3.0, 1.0], "sd_slope": [0.5, 2.0], "corr": [0.6, -0.8]}
    effects = list(draw_units(constant(N, **scatter), tree, rng, NONE, {}).values())
    assert [effect.shape for effect in effects] == [(N, 2, 2), (N, 4, 2)]
    for depth, effect in enumerate(effects):
        expected = covariance(*(scatter[name][depth] for name in scatter))
        for unit in range(effect.shape[1]):
            found = effect[:, unit].T @ effect[:, unit] / N
            # The variance of a product of two normals is s11 s22 + s12².
            error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / N)
            assert (abs(found - expected) < 4 * error).all()
    # Units are independent of one another.
    between = np.corrcoef(effects[1][..., 0].T)[np.triu_indices(4, 1)]
    assert (abs(between) < 4 / np.sqrt(N)).all()


def test_without_slopes_units_have_an_intercept_only(rng, tree):
    effects = draw_units(constant(5, sd_intercept=[3.0, 1.0]), tree, rng, NONE, {})
    assert {name: effect.shape for name, effect in effects.items()} == {
        "region_effect": (5, 2, 1),
        "municipality_effect": (5, 4, 1),
    }


def test_a_row_is_at_the_sum_of_its_ancestors_lines(panel, tree):
    region = np.array([[[10.0, 1.0], [20.0, 2.0]]])
    municipality = np.array([[[0.1, 0.01], [0.2, 0.02], [0.3, 0.03], [0.4, 0.04]]])
    draws = constant(1, intercept=100, slope=5) | named(region, municipality)
    eta = trend(draws, tree, NONE, panel, 2012)
    # Rows are B, A in E and D, C in W, one year before the origin and two years after it.
    intercepts, slopes = np.array([110.2, 110.1, 120.4, 120.3]), np.array([6.02, 6.01, 7.04, 7.03])
    np.testing.assert_allclose(eta[0], [*(intercepts - slopes), *(intercepts + 2 * slopes)])


def test_a_slope_in_common_is_every_rows(panel, tree):
    effects = named(np.zeros((1, 2, 1)), np.array([[[1.0], [2.0], [3.0], [4.0]]]))
    eta = trend(constant(1, intercept=100, slope=5) | effects, tree, NONE, panel, 2011)
    np.testing.assert_allclose(eta[0], [102, 101, 104, 103, 117, 116, 119, 118])


OF_BANDS = {
    "intercept[band]": {"dist": "normal", "mu": 0, "sigma": 6},
    "slope[band]": {"dist": "normal", "mu": 0, "sigma": 2},
}


@pytest.fixture(scope="module")
def shifts(panel, tree):
    """Three bands: D and B are in one, A and C in one each."""
    banded = panel.assign(
        band=panel["municipality"].map({"A": "small", "B": "large", "C": "middle", "D": "large"})
    )
    return make_shifts(banded, tree, ["band"], True)


def test_effects_of_groups_have_their_priors_and_add_up_to_zero(rng, shifts):
    priors = priors_from_json(json.dumps(PRIORS | OF_BANDS))
    hyperparameters = draw_hyperparameters(priors, N, rng)
    # They do not stand in for those of the population.
    assert stats.kstest(hyperparameters["intercept"], stats.norm(70, 10).cdf).pvalue > RARE
    band = draw_shifts(hyperparameters | {"sd_year": np.ones(N)}, priors, shifts, rng)["band_effect"]
    assert band.shape == (N, 3, 2)
    np.testing.assert_allclose(band.sum(axis=1), 0, atol=1e-9)
    for term, sigma in enumerate((6, 2)):
        for group in range(3):
            assert stats.kstest(band[:, group, term], stats.norm(0, sigma).cdf).pvalue > RARE
        # Of three that add up to zero each two have the correlation -1/2.
        found = np.corrcoef(band[..., term].T)[np.triu_indices(3, 1)]
        assert (abs(found + 0.5) < 4 * 0.75 / np.sqrt(N)).all()


def test_years_deviate_by_their_standard_deviation(rng, shifts):
    sd_year = np.full(N, 3.0)
    hyperparameters = {"sd_year": sd_year, "intercept": sd_year}
    years = draw_shifts(hyperparameters, priors_from_json(json.dumps(OF_BANDS)), shifts, rng)["year_effect"]
    assert years.shape == (N, 2)
    assert stats.kstest(years.ravel(), stats.norm(0, 3).cdf).pvalue > RARE


def test_units_have_the_effects_of_their_groups_and_rows_those_of_their_years(panel, tree, shifts):
    nothing = constant(1, sd_intercept=[0.0, 0.0], sd_slope=[0.0, 0.0], corr=[0.0, 0.0])
    # Bands are in the order of their names: large, middle, small.
    shifted = {
        "band_effect": np.array([[[1.0, 0.1], [2.0, 0.2], [3.0, 0.3]]]),
        "year_effect": np.array([[10.0, -10.0]]),
    }
    effects = draw_units(nothing, tree, np.random.default_rng(1), shifts, shifted)
    assert effects["municipality_effect"][0, :, 0].tolist() == [3, 1, 2, 1]
    assert not effects["region_effect"].any()
    eta = trend(constant(1, intercept=100, slope=5) | shifted | effects, tree, shifts, panel, 2011)
    # Rows are B, A, D, C in the first year, and again three years later.
    np.testing.assert_allclose(eta[0], [111, 113, 111, 112, 106.3, 108.9, 106.3, 107.6])


def test_degrees_of_freedom_are_cut_off_at_one(rng):
    prior = distribution(priors_from_json('{"df": {"dist": "gamma", "shape": 2, "rate": 0.1}}')["df"])
    whole = stats.gamma(2, scale=10)
    assert prior.support() == (1, np.inf)
    assert prior.pdf(np.array([0.9, 5.0])) == pytest.approx([0, whole.pdf(5) / whole.sf(1)])
    values = prior.rvs(N, rng)
    assert values.min() > 1
    assert stats.kstest(values, lambda x: (whole.cdf(x) - whole.cdf(1)) / whole.sf(1)).pvalue > RARE
    assert prior.ppf([0.0, 0.5]) == pytest.approx([1, whole.ppf(0.5 * (1 + whole.cdf(1)))])


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
