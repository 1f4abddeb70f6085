"""The likelihood with the units' coefficients integrated out is the multivariate normal one, exactly."""

import numpy as np
import pytest
from trends import covariance, dense_log_likelihood, simulate, trend_model

from bayes_saude.models.build import build
from bayes_saude.models.marginal import Covariance, Message, Symmetric, integrate

# Some hundred numbers of moderate condition are summed in double precision on either side.
ROUNDING = 1e-10

LEVELS = [["municipality"], ["region"], ["region", "municipality"], ["state", "region", "municipality"]]


def log_likelihood(spec, panel, fixed, scatter, sd_resid):
    """Evaluate the model's likelihood at hyperparameters in the outcome's unit."""
    model = build(spec, panel)
    intercept, slope, unit, unit_slope = model["scale"].get_value()
    several = len(scatter) > 1
    at = {
        "standard_intercept": (fixed[0] - intercept) / unit,
        "standard_slope": (fixed[1] - slope) / unit_slope,
        "signed_sd_resid": sd_resid / unit,
    }
    for level, (sd_intercept, sd_slope, corr) in scatter.items():
        suffix = f"[{level}]" if several else ""
        at[f"signed_sd_intercept{suffix}"] = sd_intercept / unit
        at[f"signed_sd_slope{suffix}"] = sd_slope / unit_slope
        at[f"half_corr{suffix}"] = (corr + 1) / 2
    values = {model[name]: np.float64(value) for name, value in at.items() if name in model.named_vars}
    return float(model["log_likelihood"].eval(values, mode="FAST_COMPILE", on_unused_input="ignore"))


@pytest.fixture(params=[0.0, 0.3], ids=["balanced", "unbalanced"], scope="module")
def panel(request):
    return simulate(
        1, fixed=(50, 2), scatter={"region": (4, 1, 0.5), "municipality": (6, 2, -0.4)}, sd_resid=7,
        regions=6, per_region=5, missing=request.param,
    )  # fmt: skip


@pytest.mark.parametrize("corr", [0.4, -1.0, 1.0])
@pytest.mark.parametrize("levels", LEVELS, ids="-".join)
def test_it_is_the_multivariate_normal_density(panel, levels, corr):
    scatter = {level: (6.0 + k, 1.5 + k, corr) for k, level in enumerate(levels)}
    exact = dense_log_likelihood(panel, (45, 3), scatter, 7.5)
    assert log_likelihood(trend_model(levels), panel, (45, 3), scatter, 7.5) == pytest.approx(
        exact, rel=ROUNDING
    )


@pytest.mark.parametrize("sds", [(6.0, 0.0), (0.0, 2.0), (0.0, 0.0)])
def test_it_is_so_where_coefficients_do_not_vary(panel, sds):
    scatter = {"region": (*sds, 0.3), "municipality": (5.0, 1.0, 0.2)}
    exact = dense_log_likelihood(panel, (45, 3), scatter, 7.5)
    spec = trend_model(["region", "municipality"])
    assert log_likelihood(spec, panel, (45, 3), scatter, 7.5) == pytest.approx(exact, rel=ROUNDING)


def test_without_slopes_of_units_it_is_that_of_random_intercepts(panel):
    scatter = {"municipality": (6.0, 0.0, 0.0)}
    exact = dense_log_likelihood(panel, (45, 3), scatter, 7.5)
    spec = trend_model(["municipality"], slopes=False)
    assert log_likelihood(spec, panel, (45, 3), scatter, 7.5) == pytest.approx(exact, rel=ROUNDING)


def test_a_region_with_many_rows_a_year_is_one_unit(panel):
    assert len(panel) > 3 * panel[["region", "time"]].drop_duplicates().shape[0]
    scatter = {"region": (6.0, 2.0, 0.3)}
    exact = dense_log_likelihood(panel, (45, 3), scatter, 7.5)
    assert log_likelihood(trend_model(["region"]), panel, (45, 3), scatter, 7.5) == pytest.approx(
        exact, rel=ROUNDING
    )


@pytest.mark.parametrize("prior", [(2.0, 3.0, 0.5), (2.0, 3.0, 1.0), (0.0, 3.0, 0.0)])
@pytest.mark.parametrize("times", [[0, 1, 3], [2], []])
def test_integrals_are_those_of_matrix_algebra(prior, times):
    x = np.column_stack([np.ones(len(times)), times])
    precision, h, s = x.T @ x / 4, np.array([1.5, -2.0]), covariance(*prior)
    found = integrate(
        Message(Symmetric(precision[0, 0], precision[0, 1], precision[1, 1]), (h[0], h[1])),
        Covariance.of(*map(np.float64, prior)),
    )

    inverse = np.linalg.inv(np.eye(2) + precision @ s)
    posterior = s @ inverse
    np.testing.assert_allclose(found.posterior.matrix, posterior[[0, 0, 1], [0, 1, 1]], atol=1e-13)
    assert found.posterior.determinant == pytest.approx(np.linalg.det(posterior), abs=1e-13)
    assert found.determinant == pytest.approx(1 / np.linalg.det(inverse))
    upward = precision - precision @ posterior @ precision
    np.testing.assert_allclose(found.upward.precision, upward[[0, 0, 1], [0, 1, 1]], atol=1e-13)
    np.testing.assert_allclose(found.upward.h, inverse @ h, atol=1e-13)
