"""Each likelihood is SciPy's, up to a term of the data alone."""

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import stats
from scipy.special import expit
from trends import ORIGIN, simulate, trend_model

from bayes_saude.models.build import build
from bayes_saude.models.families import LIKELIHOODS
from bayes_saude.models.outcomes import FAMILIES

ETA = np.array([[-1.2, 0.3, -4.0, 2.0], [-0.7, 0.1, -3.0, 2.5]])
SHARES = {
    "successes": np.array([3.0, 40.0, 0.0, 117_000.0]),
    "trials": np.array([10.0, 80.0, 0.0, 130_000.0]),
}
VALUES_SEEN = {"value": np.array([-1.0, 0.2, 9.0, 2.2])}
COUNTS = {"count": np.array([0.0, 12.0, 3.0, 90_000.0]), "exposure": np.array([5.0, 9.5, 100.0, 12_000.0])}


def beta_binomial(eta, dispersion):
    a, b = expit(eta) / dispersion**2, expit(-eta) / dispersion**2
    return stats.betabinom(SHARES["trials"], a, b).logpmf(SHARES["successes"])


def negative_binomial(eta, dispersion):
    mean = COUNTS["exposure"] * np.exp(eta)
    return stats.nbinom(dispersion**-2, 1 / (1 + mean * dispersion**2)).logpmf(COUNTS["count"])


CASES = {
    "gaussian": (VALUES_SEEN, lambda eta, sd: stats.norm(eta, sd).logpdf(VALUES_SEEN["value"]), (0.5, 3.0)),
    "student_t": (
        VALUES_SEEN,
        lambda eta, sd, df: stats.t(df, eta, sd).logpdf(VALUES_SEEN["value"]),
        [(0.5, 1.3), (3.0, 40.0)],
    ),
    "binomial": (
        SHARES,
        lambda eta: stats.binom(SHARES["trials"], expit(eta)).logpmf(SHARES["successes"]),
        (),
    ),
    "beta_binomial": (SHARES, beta_binomial, (0.06, 0.4)),
    "negative_binomial": (COUNTS, negative_binomial, (0.06, 0.4)),
}


def test_every_family_has_a_likelihood():
    assert set(LIKELIHOODS) == set(FAMILIES)
    assert set(CASES) | {"lognormal", "logit_normal"} == set(LIKELIHOODS)
    # Their values are those on the link's scale.
    assert LIKELIHOODS["lognormal"] is LIKELIHOODS["logit_normal"] is LIKELIHOODS["gaussian"]


@pytest.mark.parametrize("family", CASES)
def test_differences_of_log_densities_are_scipys(family):
    data, scipys, parameters = CASES[family]
    outcome = {name: pt.as_tensor(values) for name, values in data.items()}
    # Two places in the space of parameters: the term of the data alone falls out of the difference.
    rest = [np.atleast_1d(place) for place in parameters] or [(), ()]
    places = [(eta, *besides) for eta, besides in zip(ETA, rest, strict=True)]
    ours = [
        LIKELIHOODS[family](pt.as_tensor(eta), outcome, *map(pt.as_tensor, rest)).eval(mode="FAST_COMPILE")
        for eta, *rest in places
    ]
    theirs = [scipys(*place) for place in places]
    # Differences of logarithms of gamma functions of up to 130,000, which are of the order of a million.
    np.testing.assert_allclose(ours[1] - ours[0], theirs[1] - theirs[0], rtol=1e-9, atol=1e-8)


VALUES = {
    "gaussian": stats.norm,
    "lognormal": lambda mean, sd: stats.lognorm(sd, scale=np.exp(mean)),
    # Johnson's S_B is a normal variable's inverse logit.
    "logit_normal": lambda mean, sd: stats.johnsonsb(-mean / sd, 1 / sd),
}


@pytest.mark.parametrize("family", VALUES)
def test_families_normal_on_the_links_scale_are_scipys(family):
    panel = simulate(3, fixed=(-1, 0.2), scatter={"region": (0.5, 0.1, 0)}, sd_resid=0.2, regions=6)
    panel["value"] = FAMILIES[family].link.to_outcome(panel["value"])
    model = build(trend_model(["region"], family=family), panel)
    reference, _, unit, unit_slope = model["scale"].get_value()
    ours, theirs = [], []
    for intercept, slope, sd in [(-1.0, 0.2, 0.5), (-0.8, 0.0, 0.3)]:
        at = {"standard_intercept": (intercept - reference) / unit, "signed_sd_resid": sd / unit}
        at["standard_slope"] = (slope - model["scale"].get_value()[1]) / unit_slope
        at |= {"signed_sd_intercept": 0.0, "signed_sd_slope": 0.0, "half_corr": 0.5}
        values = {model[name]: np.float64(value) for name, value in at.items()}
        ours.append(float(model["log_likelihood"].eval(values, mode="FAST_COMPILE")))
        mean = intercept + slope * (panel["time"] - ORIGIN)
        theirs.append(VALUES[family](mean, sd).logpdf(panel["value"]).sum())
    (difference,), (scipys,) = np.diff(ours), np.diff(theirs)
    assert difference == pytest.approx(scipys, rel=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_links_go_there_and_back(family):
    link = FAMILIES[family].link
    values = np.array([0.001, 0.2, 0.9])
    np.testing.assert_allclose(link.to_outcome(link.to_trend(values)), values)
