"""Limits of a funnel plot."""

import numpy as np
import pytest
from scipy import stats

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.control_limits import control_limits


def test_binomial_limits_are_interpolated_between_whole_numbers():
    # Binomial(10, 0.5): P(R <= 1) = 11/1024, P(R <= 2) = 56/1024, so the lower 2.5%, 25.6/1024, lies
    # (56 - 25.6) / 45 of the way back from 2; the upper is its mirror about 9 by P(R <= 8) = 1013/1024.
    low, high = control_limits([10], 0.5, 0.95)
    assert low[0] == pytest.approx((2 - (56 - 25.6) / 45) / 10)
    assert high[0] == pytest.approx((8 - (1013 - 998.4) / 45) / 10)


def test_binomial_limits_of_many_trials_are_the_normal_ones():
    size = np.array([1e5, 1e6])
    low, high = control_limits(size, 0.3, 0.998)
    margin = stats.norm.ppf(0.999) * np.sqrt(0.21 / size)
    # The interpolation moves a limit by less than one case.
    assert high == pytest.approx(0.3 + margin, abs=2e-5)
    assert low == pytest.approx(0.3 - margin, abs=2e-5)


def test_poisson_limits_hold_their_probability():
    low, high = control_limits([20.0], 0.5, 0.95, rate=True)
    counts = stats.poisson(10)
    # Poisson(10): 3 and 4 enclose the lower 2.5%, 16 and 17 the upper.
    assert counts.cdf(3) < 0.025 < counts.cdf(4)
    assert 3 < 20 * low[0] < 4
    assert counts.cdf(16) < 0.975 < counts.cdf(17)
    assert 16 < 20 * high[0] < 17


def test_limits_widen_with_the_probability_and_close_with_the_size():
    size = [20, 200, 2000]
    (low95, high95), (low998, high998) = (control_limits(size, 0.3, prob) for prob in (0.95, 0.998))
    assert (low998 < low95).all()
    assert (high998 > high95).all()
    assert (np.diff(high95 - low95) < 0).all()


def test_few_cases_have_no_lower_limit_above_nought():
    low, _ = control_limits([3], 0.1, 0.998)
    assert low[0] == 0


def test_overdispersed_limits_are_nearly_those_of_the_beta_binomial():
    dispersion, size = 0.1, np.array([200, 1000])
    concentration = dispersion**-2
    exact = stats.betabinom(size, 0.3 * concentration, 0.7 * concentration)
    low, high = control_limits(size, 0.3, 0.95, dispersion=dispersion)
    # The beta is continuous, counts are whole: within one case, and one more for the third moment.
    assert np.abs(low * size - exact.ppf(0.025)).max() < 2
    assert np.abs(high * size - exact.ppf(0.975)).max() < 2


def test_overdispersed_limits_of_rates_are_nearly_those_of_the_negative_binomial():
    dispersion, exposure = 0.2, np.array([400.0, 2000.0])
    mean = 0.25 * exposure
    exact = stats.nbinom(dispersion**-2, 1 / (1 + mean * dispersion**2))
    low, high = control_limits(exposure, 0.25, 0.95, rate=True, dispersion=dispersion)
    assert np.abs(low * exposure - exact.ppf(0.025)).max() < 2
    assert np.abs(high * exposure - exact.ppf(0.975)).max() < 2


def test_no_dispersion_is_the_limit_of_little():
    plain, little = (control_limits([500], 0.3, 0.95, dispersion=value) for value in (0.0, 1e-6))
    assert little[0] == pytest.approx(plain[0], abs=1 / 500)
    assert little[1] == pytest.approx(plain[1], abs=1 / 500)


def test_trials_that_are_no_whole_number_have_limits_between_those_of_their_neighbours():
    low, high = control_limits([10, 10.25, 11], 0.5, 0.95)
    for limit in (low, high):
        assert limit[1] == pytest.approx(0.75 * limit[0] + 0.25 * limit[2])
    # Less than one trial is at most one; a single share is 0 or 1.
    np.testing.assert_allclose(control_limits([0.5], 0.5, 0.95), control_limits([1], 0.5, 0.95))
    low, high = control_limits([0.5, 1], 0.5, 0.95, dispersion=0.2)
    assert low == pytest.approx(0, abs=1e-6)
    assert high == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("size", [0, -1, np.nan])
def test_sizes_that_are_not_above_zero_are_refused(size):
    with pytest.raises(BayesSaudeError, match="Leave out units of size zero"):
        control_limits([10, size], 0.5, 0.95)
