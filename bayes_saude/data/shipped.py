"""The panels that ship with the package."""

from functools import cache
from pathlib import Path

import pandas as pd

from bayes_saude.assets import asset
from bayes_saude.errors import DataError, did_you_mean, listed

AGE_GROUPS = "costa2014/age_groups"
SHIPPED = (AGE_GROUPS, "sa2015/esf_coverage", "sa2015/pap", "sa2015/prenatal7", "sa2015/vaccine")
IMPLIED = (
    "Costa (2014) prints the admissions sensitive to primary care by age group (table 9) and their share of "
    "all admissions but deliveries (table 5), not the totals: those are count/share, known to within 0.04%. "
    "The totals of 2008 are high, and those of 2012 low, beside the years between."
)
RECONSTRUCTION = (
    "The panel is a reconstruction, not the records: it gives back what Sá (2015) prints of the models "
    "(parameters, effects of regions and of listed municipalities) and of the years (means, quartiles). The "
    "rest is drawn within what the print allows: effects of other municipalities, single values, links "
    "between indicators."
)


def is_shipped_name(path_or_name: str | Path) -> bool:
    """Tell a name ("sa2015/pap") from a path: a name has no suffix."""
    return str(path_or_name).startswith(("sa2015/", "costa2014/")) and not Path(path_or_name).suffix


def read_shipped(name: str) -> pd.DataFrame:
    """Read an indicator of the reconstructed panels of Sá (2015), or the age groups of Costa (2014).

    Parameters
    ----------
    name : str
        One of `SHIPPED`.

    Returns
    -------
    DataFrame
        An indicator, long: replicate, municipality, region, year, value, in the indicator's unit (percent;
        `pap` is a ratio). Years in which a municipality was not observed have no row. The age groups:
        age_group, year, successes, trials. `attrs["note"]` says what was reconstructed.

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
    if name == AGE_GROUPS:
        return _age_groups()
    wide = _replicates(asset("data/sa2015/panels"))
    indicator = name.removeprefix("sa2015/")
    frame = wide[["replicate", "municipality", "region", "year"]].assign(value=wide[indicator])
    frame = frame.dropna(subset="value").reset_index(drop=True)
    frame.attrs.update(source=name, note=RECONSTRUCTION, notes=[])
    return frame


def _age_groups() -> pd.DataFrame:
    """Join tables 5 and 9 of Costa (2014): admissions, and the totals that the printed shares imply.

    A share of two decimals leaves a total uncertain by 0.005/share of itself: 0.01 to 0.04%, or 5 to 40
    admissions. The sampling error of a share is at least 19 times as large, so the nearest whole number
    stands for the total and no replicates are drawn.
    """
    keys = ["age_group", "year"]
    count, share = (
        pd.read_csv(asset(f"data/costa2014/table_{name}_by_age_group.csv"))[[*keys, column]]
        for name, column in (("09_count", "count"), ("05_share", "share"))
    )
    # The state's rows are left out: that of table 5 is the median of the nine shares above it.
    both = count[count["age_group"] != "Minas Gerais"].merge(share, on=keys, validate="one_to_one")
    trials = (100 * both["count"] / both["share"]).round().astype("int64")
    frame = both[keys].assign(successes=both["count"], trials=trials)
    frame.attrs.update(source=AGE_GROUPS, note=IMPLIED, notes=[])
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
