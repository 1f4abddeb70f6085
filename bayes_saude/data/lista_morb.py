"""Lista Morb CID-10, the tabulation list of morbidity in which TabNet gives causes of admission.

A category stands for ranges of ICD-10 codes. Of those that lie wholly in a group of the ICSAP list admissions
can be counted exactly; of pneumonia (J12-J18), of which the list has a part, they cannot.
"""

from collections.abc import Iterable
from functools import cache
from typing import Literal

import pandas as pd

from bayes_saude.data.icsap import icsap_list
from bayes_saude.data.published import read_published
from bayes_saude.data.territory import folded
from bayes_saude.errors import DataError, Fault, did_you_mean, listed

LIST = "icsap/lista_morb"

Deliveries = Literal["O80", "O80-O84"]
DELIVERIES: dict[Deliveries, tuple[str, ...]] = {"O80": ("yes",), "O80-O84": ("yes", "part")}


def lista_morb() -> pd.DataFrame:
    """Read the list, the categories of external causes left out.

    Returns
    -------
    pandas.DataFrame
        One row per category: `category` (as TabNet abbreviates it), `icd10` (its ranges of codes), `group`
        (of the ICSAP list, in which some of its codes lie; empty where none does), `exact` ("yes" where all
        of them lie in that group, "part", "no"), `delivery` (whether they lie in O80-O84: "yes", "part",
        "no"), `note`.
    """
    return read_published(LIST, as_text=True)


def exact_groups(groups: Iterable[int] | None = None) -> pd.Series:
    """Say which categories count as ICSAP.

    Parameters
    ----------
    groups : iterable of int, optional
        Count these groups of the list only.

    Returns
    -------
    pandas.Series of int
        `group`, by the categories that lie wholly in it.

    Raises
    ------
    DataError
        If no category lies wholly in a group that is asked for, or there is no such group.
    """
    table = lista_morb()
    exact = table[table["exact"] == "yes"].set_index("category")["group"].astype("int64")
    if groups is None:
        return exact
    wanted = list(groups)
    known = set(icsap_list()["group"])
    if missing := [group for group in wanted if group not in set(exact)]:
        none = ", ".join(map(str, missing))
        where = "Lista Morb separates nothing of" if set(missing) <= known else "The list has no"
        raise DataError(f"{where} group {none}.", f"Use groups of {', '.join(map(str, sorted(set(exact))))}.")
    return exact[exact.isin(wanted)]


def delivery_categories(deliveries: Deliveries) -> list[str]:
    """Give the categories that are left out as deliveries.

    Parameters
    ----------
    deliveries : {"O80", "O80-O84"}
        Those whose codes are all deliveries, which is single spontaneous delivery alone; or those that have
        any, which adds the category that holds caesareans (O82) among other complications of pregnancy.

    Returns
    -------
    list of str

    Raises
    ------
    DataError
        If it is neither.
    """
    if deliveries not in DELIVERIES:
        raise DataError(f"Deliveries cannot be told by '{deliveries}'.", f"Use {listed(DELIVERIES)}.")
    table = lista_morb()
    return table.loc[table["delivery"].isin(DELIVERIES[deliveries]), "category"].tolist()


def categories_of(causes: pd.Series, source: str) -> pd.Series:
    """Find the categories that causes are.

    Parameters
    ----------
    causes : pandas.Series of str
        As TabNet writes them; capitals, accents and underscores instead of spaces do not matter.
    source : str
        What messages call the file.

    Returns
    -------
    pandas.Series of str
        `category` of `lista_morb`, with the index of `causes`.

    Raises
    ------
    DataError
        If any is none: it names each with its first row.
    """
    first = causes.drop_duplicates()
    known = _by_folded_name()
    found = pd.Series(folded(first.astype(str).str.replace("_", " ")).map(known).to_numpy(), first.to_numpy())
    if found.isna().any():
        faults = [
            Fault(f"'{cause}' is no category.{_near(str(cause))}", str(row), str(causes.name))
            for row, cause in first.items()
            if pd.isna(found[cause])
        ]
        raise DataError(
            f"{source}: not all causes are categories of Lista Morb CID-10.",
            f"Write them as data/{LIST}.csv does; leave totals out, and the headings that others add up to.",
            faults,
        )
    return causes.map(found)


def _near(cause: str) -> str:
    return did_you_mean(cause.replace("_", " ").capitalize(), lista_morb()["category"])


@cache
def _by_folded_name() -> dict[str, str]:
    names = lista_morb()["category"]
    return dict(zip(folded(names), names, strict=True))
