"""The folder of a result: a finished fit is kept, found again and not made twice."""

import json
import logging
import os
from pathlib import Path

import pandas as pd
import xarray as xr

from bayes_saude.errors import DataError
from bayes_saude.inference.fit import LAYOUT_VERSION, fit_validated, fitting_panel, panel_digest
from bayes_saude.models.spec import ModelSpec

logger = logging.getLogger(__name__)

FIT = "fit.nc"
MODEL = "model.toml"
GROUPS = ("posterior", "sample_stats", "constant_data")
AGAIN = "Fit again into this folder with --force (force=True), or name another folder."


def save(fit: xr.DataTree, folder: str | Path) -> None:
    """Write a fit as `fit.nc`, with its model file as `model.toml`.

    Both are written under other names and moved into place, the fit last: a folder with `fit.nc` holds a
    finished fit.

    Parameters
    ----------
    fit : xarray.DataTree
    folder : str or Path
        Made where it does not exist.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = {name: folder / f"{name}.unfinished" for name in (MODEL, FIT)}
    try:
        unfinished[MODEL].write_text(fit.attrs["model_file"], encoding="utf-8", newline="")
        fit.to_netcdf(unfinished[FIT], engine="h5netcdf")
        for name, path in unfinished.items():
            os.replace(path, folder / name)
    finally:
        for path in unfinished.values():
            path.unlink(missing_ok=True)


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


def fit_or_load(
    spec: ModelSpec,
    panel: pd.DataFrame | None,
    folder: str | Path,
    force: bool = False,
    *,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    seed: int | None = None,
    progress: bool = False,
) -> xr.DataTree:
    """Fit a model and keep the fit in a folder, or take the one that is there.

    Parameters
    ----------
    spec, panel, draws, tune, chains, progress
        As in `fit`.
    folder : str or Path
        The result folder. Its fit is taken where model file, panel, settings and seed are the same, and
        replaced otherwise.
    force : bool
        Fit in any case.
    seed : int, optional
        If left out, any seed of a fit that is there will do.

    Returns
    -------
    xarray.DataTree
        See `fit`.

    Raises
    ------
    DataError
        If the panel is at fault, or what is in the folder cannot be read.
    """
    panel = fitting_panel(spec, panel)
    if not force and (Path(folder) / FIT).is_file():
        kept = load(folder)
        wanted = {"draws": draws, "tune": tune, "chains": chains} | ({} if seed is None else {"seed": seed})
        changes = _changes(kept, spec, panel, wanted)
        if not changes:
            logger.info("%s: the fit at hand is taken", folder)
            return kept
        logger.info("%s: fitted again, for a change of %s", folder, ", ".join(changes))
    fitted = fit_validated(spec, panel, draws=draws, tune=tune, chains=chains, seed=seed, progress=progress)
    save(fitted, folder)
    return fitted


def _changes(kept: xr.DataTree, spec: ModelSpec, panel: pd.DataFrame, wanted: dict[str, int]) -> list[str]:
    """Name what sets a kept fit apart from the one that is wanted."""
    had = json.loads(kept.attrs["sampler"]) | {"seed": int(kept.attrs["seed"])}
    changes = [name for name, value in wanted.items() if had[name] != value]
    if kept.attrs["model_file"] != spec.text:
        changes.append("model file")
    if kept.attrs["data_sha256"] != panel_digest(panel):
        changes.append("panel")
    return changes
