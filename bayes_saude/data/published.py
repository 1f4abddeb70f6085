"""The tables transcribed from the theses, as `data/README.md` describes them."""

import logging
from functools import cache
from pathlib import Path

import pandas as pd

from bayes_saude.assets import asset
from bayes_saude.errors import DataError, did_you_mean, listed

logger = logging.getLogger(__name__)


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
        One row per row of the file; its columns and their units are in `data/README.md`. `attrs["warning"]`
        says what must be known before the table is used, and is logged too; "" where nothing must.

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
        table = pd.read_csv(tables[name], dtype=str, keep_default_na=False)
    else:
        # Only an empty cell is missing: words that pandas would take for missing are words here.
        table = pd.read_csv(tables[name], keep_default_na=False, na_values=[""])
    table.attrs["warning"] = _warnings(tables[name].parent).get(tables[name].stem, "")
    if table.attrs["warning"]:
        logger.warning("%s: %s", name, table.attrs["warning"])
    return table


@cache
def _warnings(folder: Path) -> dict[str, str]:
    """Read the `warnings.csv` of a source, if it has one: what to say with each table."""
    file = folder / "warnings.csv"
    if not file.exists():
        return {}
    told: dict[str, str] = {}
    for row in pd.read_csv(file).itertuples():
        told[str(row.table)] = f"{told.get(str(row.table), '')} {row.warning}".strip()
    return told
