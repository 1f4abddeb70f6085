"""Result folders to report on, small and with names that a page must not take for markup."""

from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from hostile_names import HOSTILE

from bayes_saude.figures.result import each_figure
from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import save
from bayes_saude.models.catalogue import read_model
from bayes_saude.report import page

MODEL = """
title = "Coverage </title><script>alert(4)</script> & more"
source = "Nobody <nobody@example.org>"
[data]
panel = "hostile.csv"
outcome = "value"
time = "year"
origin = 2011
levels = ["region"]
[model]
family = "gaussian"
[priors]
slope = {dist = "normal", mu = 0, sigma = 5}
[ranking]
direction = "lower_is_better"
"""


def rename(coverage: pd.DataFrame) -> pd.DataFrame:
    """Make 35 regions of the simulated ten; the lowest four have names that are markup, one has an accent."""
    copies = [
        coverage.assign(region=coverage["region"] + f" {copy}", value=coverage["value"] + 0.3 * copy)
        for copy in range(4)
    ]
    panel = pd.concat(copies, ignore_index=True)
    panel = panel[panel["region"].isin(panel["region"].unique()[:35])]
    called = {f"Region A {copy}": name for copy, name in enumerate(HOSTILE)}
    return panel.replace({"region": called | {"Region B 0": "São João"}})


@pytest.fixture(scope="session")
def result(tmp_path_factory, model_file) -> Path:
    """Fit ten regions, and give the result folder; not to be changed."""
    folder = tmp_path_factory.mktemp("results") / "coverage-region"
    save(fit(read_model(model_file), seed=3), folder)
    return folder


@pytest.fixture(scope="session")
def hostile(tmp_path_factory, coverage) -> Path:
    """Fit 35 regions, some of whose names are markup, and give the result folder; not to be changed."""
    folder = tmp_path_factory.mktemp("hostile")
    rename(coverage).to_csv(folder / "hostile.csv", index=False)
    (folder / "hostile.toml").write_text(MODEL, encoding="utf-8")
    save(fit(read_model(folder / "hostile.toml"), seed=3), folder / "hostile")
    return folder / "hostile"


@pytest.fixture(scope="session")
def failing(tmp_path_factory, model_file) -> Path:
    """Fit with so few draws that no gate on effective sample sizes can pass; not to be changed."""
    folder = tmp_path_factory.mktemp("failing") / "coverage-region"
    save(fit(read_model(model_file), seed=3, draws=20, tune=50), folder)
    return folder


@pytest.fixture
def one_figure(monkeypatch):
    """Draw only the first figure, where figures are not what a test is about."""
    monkeypatch.setattr(page, "each_figure", lambda *args, **kwargs: islice(each_figure(*args, **kwargs), 1))


@pytest.fixture(scope="session")
def rival(tmp_path_factory, model_file) -> Path:
    """Fit the ten regions of `result` with slopes that differ less, and give the result folder."""
    folder = tmp_path_factory.mktemp("rival")
    (folder / "coverage.csv").write_bytes((model_file.parent / "coverage.csv").read_bytes())
    text = model_file.read_text(encoding="utf-8").replace("Coverage by region", "Coverage, slopes nearer")
    priors = '\n[priors]\nsd_slope = {dist = "halfnormal", sigma = 0.15}\n'
    (folder / "coverage-flat.toml").write_text(text + priors, encoding="utf-8")
    save(fit(read_model(folder / "coverage-flat.toml"), seed=3), folder / "coverage-flat")
    return folder / "coverage-flat"
