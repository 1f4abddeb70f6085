"""A process that has the small model compiled, for all tests that start command lines of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import xarray as xr
from commands import Warm, warm

from bayes_saude.inference.fit import fit


@pytest.fixture(scope="session")
def warmed(model_file: Path) -> Iterator[Warm]:
    """Compile the model of `coverage` in a process that forks command lines."""
    with warm(model_file) as server:
        yield server


@pytest.fixture(scope="session")
def fits(model_file: Path) -> tuple[xr.DataTree, xr.DataTree]:
    """Fit the model with two seeds."""
    first, second = (fit(model_file, draws=20, tune=50, seed=seed) for seed in (1, 2))
    return first, second
