"""Where the shipped files are: the tables of `data/` and the model files of `models/`."""

from pathlib import Path

from bayes_saude.errors import DataError

SHIPPED = ("data", "models")


def asset(path: str) -> Path:
    """Find a shipped file or folder.

    An installed wheel has `data/` and `models/` in `bayes_saude/assets/`; a checkout has them at its root.

    Parameters
    ----------
    path : str
        Path with forward slashes that begins with `data` or `models`, e.g. "data/sa2015/territory.csv".

    Returns
    -------
    pathlib.Path
        The file or folder, which exists.

    Raises
    ------
    DataError
        If nothing is shipped under that path.
    """
    package = Path(__file__).parent
    wheel = package / "assets"
    root = wheel if wheel.is_dir() else package.parent
    parts = path.split("/")
    found = root.joinpath(*parts)
    if parts[0] not in SHIPPED or ".." in parts or not found.exists():
        raise DataError(
            f"There is no shipped file '{path}'.",
            f"Give a path below {' or '.join(SHIPPED)}, or install the package again if it lacks it.",
        )
    return found
