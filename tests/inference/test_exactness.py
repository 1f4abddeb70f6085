"""The marginal model has the posterior of the model written out, and with flat priors the mode of REML.

REML's criterion is the posterior of the standard deviations, flat priors all round, with the population's
line integrated out.
"""

import numpy as np
import pytensor
import pytest
import statsmodels.formula.api as smf
from scipy.optimize import minimize
from trends import simulate, trend_model
from written_out import assert_same_posterior, sample_written_out

from bayes_saude.data.panel import read_panel
from bayes_saude.data.published import read_published
from bayes_saude.inference.fit import fit, fitting_panel
from bayes_saude.models.build import build
from bayes_saude.models.catalogue import read_model
from bayes_saude.summaries.reml import reml_panel

# A criterion of some ten thousand is known to 1e-12 of that, and where its second derivative in a parameter,
# in standard errors, is one, the parameter to the square root of 1e-8; standard errors are up to a tenth of
# these parameters. The optimisers stop at gradients of 1e-5.
DIGITS = 1e-4
POINTS = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1)], dtype=float)


def restricted(spec, panel):
    """Give the log posterior of standard deviations and correlations, flat priors all round, and their units.

    The model's likelihood is quadratic in the population's line, which six points tell and an integral takes
    away.
    """
    model = build(spec, panel)
    levels = spec.data.levels
    of_levels = [
        f"{name}{f'[{level}]' if len(levels) > 1 else ''}"
        for level in levels
        for name in ("signed_sd_intercept", "signed_sd_slope", "half_corr")
    ]
    names = ["standard_intercept", "standard_slope", *of_levels, "signed_sd_resid"]
    inputs = [model[name] for name in names]
    density = pytensor.function(inputs, model["log_likelihood"], mode="FAST_COMPILE")

    def log_posterior(scales):
        scales = [(x + 1) / 2 if "corr" in name else x for name, x in zip(names[2:], scales, strict=True)]
        at = np.array([density(*point, *scales) for point in POINTS])
        a, d = (2 * at[0] - at[k] - at[k + 1] for k in (1, 3))
        h = np.array([at[1] - at[2], at[3] - at[4]]) / 2
        b = at[0] + h.sum() - (a + d) / 2 - at[5]
        precision = np.array([[a, b], [b, d]])
        return at[0] + h @ np.linalg.solve(precision, h) / 2 - np.linalg.slogdet(precision)[1] / 2

    _, _, unit, unit_slope = model["scale"].get_value()
    return log_posterior, np.array([*[unit, unit_slope, 1.0] * len(levels), unit])


def mode(spec, panel):
    """Find the mode: for each level sd of intercepts, of slopes, their correlation; then the residual sd."""
    log_posterior, units = restricted(spec, panel)
    n = len(spec.data.levels)
    is_corr = np.array([False, False, True] * n + [False])

    def natural(v):
        return np.where(is_corr, np.tanh(v), np.exp(v))

    start = np.array([-0.5, -1.0, 0.0] * n + [-0.5])
    found = minimize(lambda v: -log_posterior(natural(v)), start, method="BFGS", options={"gtol": 1e-4})
    return natural(found.x) * units


def reml_of(spec, panel):
    fitted = reml_panel(spec, panel)
    of_levels = np.stack([fitted[name].values for name in ("sd_intercept", "sd_slope", "corr")], axis=-1)
    return np.array([*of_levels.ravel(), float(fitted["sd_resid"])])


@pytest.mark.parametrize("units", [28, 853])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_the_mode_with_flat_priors_is_remls(units, missing):
    panel = simulate(
        5, fixed=(70, 2), scatter={"municipality": (8, 3, -0.3)}, sd_resid=5, regions=units, missing=missing
    )
    spec = trend_model(["municipality"])
    np.testing.assert_allclose(mode(spec, panel), reml_of(spec, panel), rtol=DIGITS)


