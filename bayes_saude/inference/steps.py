"""Long work in steps, such as a fit without each year: what a step has given is kept until all are done."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.fit import installed_versions
from bayes_saude.inference.manifest import draws_digest
from bayes_saude.inference.store import STEPS
from bayes_saude.inference.writing import replacing

# Takes the name of a step and what computes it; gives numbers and texts, in lists and in dicts by texts.
type Once = Callable[[str, Callable[[], Any]], Any]

logger = logging.getLogger(__name__)


def every_time(step: str, compute: Callable[[], Any]) -> Any:
    """Compute a step, whatever was computed before."""
    return _as_read(compute())


@contextmanager
def remembered(fit: xr.DataTree, folder: Path, work: str) -> Iterator[Once]:
    """Keep what steps give in a result folder, so that work that is stopped goes on where it was.

    Parameters
    ----------
    fit : xarray.DataTree
        On which the steps rest, and else on nothing but their names and what is installed.
    folder : Path
        The fit's result folder.
    work : str
        Name of the work.

    Yields
    ------
    callable
        As `every_time`, but that a step which an earlier process has finished is not computed again. What is
        kept is forgotten when the block has ended without an error.
    """
    path = folder / STEPS.replace("*", work)
    rests_on = {"draws_sha256": draws_digest(fit), **installed_versions()}
    known = _read(path, rests_on)
    if known:
        logger.info("%s: going on where it was stopped, steps finished: %d", folder, len(known))
    writable = True

    def once(step: str, compute: Callable[[], Any]) -> Any:
        nonlocal writable
        if step not in known:
            known[step] = every_time(step, compute)
            writable = writable and _write(path, rests_on, known)
        return known[step]

    yield once
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _as_read(value: Any) -> Any:
    """Give a value as it is once written and read: what goes on and what was never stopped are the same."""
    return json.loads(json.dumps(value))


def _read(path: Path, rests_on: dict[str, str]) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        known = dict(said["steps"])
        if said["digest"] == _digest(known) and said["rests_on"] == rests_on:
            return known
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return {}


def _write(path: Path, rests_on: dict[str, str], known: dict[str, Any]) -> bool:
    said = {"rests_on": rests_on, "digest": _digest(known), "steps": known}
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(json.dumps(said), encoding="utf-8")
    except (OSError, DataError) as error:
        # The work is none the worse for it, as long as nothing stops it.
        logger.warning("Not kept, were it stopped, is what is done: %s", error)
        return False
    return True


def _digest(known: dict[str, Any]) -> str:
    return sha256(json.dumps(known).encode()).hexdigest()
