"""The model files that ship with the package, and reading one of them or one's own."""

import os
from pathlib import Path

from bayes_saude.assets import asset
from bayes_saude.data.files import names_beside
from bayes_saude.errors import ModelFileError, did_you_mean, listed
from bayes_saude.models.spec import ModelSpec, parse_model


def catalogue() -> dict[str, Path]:
    """List the shipped model files.

    Returns
    -------
    dict
        Name of the model to its file, by name.
    """
    return {file.stem: file for file in sorted(asset("models").glob("*.toml"))}


def read_model(name_or_path: str | Path) -> ModelSpec:
    """Read a model file.

    Parameters
    ----------
    name_or_path : str or Path
        A name in the catalogue ("sa2015-esf-region"), or the path of a TOML file; a relative path of a panel
        inside that file counts from the file's folder.

    Returns
    -------
    ModelSpec

    Raises
    ------
    ModelFileError
        No such model; an unreadable file; a file with faults, all of them named.
    """
    models = catalogue()
    path = models.get(str(name_or_path), Path(name_or_path))
    if not os.path.isfile(path):  # pathlib raises where a name is too long for any file
        raise _unknown(str(name_or_path), models)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error}. Check that you may read it.") from error
    except UnicodeDecodeError as error:
        raise ModelFileError(f"{path} is not written in UTF-8. Save it as UTF-8 text.") from error
    return parse_model(text, name=path.stem, folder=path.parent, file=str(path))


def _unknown(asked: str, models: dict[str, Path]) -> ModelFileError:
    path = Path(asked)
    if os.path.isdir(path):
        return ModelFileError(f"{asked} is a folder, not a model file. Name a TOML file inside it.")
    if path.suffix == ".toml" or path.name != asked:
        beside = [str(path.with_name(name)) for name in names_beside(path) if name.endswith(".toml")]
        return ModelFileError(
            f"The model file {asked} does not exist.{did_you_mean(asked, beside)} "
            f"Give the path of a TOML file, or a name of the catalogue such as '{next(iter(models))}'."
        )
    return ModelFileError(
        f"No model '{asked}' is in the catalogue.{did_you_mean(asked, models)} "
        f"The models are {listed(models)}; a file of your own is given by its path, ending in .toml."
    )
