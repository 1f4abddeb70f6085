"""Where priors come from, and that the variables made of them have the densities they are named for."""

import json

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from trends import simulate, trend_model

from bayes_saude.models.priors import priors_as_json, resolve_priors, signed_variable


@pytest.fixture
def panel():
    return simulate(0, fixed=(100, 5), scatter={"region": (20, 3, 0.5)}, sd_resid=50)


def test_defaults_are_scaled_from_the_panel(panel):
    sd, sd_time = panel["value"].std(), panel["time"].std()
    priors = {
        name: prior.model_dump() for name, prior in resolve_priors(trend_model(["region"]), panel).items()
    }
    assert priors == {
        "intercept": {
            "dist": "normal",
            "mu": pytest.approx(panel["value"].mean()),
            "sigma": pytest.approx(2.5 * sd),
        },
        "slope": {"dist": "normal", "mu": 0, "sigma": pytest.approx(2.5 * sd / sd_time)},
        "sd_intercept": {"dist": "halfnormal", "sigma": pytest.approx(sd)},
        "sd_slope": {"dist": "halfnormal", "sigma": pytest.approx(sd / sd_time)},
        "corr": {"dist": "lkj", "eta": 2},
        "sd_resid": {"dist": "halfnormal", "sigma": pytest.approx(sd)},
    }


def test_each_level_has_priors_of_its_own(panel):
    spec = trend_model(
        ["region", "municipality"], priors='"sd_intercept[region]" = {dist = "exponential", scale = 3}'
    )
    priors = resolve_priors(spec, panel)
    assert priors["sd_intercept[region]"].model_dump() == {"dist": "exponential", "scale": 3}
    assert priors["sd_intercept[municipality]"].dist == "halfnormal"


def test_the_model_file_wins(panel):
    spec = trend_model(
        ["region"], priors='slope = {dist = "normal", mu = 1, sigma = 2}\ncorr = {dist = "lkj", eta = 1}'
    )
    priors = resolve_priors(spec, panel)
    assert (priors["slope"].mu, priors["slope"].sigma, priors["corr"].eta) == (1, 2, 1)


def test_replicates_share_priors(panel):
    both = pd.concat([panel, panel.assign(replicate=2, value=panel["value"] + 30)])
    assert resolve_priors(trend_model(["region"]), both)["intercept"].mu == pytest.approx(
        both["value"].mean()
    )


def test_without_slopes_there_are_no_priors_of_them(panel):
    assert list(resolve_priors(trend_model(["region"], slopes=False), panel)) == [
        "intercept", "slope", "sd_intercept", "sd_resid",
    ]  # fmt: skip


def test_numbers_used_can_be_stored(panel):
    written = json.loads(priors_as_json(resolve_priors(trend_model(["region"]), panel)))
    assert written["sd_resid"] == {"dist": "halfnormal", "sigma": panel["value"].std()}


@pytest.mark.parametrize(
    ("dist", "half"),
    [
        ("halfnormal", pm.HalfNormal.dist(2.5)),
        ("exponential", pm.Exponential.dist(scale=2.5)),
        ("halfcauchy", pm.HalfCauchy.dist(2.5)),
    ],
)
def test_the_absolute_value_of_a_signed_variable_has_the_prior(dist, half):
    with pm.Model():
        signed = signed_variable("x", dist, 2.5)
    x = np.array([0.1, 1.0, 7.0])
    one_side = pm.logp(signed, x).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(one_side, pm.logp(signed, -x).eval(mode="FAST_COMPILE"))
    np.testing.assert_allclose(np.log(2) + one_side, pm.logp(half, x).eval(mode="FAST_COMPILE"))
