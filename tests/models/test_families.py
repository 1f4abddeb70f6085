"""Each likelihood is SciPy's, up to a term of the data alone."""

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import stats
from scipy.special import expit

from bayes_saude.models.families import LIKELIHOODS
from bayes_saude.models.outcomes import FAMILIES, GAUSSIAN

ETA = np.array([[-1.2, 0.3, -4.0, 2.0], [-0.7, 0.1, -3.0, 2.5]])
SHARES = {
    "successes": np.array([3.0, 40.0, 0.0, 117_000.0]),
    "trials": np.array([10.0, 80.0, 0.0, 130_000.0]),
}
COUNTS = {"count": np.array([0.0, 12.0, 3.0, 90_000.0]), "exposure": np.array([5.0, 9.5, 100.0, 12_000.0])}


def beta_binomial(eta, dispersion):
    a, b = expit(eta) / dispersion**2, expit(-eta) / dispersion**2
    return stats.betabinom(SHARES["trials"], a, b).logpmf(SHARES["successes"])


def negative_binomial(eta, dispersion):
    mean = COUNTS["exposure"] * np.exp(eta)
    return stats.nbinom(dispersion**-2, 1 / (1 + mean * dispersion**2)).logpmf(COUNTS["count"])


CASES = {
    "binomial": (
        SHARES,
        lambda eta: stats.binom(SHARES["trials"], expit(eta)).logpmf(SHARES["successes"]),
        (),
    ),
    "beta_binomial": (SHARES, beta_binomial, (0.06, 0.4)),
    "negative_binomial": (COUNTS, negative_binomial, (0.06, 0.4)),
}


def test_every_family_but_the_gaussian_has_a_likelihood():
    assert {GAUSSIAN, *LIKELIHOODS} == set(FAMILIES)
    assert set(CASES) == set(LIKELIHOODS)


@pytest.mark.parametrize("family", CASES)
def test_differences_of_log_densities_are_scipys(family):
    data, scipys, dispersions = CASES[family]
    outcome = {name: pt.as_tensor(values) for name, values in data.items()}
    # Two places in the space of parameters: the term of the data alone falls out of the difference.
    places = (
        [(eta, *dispersion) for eta, dispersion in zip(ETA, np.atleast_2d(dispersions).T, strict=True)]
        if (dispersions)
        else [(eta,) for eta in ETA]
    )
    ours = [
        LIKELIHOODS[family](pt.as_tensor(eta), outcome, *map(pt.as_tensor, rest)).eval(mode="FAST_COMPILE")
        for eta, *rest in places
    ]
    theirs = [scipys(*place) for place in places]
    # Differences of logarithms of gamma functions of up to 130,000, which are of the order of a million.
    np.testing.assert_allclose(ours[1] - ours[0], theirs[1] - theirs[0], rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != GAUSSIAN])
def test_links_go_there_and_back(family):
    link = FAMILIES[family].link
    values = np.array([0.001, 0.2, 0.9])
    np.testing.assert_allclose(link.to_outcome(link.to_trend(values)), values)
