"""The layout of result folders, written down once more: files, columns, and what holds of any ranks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

FILES = ("fit.nc", "checks.json", "model.toml")
COLUMNS = {
    "ranking.csv": {
        "level", "within", "unit", "by", "mean", "sd", "low", "high", "expected_rank", "median_rank",
        "rank_low", "rank_high", "rank_mcse", "p_top", "p_bottom", "p_above_mean", "p_meets_target", "p_best",
    },
    "comparison.csv": {
        "level", "unit", "parameter", "reml", "reml_low", "reml_high", "reml_class", "reml_rank",
        "bayes", "bayes_low", "bayes_high", "bayes_class", "p_above_mean", "expected_rank", "agrees",
    },
    "hyperparameters.csv": {
        "parameter", "reml", "reml_se", "bayes_mean", "bayes_sd", "bayes_low", "bayes_high",
        "rhat", "ess_bulk", "ess_tail", "note",
    },
}  # fmt: skip
CLASSES = {"above", "below", "none"}


def layout_faults(folder: Path) -> list[str]:
    """Say all that a result folder lacks or has wrong, by file."""
    faults = [f"{name} is missing" for name in (*FILES, *COLUMNS) if not (folder / name).is_file()]
    for name, columns in COLUMNS.items():
        if (folder / name).is_file():
            table = pd.read_csv(folder / name)
            absent = sorted(columns - set(table))
            found = [f"lacks {', '.join(absent)}"] if absent else _table_faults(name, table)
            faults += [f"{name}: {fault}" for fault in found]
    return faults


def _table_faults(name: str, table: pd.DataFrame) -> Iterator[str]:
    if table.empty:
        yield "has no rows"
    probabilities = table.filter(regex="^p_")
    yield from (f"{column} leaves [0, 1]" for column in probabilities if not _within(table[column], 0, 1))
    if name == "ranking.csv":
        for key, units in table.groupby(["level", "within", "by"]):
            yield from (f"{key}: {fault}" for fault in _ranking_faults(units))
    if name == "comparison.csv":
        for column in ("reml_class", "bayes_class"):
            if odd := set(table[column].dropna()) - CLASSES:
                yield f"{column} has {sorted(odd)}"


def _ranking_faults(units: pd.DataFrame) -> Iterator[str]:
    n, first = len(units), units["p_best"].dropna()
    if units["unit"].duplicated().any():
        yield "a unit stands twice"
    if not np.isclose(units["expected_rank"].sum(), n * (n + 1) / 2, rtol=2e-6):
        yield "the expected ranks do not sum to those of a permutation"
    if len(first) and not np.isclose(first.sum(), 1, rtol=0, atol=1e-6 * (n + 1)):
        yield "the probabilities of the first place do not sum to one"
    for low, centre, high in (("low", "mean", "high"), ("rank_low", "median_rank", "rank_high")):
        if not ((units[low] <= units[centre]) & (units[centre] <= units[high])).all():
            yield f"{centre} leaves its interval"
    if not all(_within(units[column], 1, n) for column in ("rank_low", "median_rank", "rank_high")):
        yield f"ranks leave 1 to {n}"


def _within(values: pd.Series, low: float, high: float) -> bool:
    return bool(values.dropna().between(low, high).all())
