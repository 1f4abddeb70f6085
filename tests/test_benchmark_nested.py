"""The benchmark of nested trends: what it takes for true, and when it calls a truth covered."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

SCRIPT = str(Path(__file__).parents[1] / "scripts" / "benchmark_nested.py")


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(SCRIPT)


def test_a_municipalitys_truth_adds_up_its_levels_and_a_regions_is_the_mean(script):
    coords = {"region": ["r", "s"], "municipality": ["a", "b", "c"], "term": ["intercept", "slope"]}
    truth = xr.Dataset(
        {
            "intercept": -1.0,
            "slope": 0.5,
            "region_effect": (("region", "term"), [[10, 1], [20, 2]]),
            "municipality_effect": (("municipality", "term"), [[100, 0.1], [200, 0.2], [400, 0.4]]),
        },
        coords,
    )
    panel = pd.DataFrame({"region": ["r", "r", "s"] * 2, "municipality": ["a", "b", "c"] * 2})
    table = script["true_coefficients"](truth, panel, ("region", "municipality"))
    true = table.set_index(["unit", "by"])["true"]
    assert true["a", "intercept"] == pytest.approx(109)
    assert true["c", "slope"] == pytest.approx(2.9)
    assert true["r", "intercept"] == pytest.approx((109 + 209) / 2)
    assert table.groupby("level").size().to_dict() == {"municipality": 6, "region": 4}


def test_a_hyperparameter_is_covered_within_the_middle_95_percent_of_its_draws(script):
    draws = np.linspace(0, 1, 1001)[None]
    levels = np.stack([draws, draws], axis=-1)
    single, of_levels = ("intercept", "slope", "dispersion"), ("sd_intercept", "sd_slope", "corr")
    posterior = dict.fromkeys(single, (("chain", "draw"), draws))
    posterior |= dict.fromkeys(of_levels, (("chain", "draw", "level"), levels))
    fitted = xr.DataTree.from_dict({"posterior": xr.Dataset(posterior, {"level": ["region", "town"]})})
    truth = xr.Dataset(
        dict.fromkeys(single, 0.5) | {name: ("level", [0.03, 0.02]) for name in of_levels},
        {"level": ["region", "town"]},
    )
    table = script["covered_hyperparameters"](fitted, truth).set_index("parameter")
    assert table["covered"].to_dict() == {
        "intercept": True, "slope": True, "dispersion": True,
        "sd_intercept[region]": True, "sd_slope[region]": True, "corr[region]": True,
        "sd_intercept[town]": False, "sd_slope[town]": False, "corr[town]": False,
    }  # fmt: skip


def test_its_help_names_the_default_model(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmark_nested.py", "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_path(SCRIPT, run_name="__main__")
    assert "icsap-share-nested" in capsys.readouterr().out
