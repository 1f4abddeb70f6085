"""What can be wrong with a panel: each check looks for one kind of fault and returns all of that kind.

The checks take a `tidy` frame: canonical column names, the source's rows as index, unusable cells NaN.
`names` maps a canonical name to the source's own column name, which is what a user can look up.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from bayes_saude.data.cells import missing_mask, row_label
from bayes_saude.errors import MAX_FAULTS_SHOWN, Fault, did_you_mean

Names = Mapping[str, str]

EMPTY = "the cell is empty"
REPEATS = "it repeats row"

# Draws are kept in single precision, which ends at 3e38 and begins at 1e-38.
MAX_NUMBER, LEAST_NUMBER = 1e30, 1e-30
# Years: slopes over half a minute are beyond single precision, and exponentials of slopes over so many years
# beyond any number.
SHORTEST, LONGEST = 1e-6, 1e5
MAX_WHOLE = 1e15  # up to it, a double tells halves of events apart


def absent_columns(frame: pd.DataFrame, wanted: Iterable[str]) -> list[Fault]:
    """Find columns that the model names and the frame lacks, or has more than once."""
    existing = frame.columns.tolist()
    faults = []
    for column in wanted:
        if column not in existing:
            near = did_you_mean(column, map(str, existing))
            faults.append(Fault(f"there is no such column.{near}", None, column))
        elif existing.count(column) > 1:
            faults.append(Fault(f"there are {existing.count(column)} columns of this name", None, column))
    return faults


def missing_cells(column: pd.Series) -> list[Fault]:
    """Find cells with nothing in them."""
    return [Fault(EMPTY, row_label(row), str(column.name)) for row in column.index[missing_mask(column)]]


def infinite_cells(tidy: pd.DataFrame, names: Names) -> list[Fault]:
    """Find numbers that are infinite."""
    return [
        Fault("the number is infinite", row_label(row), names[name])
        for name in tidy.select_dtypes("number").columns
        for row in tidy.index[np.isinf(tidy[name])]
    ]


def huge_cells(tidy: pd.DataFrame, names: Names) -> list[Fault]:
    """Find numbers beyond what draws are kept in, or beyond which a double does not tell halves of events."""
    faults = []
    for name in tidy.select_dtypes("number").columns:
        limit = MAX_NUMBER if name in ("value", "exposure") else MAX_WHOLE
        huge = (tidy[name].abs() > limit) & np.isfinite(tidy[name])
        faults += _where(huge, tidy[name], names[name], f"{{:g}} is too large; the limit is {limit:g}")
    return faults


def impossible_outcomes(tidy: pd.DataFrame, names: Names) -> list[Fault]:
    """Find counts below zero or with decimals, successes beyond trials, no trials at all, no exposure."""
    finite = tidy.replace([np.inf, -np.inf], np.nan)
    faults = []
    for name in ("successes", "trials", "count"):
        if name in finite:
            column = finite[name]
            faults += _where(column < 0, column, names[name], "{:g} is below zero")
            faults += _where(column % 1 > 0, column, names[name], "{:g} is not a whole number")
    if {"successes", "trials"} <= set(finite):
        beyond = finite["successes"] > finite["trials"]
        message = f"{{:g}} is more than '{names['trials']}'"
        faults += _where(beyond, finite["successes"], names["successes"], message)
        if (finite["trials"] == 0).all():
            faults.append(Fault("it is zero in every row", None, names["trials"]))
    if "exposure" in finite:
        column = finite["exposure"]
        faults += _where(column <= 0, column, names["exposure"], "the exposure {:g} is not above zero")
        faults += _too_small(column, names["exposure"])
    return faults


def values_beyond(tidy: pd.DataFrame, names: Names, support: tuple[float, float]) -> list[Fault]:
    """Find values outside an open interval, in which those of the model's family lie, or too near its start.

    On the whole line values may be small, but not all of them.
    """
    if "value" not in tidy:
        return []
    low, high = support
    column = tidy["value"].where(np.isfinite(tidy["value"]))
    valid = f"above {low:g} and below {high:g}" if np.isfinite(high) else f"above {low:g}"
    beyond = (column <= low) | (column >= high)
    faults = _where(beyond, column, names["value"], f"{{:g}} is not {valid}, as the model's family asks")
    if low == 0:
        return faults + _too_small(column, names["value"])
    if 0 < (largest := column.abs().max()) < LEAST_NUMBER:
        message = f"the largest, {largest:g}, is too small; take a unit in which it is above {LEAST_NUMBER:g}"
        faults.append(Fault(message, None, names["value"]))
    return faults


def _too_small(column: pd.Series, name: str) -> list[Fault]:
    """Find numbers above zero whose logarithm would be far from that of any other."""
    small = (column > 0) & (column < LEAST_NUMBER)
    return _where(small, column, name, f"{{:g}} is too small; the least is {LEAST_NUMBER:g}")


def _where(bad: pd.Series, column: pd.Series, name: str, message: str) -> list[Fault]:
    return [Fault(message.format(value), row_label(row), name) for row, value in column[bad].items()]


def bad_replicates(tidy: pd.DataFrame, unit: str, names: Names) -> list[Fault]:
    """Find replicate numbers that are not whole, and replicates that lack units which others have."""
    column = tidy["replicate"]
    faults = _where(column % 1 > 0, column, names["replicate"], "the replicate {:g} is not a whole number")
    every = set(tidy[unit].dropna())
    for replicate, rows in tidy.groupby("replicate"):
        if lacking := sorted(every - set(rows[unit])):
            some = ", ".join(f"'{name}'" for name in lacking[:3]) + (", ..." if len(lacking) > 3 else "")
            faults.append(
                Fault(
                    f"replicate {replicate:g} lacks {len(lacking)} of {len(every)} units: {some}",
                    None,
                    names[unit],
                )
            )
    return faults


def repeated_rows(tidy: pd.DataFrame, keys: Sequence[str], names: Names) -> list[Fault]:
    """Find rows whose keys (replicate, levels, time) an earlier row has already.

    They are one fault where they are too many to be shown: the rows are then no slips, but parts of a unit.
    """
    repeated = tidy.duplicated(list(keys)).to_numpy()
    if not repeated.any():
        return []
    rows = pd.Series(tidy.index, index=range(len(tidy)))
    first = rows.groupby([tidy[key].to_numpy() for key in keys]).transform("first").to_numpy()
    shown = [key for key in keys if key != "replicate" or _differ(tidy["replicate"])]
    where = np.flatnonzero(repeated).tolist()
    many = len(where) > MAX_FAULTS_SHOWN
    others = f"; {len(where) - 1} rows more do the like" if many else ""
    return [
        Fault(
            f"{REPEATS} {first[i]}: {_describe(tidy.iloc[i], shown, names)}{others}",
            row_label(tidy.index[i]),
        )
        for i in (where[:1] if many else where)
    ]


def _differ(column: pd.Series) -> bool:
    return bool((column != column.iloc[0]).any())


def _describe(row: pd.Series, keys: Iterable[str], names: Names) -> str:
    values = {names[key]: row[key] for key in keys}
    return ", ".join(
        f"{name} {v:g}" if isinstance(v, float) else f"{name} '{v}'" for name, v in values.items()
    )


def units_in_two_parents(tidy: pd.DataFrame, chain: Sequence[str], names: Names) -> list[Fault]:
    """Find units that stand in more than one unit of the level above. `chain` is outermost first."""
    faults = []
    for parent, child in pairwise(chain):
        pairs = tidy[[child, parent]].drop_duplicates()
        for unit, rows in pairs[pairs[child].duplicated(keep=False)].groupby(child):
            where = [f"'{name}' (row {row})" for row, name in rows[parent].items()]
            message = f"'{unit}' stands in more than one {names[parent]}: {' and '.join(where)}"
            faults.append(Fault(message, row_label(rows.index[1]), names[child]))
    return faults


def unsteady_groups(tidy: pd.DataFrame, unit: str, predictor: str, names: Names) -> list[Fault]:
    """Find units that change their group of a predictor, or all units in one group."""
    pairs = tidy[[unit, predictor]].dropna().drop_duplicates()
    faults = []
    for name, rows in pairs[pairs[unit].duplicated(keep=False)].groupby(unit):
        where = " and ".join(f"'{group}' (row {row})" for row, group in rows[predictor].items())
        message = f"it is not the same in all rows of the {names[unit]} '{name}': {where}"
        faults.append(Fault(message, row_label(rows.index[1]), predictor))
    if len(pairs) and not _differ(pairs[predictor]):
        faults.append(Fault(f"all units are in one group, '{pairs[predictor].iloc[0]}'", None, predictor))
    return faults


def twin_labels(labels: pd.Series) -> list[str]:
    """Find labels that differ in case, accents, spaces or unseen marks alone, each with its first row."""
    first = labels.dropna().drop_duplicates()
    spellings = first.groupby(first.map(_bare).to_numpy())
    return [
        " and ".join(f"'{_with_unseen(label)}' (row {row})" for row, label in twins.items())
        for _, twins in spellings
        if len(twins) > 1
    ]


def _with_unseen(label: str) -> str:
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) == "Cf" else c for c in label)


def _bare(label: str) -> str:
    """Leave the letters by which a reader tells labels apart: no accents, no marks without width."""
    unseen = ("Mn", "Cf")
    letters = (c for c in unicodedata.normalize("NFKD", label) if unicodedata.category(c) not in unseen)
    return " ".join("".join(letters).casefold().split())


def too_few(tidy: pd.DataFrame, levels: Iterable[str], names: Names) -> list[Fault]:
    """Refuse one time only, which is no trend, and one unit only at a level, which compares with nothing.

    Times of a span that nobody has seen are those of another unit, such as seconds.
    """
    faults = []
    span = tidy["time"].max() - tidy["time"].min()
    if not _differ(tidy["time"]):
        message = f"there is one time only, {tidy['time'].iloc[0]:g}; a trend needs at least two"
        faults.append(Fault(message, None, names["time"]))
    elif span < SHORTEST or LONGEST < span <= MAX_WHOLE:  # beyond it a cell is at fault
        message = f"the times span {span:g} years, not {SHORTEST:g} to {LONGEST:g}; give them in years"
        faults.append(Fault(message, None, names["time"]))
    for level in levels:
        if not _differ(tidy[level]):
            message = (
                f"there is one unit only, '{tidy[level].iloc[0]}'; units are compared, so two are needed"
            )
            faults.append(Fault(message, None, names[level]))
    return faults
