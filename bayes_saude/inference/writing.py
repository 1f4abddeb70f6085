"""Files appear whole, or not at all; one process at a time writes in a folder."""

import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bayes_saude.errors import DataError

if sys.platform != "win32":
    import fcntl

# What a file is called until it is whole. Its ending stays, by which libraries choose a format.
UNFINISHED = ".unfinished-"
# Seconds to wait for another process, which holds the lock for the moment that it takes to write a file.
PATIENCE = 60.0
POLL = 0.02

_held = threading.local()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes, and other threads of this one, from writing in a folder meanwhile.

    The lock is the operating system's on the folder itself, so that it ends with the process, however that
    ends; what a killed process has left unfinished is removed. Blocks may be nested. On Windows, and on file
    systems without locks, there is none: each file is still written whole.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    DataError
        If another process does not let go of the folder.
    """
    folders: set[Path] = _held.__dict__.setdefault("folders", set())
    place = folder.resolve()
    if place in folders:
        yield
        return
    descriptor = _lock(place)
    folders.add(place)
    try:
        if descriptor is not None:
            _sweep(place)
        yield
    finally:
        folders.discard(place)
        if descriptor is not None:
            os.close(descriptor)


def _lock(folder: Path) -> int | None:
    """Open a folder and lock it; None where there are no locks."""
    if sys.platform == "win32":
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    patient_until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() > patient_until:
                os.close(descriptor)
                raise DataError(
                    f"Another process has been writing in {folder} for {PATIENCE:g} seconds.",
                    "Wait until it has ended, or end it, and run again.",
                ) from None
            time.sleep(POLL)
        except OSError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise


def leftovers(folder: Path) -> list[Path]:
    """List what a process that was stopped while it wrote has left in a folder."""
    return [file for file in folder.iterdir() if file.name.startswith(UNFINISHED)]


def _sweep(folder: Path) -> None:
    # Nobody writes in a locked folder: what is unfinished there stays so.
    with suppress(OSError):
        for file in leftovers(folder):
            file.unlink()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file aside and move it into place: a reader sees the old file or the new one, never half.

    Parameters
    ----------
    path : Path
        The file to make or to replace, once the block has ended without an error.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    DataError
        If another process does not let go of the folder.
    OSError
        If the file cannot be written; it names `path`.
    """
    with locked(path.parent):
        unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{path.name}")
        try:
            yield unfinished
            _flush_to_disk(unfinished)
            os.replace(unfinished, path)
        except OSError as error:
            if error.errno and error.filename in (None, str(unfinished)):
                error.filename, error.filename2 = str(path), None
            raise
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    # Some file systems tell of a full disk only now, and after a loss of power a name must not stand for less
    # than its file.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
