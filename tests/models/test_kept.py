"""The trend with effects as parameters: what it is at the origin, whatever it is written in."""

import numpy as np
import pandas as pd
import pytest
from events import event_model, simulate_events
from pymc.blocking import DictToArrayBijection, RaveledVars
from scipy import stats

from bayes_saude.data.panel import validate_panel
from bayes_saude.models.build import build
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.spec import parse_model

LEVELS = ["region", "municipality"]


@pytest.fixture(scope="module")
def spec():
    return event_model("beta_binomial", LEVELS)


@pytest.fixture(scope="module")
def panel(spec):
    frame, _ = simulate_events(1, family="beta_binomial", fixed=(-1, 0.1), scatter={}, dispersion=0.1)
    return validate_panel(frame, levels=LEVELS, time="year", outcome=spec.data.outcome, source="simulated")


SCALES = {
    "halfnormal": ("sigma", stats.halfnorm),
    "exponential": ("scale", stats.expon),
    "halfcauchy": ("scale", stats.halfcauchy),
}
RECORDED = ["intercept", "slope", "sd_intercept", "sd_slope", "corr", "dispersion", "effect_0"]


def density_at_the_origin(drawn, scale):
    """Log density of what is recorded, by the meaning of the model file and SciPy."""
    intercept, slope, sd_intercept, sd_slope, corr, dispersion, *effects = drawn
    covariance = corr * sd_intercept * sd_slope
    scatter = stats.multivariate_normal(cov=[[sd_intercept**2, covariance], [covariance, sd_slope**2]])
    return (
        stats.norm(0, 1.5).logpdf(intercept)
        + stats.norm(0, 0.5).logpdf(slope)
        + scale.logpdf([sd_intercept, sd_slope, dispersion]).sum()
        + stats.beta(2, 2, loc=-1, scale=2).logpdf(corr)
        + scatter.logpdf(np.reshape(effects, (-1, 2))).sum()
    )


@pytest.mark.parametrize("dist", SCALES)
def test_the_density_is_that_of_hyperparameters_and_effects_at_the_origin(dist):
    """Whatever is sampled in their place: the densities' ratio is the determinant of one by the other."""
    number, scale = SCALES[dist]
    prior = f"{{dist = '{dist}', {number} = 0.3}}"
    text = event_model("beta_binomial", ["region"]).text + "[priors]\n"
    text += "".join(f"{name} = {prior}\n" for name in ("sd_intercept", "sd_slope", "dispersion"))
    spec = parse_model(text, name="events")
    # Two regions whose data say nothing, in years whose mean is two before the origin.
    frame = pd.DataFrame({"region": ["a", "b"] * 5, "year": np.repeat(np.arange(2008, 2013), 2)})
    panel = validate_panel(
        frame.assign(successes=0, trials=0), levels=["region"], time="year",
        outcome=spec.data.outcome, source="nothing",
    )  # fmt: skip
    model = build(spec, panel)
    start = DictToArrayBijection.map(model.initial_point())
    log_density = model.compile_logp()
    recorded = model.compile_fn(model.replace_rvs_by_values([model[name] for name in RECORDED]))

    def at(place):
        return DictToArrayBijection.rmap(RaveledVars(place, start.point_map_info))

    def drawn(place):
        return np.concatenate([np.ravel(value) for value in recorded(at(place))])

    def difference(place):
        steps = 1e-5 * np.eye(len(place))
        jacobian = [(drawn(place + step) - drawn(place - step)) / 2e-5 for step in steps]
        ours = log_density(at(place)) - np.linalg.slogdet(jacobian).logabsdet
        return ours - density_at_the_origin(drawn(place), scale(scale=0.3))

    places = start.data + np.random.default_rng(1).normal(scale=0.7, size=(5, len(start.data)))
    # The error of central differences of step 1e-5 is of the order of 1e-10.
    np.testing.assert_allclose([difference(place) for place in places], difference(start.data), atol=1e-7)


def test_default_priors_are_on_the_links_scale(spec, panel):
    priors = {name: prior.model_dump() for name, prior in resolve_priors(spec, panel).items()}
    assert priors["intercept"] == {"dist": "normal", "mu": 0, "sigma": 1.5}
    assert priors["slope"] == {"dist": "normal", "mu": 0, "sigma": 0.5}
    for name in ("sd_intercept[region]", "sd_slope[municipality]", "dispersion"):
        assert priors[name] == {"dist": "halfnormal", "sigma": 0.5}
    assert priors["corr[region]"] == {"dist": "lkj", "eta": 2}


def test_a_rates_intercept_is_about_the_panels_own_whatever_the_exposures_unit():
    spec = event_model("negative_binomial", LEVELS)
    frame, _ = simulate_events(2, family="negative_binomial", fixed=(-3, 0), scatter={}, dispersion=0.1)
    for unit in (1, 1000):
        panel = validate_panel(
            frame.assign(exposure=frame["exposure"] * unit), levels=LEVELS, time="year",
            outcome=spec.data.outcome, source="simulated",
        )  # fmt: skip
        assert resolve_priors(spec, panel)["intercept"].mu == pytest.approx(-3 - np.log(unit), abs=0.05)
