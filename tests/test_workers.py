"""Processes that share work end with the one that started them, however it ends."""

import os
import signal
import subprocess
import sys

import pytest
from commands import CHECKOUT
from processes import LIMIT, children, have_ended

from bayes_saude.workers import spread_over

# Who starts the tests in the background may have them ignore the signal.
WAITING = """
import signal
import time
from bayes_saude.workers import spread_over

def work(seconds):
    print("at work", flush=True)
    time.sleep(seconds)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with spread_over(2) as spread:
            list(spread(work, [100, 100, 100]))
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.fixture
def waiting(tmp_path):
    """Start a script whose two workers are at work; its workers are in its group, as behind a terminal."""
    script = tmp_path / "script.py"
    script.write_text(WAITING)
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["at work\n"] * 2
        yield process
        process.kill()


def test_work_is_spread_and_comes_back_in_its_order():
    for workers in (0, 1, 2):
        with spread_over(workers) as spread:
            assert list(spread(abs, [-3, 1, -2])) == [3, 1, 2]


def test_an_error_of_one_piece_of_work_is_raised():
    with pytest.raises(ValueError, match="invalid literal"), spread_over(2) as spread:
        list(spread(int, ["1", "x", "2"]))


@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_ctrl_c_ends_all_of_them_at_once_and_only_the_first_speaks(waiting, send):
    workers = children(waiting.pid)
    send(waiting.pid, signal.SIGINT)
    assert waiting.communicate(timeout=LIMIT) == ("interrupted\n", "")
    assert have_ended(workers)


def test_none_outlives_the_first_that_is_killed(waiting):
    workers = children(waiting.pid)
    assert len(workers) >= 2
    waiting.kill()
    waiting.wait()
    assert have_ended(workers)
