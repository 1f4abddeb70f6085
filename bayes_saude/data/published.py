"""The tables transcribed from the theses, as `data/README.md` describes them."""

from pathlib import Path

import pandas as pd

from bayes_saude.assets import asset
from bayes_saude.errors import DataError, did_you_mean, listed


def published_tables() -> dict[str, Path]:
    """List the transcribed tables.

    Returns
    -------
    dict of str to pathlib.Path
        Name of each table, e.g. "sa2015/region_effects", and its file; in alphabetical order.
    """
    folder = asset("data")
    return {f"{file.parent.name}/{file.stem}": file for file in sorted(folder.glob("*/*.csv"))}


def read_published(name: str, as_text: bool = False) -> pd.DataFrame:
    """Read a transcribed table.

    Parameters
    ----------
    name : str
        Name of the table, e.g. "sa2015/region_effects".
    as_text : bool
        Give every cell as the text of the file, with the decimals that were printed ("8.460", "1.00"), and an
        empty cell as "". By default numbers are numbers and an empty cell is missing.

    Returns
    -------
    pandas.DataFrame
        One row per row of the file; its columns and their units are in `data/README.md`.

    Raises
    ------
    DataError
        If there is no such table.
    """
    tables = published_tables()
    if name not in tables:
        raise DataError(
            f"There is no published table '{name}'.{did_you_mean(name, tables)}",
            f"Use one of {listed(tables)}.",
        )
    if as_text:
        return pd.read_csv(tables[name], dtype=str, keep_default_na=False)
    # Only an empty cell is missing: words that pandas would take for missing are words here.
    return pd.read_csv(tables[name], keep_default_na=False, na_values=[""])
