"""What is derived from a fit, its tables and figures, lies beside that fit and beside no other."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.manifest import (
    MANIFEST,
    Manifest,
    draws_digest,
    file_digest,
    read_manifest,
    write_manifest,
)
from bayes_saude.inference.store import FIT, MODEL, describe, load
from bayes_saude.inference.writing import locked, replacing

logger = logging.getLogger(__name__)


@contextmanager
def derived_file(fit: xr.DataTree, folder: Path, name: str) -> Iterator[Path]:
    """Write a file of a result folder, as `replacing` does, and put it on the folder's list.

    Parameters
    ----------
    fit : xarray.DataTree
        From which the file is made.
    folder : Path
        The fit's result folder. Without a fit in it there is no list.
    name : str
        The file's name in it, as "figures/trends.pdf".

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    DataError
        If the folder holds another fit by now.
    OSError
        If the file cannot be written.
    """
    with locked(folder):
        draws_sha256 = draws_digest(fit)
        manifest = current(folder, draws_sha256)
        if manifest is not None and manifest.draws_sha256 != draws_sha256:
            raise DataError(
                f"{name} is of another fit than the one in {folder}, which was replaced meanwhile.",
                "Run the command again, and let no two commands fit into one folder at once; if that does "
                "not help, see bayes-saude verify, and fit again with --force (force=True).",
            )
        with replacing(folder / name) as unfinished:
            yield unfinished
            if manifest is not None:
                manifest.files[name] = file_digest(unfinished)
                write_manifest(manifest, folder)


def is_of(fit: xr.DataTree, folder: Path, name: str) -> bool:
    """Tell whether a file lies in a result folder as it was derived from a fit, and not changed since.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : Path
    name : str
    """
    manifest = read_manifest(folder)
    return (
        manifest is not None
        and (folder / name).is_file()
        and manifest.files.get(name) == file_digest(folder / name)
        and manifest.draws_sha256 == draws_digest(fit)
    )


def current(folder: Path, expected: str) -> Manifest | None:
    """Give the list of the fit in a folder; None where there is no fit.

    Where the folder has no list, as beside a fit that was copied there by itself, it is a new one. Where the
    list is of another fit too, and a warning says so: a process was killed between the two, or the fit or its
    list was changed.

    Parameters
    ----------
    folder : Path
    expected : str
        `draws_digest` of the fit that should be there. A list that names the same is taken at its word.
    """
    if not (folder / FIT).is_file():
        return None
    manifest, fit_sha256 = read_manifest(folder), file_digest(folder / FIT)
    of_file = manifest is not None and manifest.files.get(FIT) == fit_sha256
    if manifest is not None and of_file and manifest.draws_sha256 == expected:
        return manifest
    held = draws_digest(load(folder))
    if manifest is not None and of_file and manifest.draws_sha256 == held:
        return manifest
    if manifest is not None:
        logger.warning(
            "%s is not of the %s beside it, and is begun anew. A process was killed while it fitted here, or "
            "somebody changed one of the two: if in doubt, fit again with --force (force=True).",
            folder / MANIFEST,
            FIT,
        )
    return Manifest(held, {FIT: fit_sha256})


def mend(fit: xr.DataTree, folder: Path) -> None:
    """Put right what a process that was killed while it saved has left beside a finished fit.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : Path
        The fit's; nothing happens where it cannot be written in.
    """
    # A folder that can only be read is still read.
    with suppress(OSError), locked(folder):
        manifest = current(folder, draws_digest(fit))
        if manifest is not None and not is_of(fit, folder, MODEL):
            describe(fit, folder, manifest)
