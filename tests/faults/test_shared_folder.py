"""Two processes on one result folder: each file whole, and all of one fit."""

import os
import subprocess
import sys
import threading
import time

import pytest
from commands import CHECKOUT, Witness, start

from bayes_saude.errors import DataError
from bayes_saude.inference import writing
from bayes_saude.inference.derived import derived_file, is_of
from bayes_saude.inference.store import load, save
from bayes_saude.inference.verify import verify
from bayes_saude.inference.writing import UNFINISHED, leftovers, locked, replacing

FEW = ("--draws", 20, "--tune", 50)
ROUNDS = 4
HOLD = """
import sys, time
from pathlib import Path
from bayes_saude.inference.writing import locked, replacing
with locked(Path(sys.argv[1])), replacing(Path(sys.argv[1]) / "file") as unfinished:
    unfinished.write_text("half")
    print("held", flush=True)
    time.sleep(100)
"""


@pytest.fixture
def holder(tmp_path):
    """Start a process that holds the lock of a folder, with a file in work."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_fits_into_one_folder_at_once_leave_one_of_them_whole(warmed, model_file, tmp_path):
    for first in range(0, 3 * ROUNDS, 3):
        seeds = range(first, first + 3)
        running = [warmed.start("fit", model_file, *FEW, "--seed", seed, "--out", tmp_path) for seed in seeds]
        # The last one wins; one whose fit was replaced before its checks were written ends with an error.
        assert {warmed.status(process) for process in running} <= {0, 2}
        assert load(tmp_path / model_file.stem).attrs["seed"] in seeds
        Witness(tmp_path).look_at_the_end()


def test_a_table_of_a_fit_that_was_replaced_meanwhile_is_refused_and_told(fits, tmp_path):
    mine, other = fits
    save(mine, tmp_path)
    save(other, tmp_path)
    with (
        pytest.raises(
            DataError, match=r"ranking\.csv is of another fit .* replaced meanwhile.*Run the command"
        ),
        derived_file(mine, tmp_path, "ranking.csv") as unfinished,
    ):
        unfinished.write_text("mine")
    assert not (tmp_path / "ranking.csv").exists()


def test_a_table_of_an_earlier_fit_is_not_used(fits, tmp_path):
    mine, other = fits
    save(mine, tmp_path)
    with derived_file(mine, tmp_path, "ranking.csv") as unfinished:
        unfinished.write_text("mine")
    assert is_of(mine, tmp_path, "ranking.csv")
    (tmp_path / "ranking.csv").rename(tmp_path / "kept")
    save(other, tmp_path)
    (tmp_path / "kept").rename(tmp_path / "ranking.csv")
    assert not is_of(other, tmp_path, "ranking.csv")
    assert [finding.name for finding in verify(tmp_path) if finding.differs] == ["ranking.csv"]


def test_one_process_waits_for_the_other(holder, tmp_path):
    ended = threading.Timer(0.5, holder.kill)
    begun = time.monotonic()
    ended.start()
    with replacing(tmp_path / "file") as unfinished:
        unfinished.write_text("whole")
    assert time.monotonic() - begun >= 0.5
    assert (tmp_path / "file").read_text() == "whole"
    ended.join()


def test_a_process_that_does_not_let_go_is_told_of(holder, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "PATIENCE", 0.2)
    with (
        pytest.raises(DataError, match=rf"Another process has been writing in {tmp_path} .*Wait"),
        locked(tmp_path),
    ):
        pytest.fail("two hold the lock")


def test_what_a_killed_process_left_is_removed_by_the_next_and_no_users_file_with_it(holder, tmp_path):
    own = tmp_path / "notes.unfinished"
    own.touch()
    assert len(leftovers(tmp_path)) == 1  # in work, and not touched: its process is alive
    holder.kill()
    holder.wait()
    with replacing(tmp_path / "file") as unfinished:
        assert leftovers(tmp_path) == []
        unfinished.write_text("whole")
        assert unfinished.name.startswith(UNFINISHED)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "file", own]


def test_threads_wait_for_each_other_and_blocks_may_be_nested(tmp_path):
    inside: list[int] = []
    most: list[int] = []

    def work():
        for _ in range(20):
            with locked(tmp_path), locked(tmp_path):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


@pytest.mark.slow
def test_real_processes_of_fit_at_once(model_file, tmp_path):
    running = [start("fit", model_file, *FEW, "--seed", seed, "--out", tmp_path) for seed in range(2)]
    for process in running:
        _, told = process.communicate()
        assert process.returncode == 0 or "replaced meanwhile" in told
    Witness(tmp_path).look_at_the_end()
