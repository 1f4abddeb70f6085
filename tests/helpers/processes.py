"""Which processes a process has started, and whether they have ended."""

import time
from pathlib import Path

ENDED = "Z"  # a zombie: ended, and not yet waited for by whoever has inherited it
LIMIT = 2.0  # seconds


def children(process: int) -> list[int]:
    """List the processes that a process has started."""
    return [int(place.name) for place in Path("/proc").glob("[0-9]*") if _stat(place)[1:2] == [str(process)]]


def have_ended(processes: list[int]) -> bool:
    """Wait until processes have ended, which takes them moments; tell whether they have."""
    until = time.monotonic() + LIMIT
    while any(_lives(process) for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _lives(process: int) -> bool:
    return _stat(Path(f"/proc/{process}"))[:1] not in ([], [ENDED])


def _stat(place: Path) -> list[str]:
    """Give what Linux tells of a process, from its state and its parent on; nothing of one that is gone."""
    try:
        return (place / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
