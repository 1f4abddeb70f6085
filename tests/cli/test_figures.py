"""The command `figures`, as its user sees it."""

from pathlib import Path

import pytest
from command_line import run

from bayes_saude.figures.kinds import KINDS


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


def test_a_file_that_cannot_be_made_is_told_with_what_to_do(result, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "figures")

    monkeypatch.setattr("bayes_saude.figures.result.write_figures", refuse)
    done = run("figures", result)
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: figures: Permission denied. See that")
