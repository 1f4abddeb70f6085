"""The folder of a result, and the fit in it: written whole and sealed, and read without what made it."""

import hashlib
import io
from pathlib import Path
from tempfile import TemporaryFile

import xarray as xr

from bayes_saude.errors import DataError, listed
from bayes_saude.inference.attributes import faulty_attributes
from bayes_saude.inference.manifest import (
    FIGURES,
    TABLES,
    Manifest,
    draws_digest,
    file_digest,
    read_manifest,
    write_manifest,
)
from bayes_saude.inference.writing import locked, replacing

LAYOUT_VERSION = "2.0"
FIT = "fit.nc"
MODEL = "model.toml"
# The last bytes of a fit: the SHA-256 of all before them. HDF5 reads no further than its own end, so that the
# file is NetCDF to everybody; and damage is found out before HDF5, which may hang on it, sees the file.
SEAL = b"\nsha256 %b\n"
SEAL_LENGTH = len(SEAL % (b"0" * 64))
# Lies in a result folder while anything in it comes from a fit that fails its checks, and says which.
STAMP = "DESPITE_FAILED_CHECKS.txt"
# What must be said of the panel wherever its results go, as that it is a reconstruction.
PANEL_NOTE = "PANEL_NOTE.txt"
# What is derived from a fit and does not outlive it, with the figures and tables on its list. Nothing else in
# a result folder is ever removed.
DERIVED = (
    "checks.json", "ranking.csv", "comparison.csv", "hyperparameters.csv", "sensitivity.csv",
    "cross_validation.csv", STAMP, PANEL_NOTE, "figures/caterpillar-*", "figures/reml-posterior-*",
)  # fmt: skip
# Long work that was stopped, as far as it had come, see `steps`.
STEPS = ".steps-*.json"
# Bytes in memory for each of a fit's.
MOST_PER_BYTE = 4
GROUPS = ("posterior", "sample_stats", "constant_data")
AGAIN = "Fit again into this folder with --force (force=True), or name another folder."


def save(fit: xr.DataTree, folder: str | Path) -> None:
    """Write a fit as `fit.nc`, with its model file as `model.toml` and the list `manifest.json`.

    They are written under other names and moved into place, the fit last: a folder with `fit.nc` holds a
    finished fit. What was derived from an earlier fit in the folder, `DERIVED`, `STEPS` and the
    figures and tables on its list, is removed.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : str or Path
        Made where it does not exist.

    Raises
    ------
    DataError
        If another process does not let go of the folder.
    OSError
        If there is no room, or no leave to write; an earlier fit is then still there.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # In memory, because a library that finds a disk full in the midst of its work may not recover from it.
    body = fit.to_netcdf(engine="h5netcdf")
    with locked(folder), replacing(folder / FIT) as unfinished:
        file = hashlib.sha256(body)
        seal = SEAL % file.hexdigest().encode()
        file.update(seal)
        with unfinished.open("wb") as opened:
            opened.write(body)
            opened.write(seal)
        for derived in _derived(folder):
            derived.unlink(missing_ok=True)
        describe(fit, folder, Manifest(draws_digest(fit), {FIT: file.hexdigest()}))


def describe(fit: xr.DataTree, folder: Path, manifest: Manifest) -> None:
    """Write what lies beside a fit from the beginning: its model file, and the list of the folder's files.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : Path
    manifest : Manifest
        The list, which the model file joins.
    """
    with replacing(folder / MODEL) as unfinished:
        unfinished.write_text(fit.attrs["model_file"], encoding="utf-8", newline="")
        manifest.files[MODEL] = file_digest(unfinished)
        write_manifest(manifest, folder)


def _derived(folder: Path) -> set[Path]:
    """List what is derived from the fit in a folder: known names, and figures and tables on its list."""
    manifest = read_manifest(folder)
    on_list = manifest.files if manifest else ()
    made = [name for name in on_list if name.startswith((f"{FIGURES}/", f"{TABLES}/"))]
    known = {file for pattern in (*DERIVED, STEPS) for file in folder.glob(pattern)}
    return known | {folder / name for name in made}


def require_writable(folder: Path) -> None:
    """Find out before long work whether its result can be written.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.

    Raises
    ------
    DataError
        If no file can be made in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(
            f"Nothing can be written in {folder}: {error.strerror}.",
            "Name another folder with --out (folder=).",
        ) from error


def file_of_fit(folder: Path | str) -> Path:
    """Name the file of a folder's fit; without one a `DataError` says so."""
    path = Path(folder) / FIT
    if not path.is_file():
        raise DataError(
            f"There is no fit in {folder}.", "Make one with bayes-saude fit, or name a result folder."
        )
    return path


def load(folder: str | Path) -> xr.DataTree:
    """Read a fit.

    Parameters
    ----------
    folder : str or Path
        A result folder.

    Returns
    -------
    xarray.DataTree
        As `fit` made it, in memory.

    Raises
    ------
    DataError
        If there is no fit, or the file is damaged, was changed, is not of this package or of another layout,
        or does not say how the fit was made.
    """
    path = file_of_fit(folder)
    whole = path.read_bytes()
    _require_seal(whole, path)
    try:
        with xr.open_datatree(io.BytesIO(whole), engine="h5netcdf") as opened:
            layout = str(opened.attrs.get("layout_version", ""))
            known = _major(layout) == _major(LAYOUT_VERSION) and set(GROUPS) <= set(opened.children)
            _refuse_promises(opened, len(whole), path)
            fit = opened.load() if known else None
    except DataError:
        raise
    except Exception as error:  # a file that is not ours may hold anything, and fail in any way
        raise DataError(f"{path} is damaged or no NetCDF file: {error}.", AGAIN) from error
    if not layout:
        raise DataError(f"{path} is no fit of this package.", AGAIN)
    if fit is None:
        raise DataError(
            f"{path} has layout {layout}, from another version of this package; "
            f"this one reads {LAYOUT_VERSION}.",
            AGAIN,
        )
    if faulty := faulty_attributes(fit.attrs):
        raise DataError(
            f"{path} does not say how it was made. Attributes are missing, or not as this package writes "
            f"them: {listed(faulty)}.",
            AGAIN,
        )
    return fit


def _refuse_promises(opened: xr.DataTree, size: int, path: Path) -> None:
    """Refuse arrays that take far more than the file has: fits are not compressed, and HDF5 invents zeros."""
    promised = sum(node.to_dataset(inherit=False).nbytes for node in opened.subtree)
    if promised > MOST_PER_BYTE * size:
        raise DataError(
            f"{path} is none that this package wrote: its {size} bytes promise arrays of {promised}.", AGAIN
        )


def _require_seal(whole: bytes, path: Path) -> None:
    """Refuse the bytes of a file that do not end with the SHA-256 of those before."""
    content, seal = memoryview(whole)[:-SEAL_LENGTH], whole[-SEAL_LENGTH:]
    if seal != SEAL % hashlib.sha256(content).hexdigest().encode():
        raise DataError(
            f"{path} is damaged, was changed after it was saved, or is no fit of this package: it does not "
            "end with its seal.",
            AGAIN,
        )


def _major(version: str) -> str:
    return version.partition(".")[0]