def test_so_is_the_mode_of_a_nested_model():
    panel = simulate(
        5, fixed=(70, 2), scatter={"region": (5, 2, 0.3), "municipality": (6, 2, -0.3)}, sd_resid=5,
        regions=40, per_region=8, missing=0.1,
    )  # fmt: skip
    spec = trend_model(["region", "municipality"])
    np.testing.assert_allclose(mode(spec, panel), reml_of(spec, panel), rtol=DIGITS)


def test_and_that_of_statsmodels():
    panel = simulate(5, fixed=(70, 2), scatter={"municipality": (8, 3, -0.3)}, sd_resid=5, regions=200)
    frame = panel.assign(year=panel["time"] - 2011)
    other = smf.mixedlm("value ~ year", frame, groups="municipality", re_formula="~year").fit(
        reml=True, method="bfgs", gtol=1e-8
    )
    covariance = other.cov_re.to_numpy()
    sds = np.sqrt(np.diag(covariance))
    expected = [*sds, covariance[0, 1] / sds.prod(), np.sqrt(other.scale)]
    np.testing.assert_allclose(mode(trend_model(["municipality"]), panel), expected, rtol=DIGITS)


@pytest.mark.parametrize("key", ["esf", "prenatal"])
def test_and_what_lme4_printed_in_the_thesis_of_853_municipalities(key):
    spec = read_model(f"sa2015-{key}-municipality")
    panel = fitting_panel(spec, read_panel(spec.data.panel))
    first = panel[panel["replicate"] == panel["replicate"].iloc[0]]
    of = spec.data.panel.partition("/")[2]  # noqa: F841 (the query reads it)
    printed = read_published("sa2015/mixed_models").query("indicator == @of and level == 'municipality'")
    found = mode(spec, first)
    for value, name in zip(found, ("sd_intercept", "sd_slope", "corr", "sd_resid"), strict=True):
        text = str(printed[name].item())
        # Right to half a unit of the last digit, as is what the panel was made to give.
        digits = len(text.partition(".")[2])
        assert abs(value - float(text)) <= 10.0**-digits, name


# --- the model written out, with the same priors

SINGULAR = {"fixed": (0.2877, 0.2124), "scatter": {"municipality": (0.0649, 0.07, 1.0)}, "sd_resid": 0.1082}
PLAIN = {"fixed": (70, 2), "scatter": {"municipality": (8, 3, -0.3)}, "sd_resid": 5}
NESTED = {
    "fixed": (70, 2), "scatter": {"region": (5, 1, 0.3), "municipality": (6, 2, -0.3)}, "sd_resid": 5,
}  # fmt: skip
# Balanced, 28 regions of one municipality are compared in test_fit.py.
CASES = {
    "28, years missing": (["municipality"], PLAIN | {"regions": 28, "missing": 0.2}),
    "28 with 5 rows a year": (["region"], NESTED | {"regions": 28, "per_region": 5}),
    "853": (["municipality"], PLAIN | {"regions": 853}),
    "853, years missing, a correlation of one": (
        ["municipality"],
        SINGULAR | {"regions": 853, "missing": 0.02},
    ),
    "nested": (["region", "municipality"], NESTED | {"regions": 28, "per_region": 6}),
    "nested, years missing": (
        ["region", "municipality"],
        NESTED | {"regions": 20, "per_region": 5, "missing": 0.2},
    ),
    "nested, 840": (["region", "municipality"], NESTED | {"regions": 28, "per_region": 30}),
    "three levels": (
        ["state", "region", "municipality"],
        NESTED | {"regions": 12, "per_region": 4, "missing": 0.1},
    ),
}


QUICK = ("28, years missing", "nested, years missing")


@pytest.mark.parametrize(
    "case", [case if case in QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
)
def test_it_is_the_posterior_of_the_model_written_out(case):
    levels, layout = CASES[case]
    spec, panel = trend_model(levels), simulate(3, **layout)
    written_out = sample_written_out(spec, panel, seed=1, draws=2000, tune=1500)
    assert_same_posterior(fit(spec, panel, seed=1), written_out)
