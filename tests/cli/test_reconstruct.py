"""The command `reconstruct`, as its user sees it."""

import pandas as pd
import pytest
from command_line import run

from bayes_saude.data.shipped import RECONSTRUCTION


def test_reconstruct_writes_a_panel_and_says_what_it_is(tmp_path, monkeypatch):
    panel = pd.DataFrame({"municipality": ["Ubá"], "region": ["Ubá"], "year": [2011], "pap": [0.5]})
    monkeypatch.setattr("bayes_saude.data.reconstruct.reconstruct", lambda seed: panel.assign(pap=seed))
    done = run("reconstruct", "--seed", 6, "--out", tmp_path / "panel.csv")
    assert done.stdout.rstrip().endswith(RECONSTRUCTION)
    assert pd.read_csv(tmp_path / "panel.csv").equals(panel.assign(pap=6))
    assert (tmp_path / "panel.txt").read_text() == f"panel.csv: {RECONSTRUCTION}\n"


@pytest.mark.parametrize("name", ["panel.xlsx", "panel", "panel.csv.zip"])
def test_reconstruct_writes_csv_only_and_says_so_first(tmp_path, monkeypatch, name):
    monkeypatch.setattr("bayes_saude.data.reconstruct.reconstruct", lambda seed: pytest.fail("began to work"))
    done = run("reconstruct", "--out", tmp_path / name)
    assert done.exit_code == 2
    assert f"{name} is not a CSV file by its name" in done.stderr


def test_reconstruct_replaces_its_own_files_and_nobody_elses(tmp_path, monkeypatch):
    panel = pd.DataFrame({"municipality": ["Ubá"]})
    monkeypatch.setattr("bayes_saude.data.reconstruct.reconstruct", lambda seed: panel)
    for _ in range(2):
        assert run("reconstruct", "--out", tmp_path / "panel.csv").exit_code == 0
    monkeypatch.setattr("bayes_saude.data.reconstruct.reconstruct", lambda seed: pytest.fail("began to work"))
    (tmp_path / "panel.txt").write_text("panel.csv: mine")
    done = run("reconstruct", "--out", tmp_path / "panel.csv")
    assert done.exit_code == 2
    assert "panel.txt was not written by this command" in done.stderr
    assert (tmp_path / "panel.txt").read_text() == "panel.csv: mine"
    (tmp_path / "fit.nc").touch()
    done = run("reconstruct", "--out", tmp_path / "ranking.csv")
    assert done.exit_code == 2
    assert f"{tmp_path} is a result folder" in done.stderr


def test_reconstruct_does_not_work_for_a_minute_to_find_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("bayes_saude.data.reconstruct.reconstruct", lambda seed: pytest.fail("began to work"))
    done = run("reconstruct", "--out", tmp_path / "nowhere" / "panel.csv")
    assert done.exit_code == 2
    assert "nowhere does not exist" in done.stderr
