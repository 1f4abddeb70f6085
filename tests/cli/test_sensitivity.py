"""The command `sensitivity`, as its user sees it."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import run

from bayes_saude.inference.fit import fit
from bayes_saude.inference.refit import refit
from bayes_saude.inference.store import load, save
from bayes_saude.inference.verify import verify
from bayes_saude.models.catalogue import read_model
from bayes_saude.summaries import sensitivity
from bayes_saude.summaries.sensitivity import COLUMNS, FACTORS, SAME


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, model_file) -> Path:
    """Fit the model, and give its result folder, not to be written in."""
    folder = tmp_path_factory.mktemp("results") / model_file.stem
    save(fit(read_model(model_file), seed=3), folder)
    return folder


@pytest.fixture
def result(fitted, tmp_path) -> Path:
    return shutil.copytree(fitted, tmp_path / fitted.name)


@pytest.fixture
def _no_other_distributions(monkeypatch):
    """Fit with other scales and another correlation only: another distribution compiles a model."""

    def same_distributions(fit, *, priors, seed):
        dists = {prior.dist for prior in priors.values()}
        return refit(fit, priors=None if dists & {"exponential", "halfcauchy"} else priors, seed=seed)

    monkeypatch.setattr("bayes_saude.summaries.sensitivity.refit", same_distributions)


@pytest.mark.usefixtures("_no_other_distributions")
def test_what_is_interrupted_goes_on_where_it_was(result, tmp_path, monkeypatch):
    other = shutil.copytree(result, tmp_path / "never interrupted")
    assert run("sensitivity", other).exit_code == 0
    known = sensitivity.refit
    begun = []

    def interrupted(fit, *, priors, seed):
        begun.append(priors)
        if len(begun) == 4:
            raise KeyboardInterrupt
        return known(fit, priors=priors, seed=seed)

    monkeypatch.setattr(sensitivity, "refit", interrupted)
    assert run("sensitivity", result).exit_code != 0
    assert not (result / "sensitivity.csv").exists()
    assert run("sensitivity", result).exit_code == 0
    assert len(begun) == 8  # the fourth of seven twice
    assert (result / "sensitivity.csv").read_bytes() == (other / "sensitivity.csv").read_bytes()
    assert {file.name for file in result.iterdir()} == {file.name for file in other.iterdir()}


@pytest.mark.usefixtures("_no_other_distributions")
def test_the_table_and_its_figures_are_files_of_the_result_folder(result):
    done = run("sensitivity", result, "--format", "svg", "--lang", "pt")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(result / "sensitivity.csv")
    assert tuple(table.columns) == COLUMNS
    names = [SAME, "LKJ(1)", "LKJ(4)", "exponential", "halfcauchy", *FACTORS]
    assert table["priors"].unique().tolist() == names
    assert all(done.stdout.count(name) == 2 for name in names)  # by intercept, by slope
    assert "fitting with priors: half the scales (6 of 7)" in done.stderr
    assert "lost with its own only" in " ".join(done.stdout.split())
    figures = {f"figures/sensitivity-region-{by}-pt.svg" for by in ("intercept", "slope")}
    assert {str(result / name) for name in figures} <= set(done.stdout.splitlines())
    findings = {finding.name: finding.differs for finding in verify(result)}
    assert figures | {"sensitivity.csv"} <= set(findings)
    assert not any(findings.values())
    again = shutil.copytree(result, result.with_name("again"))
    fitted = load(again)
    fitted["posterior"]["intercept"].values[:] += 1
    save(fitted, again)
    assert not (again / "sensitivity.csv").exists()
    assert not any((again / "figures").iterdir())
    for name in (*figures, "sensitivity.csv"):
        (result / name).unlink()
    missing = [finding.told for finding in verify(result) if finding.differs]
    assert missing == ["missing; make it again: bayes-saude sensitivity"] * 3


def test_a_fit_that_fails_its_checks_is_refused_before_any_other_is_made(model_file, tmp_path, monkeypatch):
    monkeypatch.setattr("bayes_saude.summaries.sensitivity.refit", lambda *_, **__: pytest.fail("fitted"))
    save(fit(read_model(model_file), seed=3, draws=20, tune=50), tmp_path)
    done = run("sensitivity", tmp_path)
    assert done.exit_code == 2
    assert "--despite-checks" in done.stderr
    assert not (tmp_path / "sensitivity.csv").exists()


@pytest.mark.usefixtures("_no_other_distributions")
def test_going_on_despite_failed_checks_marks_the_rows_and_the_figures(model_file, tmp_path):
    save(fit(read_model(model_file), seed=3, draws=20, tune=50), tmp_path)
    done = run("sensitivity", tmp_path, "--despite-checks", "--format", "svg")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("DESPITE FAILED CHECKS: R-hat of ")
    assert f"{SAME} *" in done.stdout
    assert "conclude nothing" in done.stdout
    table = pd.read_csv(tmp_path / "sensitivity.csv")
    assert not table["passed"].any()
    assert table["despite_failed_checks"].all()
