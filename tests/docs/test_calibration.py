"""Figures of the calibration are all on their page, and its scripts tell what they take."""

import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES, SCRIPTS = ROOT / "docs" / "calibration", ROOT / "scripts"


def figures_on(page):
    return re.findall(r"!\[.+\]\((.+\.png)\)", (PAGES / page).read_text(encoding="utf-8"))


def test_every_figure_is_on_the_page_of_figures_once():
    assert sorted(figures_on("figures.md")) == sorted(file.name for file in PAGES.glob("*.png"))
    assert {*figures_on("index.md")} <= {*figures_on("figures.md")}


@pytest.fixture
def help_of(monkeypatch, capsys):
    """Ask a script for help, on a terminal of 80 columns."""

    def ask(script):
        monkeypatch.setattr(sys, "argv", [script, "--help"])
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit):
            runpy.run_path(str(SCRIPTS / script), run_name="__main__")
        return capsys.readouterr().out

    return ask


def test_help_names_every_kind_unbroken_and_every_default(help_of):
    told = help_of("calibrate.py")
    kinds = runpy.run_path(str(SCRIPTS / "calibrate.py"))["KINDS"]
    assert [kind for kind in kinds if not re.search(rf"(?<![\w-]){kind}(?![\w-])", told)] == []
    for default in ("results/calibration", "20150", "1000"):
        assert default in told


def test_help_tells_where_the_report_reads_and_writes(help_of):
    told = " ".join(help_of("report_calibration.py").split())
    for default in ("results/calibration", "docs/calibration"):
        assert f"(default: {default})" in told


def test_kinds_that_are_drawn_are_kinds():
    kinds, drawn = (
        runpy.run_path(str(SCRIPTS / script))[name]
        for script, name in (("calibrate.py", "KINDS"), ("report_calibration.py", "DRAWN"))
    )
    same = {kind for kind in kinds if kind.startswith(("sa2015-vaccine", "sa2015-pap"))}
    assert {*drawn} == {kind for kind in kinds if not kind.endswith("-at-fit")} - same
