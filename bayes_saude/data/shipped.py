"""The panels that ship with the package."""

from functools import cache
from pathlib import Path

import pandas as pd

from bayes_saude.assets import asset
from bayes_saude.errors import DataError, did_you_mean, listed

AGE_GROUPS, AGE_GROUP_COSTS = "costa2014/age_groups", "costa2014/age_group_costs"
SHIPPED = (
    AGE_GROUPS,
    AGE_GROUP_COSTS,
    "sa2015/esf_coverage",
    "sa2015/pap",
    "sa2015/prenatal7",
    "sa2015/vaccine",
)
KEYS = ["age_group", "year"]
IMPLIED = (
    "Costa (2014) prints the admissions sensitive to primary care by age group (table 9) and their share of "
    "all admissions but deliveries (table 5), not the totals: those are count/share, known to within 0.04%. "
    "The totals of 2008 are high, and those of 2012 low, beside the years between."
)
COSTS = (
    "Costa (2014) prints by age group what admissions sensitive to primary care cost, in reais of 2012 "
    "(table 17), and their share of the cost of all admissions but deliveries (table 13), in "
    "percent to two decimals."
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
        age_group, year, successes, trials, and count with an exposure of one year each, because populations
        by age group are not printed. Their costs: age_group, year, cost (R$ of 2012), cost_share (of one).
        `attrs["note"]` says what was reconstructed or implied.

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
    if name == AGE_GROUP_COSTS:
        return _age_group_costs()
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
    both = _by_age_group({"09_count": "count", "05_share": "share"})
    trials = (100 * both["count"] / both["share"]).round().astype("int64")
    frame = both[KEYS].assign(successes=both["count"], trials=trials, count=both["count"], exposure=1.0)
    frame.attrs.update(source=AGE_GROUPS, note=IMPLIED, notes=[])
    return frame


def _age_group_costs() -> pd.DataFrame:
    both = _by_age_group({"17_cost": "cost_2012_prices", "13_cost_share": "cost_share"})
    # Printed in percent; the division leaves the printed decimals.
    share = (both["cost_share"] / 100).round(4)
    frame = both[KEYS].assign(cost=both["cost_2012_prices"].astype(float), cost_share=share)
    frame.attrs.update(source=AGE_GROUP_COSTS, note=COSTS, notes=[])
    return frame


def _by_age_group(columns: dict[str, str]) -> pd.DataFrame:
    """Join one column of each of two tables, without the state's rows: that of table 5 is a median."""
    tables = [
        pd.read_csv(asset(f"data/costa2014/table_{table}_by_age_group.csv"))[[*KEYS, column]]
        for table, column in columns.items()
    ]
    both = tables[0].merge(tables[1], on=KEYS, validate="one_to_one")
    return both[both["age_group"] != "Minas Gerais"].reset_index(drop=True)


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
