"""Drawn effects have the exact conditional mean and covariance, which dense matrices give too."""

import numpy as np
import pytest
from scipy.stats import norm
from trends import covariance, design, marginal_covariance, simulate

from bayes_saude.inference.effects import draw_effects
from bayes_saude.models.moments import make_moments
from bayes_saude.models.predictor import make_tree

N = 40_000
FIXED, SD_RESID = (45.0, 3.0), 7.5
SCATTER = {"state": (3.0, 1.0, -0.6), "region": (4.0, 1.5, 0.3), "municipality": (6.0, 2.0, 0.5)}


@pytest.fixture(scope="module")
def panel():
    """Six municipalities in three regions in two states, a third of the cells missing."""
    return simulate(
        4, fixed=(50, 2), scatter=SCATTER, sd_resid=7, regions=3, per_region=2, missing=0.33
    )  # fmt: skip


def drawn(panel, scatter, seed=0, n=N):
    """Draw effects `n` times at the same hyperparameters; arrays (n, units, terms), outermost first."""
    tree = make_tree(panel, list(scatter))
    hyperparameters = {
        "intercept": np.full(n, FIXED[0]), "slope": np.full(n, FIXED[1]), "sd_resid": np.full(n, SD_RESID),
    }  # fmt: skip
    for i, name in enumerate(("sd_intercept", "sd_slope", "corr")):
        hyperparameters[name] = np.tile([of_level[i] for of_level in scatter.values()], (n, 1))
    moments = make_moments(panel, tree, 2011)
    return draw_effects(hyperparameters, moments, tree, np.random.default_rng(seed)), tree


def exact(panel, scatter, tree):
    """Mean and covariance of all effects, units of the outermost level first, intercept and slope in turn."""
    x = design(panel)
    loadings, priors = [], []
    for level, units in zip(scatter, tree.units, strict=True):
        member = panel[level].to_numpy(dtype=str)[:, None] == units
        loadings.append((member[:, :, None] * x[:, None, :]).reshape(len(panel), -1))
        priors.append(np.kron(np.eye(len(units)), covariance(*scatter[level])))
    z = np.hstack(loadings)
    size = np.cumsum([0] + [len(prior) for prior in priors])
    g = np.zeros((size[-1], size[-1]))
    for start, end, prior in zip(size, size[1:], priors, strict=False):
        g[start:end, start:end] = prior
    gain = np.linalg.solve(marginal_covariance(panel, scatter, SD_RESID), z @ g).T
    return gain @ (panel["value"].to_numpy() - x @ FIXED), g - gain @ z @ g


def standard_scores(effects, mean, cov):
    """Distance of the draws' means and covariances from the exact ones, in Monte Carlo standard errors."""
    draws = np.concatenate([effect.reshape(len(effect), -1) for effect in effects], axis=1).astype(float)
    variance = np.diag(cov)
    of_means = (draws.mean(axis=0) - mean) / np.sqrt(variance / N)
    se = np.sqrt((np.outer(variance, variance) + cov**2) / N)
    of_covariances = ((draws - mean).T @ (draws - mean) / N - cov) / se
    return np.concatenate([of_means, of_covariances[np.triu_indices(len(cov))]])


@pytest.mark.parametrize("levels", [["municipality"], ["region"], ["region", "municipality"], list(SCATTER)])
def test_effects_have_their_exact_conditional_distribution(panel, levels):
    scatter = {level: SCATTER[level] for level in levels}
    effects, tree = drawn(panel, scatter)
    scores = standard_scores(effects, *exact(panel, scatter, tree))
    # One false alarm in a thousand runs, however many numbers are compared.
    assert np.abs(scores).max() < norm.isf(0.001 / 2 / len(scores))


def test_at_a_correlation_of_one_effects_lie_on_a_line(panel):
    scatter = {"region": SCATTER["region"], "municipality": (6.0, 2.0, 1.0)}
    (regions, municipalities), tree = drawn(panel, scatter, n=500)
    assert np.isfinite(regions).all()
    ulp = np.finfo(np.float32).eps * np.abs(municipalities).max()
    np.testing.assert_allclose(municipalities[..., 1] * 3, municipalities[..., 0], atol=4 * ulp)
    # What the draws vary about is exact here too.
    mean, _ = exact(panel, scatter, tree)
    spread = municipalities[..., 0].std(axis=0) / np.sqrt(500)
    assert (
        np.abs(municipalities[..., 0].mean(axis=0) - mean[2 * len(tree.units[0]) :: 2]) < 5 * spread
    ).all()


def test_without_scatter_there_are_no_effects(panel):
    (effects,), _ = drawn(panel, {"municipality": (0.0, 0.0, 0.0)}, n=10)
    np.testing.assert_array_equal(effects, 0)


def test_only_slopes_may_vary(panel):
    (effects,), _ = drawn(panel, {"municipality": (0.0, 2.0, 0.0)}, n=1000)
    np.testing.assert_array_equal(effects[..., 0], 0)
    assert (effects[..., 1].std(axis=0) > 0.1).all()


def test_a_unit_without_data_is_drawn_as_any_unit(panel):
    gone = panel["municipality"] == panel["municipality"].iloc[0]
    tree = make_tree(panel, ["municipality"])
    moments = make_moments(panel[~gone], tree, 2011)
    hyperparameters = {
        "intercept": np.full(N, 45.0), "slope": np.full(N, 3.0), "sd_resid": np.full(N, 7.5),
        "sd_intercept": np.full((N, 1), 6.0), "sd_slope": np.full((N, 1), 2.0), "corr": np.full((N, 1), 0.5),
    }  # fmt: skip
    (effects,) = draw_effects(hyperparameters, moments, tree, np.random.default_rng(1))
    of_unit = effects[:, 0].astype(float)
    expected = covariance(6, 2, 0.5)
    se = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / N)
    assert (np.abs(of_unit.T @ of_unit / N - expected) < 4 * se).all()


def test_without_slopes_of_units_only_intercepts_are_drawn(panel):
    tree = make_tree(panel, ["municipality"])
    hyperparameters = {
        "intercept": np.full(10, 45.0), "slope": np.full(10, 3.0), "sd_resid": np.full(10, 7.5),
        "sd_intercept": np.full((10, 1), 6.0),
    }  # fmt: skip
    (effects,) = draw_effects(
        hyperparameters, make_moments(panel, tree, 2011), tree, np.random.default_rng(1)
    )
    assert effects.shape == (10, 6, 1)
