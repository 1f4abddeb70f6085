"""A model file and a panel make a PyMC model in the outcome's own unit."""

import numpy as np
import pytest
from scipy import stats
from trends import simulate, trend_model

from bayes_saude.errors import DataError
from bayes_saude.models.build import build

PRIORS = """
intercept = {dist = "normal", mu = 90, sigma = 40}
slope = {dist = "normal", mu = 1, sigma = 5}
"sd_intercept[region]" = {dist = "exponential", scale = 6}
"sd_slope[region]" = {dist = "halfcauchy", scale = 2}
"corr[region]" = {dist = "lkj", eta = 3}
"sd_intercept[municipality]" = {dist = "halfnormal", sigma = 12}
"sd_slope[municipality]" = {dist = "halfnormal", sigma = 4}
"corr[municipality]" = {dist = "lkj", eta = 1}
sd_resid = {dist = "exponential", scale = 30}
"""


@pytest.fixture(scope="module")
def panel():
    return simulate(
        0, fixed=(100, 5), scatter={"region": (8, 2, 0.5), "municipality": (20, 3, 0.2)}, sd_resid=50,
        regions=5, per_region=4,
    )  # fmt: skip


def lkj(corr, eta):
    """Log density of a correlation: Lewandowski, Kurowicka and Joe's in two dimensions."""
    return stats.beta(eta, eta).logpdf((corr + 1) / 2) - np.log(2)


def test_the_prior_density_is_that_of_the_model_file_in_the_outcomes_unit(panel):
    model = build(trend_model(["region", "municipality"], priors=PRIORS), panel)
    intercept, slope, unit, unit_slope = model["scale"].get_value()
    at = {
        "intercept": 110.0, "slope": 4.0, "sd_resid": 45.0,
        "sd_intercept[region]": 7.0, "sd_slope[region]": 1.5, "corr[region]": 0.6,
        "sd_intercept[municipality]": 15.0, "sd_slope[municipality]": 2.5, "corr[municipality]": -0.3,
    }  # fmt: skip
    point, log_jacobian = {}, 0.0
    for name, value in at.items():
        u, reference = (unit_slope, slope) if "slope" in name else (unit, intercept)
        if name.startswith("corr"):
            point[f"half_{name}"] = (value + 1) / 2
            log_jacobian += np.log(2)
        elif name.startswith("sd_"):
            # Half of the density is on the other side of zero.
            point[f"signed_{name}"] = value / u
            log_jacobian += np.log(u) - np.log(2)
        else:
            point[f"standard_{name}"] = (value - reference) / u
            log_jacobian += np.log(u)
    expected = (
        stats.norm(90, 40).logpdf(110) + stats.norm(1, 5).logpdf(4) + stats.expon(scale=30).logpdf(45)
        + stats.expon(scale=6).logpdf(7) + stats.halfcauchy(scale=2).logpdf(1.5) + lkj(0.6, 3)
        + stats.halfnorm(scale=12).logpdf(15) + stats.halfnorm(scale=4).logpdf(2.5) + lkj(-0.3, 1)
    )  # fmt: skip

    log_prior = sum(model.logp(vars=model.free_RVs, jacobian=False, sum=False))
    values = {
        model.rvs_to_values[model[name]]: model.rvs_to_transforms[model[name]].forward(np.float64(v)).eval()
        if model.rvs_to_transforms[model[name]]
        else np.float64(v)
        for name, v in point.items()
    }
    assert float(log_prior.eval(values, mode="FAST_COMPILE")) == pytest.approx(expected + log_jacobian)


def test_hyperparameters_carry_their_names(panel):
    names = {variable.name for variable in build(trend_model(["region"]), panel).deterministics}
    assert names == {"intercept", "slope", "sd_intercept", "sd_slope", "corr", "sd_resid"}


def test_signs_that_are_the_samplers_own_do_not_show(panel):
    model = build(trend_model(["region"]), panel)
    inputs = [model[f"signed_{name}"] for name in ("sd_intercept", "sd_slope")] + [model["half_corr"]]
    outputs = [model[name] for name in ("sd_intercept", "sd_slope", "corr")]
    for signs in [(1, 1), (-1, 1), (1, -1), (-1, -1)]:
        values = {
            inputs[0]: np.float64(signs[0] * 2),
            inputs[1]: np.float64(signs[1] * 3),
            inputs[2]: np.float64(0.9),
        }
        sd_intercept, sd_slope, corr = (
            float(output.eval(values, mode="FAST_COMPILE", on_unused_input="ignore")) for output in outputs
        )
        assert sd_intercept > 0
        assert sd_slope > 0
        assert corr == pytest.approx(0.8 * signs[0] * signs[1])


def test_a_panel_without_a_trend_is_refused(panel):
    with pytest.raises(DataError, match="one time only"):
        build(trend_model(["region"]), panel[panel["time"] == 2012])
