"""Small fits made by hand, see `small_fits`, and one that is sampled."""

from collections.abc import Callable

import pandas as pd
import pytest
import xarray as xr
from small_fits import build_fit, model_file, seven_in_three
from trends import simulate, trend_model

from bayes_saude.inference.fit import fit
from bayes_saude.models.spec import ModelSpec, parse_model

MakeFit = Callable[..., xr.DataTree]
MakeSpec = Callable[..., ModelSpec]
PULLING = """
intercept = {dist = "normal", mu = 60, sigma = 3}
slope = {dist = "normal", mu = 0, sigma = 1}
sd_intercept = {dist = "halfnormal", sigma = 4}
sd_slope = {dist = "halfnormal", sigma = 1}
corr = {dist = "lkj", eta = 4}
sd_resid = {dist = "halfnormal", sigma = 1}
"""


@pytest.fixture(scope="session")
def make_spec() -> MakeSpec:
    """Give a function that makes a model of the levels named."""
    return lambda *levels, **options: parse_model(model_file(levels, **options), name="coverage")


@pytest.fixture
def make_fit() -> MakeFit:
    """Give `build_fit`."""
    return build_fit


@pytest.fixture
def nested_fit() -> xr.DataTree:
    """Seven municipalities in three regions, a target, a little noise; seeded."""
    return seven_in_three()


@pytest.fixture(scope="session")
def thirty_regions() -> pd.DataFrame:
    """Simulate thirty regions in four years."""
    return simulate(3, fixed=(70, 2), scatter={"region": (8, 1.5, 0.3)}, sd_resid=4, regions=30, per_region=1)


@pytest.fixture(scope="session")
def pulled(thirty_regions) -> xr.DataTree:
    """Give a fit whose priors say other than its data do; not to be changed."""
    return fit(trend_model(["region"], priors=PULLING), thirty_regions, seed=1)
