"""The printed numbers of Costa (2014) agree with each other, but where `contradictions.csv` says otherwise.

A printed number stands for the interval of all numbers that round to it. Counts are exact, amounts rounded
to a real, medians and shares to two decimals (a few to fewer).
"""

from itertools import product

import pandas as pd
import pytest

from bayes_saude.data.published import published_tables, read_published

NAMES = {int(name[16:18]): name for name in published_tables() if name.startswith("costa2014/table_")}
STATE = "Minas Gerais"
COUNTS, AMOUNTS = (6, 7, 8, 9), (14, 15, 16, 17, 18, 19, 20, 21)


def printed(number: int) -> pd.DataFrame:
    return read_published(NAMES[number], as_text=True)


def wide(number: int, column: int = 2) -> pd.DataFrame:
    """Units by years, as numbers; the state is the last row."""
    table = read_published(NAMES[number])
    unit, units = table.columns[0], table.iloc[:, 0].unique()
    return table.pivot_table(index=unit, columns="year", values=table.columns[column]).loc[units]


def half_unit(text: str) -> float:
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


def limits(number: int, text: str) -> tuple[float, float]:
    half = 0.0 if number in COUNTS else half_unit(text)
    return float(text) - half, float(text) + half


def changes_that_fail(number: int) -> list[str]:
    """Units whose printed change does not follow from their values of 2008 and 2012."""
    table = printed(number)
    fail = []
    for unit, part in table.groupby(table.columns[0], sort=False):
        first, last = (limits(number, part.iloc[row, 2]) for row in (0, -1))
        change = part["change"].iloc[-1]
        corners = [100 * (after / before - 1) for before, after in product(first, last)]
        tolerance = half_unit(change) + 1e-9
        if not min(corners) - tolerance <= float(change) <= max(corners) + tolerance:
            fail.append(str(unit))
    return fail


@pytest.mark.parametrize("number", [n for n in NAMES if n not in (1, 21)])
def test_every_change_follows_from_2008_and_2012(number):
    assert changes_that_fail(number) == []


def test_the_changes_of_table_21_are_computed_backwards():
    assert len(changes_that_fail(21)) == 10
    amounts, change = wide(21), wide(21, 4)[2012]
    backwards = 100 * (amounts[2008] / amounts[2012] - 1)
    assert (backwards - change).abs().max() <= 0.005 + 1e-5


@pytest.mark.parametrize("number", [*COUNTS, *AMOUNTS])
def test_every_share_follows_from_its_number_and_the_total(number):
    table = printed(number)
    total = wide(number).loc[STATE]
    for row in table.itertuples(index=False):
        share = 100 * float(row[2]) / total[int(row.year)]
        assert abs(share - float(row.share_of_state)) <= half_unit(row.share_of_state) + 1e-9, row


@pytest.mark.parametrize("number", [*COUNTS, *AMOUNTS])
def test_the_units_sum_to_the_total(number):
    numbers = wide(number)
    excess = numbers.drop(STATE).sum() - numbers.loc[STATE]
    # Amounts are rounded to a real, one by one, and so is their total; counts are exact.
    units = len(numbers)
    assert excess.abs().max() <= (0 if number in COUNTS else units / 2)


@pytest.mark.parametrize("numbers", [(2, 3, 4), (6, 7, 8), (10, 11, 12), (14, 15, 16, 17), (18, 19, 20)])
def test_tables_of_the_same_thing_give_the_same_state(numbers):
    first, *others = (wide(number).loc[STATE].tolist() for number in numbers)
    assert all(other == first for other in others)


def test_tables_9_and_21_by_age_exceed_the_tables_by_municipality():
    admissions = wide(9).loc[STATE] - wide(6).loc[STATE]
    assert admissions.tolist() == [451, 682, 653, 665, 774]
    cost = wide(21).loc[STATE] - wide(18).loc[STATE]
    assert cost.tolist() == [385419, 544321, 515833, 697238, 831690]
    assert (cost / admissions).between(789, 1075).all()


