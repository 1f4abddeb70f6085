"""Panels: read from a file or from what ships with the package, then validated into one tidy form."""

import logging
import os
from collections.abc import Collection, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Literal

import pandas as pd

from bayes_saude.data import faults as find
from bayes_saude.data.cells import decimal_mark, missing_mask, to_labels, to_numbers
from bayes_saude.data.files import names_beside, read_table
from bayes_saude.data.shipped import SHIPPED, is_shipped_name, read_shipped
from bayes_saude.errors import DataError, Fault, did_you_mean, listed

logger = logging.getLogger(__name__)

_PAIRS = (("successes", "trials"), ("count", "exposure"))


def read_panel(path_or_name: str | Path) -> pd.DataFrame:
    """Read a panel as it stands in its source.

    Parameters
    ----------
    path_or_name : str or Path
        A path to CSV, TSV or TXT (also `.csv.gz`, `.csv.xz`), XLSX (its first sheet) or Parquet; or the name
        of a shipped panel, such as "sa2015/esf_coverage".

    Returns
    -------
    DataFrame
        The columns of the source. The index, "row", counts as an editor or a spreadsheet does: the header is
        row 1. A shipped panel has the columns that `read_shipped` tells. `attrs` has `source` (the path or
        name), `note` (what must be said wherever the data are used, or "") and `notes` (list of str: what was
        read in a way worth knowing; it is logged too).

    Raises
    ------
    DataError
        A missing, empty or unreadable file, a header or rows that do not fit, an unknown name.
    MissingExtra
        An XLSX file, and openpyxl is not installed.
    """
    if is_shipped_name(path_or_name):
        return read_shipped(str(path_or_name))
    path = Path(path_or_name)
    if os.path.isdir(path):  # pathlib raises where a name is too long for any file
        raise DataError(f"{path} is a folder, not a panel.", "Name a CSV, XLSX or Parquet file inside it.")
    if not os.path.exists(path):
        raise DataError(
            f"The panel {path} does not exist.{did_you_mean(path.name, names_beside(path))}",
            "Give a model its panel with --data (panel=), or name a CSV, XLSX or Parquet file that exists, "
            f"or one of the shipped panels: {listed(SHIPPED)}.",
        )
    frame = read_table(path)
    frame.attrs.update(source=str(path), note="")
    if frame.attrs["notes"]:
        logger.warning("%s: %s", path, "; ".join(frame.attrs["notes"]))
    return frame


def validate_panel(
    frame: pd.DataFrame,
    *,
    levels: Sequence[str],
    time: str,
    outcome: Sequence[str],
    source: str,
    unit: str | None = None,
    missing: Literal["error", "drop"] = "error",
    support: tuple[float, float] = (-inf, inf),
    predictors: Sequence[str] = (),
) -> pd.DataFrame:
    """Make the canonical tidy panel of a model, or say everything that is wrong with the frame.

    No row is ever left out silently. Rows may share the finest level and the time only where a finer
    identifier tells them apart: the column named by `unit` or, with none named, a column called "unit" or
    "municipality".

    Parameters
    ----------
    frame : DataFrame
        From `read_panel`, or any frame; faults are reported by its index labels.
    levels : sequence of str
        Columns that name the units, outermost level first.
    time : str
        Column of times, numbers in years (decimals allowed).
    outcome : sequence of str
        One column of any name, or ("successes", "trials"), or ("count", "exposure").
    source : str
        What messages call the panel.
    unit : str, optional
        Column that tells apart the rows of one unit and time, such as "hospital".
    missing : {"error", "drop"}, default "error"
        Rows without an outcome: an error that names them, or left out and counted in `attrs["notes"]`, which
        then names the units that have none left. Names that differ in case, accents or spaces alone are two
        units all the same; `attrs["notes"]` says so.
    support : tuple of float
        Open interval in which the values of the model's family lie.
    predictors : sequence of str
        Columns of groups, in one of which each unit of the finest level is at all times.

    Returns
    -------
    DataFrame
        Columns `replicate` (int, 1 where the source has none), the levels (str), `unit` (str, only where a
        finer identifier is needed to tell rows apart), the predictors (str), `time` (int, or float where a
        time has decimals), and `value` (float), or `successes` and `trials` (int), or `count` (int) and
        `exposure` (float); in the frame's order, with the frame's `attrs` and the `source`.

    Raises
    ------
    DataError
        With every fault found in `faults`.
    """
    names = _column_names(frame, levels, time, outcome)
    faults = find.absent_columns(frame, [*names.values(), *predictors, *([unit] if unit else [])])
    absent = {fault.column for fault in faults}
    names = {name: column for name, column in names.items() if column not in absent}
    results = [name for name in names if name not in ("replicate", "time", *levels)]
    faults += _alike_names(frame, (*levels, *predictors, unit))
    notes: list[str] = []
    if missing == "drop":
        here = [level for level in levels if level in names]
        frame = _with_outcome(frame, [names[name] for name in results], here, notes)
    if frame.empty:
        raise DataError(f"{source}: the panel has no rows.", "Give it one row per unit and time.")

    tidy, unusable = _tidy(frame, levels, names, notes)
    faults += unusable + _cell_faults(frame, tidy, names, support)
    if not absent:
        tidy, structural = _with_structure(frame, tidy, list(levels), names, unit)
        faults += structural
        for name in predictors:
            tidy[name] = to_labels(frame[name])
            faults += find.missing_cells(frame[name]) + find.unsteady_groups(tidy, levels[-1], name, names)
    if faults:
        raise _panel_error(source, frame, outcome, faults)
    for level in levels:
        notes += [f"{level}: {twins} may be one place" for twins in find.twin_labels(tidy[level])]
    for note in notes:
        logger.warning("%s: %s", source, note)
    finer = ["unit"] if "unit" in tidy and "unit" not in levels else []
    columns = ["replicate", *levels, *finer, *predictors, "time", *results]
    return _finished(tidy, columns, {**frame.attrs, "source": source}, notes)


