"""Ctrl-C ends a command within two seconds, with a word and no traceback, whatever it is at."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import CHECKOUT, start
from processes import LIMIT, children, have_ended, lives

from bayes_saude.cli.interruption import STATUS, TOLD
from bayes_saude.inference.store import save

# More than can be sampled while a test waits.
ENDLESS = ("--draws", 5_000_000, "--tune", 100, "--seed", 1)
STUBBORN = """
import time
from bayes_saude.cli.interruption import ending_when_interrupted
with ending_when_interrupted():
    while True:
        try:
            print("at work", flush=True)
            time.sleep(100)
        except KeyboardInterrupt:
            print("interrupted and deaf to it", flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_an_interrupt_of_sampling_ends_with_a_word(warmed, model_file, tmp_path, seed):
    stderr = tmp_path / "stderr"
    process = warmed.start("fit", model_file, *ENDLESS, "--out", tmp_path / "out", stderr=stderr)
    tasks = Path(f"/proc/{process}/task")
    while len(list(tasks.iterdir())) <= 2:  # the sampler has threads of its own
        time.sleep(0.02)
    time.sleep(random.Random(seed).uniform(0, 2))
    begun = time.monotonic()
    os.kill(process, signal.SIGINT)
    assert warmed.status(process) == STATUS
    assert time.monotonic() - begun < LIMIT
    assert stderr.read_text() == f"\n{TOLD}\n"
    assert list((tmp_path / "out").glob("*/*")) == []


@pytest.mark.parametrize("command", ["figures", "report", "demo"])
def test_an_interrupt_of_other_long_work_ends_it_and_the_processes_that_it_has_started(
    fits, tmp_path, command
):
    one, other, out = (tmp_path / name for name in ("one", "other", "out"))
    for folder in (one, other):
        save(fits[0], folder)
    arguments, is_at_work = {
        "figures": ((one, "--despite-checks"), (one / "figures").is_dir),
        # Where there is one core the report is the work of one process, which checks a fit first.
        "report": (
            (one, other, "--despite-checks", "--out", out.with_suffix(".html")),
            lambda: len(children(process.pid)) > 1 or (one / "checks.json").is_file(),
        ),
        "demo": (("--out", out), out.is_dir),
    }[command]
    process = start(command, *arguments)
    while lives(process.pid) and not is_at_work():
        time.sleep(0.01)
    time.sleep(random.Random(command).uniform(0, 1))
    started = children(process.pid)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == STATUS
    assert time.monotonic() - begun < LIMIT
    assert told.endswith(f"\n{TOLD}\n")
    assert "Traceback" not in told
    assert have_ended(started)
    assert not out.is_file()


# Seconds from the start, in which an idle computer is at one thing and a busy one at another.
@pytest.mark.parametrize("moment", [1.0, 3.0, 6.0])
def test_an_interrupt_of_what_comes_before_ends_with_a_word_too(model_file, tmp_path, moment):
    process = start("fit", model_file, *ENDLESS, "--out", tmp_path)
    time.sleep(moment)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == STATUS
    assert time.monotonic() - begun < LIMIT
    assert told == f"\n{TOLD}\n"


def test_work_that_swallows_the_interrupt_is_ended_all_the_same():
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (STATUS, "interrupted and deaf to it\nat work\n")
    assert time.monotonic() - begun < LIMIT
    assert told == f"\n{TOLD}\n"


def test_what_is_not_interrupted_ends_as_it_would():
    process = start("models")
    out, told = process.communicate()
    assert process.returncode == 0
    assert out
    assert told == ""
