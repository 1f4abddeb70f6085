"""Which processes a process has started, and whether they have ended."""

import time
from pathlib import Path

ENDED = "Z"  # a zombie: ended, and not yet waited for by whoever has inherited it
LIMIT = 2.0  # seconds
# A process that is still loading libraries hears only after it that it is to end.
LOADING = 30.0  # seconds


def children(process: int) -> list[int]:
    """List the processes that a process has started."""
    return [int(place.name) for place in Path("/proc").glob("[0-9]*") if _stat(place)[1:2] == [str(process)]]


def have_ended(processes: list[int], within: float = LIMIT) -> bool:
    """Wait so many seconds until processes have ended; tell whether they have."""
    until = time.monotonic() + within
    while any(lives(process) for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def lives(process: int) -> bool:
    """Tell whether a process has not ended yet."""
    return _stat(Path(f"/proc/{process}"))[:1] not in ([], [ENDED])


def _stat(place: Path) -> list[str]:
    """Give what Linux tells of a process, from its state and its parent on; nothing of one that is gone."""
    try:
        return (place / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
