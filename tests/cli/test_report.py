"""The command `report`, as its user sees it."""

import shutil
from pathlib import Path

import pytest
from command_line import run

from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import save
from bayes_saude.models.catalogue import read_model
from bayes_saude.result_report import write_report


@pytest.fixture(scope="module")
def failing(tmp_path_factory, model_file) -> Path:
    """Fit with so few draws that no gate on effective sample sizes can pass."""
    folder = tmp_path_factory.mktemp("results") / model_file.stem
    save(fit(read_model(model_file), seed=3, draws=20, tune=50), folder)
    return folder


def test_help_shows_examples():
    done = run("report", "--help")
    assert done.exit_code == 0
    assert "Example: bayes-saude report" in done.stdout


def test_a_failing_fit_is_told_in_one_message_and_nothing_is_written(failing, tmp_path):
    done = run("report", failing, "--out", tmp_path / "report.html")
    assert done.exit_code == 2
    assert f"Error: {failing}: The fit fails its checks" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_any_number_of_results_make_one_file_that_is_named(failing, tmp_path, capfd):
    other = tmp_path / "other"
    shutil.copytree(failing, other)
    out = tmp_path / "new folder" / "report.html"
    done = run("report", failing, other, "--despite-checks", "--lang", "pt", "--out", out)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(out)
    # Told by the processes that share the work, where there are several.
    assert f"{other}: DESPITE FAILED CHECKS: R-hat of " in done.stderr + capfd.readouterr().err
    page = out.read_text(encoding="utf-8")
    assert "APESAR DE VERIFICAÇÕES REPROVADAS" in page
    # Several processes make the page that one makes.
    alone = write_report([failing, other], tmp_path / "alone.html", lang="pt", despite=True)
    assert page == alone.read_text(encoding="utf-8")


def test_a_folder_without_a_fit_is_told_before_work_on_others(failing, tmp_path):
    done = run("report", failing, tmp_path, "--out", tmp_path / "report.html", "--despite-checks")
    assert done.exit_code == 2
    assert f"There is no fit in {tmp_path}." in done.stderr
    assert "reporting" not in done.stderr


@pytest.mark.parametrize("name", ["fit.nc", "ranking.csv", "", "folder.html"])
def test_a_report_replaces_no_result(failing, tmp_path, name):
    folder = shutil.copytree(failing, tmp_path / "result")
    (folder / "folder.html").mkdir()
    before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    done = run("report", folder, "--despite-checks", "--out", folder / name)
    assert done.exit_code == 2
    assert "is no HTML file by its name" in done.stderr
    assert {file: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before


def test_tables_of_every_result_are_named(failing, tmp_path):
    folders = [shutil.copytree(failing, tmp_path / name) for name in ("one", "two")]
    done = run("tables", *folders, "--despite-checks", "--format", "markdown", "--lang", "pt")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(folder / "tables" / "tables-pt.md") for folder in folders]
    assert all(f"{folder}: DESPITE FAILED CHECKS: " in done.stderr for folder in folders)
    assert "Example: bayes-saude tables" in run("tables", "--help").stdout
