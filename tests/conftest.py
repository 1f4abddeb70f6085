"""What tests of several floors share."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

MODEL_FILE = """
title = "Coverage by region"
[data]
panel = "coverage.csv"
outcome = "value"
time = "year"
origin = 2011
levels = ["region"]
[model]
family = "gaussian"
[ranking]
direction = "higher_is_better"
target = 60
"""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a file's content in a test's name by its argument: an archive's bytes hold the time of day."""
    content = isinstance(val, bytes) or (isinstance(val, str) and (len(val) > 60 or not val.isprintable()))
    return argname if content else None


@pytest.fixture(autouse=True, scope="session")
def _no_screen():
    """Draw figures without a screen."""
    mpl.use("Agg")


@pytest.fixture(scope="session")
def coverage() -> pd.DataFrame:
    """Simulate ten regions in five years: intercepts 55, 60, ... 100, slopes of 1 to 3, noise of 0.5."""
    rng = np.random.default_rng(7)
    years = np.arange(2011, 2016)
    slopes = rng.permuted(np.linspace(1, 3, 10))
    lines = 55 + 5 * np.arange(10)[:, None] + slopes[:, None] * (years - 2011)
    return pd.DataFrame(
        {
            "region": np.repeat([f"Region {letter}" for letter in "ABCDEFGHIJ"], len(years)),
            "year": np.tile(years, 10),
            "value": (lines + 0.5 * rng.normal(size=lines.shape)).ravel().round(3),
        }
    )


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory, coverage: pd.DataFrame) -> Path:
    """Write `coverage` and a model file beside it, not to be changed."""
    folder = tmp_path_factory.mktemp("model")
    coverage.to_csv(folder / "coverage.csv", index=False)
    file = folder / "coverage-region.toml"
    file.write_text(MODEL_FILE, encoding="utf-8")
    return file
