"""Amounts of money at constant prices, by a price index with one level a year (such as the mean IPCA)."""

from pathlib import Path

import numpy as np
import pandas as pd

from bayes_saude.data.cells import decimal_mark, row_label, to_numbers
from bayes_saude.data.files import read_table
from bayes_saude.errors import DataError, Fault, listed

YEAR, LEVEL = "year", "price_index"


def read_price_index(path: str | Path) -> pd.Series:
    """Read the yearly levels of a price index.

    Parameters
    ----------
    path : str or Path
        CSV, XLSX or Parquet with the columns `year` and `price_index`: the index's level (of any base, such
        as December 1993 = 100), as a rule its mean over the year. Not a rate of inflation. The index that
        Costa (2014) used, 2008 to 2012, is `asset("data/costa2014/deflators.csv")`.

    Returns
    -------
    Series of float
        Levels by year (int), in rising order of the years.

    Raises
    ------
    DataError
        A column is missing; a year is no whole number or repeats; a level is no number, or not above zero.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"The price index {path} does not exist.", "Give the path of a CSV, XLSX or Parquet.")
    frame = read_table(path)
    absent = [name for name in (YEAR, LEVEL) if name not in frame.columns]
    if absent:
        raise DataError(
            f"{path}: there is no column {listed(absent)}.",
            f"Name the columns {YEAR} and {LEVEL}; the file has {listed(map(str, frame.columns))}.",
        )
    texts = (cell.strip() for name in (YEAR, LEVEL) for cell in frame[name] if isinstance(cell, str))
    mark, doubt = frame.attrs.get("decimal", ""), ""
    if not mark:
        mark, doubt = decimal_mark(texts, frame.attrs.get("separator"))
    years, faults = to_numbers(frame[YEAR], mark, doubt)
    levels, unusable = to_numbers(frame[LEVEL], mark, doubt)
    faults += unusable
    if not faults:
        faults = _faults_of_index(years, levels)
    if faults:
        raise DataError(
            f"{path}: the price index is not usable.", "Give it one positive level for each year.", faults
        )
    return pd.Series(levels.to_numpy(), index=years.astype(int), name=LEVEL).sort_index()


def deflate(values: pd.Series, years: pd.Series, index: pd.Series, base: int) -> pd.Series:
    """Turn amounts at the prices of their years into amounts at the prices of one year.

    The deflator of a year is index[base] / index[year]; Costa (2014), section 4, takes the yearly mean of
    the IPCA and the base 2012.

    Parameters
    ----------
    values : Series of float
        Amounts at current prices, in any currency unit. A missing one stays missing.
    years : Series of int
        The year of each amount, with the index of `values`.
    index : Series of float
        Level of the price index by year, from `read_price_index`.
    base : int
        The year whose prices the result has.

    Returns
    -------
    Series of float
        Amounts at the prices of `base`, with the index and the name of `values`.

    Raises
    ------
    DataError
        The index has no level for the base or for one of the years, repeats a year or has a level that is not
        above zero; `years` is not aligned with `values`.
    """
    if not values.index.equals(years.index):
        raise DataError(
            "The amounts and their years do not stand in the same rows.", "Take both from one frame."
        )
    faults = _faults_of_index(pd.Series(index.index, index=index.index, dtype=float), index)
    if faults:
        raise DataError("The price index is not usable.", "Give it one positive level for each year.", faults)
    if base not in index.index:
        raise DataError(
            f"The price index has no level for the base year {base}.",
            f"Take one of its years, {index.index.min()} to {index.index.max()}, or complete it.",
        )
    unknown = years[~years.isin(index.index)]
    if len(unknown):
        raise DataError(
            "The price index does not cover all years.",
            f"Complete it: it has {listed(str(year) for year in index.index)}.",
            [
                Fault(f"the price index has no level for {year}", row_label(row), str(years.name or YEAR))
                for row, year in unknown.items()
            ],
        )
    return pd.Series(values * years.map(index.loc[base] / index), name=values.name)


def _faults_of_index(years: pd.Series, levels: pd.Series) -> list[Fault]:
    """Find the rows of an index whose year or level cannot be."""
    faults = []
    for row, year, repeats in zip(years.index, years, years.duplicated(), strict=True):
        if not (float(year).is_integer() and 0 < year < 10_000):
            faults.append(Fault(f"{year:g} is no year", row_label(row), YEAR))
        elif repeats:
            faults.append(Fault(f"the year {year:.0f} stands here again", row_label(row), YEAR))
    for row, level in levels.items():
        if not (np.isfinite(level) and level > 0):
            faults.append(Fault(f"{level} is no level of a price index", row_label(row), LEVEL))
    return faults
