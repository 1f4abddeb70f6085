"""The printed numbers of Sá (2015) agree with each other to their last digit.

Each printed number stands for the interval of all numbers that round to it. A formula of several printed
numbers is evaluated at the corners of their box, which is small enough for the formula to be monotone in it;
the printed result must meet the range found. A digit misread, a column taken for another or a municipality
put into the wrong region breaks these identities.
"""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pandas as pd
import pytest

from bayes_saude.data.published import read_published

INDICATORS = ["esf_coverage", "prenatal7", "vaccine", "pap"]
TERMS = ["intercept", "slope"]
MODELS = read_published("sa2015/mixed_models", as_text=True).set_index(["indicator", "level"])
TOTALS = read_published("sa2015/region_totals").set_index("region")["municipalities"]

# 851 of 853 municipalities have a value in 2014 (table 2). Monte Belo, of the region Alfenas, has the wider
# intervals of three years; the intervals of the regions show that the other one is of Pouso Alegre.
LACK_2014 = {"Alfenas": 1, "Pouso Alegre": 1}


def half_unit(text: str) -> float:
    """Half a unit of the last printed digit."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


def limits(text: str) -> tuple[float, float]:
    return float(text) - half_unit(text), float(text) + half_unit(text)


def corners(model: pd.Series) -> Iterator[tuple[np.ndarray, float]]:
    """Covariance of the random effects and residual variance, at the corners of what the print allows."""
    corr = (1.0, 1.0) if float(model["corr"]) == 1 else limits(model["corr"])
    box = [limits(model["sd_intercept"]), limits(model["sd_slope"]), corr, limits(model["sd_resid"])]
    for sd0, sd1, rho, sd in product(*box):
        yield np.array([[sd0**2, rho * sd0 * sd1], [rho * sd0 * sd1, sd1**2]]), sd**2


def attained(
    model: pd.Series, formula: Callable[[np.ndarray, float], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    values = np.array([formula(cov, var) for cov, var in corners(model)])
    return values.min(axis=0), values.max(axis=0)


def cross_products(indicator: str) -> tuple[np.ndarray, np.ndarray]:
    """X'X of a municipality with all years of the indicator, and of one without 2014."""
    times = [0, 1, 3] if indicator == "prenatal7" else [0, 1, 2, 3]
    full, short = (np.column_stack([np.ones(len(t)), t]) for t in (times, times[:-1]))
    return full.T @ full, short.T @ short


def region_cross_product(indicator: str, region: str, lacking: int) -> np.ndarray:
    full, short = cross_products(indicator)
    return (TOTALS[region] - lacking) * full + lacking * short


def half_width(cov: np.ndarray, var: float, xx: np.ndarray) -> np.ndarray:
    """1.96 standard errors of a predicted intercept and slope; correlation 1 needs no inverse here."""
    posterior = cov @ np.linalg.inv(np.eye(2) + xx @ cov / var)
    return 1.96 * np.sqrt(np.diag(posterior))


@pytest.mark.parametrize("key", MODELS.index, ids="-".join)
@pytest.mark.parametrize("part", ["intercept", "slope", "resid"])
def test_a_variance_is_its_standard_deviation_squared(key, part):
    low, high = (limit**2 for limit in limits(MODELS.loc[key, f"sd_{part}"]))
    var_low, var_high = limits(MODELS.loc[key, f"var_{part}"])
    assert low <= var_high
    assert var_low <= high


@pytest.mark.parametrize(("indicator", "level"), MODELS.index)
def test_standard_errors_of_the_fixed_effects_follow(indicator, level):
    """Their covariance is the inverse of the sum of (cov + var (X'X)^-1)^-1 over the groups."""
    full, short = cross_products(indicator)
    groups = (
        [(full, 851), (short, 2)]
        if level == "municipality"
        else [
            (region_cross_product(indicator, region, LACK_2014.get(region, 0)), 1) for region in TOTALS.index
        ]
    )

    def standard_errors(cov: np.ndarray, var: float) -> np.ndarray:
        information = sum(count * np.linalg.inv(cov + var * np.linalg.inv(xx)) for xx, count in groups)
        return np.sqrt(np.diag(np.linalg.inv(information)))

    low, high = attained(MODELS.loc[(indicator, level)], standard_errors)
    for term, least, most in zip(TERMS, low, high, strict=True):
        printed = limits(MODELS.loc[(indicator, level), f"{term}_se"])
        assert printed[0] <= most
        assert least <= printed[1]


