"""The folder of a result, and the fit in it: written whole, and read without what made it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import xarray as xr

from bayes_saude.errors import DataError

LAYOUT_VERSION = "1.0"
FIT = "fit.nc"
MODEL = "model.toml"
# Lies in a result folder while anything in it comes from a fit that fails its checks: the tables' columns are
# a contract and have no room for a warning.
STAMP = "DESPITE_FAILED_CHECKS.txt"
# What must be said of the panel wherever its results go, as that it is a reconstruction.
PANEL_NOTE = "PANEL_NOTE.txt"
# What is concluded from a fit and does not outlive it. Nothing else in a result folder is ever removed.
CONCLUSIONS = (
    "checks.json", "ranking.csv", "comparison.csv", "hyperparameters.csv", STAMP, PANEL_NOTE,
    "figures/caterpillar-*", "figures/reml-posterior-*",
)  # fmt: skip
GROUPS = ("posterior", "sample_stats", "constant_data")
AGAIN = "Fit again into this folder with --force (force=True), or name another folder."


def save(fit: xr.DataTree, folder: str | Path) -> None:
    """Write a fit as `fit.nc`, with its model file as `model.toml`.

    Both are written under other names and moved into place, the fit last: a folder with `fit.nc` holds a
    finished fit. What was concluded from an earlier fit in the folder, `CONCLUSIONS`, is removed.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : str or Path
        Made where it does not exist.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / FIT) as unfinished:
        fit.to_netcdf(unfinished, engine="h5netcdf")
        with replacing(folder / MODEL) as model:
            model.write_text(fit.attrs["model_file"], encoding="utf-8", newline="")
        for pattern in CONCLUSIONS:
            for file in folder.glob(pattern):
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
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


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
        If there is no fit, or the file is damaged, not of this package, or of another layout.
    """
    path = Path(folder) / FIT
    if not path.is_file():
        raise DataError(
            f"There is no fit in {folder}.", "Make one with bayes-saude fit, or name a result folder."
        )
    try:
        with xr.open_datatree(path, engine="h5netcdf") as opened:
            layout = str(opened.attrs.get("layout_version", ""))
            if layout.partition(".")[0] == LAYOUT_VERSION.partition(".")[0] and set(GROUPS) <= set(
                opened.children
            ):
                return opened.load()
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} is damaged or no NetCDF file: {error}.", AGAIN) from error
    if not layout:
        raise DataError(f"{path} is no fit of this package.", AGAIN)
    raise DataError(
        f"{path} has layout {layout}, from another version of this package; this one reads {LAYOUT_VERSION}.",
        AGAIN,
    )
