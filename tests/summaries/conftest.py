"""Small fits made by hand, see `small_fits`."""

from collections.abc import Callable

import pytest
import xarray as xr
from small_fits import build_fit, model_file, seven_in_three

from bayes_saude.models.spec import ModelSpec, parse_model

MakeFit = Callable[..., xr.DataTree]
MakeSpec = Callable[..., ModelSpec]


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
