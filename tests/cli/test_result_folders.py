"""Result folders, whatever the command: where they are, what is read of them, what is left alone."""

import shutil
from pathlib import Path

import pytest
from command_line import run

from bayes_saude.inference.store import PANEL_NOTE, load, save


def test_the_file_of_a_fit_for_its_folder_is_answered_with_the_folder(result):
    done = run("check", result / "fit.nc")
    assert done.exit_code == 2
    assert done.stderr.rstrip().endswith(f"Did you mean {result}?")


def test_a_model_name_for_its_folder_is_answered_with_the_folder(result, tmp_path, monkeypatch):
    shutil.copytree(result, tmp_path / "results" / result.name)
    monkeypatch.chdir(tmp_path)
    done = run("rank", result.name)
    assert done.exit_code == 2
    assert done.stderr.rstrip().endswith(f"Did you mean results/{result.name}?")


def test_rank_says_which_data_made_the_fit(result, tmp_path):
    fitted = load(result)
    fitted.attrs["data_source"] = "mine.csv"
    save(fitted, tmp_path)
    for command in ("rank", "compare"):
        assert "Data: mine.csv" in run(command, tmp_path).stdout
    assert "Data: mine.csv" in run("figures", tmp_path, "--format", "svg").stderr


def test_a_note_on_the_panel_lies_in_the_result_folder(result, tmp_path):
    fitted = load(result)
    assert not (result / PANEL_NOTE).exists()
    fitted.attrs["panel_note"] = "A reconstruction."
    save(fitted, tmp_path)
    assert run("check", tmp_path).exit_code == 0
    assert (tmp_path / PANEL_NOTE).read_text() == "A reconstruction.\n"


@pytest.fixture
def read_only(result, tmp_path, monkeypatch) -> Path:
    """Copy the fit to a folder in which nothing can be written."""

    def refuse(_, folder, name):
        raise PermissionError(13, "Permission denied", str(folder / name))

    shutil.copyfile(result / "fit.nc", tmp_path / "fit.nc")
    monkeypatch.setattr("bayes_saude.results.derived_file", refuse)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "shown"), [("check", "R-hat"), ("rank", "Region J"), ("compare", "sd_slope")]
)
def test_a_read_only_folder_is_shown_with_a_warning_and_no_file_is_promised(read_only, command, shown):
    done = run(command, read_only)
    assert done.exit_code == 0
    assert shown in done.stdout
    assert not {"ranking.csv", "comparison.csv"} & {Path(word).name for word in done.stdout.split()}
    assert "could not be written: Permission denied" in done.stderr


def test_reading_a_fit_deletes_nothing(result, tmp_path):
    for older in ("comparison.csv", "mine.csv"):
        (tmp_path / older).write_text("kept")
    shutil.copyfile(result / "fit.nc", tmp_path / "fit.nc")
    for command in ("check", "rank"):
        assert run(command, tmp_path).exit_code == 0
    assert [(tmp_path / older).read_text() for older in ("comparison.csv", "mine.csv")] == ["kept"] * 2
