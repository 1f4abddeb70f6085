"""Help, version and errors of the command line, and what holds for every command."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import run

from bayes_saude import __version__

COMMANDS = [
    "demo", "models", "fit", "check", "rank", "compare", "figures", "sensitivity", "reconstruct", "icsap",
]  # fmt: skip


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


def test_version_and_the_module_as_a_command():
    command = [sys.executable, "-m", "bayes_saude", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"bayes-saude {__version__}\n"


def test_models_lists_the_twelve_of_the_thesis_and_where_they_are():
    lines = run("models").stdout.splitlines()
    assert len([line for line in lines if line.startswith("sa2015-")]) == 12
    assert lines[-1].endswith("models")


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
