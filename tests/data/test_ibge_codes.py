"""IBGE's codes: six digits, or seven of which the last is checked."""

import pandas as pd
import pytest

from bayes_saude.data.ibge_codes import UNRULY, check_digit, municipality_codes, six_digit_codes
from bayes_saude.data.territory import territory
from bayes_saude.errors import DataError


def test_the_check_digit_is_ibges():
    codes = territory()["ibge_code"].astype(str)
    wrong = codes[codes.map(check_digit) != codes.str[6].astype(int)]
    assert set(wrong) == {code for code in UNRULY if code.startswith("31")}
    # Other states: São Paulo, Rio de Janeiro, Brasília.
    assert [check_digit(code) for code in ("355030", "330455", "530010")] == [8, 7, 8]


@pytest.mark.parametrize("value", ["3106200", "310620", 3106200, 310620, 3106200.0, " 3106200 "])
def test_text_and_numbers_of_six_or_seven_digits_are_the_same_code(value):
    assert six_digit_codes(pd.Series([value], dtype=object), "here").tolist() == ["310620"]


@pytest.mark.parametrize("code", sorted(UNRULY))
def test_codes_that_ibge_gave_against_its_rule_are_right(code):
    assert six_digit_codes(pd.Series([code]), "here").tolist() == [code[:6]]


def test_every_fault_is_told_with_its_place():
    codes = pd.Series(["3106200", "3106201", "Betim", "9906200", None], index=range(2, 7), name="code")
    with pytest.raises(DataError) as caught:
        six_digit_codes(codes, "file.csv")
    faults = caught.value.faults
    assert [fault.row for fault in faults] == ["3", "4", "5", "6"]
    assert {fault.column for fault in faults} == {"code"}
    assert "check digit of '3106201' is wrong: 310620 has 0" in faults[0].message
    assert "no state has the number 99" in faults[2].message


def test_names_of_minas_gerais_have_codes():
    names = pd.Series(["São João del Rei", "BELO HORIZONTE", "Água Boa"], index=[7, 8, 9])
    codes = municipality_codes(names, "here")
    assert codes.to_dict() == {7: "316250", 8: "310620", 9: "310060"}


def test_all_names_of_the_territory_give_back_its_codes():
    places = territory()
    codes = municipality_codes(places["municipality"], "here")
    assert codes.tolist() == places["ibge_code"].astype(str).str[:6].tolist()


def test_a_name_of_another_state_is_refused_and_codes_are_advised():
    with pytest.raises(DataError, match=r"'Curitiba' is unknown[\s\S]*IBGE codes"):
        municipality_codes(pd.Series(["Betim", "Curitiba"]), "here")


def test_codes_and_names_do_not_mix():
    with pytest.raises(DataError, match="'Betim' is no IBGE code"):
        municipality_codes(pd.Series(["310620", "Betim"]), "here")
