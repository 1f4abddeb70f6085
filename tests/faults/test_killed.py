"""SIGKILL at random moments: what is finished stays, nothing half-written passes for whole, a rerun ends."""

import random
import shutil
import time
from pathlib import Path

import pytest
from commands import Witness, kill, killed, start, warm
from processes import LOADING, children, have_ended, lives

from bayes_saude.inference.store import FIT, load
from bayes_saude.inference.writing import UNFINISHED
from bayes_saude.models.catalogue import catalogue

FEW = ("--draws", 20, "--tune", 50)
KILLS = 12
SLOW_KILLS_OF_FIT = 30
SLOW_KILLS_OF_DEMO = 25
# With little to do again, many kills come to what was not done yet, and to the report.
OF_DEMO = ("sa2015-esf-nested", "sa2015-esf-region")
OF_A_MODEL = 5.0  # seconds
FILES_OF_DEMO = 50


def wait_for_writing(process: int, out: Path, file: int = 1) -> None:
    """Wait until a process is writing its first file, or another one by its number, or has ended."""
    left, seen = unfinished(out), set()
    while lives(process):
        now = unfinished(out) - left
        seen |= now
        if now and len(seen) >= file:
            return
        time.sleep(0.001)


def unfinished(out: Path) -> set[Path]:
    """Find what is being written, or was left by a process that was killed."""
    return set(out.rglob(f"{UNFINISHED}*"))


def wait_for_workers(process: int) -> None:
    """Wait until a process has started others, or has ended."""
    while lives(process) and not children(process):
        time.sleep(0.01)


def told(kills: int, witness: Witness) -> None:
    """Tell what was found after all kills, which `pytest -s` shows; some must have met a file in work."""
    print(f"{kills} kills: {dict(witness.found)}")
    assert witness.found["unfinished files"] > 0, "the moments are no longer right"


def test_a_fit_that_is_killed_again_and_again(warmed, model_file, tmp_path):
    out = tmp_path / "results"
    folder = out / model_file.stem
    witness = Witness(out, replacing=True)
    moments = random.Random(5)

    def start_with(seed: int) -> int:
        """Start a fit of a seed and of a text of its own, so that no file of the folder stays as it is."""
        own = shutil.copytree(model_file.parent, tmp_path / f"model {seed}") / model_file.name
        with own.open("a") as text:
            text.write(f"# {seed}\n")
        return warmed.start("fit", own, *FEW, "--seed", seed, "--out", out)

    begun = time.monotonic()
    assert warmed.status(start_with(0)) == 0
    lasts = time.monotonic() - begun
    kept = 0
    for seed in range(1, KILLS + 1):
        process = start_with(seed)
        if seed % 3:  # two of three while it writes, one at any moment
            wait_for_writing(process, out)
            # Small files are written in milliseconds: half of these kills at once.
            time.sleep(moments.uniform(0, 0.05) if seed % 2 else 0)
        else:
            time.sleep(moments.uniform(0, lasts))
        kill(process)
        assert warmed.status(process) in {-9, 0}
        now = int(load(folder).attrs["seed"])
        assert now in {kept, seed}
        witness.look()
        kept = now
    assert warmed.status(start_with(99)) == 0
    assert load(folder).attrs["seed"] == 99
    witness.look_at_the_end()
    told(KILLS, witness)


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
        process = start(*arguments)
        if kills % 2:  # each second one while it writes, as most of the time goes into loading libraries
            wait_for_writing(process.pid, tmp_path)
            # Small files are written in milliseconds: half of these kills at once.
            after = moments.uniform(0, 0.1) if kills % 4 == 1 else 0.0
        else:
            after = moments.uniform(0, lasts)
        kills += killed(process, after)
        witness.look()
        if witness.fits and moments.random() < 0.5:  # again from the beginning
            (tmp_path / model_file.stem / FIT).unlink()
            witness.fits.clear()
    assert not killed(start(*arguments), after=600)
    witness.look_at_the_end()
    told(kills, witness)


@pytest.mark.slow
def test_the_demo_killed_twenty_five_times_goes_on_where_it_was(tmp_path):
    moments = random.Random(7)
    witness = Witness(tmp_path)
    kills, of_report = 0, 0
    with warm(*(catalogue()[name] for name in OF_DEMO)) as server:
        while kills < SLOW_KILLS_OF_DEMO:
            process = server.start("demo", "--out", tmp_path)
            if kills % 3 == 0:
                time.sleep(moments.uniform(0, OF_A_MODEL * (1 + len(witness.fits))))
            elif kills % 3 == 1:  # while it writes
                wait_for_writing(process, tmp_path, moments.randrange(1, FILES_OF_DEMO))
                time.sleep(moments.uniform(0, 0.1) if kills % 2 else 0)
            else:  # while several processes make the report
                wait_for_workers(process)
                time.sleep(moments.uniform(0, OF_A_MODEL))
            workers = children(process)
            kill(process)
            ended = server.status(process)
            assert ended in {-9, 0}
            kills += ended == -9
            of_report += ended == -9 and len(workers) > 0
            assert have_ended(workers, LOADING), "a process that the demo has started outlives it"
            witness.look()
            if (tmp_path / "report.html").is_file():  # it was done: again from the beginning
                witness.clear()
        assert server.status(server.start("demo", "--out", tmp_path)) == 0
    witness.look_at_the_end()
    assert [*witness.fits] == [*OF_DEMO]
    assert of_report > 0
    told(kills, witness)
