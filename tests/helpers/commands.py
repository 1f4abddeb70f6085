"""The command line as processes of their own, to be killed, interrupted and starved."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bayes_saude.inference.manifest import draws_digest
from bayes_saude.inference.store import FIT, MODEL, load
from bayes_saude.inference.verify import verify
from bayes_saude.inference.writing import leftovers

CHECKOUT = Path(__file__).parents[2]
# A fit, its model file and the list are in work at once; no process has more unfinished.
AT_ONCE = 3
TABLES = ("checks.json", "ranking.csv", "comparison.csv", "hyperparameters.csv")


def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
    """Start `bayes-saude` with some arguments."""
    command = [sys.executable, "-m", "bayes_saude", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": CHECKOUT}
    return subprocess.Popen(command, **{**pipes, **options})


def killed(process: subprocess.Popen[str], after: float) -> bool:
    """Kill a process after so many seconds; tell whether it was still at work."""
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    assert process.returncode == 0
    return False


class Warm:
    """A process that has compiled a model, and forks a process for each command line.

    The forks run the same command line as `bayes-saude`, within a second where that takes ten.
    """

    def __init__(self, model: Path) -> None:
        self._server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("warm_server.py"), model],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == "warm\n"

    def start(self, *arguments: object, stderr: str | Path = os.devnull) -> int:
        """Start a command line, its standard error a file; gives the number of its process."""
        return int(self._ask({"run": list(map(str, arguments)), "stderr": str(stderr)}))

    def status(self, process: int) -> int:
        """Wait for the end of a process; the exit status, of a killed one less than 0."""
        return int(self._ask({"wait": process}))

    def _ask(self, request: dict[str, object]) -> str:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(request), file=self._server.stdin, flush=True)
        return self._server.stdout.readline()

    def close(self) -> None:
        self._server.communicate()


@contextmanager
def warm(model: Path) -> Iterator[Warm]:
    """Give a `Warm` for a model, and end it."""
    server = Warm(model)
    try:
        yield server
    finally:
        server.close()


def kill(process: int) -> None:
    """Kill a process of `Warm`, which is still its parent's to wait for."""
    os.kill(process, signal.SIGKILL)


class Witness:
    """Looks at result folders after each kill, and remembers what it has seen.

    Parameters
    ----------
    out : Path
        The folder of the result folders.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.fits: dict[str, str] = {}
        self._tables: dict[Path, set[bytes]] = {}

    def look(self) -> None:
        """Hold every folder against what must be true whenever a process was killed."""
        for folder in self.folders():
            name = folder.name
            assert len(leftovers(folder)) <= AT_ONCE
            if not (folder / FIT).is_file():
                assert name not in self.fits, "a finished fit is lost"
                continue
            fit = load(folder)  # raises where anything of it is not as it was saved
            digest = draws_digest(fit)
            assert self.fits.setdefault(name, digest) == digest, "a finished fit has changed"
            # The file in work may be listed and not be there, or not be listed yet; where it was a new
            # fit, all that was to come with it.
            found = (each for each in verify(folder) if not each.told.startswith("missing;"))
            differing = {finding.name for finding in found if finding.differs}
            assert len(differing) <= 1 or differing <= {FIT, MODEL, "draws"}
            for table in TABLES:
                if (folder / table).is_file():
                    self._tables.setdefault(folder / table, set()).add((folder / table).read_bytes())

    def look_at_the_end(self) -> None:
        """Hold all that was seen against what an unharmed run has left."""
        self.look()
        for folder in self.folders():
            assert [finding for finding in verify(folder) if finding.differs] == []
            assert not any(leftovers(place) for place in (folder, folder / "figures") if place.is_dir())
        for table, seen in self._tables.items():
            assert seen == {table.read_bytes()}, f"{table} was seen half-written"

    def folders(self) -> list[Path]:
        return sorted(place for place in self.out.iterdir() if place.is_dir()) if self.out.is_dir() else []
