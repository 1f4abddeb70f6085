"""The command line as processes of their own, to be killed, interrupted and starved."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bayes_saude.inference.manifest import FIGURES, MANIFEST, draws_digest, file_digest
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
    """A process that has compiled some models, and forks a process for each command line.

    The forks run the same command line as `bayes-saude`, within a second where that takes ten; the demo is
    of the models that are compiled.
    """

    def __init__(self, *models: Path) -> None:
        self._server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("warm_server.py"), *models],
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
def warm(*models: Path) -> Iterator[Warm]:
    """Give a `Warm` for some models, and end it."""
    server = Warm(*models)
    try:
        yield server
    finally:
        server.close()


def kill(process: int) -> None:
    """Kill a process of `Warm`, which is still its parent's to wait for."""
    os.kill(process, signal.SIGKILL)


class Witness:
    """Looks at result folders after each kill, and remembers what it has seen.

    What may differ from the list of a folder follows from the order in which files are moved into place. A
    new fit: its model file and the list first, itself last, so that before there is no fit and afterwards
    nothing differs. A file made from a fit: the list first, so that one file is not there, or is still the
    one of an earlier run. A fit in the place of another: what was made from the old one is removed, then
    come the list, the model file and the fit, so that either files are missing, or the list names the draws
    and the bytes of a fit that is not there yet.

    Parameters
    ----------
    out : Path
        The folder of the result folders.
    replacing : bool
        Whether the runs that are killed put fits in the place of others.
    """

    def __init__(self, out: Path, *, replacing: bool = False) -> None:
        self.out = out
        self.fits: dict[str, str] = {}
        self.found: Counter[str] = Counter()
        self._replacing = replacing
        self._differing: dict[str, set[str]] = {}
        self._whole: dict[Path, set[str]] = {}

    def look(self) -> None:
        """Hold every folder against what must be true whenever a process was killed."""
        page = self.out / "report.html"
        assert not page.is_file() or page.read_text(encoding="utf-8").endswith("</html>")
        for folder in self.folders():
            left = self._left_unfinished(folder)
            assert len(left) <= AT_ONCE
            self.found["unfinished files"] += len(left)
            if not (folder / FIT).is_file():
                assert folder.name not in self.fits, "a finished fit is lost"
                self._differing.pop(folder.name, None)
                self.found["folders without a fit"] += 1
                continue
            digest = draws_digest(load(folder))  # raises where anything of it is not as it was saved
            known = self.fits.setdefault(folder.name, digest)
            assert self._replacing or known == digest, "a finished fit has changed"
            self._hold_against_its_list(folder)

    def _hold_against_its_list(self, folder: Path) -> None:
        findings = verify(folder)
        differing = {finding.name: finding.told for finding in findings if finding.differs}
        before = self._differing.get(folder.name, set())
        self._differing[folder.name] = {*differing}
        for name in {finding.name for finding in findings} - {*differing}:
            if (folder / name).is_file():
                self._whole.setdefault(folder / name, set()).add(file_digest(folder / name))
        if self._replacing and {FIT, "draws"} <= {*differing} <= {FIT, "draws", MODEL}:
            self.found["lists of a fit to come"] += 1
            return
        for name, told in differing.items():
            assert name not in {FIT, MODEL, MANIFEST, "draws", "panel"}, f"{name}: {told}"
            # Figures have their date in them: the same one drawn again is another file.
            kept = name.startswith(f"{FIGURES}/") and self._is_one_seen_whole(folder / name)
            assert kept or told.startswith("missing;"), f"{name}: {told}"
        assert self._replacing or len({*differing} - before) <= 1, differing
        self.found["files listed and to come"] += len({*differing} - before)

    def _is_one_seen_whole(self, file: Path) -> bool:
        return file.is_file() and file_digest(file) in self._whole.get(file, ())

    def clear(self) -> None:
        """Remove all that there is, to begin again; what was found is still counted."""
        shutil.rmtree(self.out)
        self.fits, self._differing, self._whole = {}, {}, {}

    def look_at_the_end(self) -> None:
        """Hold all that was seen against what an unharmed run has left."""
        self.look()
        for folder in self.folders():
            assert [finding for finding in verify(folder) if finding.differs] == []
            assert self._left_unfinished(folder) == []
        for table, seen in self._whole.items():
            if table.name in TABLES and not self._replacing:
                assert seen == {file_digest(table)}, f"{table} was seen with other content"

    def _left_unfinished(self, folder: Path) -> list[Path]:
        places = (folder, folder / FIGURES)
        return [file for place in places if place.is_dir() for file in leftovers(place)]

    def folders(self) -> list[Path]:
        return sorted(place for place in self.out.iterdir() if place.is_dir()) if self.out.is_dir() else []
