"""The command `check`, as its user sees it, and what a fit that fails its checks stops."""

import json
import shutil

import pandas as pd
import pytest
from command_line import SEED, TOO_FEW, run
from result_layout import layout_faults

from bayes_saude.inference.store import STAMP


def test_check_has_exit_status_0_for_a_good_fit_and_1_for_a_bad_one(result, failing):
    good, bad = run("check", result), run("check", failing)
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "FAILS" in bad.stdout
    assert "FAILS" not in good.stdout


def test_a_good_fit_is_cross_validated_where_that_is_asked_for(result, failing, tmp_path):
    folder = tmp_path / result.name / "copy"
    shutil.copytree(result, folder)
    before = json.loads((folder / "checks.json").read_text())
    assert before["cross_validation"] == []
    done = run("check", folder, "--cross-validate")
    assert done.exit_code == 0, done.output
    assert "each unit" in done.stdout
    assert "each year" in done.stdout
    after = json.loads((folder / "checks.json").read_text(), parse_constant=pytest.fail)
    scores = {score["by"]: score for score in after["cross_validation"]}
    assert {by: score["left_out"] for by, score in scores.items()} == {"unit": 10, "year": 5}
    table = pd.read_csv(folder / "cross_validation.csv")
    for by, score in scores.items():
        assert table.loc[table["by"] == by, "elpd"].sum() == pytest.approx(score["elpd"])
    assert {**after, "cross_validation": []} == before
    verified = [line.split() for line in run("verify", folder).stdout.splitlines()]
    assert ["cross_validation.csv", "ok", "as", "it", "was", "written"] in verified

    # The scores stay as long as their file is what it was.
    assert "each year" in run("check", folder).stdout
    with (folder / "cross_validation.csv").open("a") as file:
        file.write("unit,1,Region A,Region A,5,1.0,,,False\n")
    assert "each year" not in run("check", folder).stdout
    assert "check --cross-validate" in run("verify", folder).stdout

    refused = run("check", failing, "--cross-validate")
    assert refused.exit_code == 1
    assert "Not cross-validated" in refused.stderr
    assert not (failing / "cross_validation.csv").exists()


def test_refits_without_cross_validation_are_refused(result):
    done = run("check", result, "--refits", 3)
    assert done.exit_code == 2
    assert "--cross-validate" in done.stderr


def test_what_fails_is_shown_whole_with_the_advice_below_once_even_on_a_narrow_screen(failing, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines = run("check", failing).stdout.splitlines()
    report = json.loads((failing / "checks.json").read_text())
    assert max(map(len, lines)) <= 60
    assert lines[0].split()[-2:] == ["value", "limit"]
    gates = [line for line in lines if line.startswith(("passes", "FAILS"))]
    for line, gate in zip(gates, report["gates"], strict=True):
        assert f"{gate['threshold']:g}" == line.split()[-1]
    below = " ".join(" ".join(lines[lines.index(gates[-1]) + 1 :]).split())
    assert below.count("(--draws 4000)") == 1
    assert "bulk ESS, tail ESS, " in below
    assert "error of interval ends: Fit again with more draws" in below


def test_checks_of_one_chain_are_valid_json(tmp_path, model_file):
    done = run("fit", model_file, *TOO_FEW, "--chains", 1, "--out", tmp_path)
    assert done.exit_code == 0
    assert "--chains 4" in done.stdout
    text = (tmp_path / model_file.stem / "checks.json").read_text()
    assert json.loads(text, parse_constant=pytest.fail)["gates"][0]["value"] is None


@pytest.mark.parametrize("command", ["rank", "compare", "figures"])
def test_a_fit_that_fails_its_checks_stops_what_would_conclude_from_it(failing, command):
    done = run(command, failing)
    assert done.exit_code == 2
    assert "--despite-checks" in done.stderr
    assert not (failing / "ranking.csv").exists()


@pytest.mark.parametrize(
    ("command", "tables"), [("rank", ["ranking"]), ("compare", ["comparison", "hyperparameters"])]
)
def test_going_on_despite_failed_checks_says_what_failed_on_the_screen_and_in_every_file(
    failing, command, tables
):
    done = run(command, failing, "--despite-checks")
    assert done.exit_code == 0, done.output
    report = json.loads((failing / "checks.json").read_text())
    (gate,) = (gate for gate in report["gates"] if gate["name"] == "bulk ESS")
    failed = f"bulk ESS of {gate['parameter']} is {gate['value']:.4g}, the limit 1000"
    assert done.stdout.startswith("DESPITE FAILED CHECKS: ")
    for said in (done.stdout, done.stderr, (failing / STAMP).read_text()):
        assert failed in " ".join(said.split())
    assert f"{failing}: DESPITE FAILED CHECKS: " in done.stderr
    assert f"- {failed}. Fit again with more draws" in (failing / STAMP).read_text()
    for table in tables:
        written = pd.read_csv(failing / f"{table}.csv")
        assert written.columns[-1] == "despite_failed_checks"
        assert written["despite_failed_checks"].all()
    assert layout_faults(failing) == [
        f"{name}.csv is missing"
        for name in ("ranking", "comparison", "hyperparameters")
        if name not in tables
    ]


def test_a_good_fit_has_no_stamp(result):
    done = run("rank", result, "--despite-checks")
    assert "DESPITE" not in done.output
    assert "despite_failed_checks" not in (result / "ranking.csv").read_text()
    assert not (result / STAMP).exists()


def test_going_on_despite_failed_checks_leaves_a_stamp_until_the_fit_is_good(failing, model_file):
    assert run("rank", failing, "--despite-checks").exit_code == 0
    assert "fails these checks" in (failing / STAMP).read_text()
    assert run("fit", model_file, *SEED, "--force", "--out", failing.parent).exit_code == 0
    assert not (failing / STAMP).exists()