@pytest.mark.parametrize("number", [5, 13])
def test_the_state_by_age_is_the_median_of_the_nine_age_groups(number):
    table = wide(number)
    assert table.loc[STATE].tolist() == table.drop(STATE).median().tolist()


def test_the_first_band_of_table_12_copies_the_state_but_for_the_change():
    table, change = wide(12), wide(12, 3)[2012]
    assert table.iloc[0].tolist() == table.loc[STATE].tolist()
    assert (change.iloc[0], change[STATE]) == (-3.49, -3.50)
    assert (wide(4).iloc[0] != wide(4).loc[STATE]).all()


@pytest.mark.parametrize("number", [2, 3, 4, 10, 11, 12])
def test_the_median_of_all_municipalities_lies_among_those_of_the_parts(number):
    table = wide(number)
    parts = table.drop(STATE)
    assert (parts.min() <= table.loc[STATE]).all()
    assert (table.loc[STATE] <= parts.max()).all()


def test_table_1_lacks_four_municipalities_in_2009():
    sums = read_published(NAMES[1]).groupby("year")[["municipalities", "population"]].sum()
    assert sums["municipalities"].tolist() == [853, 849, 853, 853, 853]
    share = read_published(NAMES[1]).query("year == 2012 and population_band == 'up to 20 thousand'")
    # Section 5.2 says 26.16% of the population.
    assert round(100 * share["population"].item() / sums.loc[2012, "population"], 2) == 26.16


@pytest.mark.parametrize(("regions", "macro_regions"), [(7, 6), (15, 14), (19, 18)])
def test_health_regions_sum_to_their_macro_regions(regions, macro_regions):
    parent = read_published("costa2014/health_regions").set_index("health_region")["macro_region"]
    parts = wide(regions).drop(STATE)
    assert set(parts.index) == set(parent.index)
    sums = parts.groupby(parent).sum()
    whole = wide(macro_regions).drop(STATE)
    assert set(sums.index) == set(whole.index)
    # Sums of at most 12 amounts, each rounded to a real.
    rounding = (parent.value_counts().loc[sums.index] + 1) / 2
    excess = (sums - whole.loc[sums.index]).abs().max(axis=1)
    assert (excess <= (0 if regions == 7 else rounding)).all()


@pytest.mark.parametrize(("constant", "current"), [(14, 18), (15, 19), (16, 20)])
def test_one_deflator_a_year_turns_current_prices_into_constant_ones(constant, current):
    to, of = wide(constant), wide(current)
    lowest = ((to - 0.5) / (of + 0.5)).max()
    highest = ((to + 0.5) / (of - 0.5)).min()
    assert (lowest <= highest).all()
    assert (to[2012] == of[2012]).all()


def test_table_17_is_not_table_21_at_constant_prices():
    deflators = wide(14).loc[STATE] / wide(18).loc[STATE]
    lower = 100 * (1 - wide(17) / (wide(21) * deflators))
    assert lower.min().min() == pytest.approx(0.0856, abs=5e-5)
    assert lower.max().max() == pytest.approx(0.9778, abs=5e-5)
    differ = (wide(21) - wide(17))[2012].drop(STATE)
    assert (differ.min(), differ.max()) == (8988, 302334)


def test_the_text_names_the_extremes_of_the_tables():
    change = {number: wide(number, -1)[2012].drop(STATE) for number in (3, 7, 10, 11, 17)}
    falls = {number: int((values < 0).sum()) for number, values in change.items()}
    assert falls == {3: 50, 7: 52, 10: 10, 11: 47, 17: 7}
    assert (change[7] == 0).sum() == 1
    assert (change[3].idxmin(), change[3].idxmax()) == ("Ponte Nova", "João Pinheiro")
    assert wide(7)[2012].idxmin() == "Varginha"
    assert wide(15)[2012].idxmin() == "Padre Paraíso"


def test_the_amounts_that_the_text_gives_varginha_are_those_of_coracao_de_jesus():
    cost = wide(15)[[2008, 2012]]
    assert cost.loc["Coração de Jesus"].tolist() == [399958, 731918]
    assert cost.loc["Varginha"].tolist() == [184024, 364552]
