"""The density of the correlation of intercepts and slopes."""

import json

import numpy as np
import pytest
from scipy.integrate import trapezoid

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.correlation import correlation_densities


def priors(eta):
    return json.dumps({name: {"dist": "lkj", "eta": value} for name, value in eta.items()})


@pytest.fixture
def fit(make_fit):
    """Two levels: correlations near the bound and about zero."""
    rng = np.random.default_rng(6)
    corr = np.stack([1 - 0.1 * rng.random((2, 500)), rng.uniform(-0.5, 0.5, (2, 500))], axis=-1)
    fit = make_fit(
        {"region": np.zeros((2, 500, 2, 2)), "municipality": np.zeros((2, 500, 3, 2))},
        {"region": ["East", "West"], "municipality": list("ABC")},
        parents={"municipality": ["East", "East", "West"]},
        hyperparameters={"corr": corr},
    )
    fit.attrs["priors"] = priors({"corr[region]": 1, "corr[municipality]": 4})
    return fit


@pytest.mark.parametrize(("level", "eta"), [("region", 1), ("municipality", 4)])
def test_the_prior_is_the_lkj_of_the_level(fit, level, eta):
    table = correlation_densities(fit, level=level, points=2001)
    assert table.attrs == {"parameter": f"corr[{level}]", "level": level, "eta": eta}
    shape = (1 - table["x"] ** 2) ** (eta - 1)
    assert table["prior"].to_numpy() == pytest.approx(
        (shape / trapezoid(shape, table["x"])).to_numpy(), abs=1e-5
    )


@pytest.mark.parametrize("level", ["region", "municipality"])
def test_the_posterior_is_a_density_up_to_the_bounds(fit, level):
    table = correlation_densities(fit, level=level, points=2001)
    assert trapezoid(table["posterior"], table["x"]) == pytest.approx(1, abs=1e-3)
    inside = table[table["x"].between(0.9, 1) if level == "region" else table["x"].between(-0.5, 0.5)]
    # Uniform draws: a kernel smooths their ends, and leaves the middle.
    middle = inside["posterior"].median()
    assert middle == pytest.approx(10 if level == "region" else 1, rel=0.15)


def test_at_the_bound_nothing_is_lost(fit):
    # Draws are uniform from 0.9 to 1: the density at 1 is that in the middle, not half of it.
    table = correlation_densities(fit, level="region").set_index("x")["posterior"]
    assert table.loc[1.0] == pytest.approx(10, rel=0.2)


def test_one_level_is_the_innermost_and_has_no_brackets(make_fit):
    rng = np.random.default_rng(0)
    fit = make_fit(
        {"region": np.zeros((1, 50, 2, 2))}, {"region": ["A", "B"]},
        hyperparameters={"corr": rng.uniform(0, 1, (1, 50, 1))},
    )  # fmt: skip
    fit.attrs["priors"] = priors({"corr": 2})
    assert correlation_densities(fit).attrs["parameter"] == "corr"


def test_a_fit_without_slopes_or_level_is_refused(fit, make_fit):
    with pytest.raises(BayesSaudeError, match=r"no correlation .* of 'city'"):
        correlation_densities(fit, level="city")
    flat = make_fit({"region": np.zeros((1, 10, 2, 1))}, {"region": ["A", "B"]}, slopes=False)
    with pytest.raises(BayesSaudeError, match=r"no correlation .*Its parameters are intercept, slope"):
        correlation_densities(flat)
