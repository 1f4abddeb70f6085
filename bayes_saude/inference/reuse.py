"""A fit that is at hand is used again, and not made twice."""

import logging
from pathlib import Path
from typing import Literal

import pandas as pd
import xarray as xr

from bayes_saude.inference.derived import mend
from bayes_saude.inference.fit import fit_validated, fitting_panel, panel_digest
from bayes_saude.inference.reading import sampler_of
from bayes_saude.inference.store import FIT, load, require_writable, save
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.spec import ModelSpec

logger = logging.getLogger(__name__)


def fit_or_load(
    spec: ModelSpec | str | Path,
    folder: str | Path,
    panel: pd.DataFrame | None = None,
    *,
    force: bool = False,
    missing: Literal["error", "drop"] = "error",
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    seed: int | None = None,
    progress: bool = False,
) -> xr.DataTree:
    """Fit a model and keep the fit in a folder, or take the one that is there.

    Parameters
    ----------
    spec, panel, missing, draws, tune, chains, progress
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
        If the panel is at fault, what is in the folder cannot be read, or nothing can be written there.
    ModelFileError
        If there is no such model, or its file is at fault.
    """
    spec = spec if isinstance(spec, ModelSpec) else read_model(spec)
    panel = fitting_panel(spec, panel, missing=missing)
    if not force and (Path(folder) / FIT).is_file():
        kept = load(folder)
        wanted = {"draws": draws, "tune": tune, "chains": chains} | ({} if seed is None else {"seed": seed})
        changes = _changes(kept, spec, panel, wanted)
        if not changes:
            logger.info("%s: the fit at hand is taken", folder)
            mend(kept, Path(folder))
            return kept
        _tell_of_replacement(folder, f"for a change of {', '.join(changes)}")
    elif (Path(folder) / FIT).is_file():
        _tell_of_replacement(folder, "as asked")
    require_writable(Path(folder))
    fitted = fit_validated(spec, panel, draws=draws, tune=tune, chains=chains, seed=seed, progress=progress)
    save(fitted, folder)
    return fitted


def _tell_of_replacement(folder: str | Path, why: str) -> None:
    logger.warning(
        "%s: fitted again, %s; the older fit there is replaced, its tables and figures removed", folder, why
    )


def _changes(kept: xr.DataTree, spec: ModelSpec, panel: pd.DataFrame, wanted: dict[str, int]) -> list[str]:
    """Name what sets a kept fit apart from the one that is wanted."""
    had = sampler_of(kept) | {"seed": int(kept.attrs["seed"])}
    changes = [name for name, value in wanted.items() if had[name] != value]
    if kept.attrs["model_file"] != spec.text:
        changes.append("model file")
    if kept.attrs["data_sha256"] != panel_digest(panel):
        changes.append("panel")
    return changes