def test_the_balanced_formula_by_hand():
    """Table 4: se(intercept)^2 = (var_intercept + 0.7 var_resid) / 853; two missing cells do not show."""
    model = MODELS.loc[("esf_coverage", "municipality")]
    by_hand = np.sqrt((39.33**2 + 0.7 * 15.53**2) / 853)
    assert by_hand == pytest.approx(float(model["intercept_se"]), abs=5e-4)


def region_intervals_follow(indicator: str, region: str, lacking: int) -> bool:
    """Whether a region's printed intervals fit its municipalities, `lacking` of them without 2014."""
    xx = region_cross_product(indicator, region, lacking)
    low, high = attained(MODELS.loc[(indicator, "region")], lambda cov, var: half_width(cov, var, xx))
    effects = read_published("sa2015/region_effects").set_index(["indicator", "region", "parameter"])
    printed = effects.loc[[(indicator, region, term) for term in TERMS]]
    width = (printed["high"] - printed["low"]).to_numpy() / 2
    # Both limits have three decimals, so half their difference is known to 0.0005.
    return bool(((width >= low - 0.0005 - 1e-9) & (width <= high + 0.0005 + 1e-9)).all())


@pytest.mark.parametrize("region", TOTALS.index)
def test_intervals_of_regions_follow_with_no_other_number_lacking_2014(region):
    lacking = LACK_2014.get(region, 0)
    follows = {
        number: all(region_intervals_follow(indicator, region, number) for indicator in INDICATORS)
        for number in (0, 1, 2)
    }
    assert follows == {number: number == lacking for number in (0, 1, 2)}


@pytest.mark.parametrize("indicator", INDICATORS)
def test_intervals_of_municipalities_follow_and_only_monte_belo_lacks_2014(indicator):
    effects = read_published("sa2015/municipality_effects").query("indicator == @indicator")
    printed = (effects["high"] - effects["low"]) / 2
    full, short = cross_products(indicator)
    model = MODELS.loc[(indicator, "municipality")]
    bounds = {
        lacks: attained(model, lambda cov, var, xx=xx: half_width(cov, var, xx))
        for lacks, xx in ((False, full), (True, short))
    }
    for row, width in zip(effects.itertuples(), printed, strict=True):
        low, high = bounds[row.municipality == "Monte Belo"]
        term = TERMS.index(row.parameter)
        assert low[term] - 0.005 - 1e-9 <= width <= high[term] + 0.005 + 1e-9, row.municipality


@pytest.mark.parametrize(("table", "unit"), [("region_effects", 0.001), ("municipality_effects", 0.01)])
def test_every_estimate_is_the_centre_of_its_interval(table, unit):
    effects = read_published(f"sa2015/{table}")
    off_centre = (effects["estimate"] - (effects["low"] + effects["high"]) / 2).abs()
    # Half a unit from the estimate's rounding and half from that of the limits' mean.
    assert off_centre.max() <= unit + 1e-9


def test_the_regions_estimates_average_to_the_fixed_effect():
    """Not exactly, for regions differ in size: the mean deviation stays far below one standard error."""
    effects = read_published("sa2015/region_effects")
    for (indicator, term), part in effects.groupby(["indicator", "parameter"]):
        model = MODELS.loc[(indicator, "region")]
        assert abs(part["estimate"].mean() - float(model[term])) < 0.05 * float(model[f"{term}_se"])


def test_a_listed_municipality_is_above_or_below_the_mean_as_far_as_two_decimals_tell():
    effects = read_published("sa2015/municipality_effects")
    for row in effects.itertuples():
        mean = limits(MODELS.loc[(row.indicator, "municipality"), row.parameter])
        assert row.low + 0.005 > mean[0] or row.high - 0.005 < mean[1], row