def reach_of(times: pd.Series) -> tuple[float, float]:
    """Give the first and the last time of which a panel speaks: its span, and as much before and after."""
    first, last = float(times.min()), float(times.max())
    return 2 * first - last, 2 * last - first


def _column_names(
    frame: pd.DataFrame, levels: Sequence[str], time: str, outcome: Sequence[str]
) -> dict[str, str]:
    """Map each canonical name to the frame's own column."""
    canonical = ("value",) if len(outcome) == 1 else tuple(outcome)
    if len(outcome) != 1 and canonical not in _PAIRS:
        raise DataError(
            f"The columns {listed(outcome)} are no outcome that a model has.",
            f"Name one column, or two that are called {' or '.join(listed(pair) for pair in _PAIRS)}.",
        )
    names = {"replicate": "replicate"} if "replicate" in frame.columns else {}
    return {
        **names,
        **{level: level for level in levels},
        "time": time,
        **dict(zip(canonical, outcome, strict=True)),
    }


def _alike_names(frame: pd.DataFrame, columns: Collection[str | None]) -> list[Fault]:
    """Find names that are written as two and read as one number, which `read_table` has noted."""
    alike = frame.attrs.get("alike", {})
    told = "'{}' and '{}' are one number; write a name in one way, or with a letter"
    return [Fault(told.format(*pair), None, name) for name, pair in alike.items() if name in columns]


def _with_outcome(
    frame: pd.DataFrame, outcome: Sequence[str], levels: Sequence[str], notes: list[str]
) -> pd.DataFrame:
    """Leave out the rows that lack an outcome, and note how many, and the units that thereby vanish."""
    lacking = pd.Series(False, index=frame.index)
    for column in outcome:
        lacking |= missing_mask(frame[column])
    if lacking.any():
        notes.append(f"rows without an outcome left out, as asked: {lacking.sum()} of {len(frame)}")
    kept = frame[~lacking]
    for level in levels:
        if lost := sorted(set(to_labels(frame[level]).dropna()) - set(to_labels(kept[level]))):
            notes.append(f"{level}: without any outcome and so not in the panel: {listed(lost)}")
    return kept


