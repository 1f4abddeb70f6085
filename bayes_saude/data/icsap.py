"""ICSAP, admissions for conditions sensitive to primary care, by the list of Portaria SAS/MS 221/2008."""

import hashlib
from functools import cache

import numpy as np
import pandas as pd

from bayes_saude.assets import asset
from bayes_saude.data.published import read_published

LIST = "icsap/portaria221"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def icsap_list() -> pd.DataFrame:
    """Read the list: 19 groups, 74 diagnoses, 105 ranges of ICD-10 codes.

    Returns
    -------
    pandas.DataFrame
        One row per range: `group` (1 to 19), `group_name`, `diagnosis` (its number and name), `icd10_from`
        and `icd10_to` (both ends belong to it; three characters stand for all their subdivisions), `printed`
        (the diagnosis's codes as printed), `note` (what was corrected; empty as a rule). From Costa (2014),
        annex A.
    """
    return read_published(LIST, as_text=True).astype({"group": "int64"})


def list_version() -> str:
    """Name the list and the SHA-256 of its file, for the record."""
    digest = hashlib.sha256(asset(f"data/{LIST}.csv").read_bytes()).hexdigest()
    return f"Portaria SAS/MS 221/2008 ({LIST}.csv, SHA-256 {digest})"


def classify(icd10: pd.Series | np.ndarray | list) -> pd.Series:
    """Find the ICSAP group of ICD-10 codes.

    Parameters
    ----------
    icd10 : Series, array or list of str, shape (n,)
        Codes of three or four characters, with or without the dot, in either case: "J45", "E10.2", "e102".
        An X in the place of the fourth character only fills it up: "I10X" is I10.

    Returns
    -------
    pandas.Series of Int64, shape (n,)
        1 to 19; 0 where the code is not on the list; missing where it has not the form of an ICD-10 code.
        Index and name are those of `icd10`. A code of three characters belongs to a group where all ten of
        its subdivisions do: E10 does, J15 does not.
    """
    codes = icd10 if isinstance(icd10, pd.Series) else pd.Series(icd10, dtype="object")
    tidy = codes.astype("string").str.strip().str.upper()
    groups = code_groups()
    place = groups.index.get_indexer(pd.Index(tidy.fillna("")))
    found = pd.array(groups.to_numpy()[place], dtype="Int64")
    found[place < 0] = pd.NA
    return pd.Series(found, codes.index, name=codes.name)


@cache
def code_groups() -> pd.Series:
    """Give every code of ICD-10's form its group.

    Returns
    -------
    pandas.Series of int64, shape (59800,)
        Index `code`: three characters, four without and with the dot, and the same with X for the fourth, in
        capitals. Values: `group`, 0 where not ICSAP.
    """
    fourth = np.zeros((len(LETTERS) * 100, 10), dtype=np.int64)
    flat = fourth.reshape(-1)
    ranges = icsap_list()
    for first, last, group in zip(ranges["icd10_from"], ranges["icd10_to"], ranges["group"], strict=True):
        flat[_place(first, "0") : _place(last, "9") + 1] = group
    third = np.where((fourth == fourth[:, :1]).all(axis=1), fourth[:, 0], 0)

    categories = [f"{letter}{number:02}" for letter in LETTERS for number in range(100)]
    forms = {"": third, "X": third, ".X": third}
    forms |= {f"{dot}{digit}": fourth[:, digit] for dot in ("", ".") for digit in range(10)}
    codes = [category + ending for ending in forms for category in categories]
    index = pd.Index(codes, name="code", dtype="str")
    return pd.Series(np.concatenate(list(forms.values())), index, name="group")


def _place(code: str, fill: str) -> int:
    """Give a code's place among all codes of four characters, a missing fourth being `fill`."""
    letter, digits = code[0], code[1:].replace(".", "")
    return LETTERS.index(letter) * 1000 + int(digits if len(digits) == 3 else digits + fill)
