"""Whether a result folder is what was written, and whether its fit can be made again."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from bayes_saude.errors import DataError, listed
from bayes_saude.inference.fit import fit_validated, installed_versions, panel_digest
from bayes_saude.inference.manifest import (
    FIGURES,
    MANIFEST,
    TABLES,
    Manifest,
    draws_digest,
    file_digest,
    read_manifest,
)
from bayes_saude.inference.reading import panel_of, posterior_of, sampler_of, spec_of
from bayes_saude.inference.store import DERIVED, FIT, MODEL, load
from bayes_saude.inference.writing import leftovers

MAKE_AGAIN = {
    "ranking.csv": "bayes-saude rank",
    "comparison.csv": "bayes-saude compare",
    "hyperparameters.csv": "bayes-saude compare",
    "sensitivity.csv": "bayes-saude sensitivity",
    "checks.json": "bayes-saude check",
    "cross_validation.csv": "bayes-saude check --cross-validate",
}


class Finding(NamedTuple):
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        A file of the folder, or what was compared.
    differs : bool
    told : str
        What was found, and what to do about it where it differs.
    """

    name: str
    differs: bool
    told: str


def verify(folder: str | Path, *, refit: bool = False) -> list[Finding]:
    """Hold a result folder against what was written down when it was made.

    Parameters
    ----------
    folder : str or Path
    refit : bool
        Fit once more too, with the same panel, settings and seed, and compare the draws. Nothing is written.

    Returns
    -------
    list of Finding
        All that was looked at, also what is as it should be.

    Raises
    ------
    DataError
        If there is no fit in the folder.
    """
    folder = Path(folder)
    try:
        fit = load(folder)
    except DataError as error:
        if not (folder / FIT).is_file():
            raise
        return [Finding(FIT, True, str(error))]
    manifest = read_manifest(folder)
    findings = [*_of_fit(fit, folder), *_of_list(fit, folder, manifest), *_of_leftovers(folder)]
    findings.append(_of_versions(fit))
    return [*findings, _of_refit(fit)] if refit else findings


def _of_fit(fit: xr.DataTree, folder: Path) -> list[Finding]:
    """Hold the panel and the model file against what the fit says of them."""
    model = folder / MODEL
    same_panel = panel_digest(panel_of(fit)) == fit.attrs["data_sha256"]
    same_model = model.is_file() and model.read_bytes() == str(fit.attrs["model_file"]).encode()
    of_panel = "of its SHA-256" if same_panel else "not of its SHA-256: fit again with --force"
    of_model = (
        "the text that the fit was made from"
        if same_model
        else "missing, or not the text that the fit was made from, which is in the fit's attributes"
    )
    return [Finding("panel", not same_panel, of_panel), Finding(MODEL, not same_model, of_model)]


def _of_list(fit: xr.DataTree, folder: Path, manifest: Manifest | None) -> list[Finding]:
    """Look at each file that is listed, and at those that should be."""
    if manifest is None:
        told = "none that can be read, so that nothing else can be verified: fit again with --force"
        return [Finding(MANIFEST, True, told)]
    same_draws = manifest.draws_sha256 == draws_digest(fit)
    of_draws = f"those that {MANIFEST} names" if same_draws else f"others than {MANIFEST} names"
    findings = [Finding("draws", not same_draws, of_draws)]
    present = {
        file.relative_to(folder).as_posix()
        for pattern in (FIT, *DERIVED, f"{FIGURES}/[!.]*", f"{TABLES}/[!.]*")
        for file in folder.glob(pattern)
    }
    for name in sorted(({*manifest.files} | present) - {MODEL}):
        again = f"make it again: {MAKE_AGAIN.get(name, _by_folder(name))}"
        if not (folder / name).is_file():
            findings.append(Finding(name, True, f"missing; {again}"))
        elif name not in manifest.files:
            told = f"not in {MANIFEST}: of another fit, or not of this package; remove it, or {again}"
            findings.append(Finding(name, True, told))
        elif file_digest(folder / name) != manifest.files[name]:
            findings.append(Finding(name, True, f"changed after it was written, or not finished; {again}"))
        else:
            findings.append(Finding(name, False, "as it was written"))
    return findings


def _of_leftovers(folder: Path) -> list[Finding]:
    places = [place for place in (folder, folder / FIGURES, folder / TABLES) if place.is_dir()]
    left = [file.name for place in places for file in leftovers(place)]
    told = f"left by a process that was stopped, read by none, removed by the next: {listed(left)}"
    return [Finding("unfinished", False, told)] if left else []


def _by_folder(name: str) -> str:
    folder = name.rpartition("/")[0]
    if name.startswith(f"{FIGURES}/sensitivity-"):
        return MAKE_AGAIN["sensitivity.csv"]
    return f"bayes-saude {folder}" if folder in (FIGURES, TABLES) else "bayes-saude fit --force"


def _of_versions(fit: xr.DataTree) -> Finding:
    """Tell which libraries are of another version here: of no consequence to what was written."""
    here = installed_versions()
    others = [
        f"{name} {had}, here {here.get(name, 'none')}"
        for name, had in json.loads(fit.attrs["versions"]).items()
        if here.get(name) != had
    ]
    told = f"made with {'; '.join(others)}: a new fit may have other draws" if others else "the same here"
    return Finding("versions", False, told)


def _of_refit(fit: xr.DataTree) -> Finding:
    """Fit again by what the fit says of itself, and compare."""
    sampler = sampler_of(fit)
    settings = {name: int(sampler[name]) for name in ("draws", "tune", "chains")}
    # Not by `refit`, which states the fit's own priors: default ones are scaled anew here, that a panel or a
    # scaling that has become another shows in the draws.
    again = fit_validated(
        spec_of(fit), panel_of(fit), **settings, seed=int(fit.attrs["seed"]), progress=False
    )
    if draws_digest(again) == draws_digest(fit):
        return Finding("refit", False, "the same draws, to the last digit")
    had, has = map(posterior_of, (fit, again))
    others = [
        str(name)
        for name in had.data_vars
        if name not in has or not np.array_equal(had[name].to_numpy(), has[name].to_numpy())
    ]
    told = f"other draws of {listed(others)}" if others else "the same draws, other statistics of the sampler"
    return Finding("refit", True, f"{told}; the versions of the libraries or the processor may be others")
