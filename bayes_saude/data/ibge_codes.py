"""IBGE's codes of municipalities: six digits, or seven where the check digit is written too."""

import re

import pandas as pd

from bayes_saude.data.territory import any_known, canonical_name, territory
from bayes_saude.errors import DataError, Fault

# The first two digits of the municipalities of each state.
STATES = {
    "RO": "11", "AC": "12", "AM": "13", "RR": "14", "PA": "15", "AP": "16", "TO": "17",
    "MA": "21", "PI": "22", "CE": "23", "RN": "24", "PB": "25", "PE": "26", "AL": "27", "SE": "28",
    "BA": "29",
    "MG": "31", "ES": "32", "RJ": "33", "SP": "35",
    "PR": "41", "SC": "42", "RS": "43",
    "MS": "50", "MT": "51", "GO": "52", "DF": "53",
}  # fmt: skip
# IBGE itself gave these nine a last digit that its rule does not give (Nota Técnica 2008.004 of the NF-e).
UNRULY = frozenset(
    {"2201919", "2201988", "2202251", "2611533", "3117836", "3152131", "4305871", "5203939", "5203962"}
)
# Lagoa Mirim and Lagoa dos Patos: IBGE's files of Rio Grande do Sul have them as if they were municipalities.
LAGOONS = ("430000",)

_CODE = re.compile(r"\s*([0-9]{6,7})(?:\.0+)?\s*")


def check_digit(code: str) -> int:
    """Compute the seventh digit of a code from its first six, as IBGE does.

    Every second digit is doubled, the digits of the products are added, and the check digit fills the sum up
    to the next multiple of ten.
    """
    doubled = [int(digit) * weight for digit, weight in zip(code[:6], (1, 2) * 3, strict=True)]
    return -sum(product // 10 + product % 10 for product in doubled) % 10


def as_code(value: object) -> str | None:
    """Read a code of six or seven digits from text or a number; None where it is neither."""
    match = _CODE.fullmatch(str(value))
    return match[1] if match else None


def fault_of(value: object) -> str | None:
    """Say why a value is no code of a municipality; None where it is one."""
    code = as_code(value)
    if code is None:
        return f"'{value}' is no IBGE code, which has six digits, or seven with the check digit"
    if code[:6] in LAGOONS:
        return None
    if code[:2] not in STATES.values():
        return f"'{code}' is no IBGE code: no state has the number {code[:2]}"
    if len(code) == 7 and int(code[6]) != check_digit(code) and code not in UNRULY:
        return f"the check digit of '{code}' is wrong: {code[:6]} has {check_digit(code)}"
    return None


def six_digit_codes(values: pd.Series, source: str) -> pd.Series:
    """Give codes their first six digits, which tell municipalities apart, once the seventh is checked.

    Parameters
    ----------
    values : pandas.Series
        Codes of six or seven digits, as text or numbers.
    source : str
        What messages call the place that they are from.

    Returns
    -------
    pandas.Series of str
        With the index and the name of `values`.

    Raises
    ------
    DataError
        If any is no code of a municipality; it names each with its index label.
    """
    column = None if values.name is None else str(values.name)
    told = {row: fault_of(value) for row, value in values.items()}
    faults = [Fault(message, str(row), column) for row, message in told.items() if message]
    if faults:
        raise DataError(
            f"{source}: not all codes are IBGE codes of municipalities.",
            "Correct them, or leave the check digit off; where the codes are in another column, name it.",
            faults,
        )
    return values.map(lambda value: str(as_code(value))[:6]).astype(str)


def any_municipality(units: pd.Series) -> bool:
    """Tell whether at least one unit is a municipality, by its code or its name.

    Parameters
    ----------
    units : pandas.Series of str
    """
    return bool(units.map(lambda unit: fault_of(unit) is None).any()) or any_known(units)


def municipality_codes(municipalities: pd.Series, source: str) -> pd.Series:
    """Give municipalities their six-digit codes.

    Parameters
    ----------
    municipalities : pandas.Series of str
        All of them codes of six or seven digits, or all of them names of Minas Gerais, in any spelling that
        `canonical_name` knows.
    source : str
        What messages call the place that they are from.

    Returns
    -------
    pandas.Series of str
        With the index of `municipalities`.

    Raises
    ------
    DataError
        If any is neither.
    """
    if municipalities.map(lambda unit: str(unit)[:1].isdigit()).any():
        return six_digit_codes(municipalities, source)
    try:
        names = canonical_name(municipalities)
    except DataError as error:
        raise DataError(
            f"{source}: not all names are municipalities of Minas Gerais, the only names known here.",
            "Call municipalities by their IBGE codes, which no two share.",
            error.faults,
        ) from error
    return names.map(territory().set_index("municipality")["ibge_code"]).astype(str).str[:6]
