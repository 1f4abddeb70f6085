"""The model read forwards: what is drawn has the distributions that the model states."""

import json

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter
from scipy import stats
from trends import covariance

from bayes_saude.errors import BayesSaudeError
from bayes_saude.models.generative import (
    Population,
    distribution,
    draw_hyperparameters,
    draw_shifts,
    draw_units,
    priors_from_json,
    trend,
)
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
    effects = list(draw_units(constant(N, **scatter), Population(tree, NONE, None), rng, {}).values())
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
    effects = draw_units(constant(5, sd_intercept=[3.0, 1.0]), Population(tree, NONE, None), rng, {})
    assert {name: effect.shape for name, effect in effects.items()} == {
        "region_effect": (5, 2, 1),
        "municipality_effect": (5, 4, 1),
    }


def test_a_row_is_at_the_sum_of_its_ancestors_lines(panel, tree):
    region = np.array([[[10.0, 1.0], [20.0, 2.0]]])
    municipality = np.array([[[0.1, 0.01], [0.2, 0.02], [0.3, 0.03], [0.4, 0.04]]])
    draws = constant(1, intercept=100, slope=5) | named(region, municipality)
    eta = trend(draws, Population(tree, NONE, None), panel, 2012)
    # Rows are B, A in E and D, C in W, one year before the origin and two years after it.
    intercepts, slopes = np.array([110.2, 110.1, 120.4, 120.3]), np.array([6.02, 6.01, 7.04, 7.03])
    np.testing.assert_allclose(eta[0], [*(intercepts - slopes), *(intercepts + 2 * slopes)])


def test_a_slope_in_common_is_every_rows(panel, tree):
    effects = named(np.zeros((1, 2, 1)), np.array([[[1.0], [2.0], [3.0], [4.0]]]))
    eta = trend(constant(1, intercept=100, slope=5) | effects, Population(tree, NONE, None), panel, 2011)
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
    effects = draw_units(nothing, Population(tree, shifts, None), np.random.default_rng(1), shifted)
    assert effects["municipality_effect"][0, :, 0].tolist() == [3, 1, 2, 1]
    assert not effects["region_effect"].any()
    eta = trend(
        constant(1, intercept=100, slope=5) | shifted | effects, Population(tree, shifts, None), panel, 2011
    )
    # Rows are B, A, D, C in the first year, and again three years later.
    np.testing.assert_allclose(eta[0], [111, 113, 111, 112, 106.3, 108.9, 106.3, 107.6])


def test_degrees_of_freedom_are_cut_off_at_one(rng):
    prior = distribution(priors_from_json('{"df": {"dist": "gamma", "shape": 2, "rate": 0.1}}')["df"])
    whole = stats.gamma(2, scale=10)
    assert prior.support() == (1, np.inf)
    assert prior.pdf(np.array([0.9, 5.0])) == pytest.approx([0, whole.pdf(5) / whole.sf(1)])
    np.testing.assert_allclose(prior.logpdf(np.array([0.9, 5.0])), [-np.inf, np.log(prior.pdf(5.0))])
    values = prior.rvs(N, rng)
    assert values.min() > 1
    assert stats.kstest(values, lambda x: (whole.cdf(x) - whole.cdf(1)) / whole.sf(1)).pvalue > RARE
    assert prior.ppf([0.0, 0.5]) == pytest.approx([1, whole.ppf(0.5 * (1 + whole.cdf(1)))])


def test_units_in_an_order_are_like_their_neighbours(rng, tree):
    # A walk over the two regions: each is what the other is not.
    basis = np.array([[1.0], [-1.0]])
    scatter = {"sd_intercept": [3.0, 1.0], "sd_slope": [0.5, 2.0], "corr": [0.6, -0.8]}
    effects = draw_units(constant(N, **scatter), Population(tree, NONE, basis), rng, {})
    region = effects["region_effect"]
    np.testing.assert_allclose(region.sum(axis=1), 0, atol=1e-12)
    expected = covariance(3.0, 0.5, 0.6)
    error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / N)
    assert (abs(region[:, 0].T @ region[:, 0] / N - expected) < 4 * error).all()
    # Those inside are exchangeable as ever.
    between = np.corrcoef(effects["municipality_effect"][..., 0].T)[np.triu_indices(4, 1)]
    assert (abs(between) < 4 / np.sqrt(N)).all()
