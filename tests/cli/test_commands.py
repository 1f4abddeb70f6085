"""The command line, as its user sees it: output, files, messages, exit statuses."""

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from bayes_saude import __version__
from bayes_saude.cli import app
from bayes_saude.console import console
from bayes_saude.data.shipped import RECONSTRUCTION
from bayes_saude.figures.kinds import KINDS
from bayes_saude.inference.store import PANEL_NOTE, STAMP, load, save
from bayes_saude.screen_tables import hyperparameter_table

COMMANDS = [
    "demo", "models", "fit", "check", "rank", "compare", "figures", "sensitivity", "reconstruct", "icsap",
]  # fmt: skip
SEED = ("--seed", 3)
# So few draws that no gate on effective sample size can pass.
TOO_FEW = ("--draws", 20, "--tune", 50, *SEED)


def run(*arguments: object) -> Result:
    """Run a command line in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def result(tmp_path_factory, model_file) -> Path:
    """Fit the model, and give its result folder."""
    out = tmp_path_factory.mktemp("results")
    done = run("fit", model_file, *SEED, "--out", out)
    assert done.exit_code == 0, done.output
    return out / model_file.stem


@pytest.fixture
def failing(tmp_path, model_file) -> Path:
    """Fit the model with too few draws, and give its result folder."""
    assert run("fit", model_file, *TOO_FEW, "--out", tmp_path).exit_code == 0
    return tmp_path / model_file.stem


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_shows_an_example(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"Example: bayes-saude {command}" in done.stdout


def test_help_wraps_its_paragraphs_to_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in run("check", "--help").stdout.splitlines()]
    first = next(i for i, line in enumerate(lines) if line.startswith("Where the model"))
    paragraph = lines[first : lines.index("", first)]
    assert len(paragraph) > 3
    # The next line's first word had no room any more.
    for line, after in pairwise(paragraph):
        assert len(line) + 1 + len(after.split()[0]) > 76


def test_help_lists_every_command():
    done = run("--help")
    assert [command for command in COMMANDS if command not in done.stdout] == []


def test_the_installed_command_tells_an_error_in_one_line_and_without_a_traceback():
    command = Path(sys.executable).with_name("bayes-saude")
    done = subprocess.run([command, "fit", "sa2015-esf-regoin"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: No model 'sa2015-esf-regoin'")
    assert "sa2015-esf-region" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("--debug", "rank", "no-such-folder"), ("rank", "no-such-folder", "--debug")]
)
def test_debug_shows_the_traceback_wherever_it_stands(arguments):
    done = run(*arguments)
    assert done.exit_code == 1
    assert done.exception is not None


def test_models_lists_the_twelve_of_the_thesis_and_where_they_are():
    lines = run("models").stdout.splitlines()
    assert len([line for line in lines if line.startswith("sa2015-")]) == 12
    assert lines[-1].endswith("models")


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


def test_a_note_on_the_panel_lies_in_the_result_folder(result, tmp_path):
    fitted = load(result)
    assert not (result / PANEL_NOTE).exists()
    fitted.attrs["panel_note"] = "A reconstruction."
    save(fitted, tmp_path)
    assert run("check", tmp_path).exit_code == 0
    assert (tmp_path / PANEL_NOTE).read_text() == "A reconstruction.\n"


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


def test_rank_prints_the_best_units_and_writes_every_ranking(result):
    done = run("rank", result, "--by", "level:2015", "--top", 3)
    assert done.exit_code == 0
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("Region")] == [
        "J",
        "I",
        "H",
    ]
    ranking = pd.read_csv(result / "ranking.csv")
    assert set(ranking["by"]) == {"intercept", "slope", "level:2015"}


def test_options_of_rank_are_about_the_screen_and_leave_the_file_at_its_defaults(result):
    run("rank", result)
    written = (result / "ranking.csv").read_text()
    shown = run("rank", result, "--top", 3, "--prob", 0.5, "--target", 70).stdout
    assert "[50%]" in shown
    assert (result / "ranking.csv").read_text() == written


def test_rank_shows_the_last_units_too_where_they_are_asked_for(result):
    lines = run("rank", result, "--top", 2, "--bottom", 3).stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("Region")] == ["J", "I", "C", "B", "A"]
    assert "P(bottom 3)" in lines[0]
    # Those of the two ends do not meet: the units are ten apart in level and far from each other.
    assert all(">0.99" in line for line in lines[3:6])


def test_a_narrow_screen_has_the_ranks_without_their_side_columns(result, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("rank", result).stdout.splitlines()
    assert "MC error" not in lines[0]
    assert "P(best)" not in lines[0]
    assert max(map(len, lines)) <= 80


def test_a_column_of_a_ranking_has_one_number_of_decimals(result):
    lines = [line for line in run("rank", result).stdout.splitlines() if line.startswith("Region")]
    assert len({len(line.split()[2].partition(".")[2]) for line in lines}) == 1


def test_refits_without_cross_validation_are_refused(result):
    done = run("check", result, "--refits", 3)
    assert done.exit_code == 2
    assert "--cross-validate" in done.stderr


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


def test_version_and_the_module_as_a_command():
    command = [sys.executable, "-m", "bayes_saude", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"bayes-saude {__version__}\n"


def test_rank_shows_monte_carlo_errors_and_no_probability_to_be_among_all_units(result, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    of_ten, of_three = (run("rank", result, "--top", top).stdout.splitlines()[0] for top in (10, 3))
    assert "MC error" in of_ten
    assert "P(top" not in of_ten
    assert "P(top 3)" in of_three


def test_rank_names_what_it_does_not_know(result):
    done = run("rank", result, "--level", "regoin")
    assert done.exit_code == 2
    assert "regoin" in done.stderr
    assert "'region'" in done.stderr


def test_names_with_brackets_are_shown_whole():
    numbers = ["reml", "reml_se", "bayes_mean", "bayes_sd", "bayes_low", "bayes_high", "rhat", "ess_bulk"]
    row = {"parameter": "corr[region]", **dict.fromkeys(numbers, 1.0), "note": "boundary"}
    screen = console()
    with screen.capture() as capture:
        screen.print(hyperparameter_table(pd.DataFrame([row])))
    assert "corr[region]" in capture.get()


def test_compare_writes_units_and_hyperparameters(result):
    done = run("compare", result)
    assert done.exit_code == 0
    assert "sd_intercept" in done.stdout
    assert len(pd.read_csv(result / "comparison.csv")) == 20  # ten regions, intercept and slope
    assert len(pd.read_csv(result / "hyperparameters.csv")) == 6


def test_figures_draws_all_kinds_and_tells_their_files(result):
    done = run("figures", result, "--format", "svg", "--lang", "pt")
    assert done.exit_code == 0, done.output
    names = {Path(line).name for line in done.stdout.splitlines()}
    expected = {
        f"{kind}-region-{by}-pt.svg"
        for kind in ("caterpillar", "rank-matrix", "reml-posterior", "slopegraph")
        for by in ("intercept", "slope")
    }
    assert expected | {"diagnostics-pt.svg", "predictive-checks-pt.svg"} <= names
    assert {file.name for file in (result / "figures").iterdir()} == names


def test_figures_draws_the_folders_tables_and_computes_none_that_is_there(result, monkeypatch):
    for command in ("rank", "compare"):
        assert run(command, result).exit_code == 0
    for name in ("ranking.all_rankings", "comparison.compare", "comparison.hyperparameters"):
        monkeypatch.setattr(f"bayes_saude.summaries.{name}", lambda *_, **__: pytest.fail("computed anew"))
    kinds = ("caterpillar", "overview", "top-probabilities", "reml-posterior")
    options = [option for kind in kinds for option in ("--only", kind)]
    done = run("figures", result, *options, "--format", "svg")
    assert done.exit_code == 0, done.output
    assert (result / "figures" / "caterpillar-region-slope.svg").is_file()


def test_figures_draws_some_kinds(result):
    done = run("figures", result, "--only", "trends", "--only", "correlation", "--format", "svg")
    assert [Path(line).stem for line in done.stdout.splitlines()] == ["trends-region", "correlation-region"]


def test_figures_names_its_kinds_in_its_help_and_where_there_is_no_such_kind(result):
    told = " ".join(run("figures", "--help").stdout.split())
    assert all(kind.name in told for kind in KINDS)
    done = run("figures", result, "--only", "tends")
    assert done.exit_code == 2
    assert "There is no kind of figure 'tends'. Did you mean 'trends'?" in done.stderr
    asked = run("figures", result, "--only", "map")
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert "Maps need polygons. Name their file" in asked.stderr


def test_maps_of_units_that_are_no_municipalities_are_refused_before_anything_is_drawn(result, tmp_path):
    grid = pytest.importorskip("grid").grid()
    grid.to_file(tmp_path / "grid.geojson", driver="GeoJSON")
    done = run("figures", result, "--map", tmp_path / "grid.geojson", "--format", "png")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "'region'" in done.stderr


@pytest.fixture
def read_only(result, tmp_path, monkeypatch) -> Path:
    """Copy the fit to a folder in which nothing can be written."""

    def refuse(_, folder, name):
        raise PermissionError(13, "Permission denied", str(folder / name))

    shutil.copyfile(result / "fit.nc", tmp_path / "fit.nc")
    monkeypatch.setattr("bayes_saude.results.concluding", refuse)
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


def test_a_file_that_cannot_be_made_is_told_with_what_to_do(result, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "figures")

    monkeypatch.setattr("bayes_saude.figures.result.write_figures", refuse)
    done = run("figures", result)
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: figures: Permission denied. See that")


def test_reading_a_fit_deletes_nothing(result, tmp_path):
    for older in ("comparison.csv", "mine.csv"):
        (tmp_path / older).write_text("kept")
    shutil.copyfile(result / "fit.nc", tmp_path / "fit.nc")
    for command in ("check", "rank"):
        assert run(command, tmp_path).exit_code == 0
    assert [(tmp_path / older).read_text() for older in ("comparison.csv", "mine.csv")] == ["kept"] * 2


@pytest.mark.parametrize("command", ["rank", "compare", "figures"])
def test_a_fit_that_fails_its_checks_stops_what_would_conclude_from_it(failing, command):
    done = run(command, failing)
    assert done.exit_code == 2
    assert "--despite-checks" in done.stderr
    assert not (failing / "ranking.csv").exists()


def test_going_on_despite_failed_checks_leaves_a_stamp_until_the_fit_is_good(failing, model_file):
    assert run("rank", failing, "--despite-checks").exit_code == 0
    assert (failing / "ranking.csv").exists()
    assert "fails these checks" in (failing / STAMP).read_text()
    assert run("fit", model_file, *SEED, "--force", "--out", failing.parent).exit_code == 0
    assert not (failing / STAMP).exists()


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


def test_reconstruct_does_not_work_for_a_minute_to_find_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("bayes_saude.data.reconstruct.reconstruct", lambda seed: pytest.fail("began to work"))
    done = run("reconstruct", "--out", tmp_path / "nowhere" / "panel.csv")
    assert done.exit_code == 2
    assert "nowhere does not exist" in done.stderr
