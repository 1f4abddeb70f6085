"""The panels that ship with the package."""

from functools import cache
from pathlib import Path

import pandas as pd

from bayes_saude.assets import asset
from bayes_saude.errors import DataError, did_you_mean, listed

SHIPPED = ("sa2015/esf_coverage", "sa2015/pap", "sa2015/prenatal7", "sa2015/vaccine")
RECONSTRUCTION = (
    "The panel is a reconstruction, not the records: it gives back what Sá (2015) prints of the models "
    "(parameters, effects of regions and of listed municipalities) and of the years (means, quartiles). The "
    "rest is drawn within what the print allows: effects of other municipalities, single values, links "
    "between indicators."
)


def is_shipped_name(path_or_name: str | Path) -> bool:
    """Tell a name ("sa2015/pap") from a path: a name has no suffix."""
    return str(path_or_name).startswith("sa2015/") and not Path(path_or_name).suffix


def read_shipped(name: str) -> pd.DataFrame:
    """Read one indicator of the reconstructed panels of Sá (2015).

    Parameters
    ----------
    name : str
        One of `SHIPPED`.

    Returns
    -------
    DataFrame
        Long: replicate, municipality, region, year, value, in the indicator's unit (percent; `pap` is a
        ratio). Years in which a municipality was not observed have no row. `attrs["note"]` says that it is a
        reconstruction.

    Raises
    ------
    DataError
        No such panel, or its files are not there.
    """
    if name not in SHIPPED:
        raise DataError(
            f"No panel '{name}' ships with this package.{did_you_mean(name, SHIPPED)}",
            f"Name one of {listed(SHIPPED)}, or a file with its suffix (.csv, .xlsx, .parquet).",
        )
    wide = _replicates(asset("data/sa2015/panels"))
    indicator = name.removeprefix("sa2015/")
    frame = wide[["replicate", "municipality", "region", "year"]].assign(value=wide[indicator])
    frame = frame.dropna(subset="value").reset_index(drop=True)
    frame.attrs.update(source=name, note=RECONSTRUCTION, notes=[])
    return frame


@cache
def _replicates(folder: Path) -> pd.DataFrame:
    """Stack the wide files of a folder; `replicate` is the number in a file's name."""
    tables = []
    for file in sorted(folder.glob("replicate_*.csv.xz")):
        table = pd.read_csv(file)
        table.insert(0, "replicate", int(file.name.removeprefix("replicate_").removesuffix(".csv.xz")))
        tables.append(table)
    if not tables:
        raise DataError(f"The shipped panels are not in {folder}.", "Install the package again.")
    return pd.concat(tables, ignore_index=True)
