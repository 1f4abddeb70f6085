"""The command line's standard output and error, closed or of an encoding without accents."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bayes_saude.cli import streams

CHECKOUT = Path(__file__).parents[2]


def shell(
    redirected: str, *, encoding: str = "utf-8", columns: int = 100
) -> subprocess.CompletedProcess[str]:
    """Run a command line that needs no library, with its streams redirected."""
    return subprocess.run(
        ["sh", "-c", f'exec "$1" -m bayes_saude {redirected}', "sh", sys.executable],
        capture_output=True, text=True, encoding=encoding, check=False, cwd=CHECKOUT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": str(columns), "PYTHONUTF8": "0"},
    )  # fmt: skip


def test_a_closed_standard_error_stops_nothing():
    done = shell("models 2>&-")
    assert done.returncode == 0
    assert "sa2015-esf-region" in done.stdout
    assert shell("rank nowhere 2>&-").returncode == 2


@pytest.mark.parametrize(("redirected", "told"), [("models >&-", streams.CLOSED), ("models >&- 2>&-", "")])
def test_a_closed_standard_output_is_told_before_any_work(redirected, told):
    done = shell(redirected)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_letters_that_an_encoding_lacks_are_written_as_python_writes_them():
    done = shell("demo --help", encoding="ascii")
    assert done.returncode == 0, done.stderr
    assert r"S\xe1 (2015)" in done.stdout
    assert shell("rank --help", encoding="latin-1", columns=40).returncode == 0
