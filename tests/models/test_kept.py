"""The trend with effects as parameters: what it is at the origin, whatever it is written in."""

import numpy as np
import pymc as pm
import pytest
from events import event_model, simulate_events
from scipy import stats

from bayes_saude.data.panel import validate_panel
from bayes_saude.models.build import build
from bayes_saude.models.priors import resolve_priors

LEVELS = ["region", "municipality"]


@pytest.fixture(scope="module")
def spec():
    return event_model("beta_binomial", LEVELS)


@pytest.fixture(scope="module")
def panel(spec):
    frame, _ = simulate_events(1, family="beta_binomial", fixed=(-1, 0.1), scatter={}, dispersion=0.1)
    return validate_panel(frame, levels=LEVELS, time="year", outcome=spec.data.outcome, source="simulated")


def test_units_scatter_about_their_parents_at_the_origin_as_the_hyperparameters_say(spec, panel):
    model = build(spec, panel)
    names = ["effect_0", "sd_intercept[region]", "sd_slope[region]", "corr[region]"]
    effects, sd_intercept, sd_slope, corr = pm.draw([model[name] for name in names], draws=300, random_seed=1)
    intercept, slope = effects[..., 0].T / sd_intercept, effects[..., 1].T / sd_slope
    standard = np.array([intercept, (slope - corr * intercept) / np.sqrt(1 - corr**2)])
    for values in standard:
        assert stats.kstest(values.ravel(), "norm").pvalue > 0.001
    # 300 draws of 20 regions: the standard error of a correlation is 1 / sqrt(6000).
    assert abs(np.corrcoef(standard.reshape(2, -1))[0, 1]) < 4 / np.sqrt(standard[0].size)


def test_the_intercepts_prior_is_about_the_origin(spec, panel):
    draws = np.array(
        pm.draw([build(spec, panel)[name] for name in ("intercept", "slope")], draws=4000, random_seed=1)
    )
    assert abs(draws[0].std() / 1.5 - 1) < 4 / np.sqrt(8000)
    assert abs(draws[0].mean()) < 4 * 1.5 / np.sqrt(4000)
    assert abs(np.corrcoef(draws)[0, 1]) < 4 / np.sqrt(4000)


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
