"""What is concluded from a fit lies beside that fit, and beside no other."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.manifest import (
    Manifest,
    draws_digest,
    file_digest,
    read_manifest,
    write_manifest,
)
from bayes_saude.inference.store import FIT, MODEL, describe, load
from bayes_saude.inference.writing import locked, replacing


@contextmanager
def concluding(fit: xr.DataTree, folder: Path, name: str) -> Iterator[Path]:
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
        manifest = current(folder)
        if manifest is not None and manifest.draws_sha256 != draws_digest(fit):
            raise DataError(
                f"{name} is of another fit than the one in {folder}, which was replaced meanwhile.",
                "Run the command again, and let no two commands fit into one folder at once.",
            )
        with replacing(folder / name) as unfinished:
            yield unfinished
            if manifest is not None:
                manifest.files[name] = file_digest(unfinished)
                write_manifest(manifest, folder)


def is_of(fit: xr.DataTree, folder: Path, name: str) -> bool:
    """Tell whether a file lies in a result folder as it was concluded from a fit, and not changed since.

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


def current(folder: Path) -> Manifest | None:
    """Give the list of the fit in a folder, a new one where it has none; None where there is no fit."""
    if not (folder / FIT).is_file():
        return None
    manifest, fit_sha256 = read_manifest(folder), file_digest(folder / FIT)
    if manifest is not None and manifest.files.get(FIT) == fit_sha256:
        return manifest
    # Copied here by itself, of an earlier version, or left by a process that was killed between the two.
    return Manifest(draws_digest(load(folder)), {FIT: fit_sha256})


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
        manifest = current(folder)
        if manifest is not None and not is_of(fit, folder, MODEL):
            describe(fit, folder, manifest)
