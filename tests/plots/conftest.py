"""Tables as the summaries leave them, small and large, and small fits."""

from collections.abc import Callable

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from small_fits import build_fit, seven_in_three


@pytest.fixture(autouse=True)
def closed_figures():
    """Draw without a screen and leave no figure open."""
    mpl.use("Agg")
    yield
    plt.close("all")


@pytest.fixture
def make_ranking() -> Callable[[int], pd.DataFrame]:
    """Give a function that makes a ranking of n units by intercept and by slope."""

    def make(n: int) -> pd.DataFrame:
        mean = np.linspace(90, 10, n)
        table = pd.DataFrame(
            {
                "level": "region",
                "within": "all",
                "unit": [f"Unit {place:03d}" for place in range(n)],
                "mean": mean,
                "low": mean - 7,
                "high": mean + 6,
                "expected_rank": np.arange(1.0, n + 1),
                "median_rank": np.arange(1, n + 1),
                "rank_low": np.clip(np.arange(1, n + 1) - 3, 1, n),
                "rank_high": np.clip(np.arange(1, n + 1) + 2, 1, n),
                "p_above_mean": np.linspace(1, 0, n),
                "p_top": np.linspace(1, 0, n),
                "p_bottom": np.linspace(0, 0.8, n),
            }
        )
        scaled = {column: table[column] / 1000 for column in ("mean", "low", "high")}
        return pd.concat([table.assign(by="intercept"), table.assign(by="slope", **scaled)])

    return make


@pytest.fixture
def comparison() -> pd.DataFrame:
    """Make a comparison of thirty units, of which three differ in class."""
    reml = np.linspace(0, 1, 30)
    table = pd.DataFrame({"level": "region", "unit": [f"Unit {i:02d}" for i in range(30)], "reml": reml})
    table["bayes"] = 0.5 + 0.9 * (reml - 0.5)
    table["agrees"] = ~table["unit"].isin(["Unit 02", "Unit 20", "Unit 29"])
    return table.assign(parameter="intercept")


@pytest.fixture
def nested_fit() -> xr.DataTree:
    """Seven municipalities in three regions, a target, a little noise; seeded."""
    return seven_in_three()


@pytest.fixture
def trend_fit() -> xr.DataTree:
    """Eight regions in four years, with a panel that has trends for REML to find; seeded."""
    rng = np.random.default_rng(11)
    units = [f"Region {letter}" for letter in "ABCDEFGH"]
    effects = np.column_stack([np.linspace(20, -20, 8), rng.permuted(np.linspace(-3, 3, 8))])
    years = np.arange(2011, 2015)
    values = 60 + effects[:, :1] + (2 + effects[:, 1:]) * (years - 2011) + rng.normal(size=(8, 4))
    panel = pd.DataFrame(
        {
            "replicate": 1,
            "region": np.repeat(units, 4),
            "time": np.tile(years, 8),
            "value": values.ravel(),
        }
    )
    draws = 0.9 * effects + rng.normal(size=(2, 100, 8, 2)) * [0.8, 0.4]
    noise = rng.normal(size=(5, 2, 100))
    components = {
        "sd_intercept": 12 + noise[0],
        "sd_slope": 2 + 0.1 * noise[1],
        "corr": np.tanh(0.3 * noise[2]),
    }
    fixed = {"intercept": 60 + noise[3], "slope": 2 + 0.1 * noise[4], "sd_resid": 1 + 0.1 * noise[3]}
    return build_fit(
        {"region": draws},
        {"region": units},
        panel=panel,
        hyperparameters=fixed | {name: values[..., None] for name, values in components.items()},
    )
