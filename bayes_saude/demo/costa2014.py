"""What the demo prints of Costa (2014): levels by age group, and which changes the data can tell."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from rich.console import Console
from rich.table import Table

from bayes_saude.console import heading, probability, say, text_table
from bayes_saude.data.published import read_published
from bayes_saude.demo.text import Analysis
from bayes_saude.screen_tables import interval
from bayes_saude.summaries.ranking import ABOVE, BELOW, NONE, classes

FIRST, LAST = 2008, 2012


class Printed(NamedTuple):
    """The table of the thesis that a model is about.

    Parameters
    ----------
    table : str
        Its name below "costa2014/".
    column : str
        The column of its numbers.
    factor : float
        From the model's unit to the table's.
    shown : float
        From the table's unit to the one that is shown.
    what : str
        What the numbers are, with the unit that is shown.
    """

    table: str
    column: str
    factor: float
    shown: float
    what: str


# The models by age group, whose tables can be taken at face value.
PRINTED = {
    "costa2014-share-age": Printed(
        "table_05_share_by_age_group", "share", 100, 1, "Share of all admissions but deliveries (%)"
    ),
    "costa2014-number-age": Printed(
        "table_09_count_by_age_group", "count", 1, 1e-3, "Number of admissions (thousand)"
    ),
    "costa2014-cost-share-age": Printed(
        "table_13_cost_share_by_age_group", "cost_share", 100, 1, "Share of the cost of admissions (%)"
    ),
    "costa2014-cost-age": Printed(
        "table_17_cost_by_age_group", "cost_2012_prices", 1, 1e-6, "Cost (million reais of 2012)"
    ),
}


def show(screen: Console, analyses: Mapping[str, Analysis]) -> None:
    """Print levels and changes by age group, the thesis's beside the posterior's.

    Parameters
    ----------
    screen : Console
    analyses : mapping
        By model, those of `PRINTED`, with their `changes`.
    """
    heading(screen, "Costa (2014) re-analysed: admissions sensitive to primary care (ICSAP) by age group")
    say(
        screen,
        f"The thesis prints each year's value and its change from {FIRST} to {LAST}, with no uncertainty. "
        "The model draws a line through the five years of each age group, on the scale of log-odds or "
        "logarithms, and lets the years scatter about it, counts by more than chance; its change is that of "
        "the line. The thesis's tables by region are not re-analysed: their values seem to be joined to the "
        "wrong municipalities, see docs/costa2014_regional_tables.md.",
    )
    for name, printed in PRINTED.items():
        if name in analyses:
            table = beside_the_print(analyses[name].changes, printed)
            screen.print(f"\n[bold]{printed.what}[/bold]")
            screen.print(_table(table))
            say(screen, what_can_be_told(table))
    screen.print()
    for note in dict.fromkeys(analysis.note for analysis in analyses.values()):
        say(screen, note)


def beside_the_print(changes: pd.DataFrame, printed: Printed) -> pd.DataFrame:
    """Put the posterior's levels and changes beside the thesis's.

    Parameters
    ----------
    changes : pandas.DataFrame
        From `percent_change` from 2008 to 2012.
    printed : Printed

    Returns
    -------
    pandas.DataFrame
        One row per age group, in the table's order: age_group, print_first, print_last, print_change; first,
        last, change, low, high, p_fall; and `class` of the change, "above" zero, "below" or "none". Levels
        are in the unit that is shown.
    """
    # Warnings of these tables are about rows of the state and nominal costs, which are not used here.
    table = read_published(f"costa2014/{printed.table}")
    wide = table.pivot_table(index="age_group", columns="year", values=printed.column, sort=False)
    change = table.set_index("age_group")["change"].dropna()
    first, last = (wide[year] * printed.shown for year in (FIRST, LAST))
    print_side = pd.DataFrame({"print_first": first, "print_last": last, "print_change": change})
    ours = changes.rename(columns={"unit": "age_group"}).drop(columns="level")
    ours[["first", "last"]] *= printed.factor * printed.shown
    both = print_side.reset_index(names="age_group").merge(ours, on="age_group", validate="one_to_one")
    order = {name: place for place, name in enumerate(wide.index)}
    both = both.sort_values("age_group", key=lambda names: names.map(order), ignore_index=True)
    return both.assign(**{"class": classes(1 - both["p_fall"], changes.attrs["prob"])})


def what_can_be_told(table: pd.DataFrame) -> str:
    """Say in words of which groups the data tell that the level fell or rose, and of which not even that.

    Parameters
    ----------
    table : pandas.DataFrame
        From `beside_the_print`.
    """
    groups = {name: rows["age_group"].tolist() for name, rows in table.groupby("class")}
    sure = [
        f"{what} ({', '.join(groups[kind])})"
        for kind, what in ((BELOW, "a fall"), (ABOVE, "a rise"))
        if kind in groups
    ]
    told = f"The data tell {' and '.join(sure)}." if sure else "The data tell no change of any group."
    if NONE in groups:
        told += f" Of {len(groups[NONE])} groups of {len(table)} they do not tell even the direction."
    return told


def _table(table: pd.DataFrame) -> Table:
    spread = float((table["high"] - table["low"]).median() / 4)
    rows = [
        [
            row["age_group"],
            f"{row['print_first']:.2f}",
            f"{row['print_last']:.2f}",
            f"{row['first']:.2f} | {row['last']:.2f}",
            f"{row['print_change']:+.1f}",
            f"{row['change']:+.1f}",
            interval(row["low"], row["high"], spread),
            probability(row["p_fall"]),
        ]
        for row in table.to_dict("records")
    ]
    headings = ("age", str(FIRST), str(LAST), "line", "change (%)", "of the line", "[95%]", "P(fall)")
    return text_table(rows, headings)