def _tidy(
    frame: pd.DataFrame, levels: Sequence[str], names: Mapping[str, str], notes: list[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Make labels and numbers of the columns, NaN where a cell is missing or unusable; list the unusable."""
    mark, doubt = frame.attrs.get("decimal", ""), ""
    if not mark:
        texts = [frame[column] for name, column in names.items() if name not in levels]
        cells = (cell.strip() for column in texts for cell in column if isinstance(cell, str))
        mark, doubt = decimal_mark(cells, frame.attrs.get("separator"))
        if mark == ",":
            notes.append("decimal commas")
    columns = {}
    faults: list[Fault] = []
    for name, column in names.items():
        if name in levels:
            columns[name] = to_labels(frame[column])
        else:
            columns[name], unusable = to_numbers(frame[column], mark, doubt)
            faults += unusable
    return pd.DataFrame(columns, index=frame.index), faults


def _cell_faults(
    frame: pd.DataFrame, tidy: pd.DataFrame, names: Mapping[str, str], support: tuple[float, float]
) -> list[Fault]:
    """Find cells that are empty, or whose numbers cannot be."""
    return [
        *(fault for column in names.values() for fault in find.missing_cells(frame[column])),
        *find.infinite_cells(tidy, names),
        *find.huge_cells(tidy, names),
        *find.impossible_outcomes(tidy, names),
        *find.values_beyond(tidy, names, support),
    ]


def _with_structure(
    frame: pd.DataFrame, tidy: pd.DataFrame, levels: list[str], names: Mapping[str, str], unit: str | None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Check how rows, units and levels hang together, adding the column `unit` where it is needed."""
    keys = [name for name in names if name in ("replicate", "time", *levels)]
    usable = tidy.dropna(subset=keys)
    faults: list[Fault] = []
    chain = list(levels)
    finer = unit or _finer_identifier(frame, levels)
    if finer and usable.duplicated(keys).any():
        faults += find.missing_cells(frame[finer])
        tidy = tidy.assign(unit=to_labels(frame[finer]))
        usable = tidy.dropna(subset=[*keys, "unit"])
        names = {**names, "unit": finer}
        keys.append("unit")
        chain.append("unit")
    repeated = find.repeated_rows(usable, keys, names)
    # Where rows repeat all the same, the finer identifier may be none: its parents would only mislead.
    faults += repeated + find.units_in_two_parents(usable, levels if repeated else chain, names)
    if len(usable) == len(tidy):  # else the times and units that are left would mislead
        faults += find.too_few(usable, levels, names)
    if "replicate" in names:
        faults += find.bad_replicates(usable, levels[-1], names)
    return tidy, faults


def _finer_identifier(frame: pd.DataFrame, levels: Sequence[str]) -> str | None:
    if "unit" in levels:
        return None
    return next(
        (name for name in ("unit", "municipality") if name in frame.columns and name not in levels), None
    )


def _panel_error(source: str, frame: pd.DataFrame, outcome: Sequence[str], faults: list[Fault]) -> DataError:
    count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
    rows = "" if frame.index.name == "row" else " (rows are the frame's index labels)"
    advice = []
    if any(fault.column not in frame.columns for fault in faults if fault.column):
        advice.append(
            f"Name columns that exist under [data] in the model file: {listed(map(str, frame.columns))}."
        )
    if any(fault.message == find.EMPTY and fault.column in outcome for fault in faults):
        advice.append(
            "Fill the empty cells, or leave rows without an outcome out: missing='drop' (--missing drop)."
        )
    if any(fault.message.startswith(find.REPEATS) for fault in faults):
        advice.append(
            "Keep one row per unit and time, or name under [data] in the model file the column that tells "
            'the rows of a unit apart, for example unit = "hospital".'
        )
    advice = advice or ["Correct these places in the source and run again."]
    return DataError(f"{source}: the panel has {count}{rows}.", " ".join(advice), faults)


def _finished(tidy: pd.DataFrame, columns: list[str], attrs: Mapping, notes: list[str]) -> pd.DataFrame:
    """Give the panel its final columns, integers where they are whole, and a fresh index."""
    panel = tidy.reset_index(drop=True)
    if "replicate" not in panel:
        panel["replicate"] = 1
    whole = ["replicate", "successes", "trials", "count"]
    if (panel["time"] % 1 == 0).all():
        whole.append("time")
    panel = panel.astype({name: "int64" for name in whole if name in panel})[columns]
    panel.attrs = {**attrs, "note": attrs.get("note", ""), "notes": [*attrs.get("notes", []), *notes]}
    return panel
