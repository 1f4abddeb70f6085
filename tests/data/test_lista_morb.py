"""Lista Morb CID-10 against the ICSAP list: the mapping is derived here again, code by code."""

import pandas as pd
import pytest

from bayes_saude.data.icsap import classify, icsap_list
from bayes_saude.data.lista_morb import categories_of, delivery_categories, exact_groups, lista_morb
from bayes_saude.errors import DataError


def place(code: str, fill: str) -> int:
    """Give the place of a code among all of four characters."""
    digits = code[1:].replace(".", "")
    return ord(code[0]) * 1000 + int(digits if len(digits) == 3 else digits + fill)


def expand(ranges: str) -> list[str]:
    """Write ranges such as "A15.0-A15.3, A16" out as codes of four characters."""
    codes = []
    for part in ranges.split(", "):
        first, _, last = part.partition("-")
        numbers = range(place(first, "0"), place(last or first, "9") + 1)
        codes += [f"{chr(number // 1000)}{number % 1000:03d}" for number in numbers]
    return codes


@pytest.fixture(scope="module")
def codes() -> pd.DataFrame:
    """Give every code, with its category and what the ICSAP list says of it."""
    table = lista_morb()[["category", "icd10"]]
    table = table.assign(code=table["icd10"].map(expand)).explode("code", ignore_index=True)
    return table.assign(group=classify(table["code"]).astype(int))


def test_no_code_is_in_two_categories(codes):
    assert not codes["code"].duplicated().any()


def test_every_code_of_the_icsap_list_is_in_a_category(codes):
    ranges = icsap_list()
    listed = {
        code
        for first, last in zip(ranges["icd10_from"], ranges["icd10_to"], strict=True)
        for code in expand(f"{first}-{last}")
    }
    # The ICSAP list writes ranges whole in which ICD-10 has no such codes.
    assert listed - set(codes["code"]) == {"A189", *(f"E57{digit}" for digit in range(10))}


def test_exact_is_whether_all_codes_are_in_one_group_of_the_list(codes):
    derived = codes.groupby("category")["group"].agg(
        exact=lambda group: "yes" if group.min() > 0 else "part" if group.max() > 0 else "no",
        group=lambda group: ";".join(map(str, sorted(set(group) - {0}))),
    )
    table = lista_morb().set_index("category")
    pd.testing.assert_frame_equal(
        table[["exact", "group"]], derived.loc[table.index, ["exact", "group"]], check_dtype=False
    )
    # None of the categories lies in two groups.
    assert not table["group"].str.contains(";").any()


def test_delivery_is_whether_codes_are_among_o80_to_o84(codes):
    born = codes["code"].between("O800", "O849").groupby(codes["category"]).mean()
    derived = born.map(lambda share: "yes" if share == 1 else "part" if share else "no")
    table = lista_morb().set_index("category")["delivery"]
    pd.testing.assert_series_equal(table, derived.loc[table.index], check_names=False, check_dtype=False)
    assert delivery_categories("O80") == ["Parto único espontâneo"]
    assert delivery_categories("O80-O84") == [
        "Outras complicações da gravidez e do parto",
        "Parto único espontâneo",
    ]


def test_a_category_that_is_icsap_in_part_says_what_is_left_out():
    table = lista_morb()
    assert (table.loc[table["exact"] == "part", "note"] != "").all()


def test_pneumonia_angina_and_skin_are_not_separated():
    assert {6, 10, 16}.isdisjoint(exact_groups())
    assert exact_groups()["Insuficiência cardíaca"] == 11


def test_groups_may_be_chosen():
    assert set(exact_groups([13])) == {13}
    assert exact_groups([13]).index.tolist() == ["Diabetes mellitus"]
    with pytest.raises(DataError, match="separates nothing of group 6"):
        exact_groups([6, 13])
    with pytest.raises(DataError, match="has no group 20"):
        exact_groups([20])


def test_causes_are_known_in_any_capitals_and_with_underscores():
    causes = pd.Series(["INSUFICIÊNCIA_CARDÍACA", "Insuficiência cardíaca", "insuficiencia cardiaca"])
    assert set(categories_of(causes, "a file")) == {"Insuficiência cardíaca"}


def test_an_unknown_cause_is_named_with_its_row():
    causes = pd.Series(["ASMA", "ASMAA", "ASMAA", "Total"], index=[2, 3, 4, 5], name="cause")
    with pytest.raises(DataError) as caught:
        categories_of(causes, "a file")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [("3", "cause"), ("5", "cause")]
    assert "Did you mean 'Asma'?" in str(caught.value)


def test_deliveries_are_told_in_two_ways_only():
    with pytest.raises(DataError, match="'O82'"):
        delivery_categories("O82")  # type: ignore[arg-type]
