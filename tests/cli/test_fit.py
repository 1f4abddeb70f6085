"""The command `fit`, as its user sees it."""

import json

from command_line import SEED, TOO_FEW, run


def test_fit_leaves_a_result_folder_and_shows_the_checks(result, model_file):
    assert (result / "fit.nc").is_file()
    assert (result / "model.toml").read_text() == model_file.read_text()
    assert json.loads((result / "checks.json").read_text())["passed"]


def test_the_same_fit_is_used_again_and_force_fits_anew(result, model_file):
    made = (result / "fit.nc").stat().st_mtime_ns
    again = ("fit", model_file, *SEED, "--out", result.parent)
    assert f"{result}: the fit at hand is taken" in run(*again).stderr
    assert (result / "fit.nc").stat().st_mtime_ns == made
    assert "replaced" in run(*again, "--force").stderr
    assert (result / "fit.nc").stat().st_mtime_ns > made


def test_on_a_terminal_too_a_fit_that_is_used_again_or_replaced_is_told(model_file, tmp_path, monkeypatch):
    monkeypatch.setattr("bayes_saude.console.on_terminal", lambda: True)
    arguments = ("fit", model_file, *TOO_FEW, "--out", tmp_path)
    assert "the fit at hand" not in run(*arguments).stderr
    assert "the fit at hand is taken" in run(*arguments).stderr
    told = run(*arguments, "--draws", 21).stderr
    assert "for a change of draws" in told
    assert "tables and figures removed" in " ".join(told.split())


def test_a_seed_that_a_fit_cannot_hold_is_refused_before_sampling(model_file, tmp_path):
    done = run("fit", model_file, "--seed", 2**64, "--out", tmp_path)
    assert done.exit_code == 2
    assert not any(tmp_path.iterdir())


def test_a_panel_with_empty_cells_needs_leave_to_drop_rows(tmp_path, model_file, coverage):
    gaps = tmp_path / "gaps.csv"
    coverage.assign(value=coverage["value"].where(coverage.index != 4)).to_csv(gaps, index=False)
    arguments = ("fit", model_file, "--data", gaps, *TOO_FEW, "--out", tmp_path)
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "gaps.csv" in refused.stderr
    assert "row 6, column 'value'" in refused.stderr
    assert "--missing drop" in refused.stderr
    done = run(*arguments, "--missing", "drop")
    assert done.exit_code == 0
    assert f"Data: {gaps}, in place of" in done.stderr
