"""Families that are normal on the link's scale: exactly the Gaussian model of the transformed values."""

import numpy as np
import pytest
from trends import ORIGIN, simulate, trend_model

from bayes_saude.errors import DataError
from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.fit import fit
from bayes_saude.models.build import build
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.summaries.coefficients import unit_quantity
from bayes_saude.summaries.ranking import rank

LEVELS = ["region", "municipality"]
TRUTH = {"region": (0.3, 0.05, 0.3), "municipality": (0.5, 0.1, -0.4)}
SMALL = {"draws": 30, "tune": 50, "chains": 2, "seed": 1}


@pytest.fixture(scope="module")
def line():
    """Values on the link's scale."""
    return simulate(
        5, fixed=(-1.5, 0.05), scatter=TRUTH, sd_resid=0.2, regions=20, per_region=4, missing=0.05
    )


def on_its_scale(line, family):
    return line.assign(value=FAMILIES[family].link.to_outcome(line["value"]))


@pytest.mark.parametrize("family", ["lognormal", "logit_normal"])
def test_the_model_is_the_gaussians_of_the_transformed_values(line, family):
    transformed = build(trend_model(LEVELS, family=family), on_its_scale(line, family))
    gaussian = build(trend_model(LEVELS), line)
    # One function writes both; it takes all that a panel and its priors are as data.
    assert [v.name for v in transformed.free_RVs] == [v.name for v in gaussian.free_RVs]
    for name in ("moments", "scale", "priors"):
        np.testing.assert_allclose(
            transformed[name].get_value(), gaussian[name].get_value(), rtol=1e-9, atol=1e-11
        )


@pytest.fixture(scope="module", params=["lognormal", "logit_normal"])
def fitted(request, line):
    return fit(trend_model(LEVELS, family=request.param), on_its_scale(line, request.param), seed=1)


def test_the_default_settings_pass_the_checks(fitted):
    assert check_sampling(fitted)["passed"]


def test_hyperparameters_lie_where_the_panel_was_drawn(fitted):
    posterior = fitted["posterior"].to_dataset()
    for level, truth in TRUTH.items():
        for name, value in zip(("sd_intercept", "sd_slope", "corr"), truth, strict=True):
            draws = posterior[name].sel(level=level)
            # A correct posterior lies beyond 3.5 standard deviations once in two thousand.
            assert abs(draws.mean() - value) < 3.5 * draws.std(), (level, name)
    assert abs(posterior["sd_resid"].mean() - 0.2) < 3.5 * posterior["sd_resid"].std()


def test_the_level_of_a_year_is_a_units_median_in_the_outcomes_unit(fitted):
    family = FAMILIES[fitted.attrs["model_file"].split('family = "')[1].split('"')[0]]
    level = unit_quantity(fitted, "municipality", f"level:{ORIGIN}")
    intercept = unit_quantity(fitted, "municipality", "intercept")
    np.testing.assert_allclose(level, family.link.to_outcome(intercept), rtol=1e-6)
    table = rank(fitted, by=f"level:{ORIGIN}", target=0.2)
    assert table["mean"].between(0, 2).all()
    assert table["p_meets_target"].between(0, 1).all()


@pytest.mark.parametrize(
    ("family", "value", "expected"),
    [
        ("lognormal", 0.0, "0 is not above 0, as the model's family asks"),
        ("lognormal", -3.5, "-3.5 is not above 0, as the model's family asks"),
        ("logit_normal", 0.0, "0 is not above 0 and below 1, as the model's family asks"),
        ("logit_normal", 30.76, "30.76 is not above 0 and below 1, as the model's family asks"),
    ],
)
def test_values_that_the_family_does_not_have_are_refused_with_their_place(line, family, value, expected):
    panel = on_its_scale(line, family)
    panel.loc[7, "value"] = value
    with pytest.raises(DataError) as caught:
        fit(trend_model(LEVELS, family=family), panel, **SMALL)
    (fault,) = caught.value.faults
    assert str(fault) == f"row 7, column 'value': {expected}"
