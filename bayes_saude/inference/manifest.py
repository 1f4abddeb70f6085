"""The list of what a result folder holds: which draws, and the SHA-256 of each file made from them."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from bayes_saude.inference.writing import replacing

MANIFEST = "manifest.json"
# Folders below a result folder in which files may be listed.
FIGURES, TABLES = "figures", "tables"


@dataclass
class Manifest:
    """What `manifest.json` says.

    Parameters
    ----------
    draws_sha256 : str
        `draws_digest` of the fit from which all the files were made.
    files : dict
        Of each file's name, as "figures/trends.pdf", its SHA-256.
    """

    draws_sha256: str
    files: dict[str, str] = field(default_factory=dict)


def draws_digest(fit: xr.DataTree) -> str:
    """SHA-256 of all numbers and names of a fit: the values, dimensions and coordinates of every group.

    Attributes do not count, so that the same draws made on another day, in another time, have the same
    digest.
    """
    digest = hashlib.sha256()
    for node in sorted(fit.subtree, key=lambda node: node.path):
        variables = node.to_dataset(inherit=False).variables
        for name in sorted(variables, key=str):
            variable = variables[name]
            values = np.ascontiguousarray(variable.to_numpy())
            # Texts have other types in memory than in a file; numbers have the same.
            is_number = values.dtype.kind in "biuf"
            kind = values.dtype.newbyteorder("<").str if is_number else "text"
            head = [node.path, str(name), list(map(str, variable.dims)), list(values.shape), kind]
            digest.update(json.dumps(head).encode())
            if is_number:
                digest.update(values.astype(kind, copy=False).tobytes())
            else:
                digest.update(json.dumps([str(value) for value in values.ravel()]).encode())
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> Manifest | None:
    """Read the list of a result folder; None where there is none that can be read."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in said["files"].items()}
        return Manifest(str(said["draws_sha256"]), {name: files[name] for name in files if _is_inside(name)})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the list of a result folder."""
    said = {"draws_sha256": manifest.draws_sha256, "files": dict(sorted(manifest.files.items()))}
    with replacing(folder / MANIFEST) as unfinished:
        unfinished.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _is_inside(name: str) -> bool:
    """Tell whether a listed name is that of a file in the result folder or those below, and no way out."""
    *above, file = name.split("/")
    inside = above in ([], [FIGURES], [TABLES]) and file not in ("", ".", "..")
    return inside and "\\" not in file and "\0" not in file
