"""Long work that is stopped goes on where it was, with what it would have given."""

import json
from contextlib import suppress

import pytest

from bayes_saude.inference import steps
from bayes_saude.inference.steps import every_time, remembered
from bayes_saude.inference.store import save

WORK = "counting"


class Counted:
    """Computes squares, and remembers which."""

    def __init__(self) -> None:
        self.computed: list[int] = []

    def __call__(self, number: int) -> list[object]:
        self.computed.append(number)
        return [number**2, 1 / 3, float("inf"), "Ubá"]


@pytest.fixture
def folder(fitted, tmp_path):
    save(fitted, tmp_path)
    return tmp_path


def stopped(fit, folder, counted, numbers):
    """Take some steps, and be interrupted."""
    with suppress(KeyboardInterrupt), remembered(fit, folder, WORK) as once:
        for number in numbers:
            once(f"the square of {number}", lambda number=number: counted(number))
        raise KeyboardInterrupt


def gone_on(fit, folder, counted):
    with remembered(fit, folder, WORK) as once:
        return [once(f"the square of {number}", lambda number=number: counted(number)) for number in range(4)]


def file_of(folder):
    (file,) = folder.glob(steps.STEPS)
    return file


def test_steps_that_were_finished_are_not_computed_again(fitted, folder):
    counted = Counted()
    stopped(fitted, folder, counted, range(2))
    expected = [every_time("", lambda number=number: Counted()(number)) for number in range(4)]
    assert gone_on(fitted, folder, counted) == expected
    assert counted.computed == [0, 1, 2, 3]


def test_when_all_is_done_nothing_is_left_and_a_new_run_begins_anew(fitted, folder):
    before = {file.name for file in folder.iterdir()}
    counted = Counted()
    gone_on(fitted, folder, counted)
    assert {file.name for file in folder.iterdir()} == before
    gone_on(fitted, folder, counted)
    assert counted.computed == [*range(4), *range(4)]


def test_what_is_of_another_fit_or_of_other_versions_or_was_changed_is_computed_again(
    fitted, folder, monkeypatch
):
    other = fitted.isel(draw=slice(10, None))
    for fit, versions in ((other, {}), (fitted, {"pymc": "0"})):
        counted = Counted()
        stopped(fitted, folder, counted, range(2))
        with monkeypatch.context() as patch:
            patch.setattr(steps, "installed_versions", lambda versions=versions: versions)
            gone_on(fit, folder, counted)
        assert counted.computed == [0, 1, *range(4)]
    counted = Counted()
    stopped(fitted, folder, counted, range(2))
    said = json.loads(file_of(folder).read_text())
    said["steps"]["the square of 1"][0] = 2
    file_of(folder).write_text(json.dumps(said))
    gone_on(fitted, folder, counted)
    assert counted.computed == [0, 1, *range(4)]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"steps": 1}', b"[" * 100_000])
def test_a_file_that_is_none_of_ours_is_as_if_it_were_not_there(fitted, folder, content):
    counted = Counted()
    stopped(fitted, folder, counted, range(1))
    file_of(folder).write_bytes(content)
    gone_on(fitted, folder, counted)
    assert counted.computed == [0, 0, 1, 2, 3]


def test_where_nothing_can_be_written_the_work_goes_on_and_says_so(fitted, folder, monkeypatch, caplog):
    def full(path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(steps, "replacing", full)
    assert len(gone_on(fitted, folder, Counted())) == 4
    assert caplog.text.count("Not kept, were it stopped, is what is done: [Errno 28] No space left") == 1


def test_a_new_fit_removes_the_steps_of_the_old_one(fitted, folder):
    stopped(fitted, folder, Counted(), range(2))
    assert file_of(folder).is_file()
    save(fitted, folder)
    assert list(folder.glob(steps.STEPS)) == []
