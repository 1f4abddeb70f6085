"""The 853 municipalities of Minas Gerais, their 28 regions, and the spellings of their names."""

import unicodedata

import pandas as pd

from bayes_saude.data.published import read_published
from bayes_saude.errors import DataError, Fault, did_you_mean


def territory() -> pd.DataFrame:
    """Read the territory of Sá (2015), annex A, pages 120 to 137.

    Returns
    -------
    pandas.DataFrame
        853 rows in the order of the annex: `municipality` (IBGE's name), `region` (one of 28), `ibge_code`
        (seven digits), `latitude` and `longitude` of the seat (decimal degrees).
    """
    return read_published("sa2015/territory")


def any_known(names: pd.Series) -> bool:
    """Tell whether at least one name is that of a municipality of Minas Gerais, see `canonical_name`."""
    return bool(folded(names).isin(list(_known_names())).any())


def _known_names() -> dict[str, str]:
    """Give canonical names by all spellings that are known, folded."""
    official = read_published("sa2015/territory")["municipality"]
    variants = read_published("sa2015/name_variants")
    known = dict(zip(folded(variants["printed"]), variants["municipality"], strict=True))
    return known | dict(zip(folded(official), official, strict=True))


def canonical_name(names: pd.Series) -> pd.Series:
    """Give municipalities their canonical names, those of `territory()`.

    Capitals, accents and spaces too many do not matter; the spellings of `name_variants.csv` are known.

    Parameters
    ----------
    names : pandas.Series of str
        Names of municipalities, in any of those spellings.

    Returns
    -------
    pandas.Series of str
        The canonical names, with the index and the name of `names`.

    Raises
    ------
    DataError
        If any is not a municipality of Minas Gerais; it names each with its index label.
    """
    known = _known_names()
    found = folded(names).map(known)
    column = None if names.name is None else str(names.name)
    unknown = names[found.isna()].drop_duplicates()
    if len(unknown):
        official = sorted(set(known.values()))
        raise DataError(
            "Some names are not municipalities of Minas Gerais.",
            "Write the names as IBGE does; `bayes_saude.data.territory.territory()` lists them.",
            [
                Fault(f"'{name}' is unknown.{did_you_mean(str(name).title(), official)}", str(row), column)
                for row, name in unknown.items()
            ],
        )
    return found.astype(str)


def folded(names: pd.Series) -> pd.Series:
    """Reduce names to what tells them apart: no accents, no capitals, single spaces."""

    def fold(name: object) -> str:
        decomposed = unicodedata.normalize("NFD", str(name))
        return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())

    return names.map(fold)
