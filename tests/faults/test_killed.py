"""SIGKILL at random moments: what is finished stays, nothing half-written passes for whole, a rerun ends."""

import random
import time
from pathlib import Path

import pytest
from commands import Witness, kill, killed, start, warm

from bayes_saude.inference.store import FIT, load
from bayes_saude.inference.writing import UNFINISHED
from bayes_saude.models.catalogue import catalogue

FEW = ("--draws", 20, "--tune", 50)
KILLS = 12
SLOW_KILLS_OF_FIT = 30
SLOW_KILLS_OF_DEMO = 25
OF_A_MODEL = 5.0  # seconds
PATIENCE = 120.0  # seconds


def wait_for_files(out: Path, more: int) -> None:
    """Wait until a process is writing, and so many files lie in a folder that do not now."""
    before = set(out.rglob("*"))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        new = set(out.rglob("*")) - before
        if len(new) >= more and any(file.name.startswith(UNFINISHED) for file in new):
            return
        time.sleep(0.001)


def test_a_fit_that_is_killed_again_and_again(warmed, model_file, tmp_path):
    folder = tmp_path / model_file.stem
    moments = random.Random(5)
    begun = time.monotonic()
    assert warmed.status(warmed.start("fit", model_file, *FEW, "--seed", 0, "--out", tmp_path)) == 0
    lasts = time.monotonic() - begun
    kept = 0
    for seed in range(1, KILLS + 1):
        process = warmed.start("fit", model_file, *FEW, "--seed", seed, "--out", tmp_path)
        if seed % 3:  # two of three while it writes, one at any moment
            wait_for_files(tmp_path, 1)
            time.sleep(moments.uniform(0, 0.05))
        else:
            time.sleep(moments.uniform(0, lasts))
        kill(process)
        assert warmed.status(process) in {-9, 0}
        # The old fit or the new one, whole, in a folder that is as written but for the file in work.
        now = int(load(folder).attrs["seed"])
        assert now in {kept, seed}
        Witness(tmp_path).look()
        kept = now
    assert warmed.status(warmed.start("fit", model_file, *FEW, "--seed", 99, "--out", tmp_path)) == 0
    assert load(folder).attrs["seed"] == 99
    Witness(tmp_path).look_at_the_end()


@pytest.mark.slow
def test_real_processes_of_fit_killed_thirty_times(model_file, tmp_path):
    moments = random.Random(6)
    arguments = ("fit", model_file, *FEW, "--seed", 1, "--out", tmp_path)
    begun = time.monotonic()
    assert not killed(start(*arguments), after=600)
    lasts = time.monotonic() - begun
    (tmp_path / model_file.stem / FIT).unlink()
    witness = Witness(tmp_path)
    kills = 0
    while kills < SLOW_KILLS_OF_FIT:
        # Most of the time goes into loading libraries: moments near the end find files in work.
        kills += killed(start(*arguments), after=lasts * moments.triangular(0, 1.1, 1))
        witness.look()
        if witness.fits and moments.random() < 0.5:  # again from the beginning
            (tmp_path / model_file.stem / FIT).unlink()
            witness.fits.clear()
    assert not killed(start(*arguments), after=600)
    witness.look_at_the_end()


@pytest.mark.slow
def test_the_demo_killed_twenty_five_times_goes_on_where_it_was(tmp_path):
    moments = random.Random(7)
    witness = Witness(tmp_path)
    with warm(catalogue()["sa2015-esf-region"]) as server:
        for number in range(SLOW_KILLS_OF_DEMO):
            process = server.start("demo", "--out", tmp_path)
            if number % 3:  # two of three among the files that no run before has come to, one at any moment
                wait_for_files(tmp_path, moments.randrange(1, 20))
                time.sleep(moments.uniform(0, 0.1))
            else:
                time.sleep(moments.uniform(0, OF_A_MODEL * (1 + len(witness.fits))))
            kill(process)
            assert server.status(process) in {-9, 0}
            witness.look()
    assert not killed(start("demo", "--out", tmp_path), after=7200)
    witness.look_at_the_end()
