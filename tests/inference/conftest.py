"""Fits that several files of tests read; the compiled model is shared by all of them."""

import pandas as pd
import pytest
import xarray as xr
from trends import simulate, trend_model

from bayes_saude.inference.fit import fit
from bayes_saude.models.spec import ModelSpec

LEVELS = ["region"]


@pytest.fixture(scope="session")
def spec() -> ModelSpec:
    """A model of regions."""
    return trend_model(LEVELS)


@pytest.fixture(scope="session")
def panel() -> pd.DataFrame:
    """28 regions in four years."""
    return simulate(2, fixed=(70, 2), scatter={"region": (10, 2, 0.4)}, sd_resid=4)


@pytest.fixture(scope="session")
def fitted(spec: ModelSpec, panel: pd.DataFrame) -> xr.DataTree:
    """The panel, fitted with the default settings."""
    return fit(spec, panel, seed=1)
