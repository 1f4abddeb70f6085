"""A full disk and a folder that may not be written in: told in words, and what was there stays."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bayes_saude.cli import app
from bayes_saude.inference.store import load, save
from bayes_saude.inference.verify import verify

FEW = ("--draws", 20, "--tune", 50)
BLOCK = 4096


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def differing(folder: Path) -> list[str]:
    return [finding.name for finding in verify(folder) if finding.differs]


@pytest.fixture
def small_disk(tmp_path):
    """Mount a file system of its own with room for one fit and not for two; give its folder and its size."""
    place = tmp_path / "disk"
    place.mkdir()
    with contextlib.ExitStack() as stack:
        mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", place]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("only root can mount a small disk, and not in every container")
        stack.callback(subprocess.run, ["umount", "--lazy", place], check=True)
        yield place


def fill(disk: Path, leaving: int) -> None:
    """Fill a disk but for so many blocks."""
    room = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes((room.f_bavail - leaving) * BLOCK))


def test_a_disk_that_fills_while_a_fit_is_saved_leaves_the_old_fit(fits, model_file, small_disk):
    folder = small_disk / model_file.stem
    save(fits[0], folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    blocks = -(-len(before["fit.nc"]) // BLOCK)
    # Room for nothing, for a part of the fit, and for the fit but not for what lies beside it.
    for leaving in (0, 1, blocks // 2, blocks, blocks + 1):
        fill(small_disk, leaving)
        with pytest.raises(OSError, match=rf"No space left on device: '{folder}/"):
            save(fits[1], folder)
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
        (small_disk / "ballast").unlink()
    save(fits[1], folder)
    assert differing(folder) == []


def test_the_command_line_tells_of_a_full_disk_in_one_line(fits, model_file, small_disk):
    folder = small_disk / model_file.stem
    save(fits[0], folder)
    fill(small_disk, 1)
    done = run("fit", model_file, *FEW, "--seed", 5, "--out", small_disk)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "No space left on device. See that the place exists, may be written and has room" in done.stderr
    assert load(folder).attrs["seed"] == fits[0].attrs["seed"]


def test_tables_that_find_no_room_are_shown_and_their_absence_told(fits, model_file, small_disk):
    folder = small_disk / model_file.stem
    save(fits[0], folder)
    fill(small_disk, 0)
    done = run("rank", folder, "--despite-checks")
    assert done.exit_code == 0
    assert "Region J" in done.stdout
    assert f"{folder / 'ranking.csv'} could not be written: No space left on device" in done.stderr
    (small_disk / "ballast").unlink()
    assert differing(folder) == []


def test_a_limit_on_the_size_of_files_is_told_like_a_full_disk(fits, model_file, tmp_path):
    # Of a process of its own: a limit cannot be raised again by all.
    command = ["from bayes_saude.inference.store import load, save", "import sys"]
    save(fits[0], tmp_path / "from")
    command += ["fit = load(sys.argv[1])", "try: save(fit, sys.argv[2])", "except OSError as e: print(e)"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(command), tmp_path / "from", tmp_path / "to"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (BLOCK, BLOCK)),
    )  # fmt: skip
    assert "File too large" in done.stdout
    assert list((tmp_path / "to").iterdir()) == []


@pytest.fixture
def read_only(fits, model_file, tmp_path):
    """Save a fit into a folder of the results that then may not be written in, by root neither."""
    folder = tmp_path / model_file.stem
    save(fits[0], folder)
    with contextlib.ExitStack() as stack:
        if os.geteuid() != 0:
            folder.chmod(0o555)
            stack.callback(folder.chmod, 0o755)
        else:
            bind = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
            if bind.returncode != 0:
                pytest.skip("root writes everywhere, and cannot mount a folder read-only in this container")
            stack.callback(subprocess.run, ["umount", "--lazy", folder], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield folder


def test_a_read_only_result_is_read_verified_and_shown(read_only):
    before = sorted(read_only.iterdir())
    assert differing(read_only) == []
    done = run("rank", read_only, "--despite-checks")
    assert done.exit_code == 0
    assert "Region J" in done.stdout
    assert "ranking.csv could not be written" in done.stderr
    assert sorted(read_only.iterdir()) == before


def test_a_fit_into_a_read_only_folder_is_refused_before_sampling(read_only, model_file, monkeypatch):
    monkeypatch.setattr("bayes_saude.inference.reuse.fit_validated", pytest.fail)
    done = run("fit", model_file, *FEW, "--seed", 9, "--out", read_only.parent)
    assert done.exit_code == 2
    assert "Nothing can be written in" in done.stderr


def test_the_fit_at_hand_is_taken_from_a_read_only_folder(read_only, model_file, fits):
    seed = fits[0].attrs["seed"]
    done = run("fit", model_file, *FEW, "--seed", seed, "--out", read_only.parent)
    assert done.exit_code == 0
    assert "the fit at hand is taken" in done.stderr


def test_a_report_does_not_leave_half_of_itself_on_a_full_disk(fits, small_disk, tmp_path):
    save(fits[0], tmp_path / "result")
    fill(small_disk, 3)
    done = run("report", tmp_path / "result", "--despite-checks", "--out", small_disk / "report.html")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert sorted(file.name for file in small_disk.iterdir()) == ["ballast"]
    shutil.rmtree(tmp_path / "result")
