"""Amounts are brought to the prices of one year by a yearly index, and Costa's amounts are given back."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.assets import asset
from bayes_saude.data.deflate import deflate, read_price_index
from bayes_saude.data.published import read_published
from bayes_saude.errors import DataError

# Prices double from 2010 to 2011 and rise by a quarter to 2012.
INDEX = pd.Series({2010: 50.0, 2011: 100.0, 2012: 125.0})
PAIRS = {
    14: ("table_14_cost_by_macro_region", "table_18_nominal_cost_by_macro_region"),
    15: ("table_15_cost_by_health_region", "table_19_nominal_cost_by_health_region"),
    16: ("table_16_cost_by_population_band", "table_20_nominal_cost_by_population_band"),
}


def pair(table: int) -> pd.DataFrame:
    constant, current = (read_published(f"costa2014/{name}") for name in PAIRS[table])
    keys = list(constant.columns[:2])
    return constant.merge(current, on=keys, validate="one_to_one")


@pytest.fixture
def costa() -> pd.Series:
    return read_price_index(asset("data/costa2014/deflators.csv"))


def written(tmp_path, text: str):
    path = tmp_path / "ipca.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_amounts_get_the_prices_of_the_base_year():
    values = pd.Series([10.0, 10.0, 10.0], index=[7, 8, 9], name="cost")
    years = pd.Series([2010, 2011, 2012], index=[7, 8, 9])
    found = deflate(values, years, INDEX, 2012)
    pd.testing.assert_series_equal(found, pd.Series([25.0, 12.5, 10.0], index=[7, 8, 9], name="cost"))
    assert deflate(values, years, INDEX, 2010).tolist() == [10.0, 5.0, 4.0]


def test_the_base_of_the_index_does_not_matter():
    values, years = pd.Series([3.0, 4.0]), pd.Series([2010, 2011])
    again = deflate(values, years, 7 * INDEX, 2012)
    np.testing.assert_allclose(again, deflate(values, years, INDEX, 2012), rtol=1e-15)


def test_a_missing_amount_stays_missing():
    assert deflate(pd.Series([np.nan]), pd.Series([2011]), INDEX, 2012).isna().all()


def test_the_deflators_of_the_thesis():
    """As its tables 14 and 18 imply them, to five decimals."""
    table = pair(14).query("macro_region == 'Minas Gerais'").set_index("year")
    implied = table["cost_2012_prices"] / table["cost_current_prices"]
    assert implied.round(5).tolist() == [1.23833, 1.18062, 1.12399, 1.05404, 1.0]


def test_the_shipped_deflators_are_the_only_ones_of_six_decimals_that_the_tables_allow():
    low, high = pd.Series(0.0, range(2008, 2013)), pd.Series(np.inf, range(2008, 2013))
    for table in PAIRS:
        frame = pair(table)
        constant, current = frame["cost_2012_prices"], frame["cost_current_prices"]
        low = np.maximum(low, ((constant - 0.5) / (current + 0.5)).groupby(frame["year"]).max())
        high = np.minimum(high, ((constant + 0.5) / (current - 0.5)).groupby(frame["year"]).min())
    shipped = read_published("costa2014/deflators").set_index("year")["deflator"]
    assert (low <= shipped).all()
    assert (shipped <= high).all()
    assert (high - low < 2e-8).all()


@pytest.mark.parametrize("table", PAIRS)
def test_current_prices_are_deflated_to_the_print(table, costa):
    frame = pair(table)
    found = deflate(frame["cost_current_prices"], frame["year"], costa, 2012)
    # Half a real of the result's rounding, half a real of the amount's, and the index's sixth decimal.
    tolerance = 0.5 + 0.5 * 1.24 + 1.24 * frame["cost_current_prices"] * 0.5e-6 / 80
    assert ((found - frame["cost_2012_prices"]).abs() <= tolerance).all()


def test_an_index_is_read_with_decimal_commas_and_in_any_order(tmp_path):
    found = read_price_index(written(tmp_path, "year;price_index\n2011;3348,25\n2010;3141,5\n"))
    assert found.to_dict() == {2010: 3141.5, 2011: 3348.25}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,index\n2010,50\n", "no column 'price_index'"),
        ("year,price_index\n2010,50\n2010,51\n", "row 3, column 'year': the year 2010 stands here again"),
        ("year,price_index\n2010,-5\n", "row 2, column 'price_index': -5.0 is no level"),
        ("year,price_index\n2010.5,50\n", "row 2, column 'year': 2010.5 is no year"),
        ("year,price_index\n2010,high\n", "row 2, column 'price_index'"),
        ("year,price_index\n2010,\n", "row 2, column 'price_index': nan is no level"),
    ],
)
def test_a_bad_index_is_refused_with_its_place(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_price_index(written(tmp_path, text))


def test_an_index_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_price_index(tmp_path / "ipca.csv")


def test_a_year_without_a_level_is_named_with_its_row():
    with pytest.raises(DataError, match="row 1, column 'year': the price index has no level for 2009"):
        deflate(pd.Series([1.0, 1.0]), pd.Series([2010, 2009], name="year"), INDEX, 2012)


def test_a_base_without_a_level_is_refused():
    with pytest.raises(DataError, match="no level for the base year 2013"):
        deflate(pd.Series([1.0]), pd.Series([2010]), INDEX, 2013)


def test_an_index_made_by_hand_is_checked_too():
    with pytest.raises(DataError, match="nan is no level"):
        deflate(pd.Series([1.0]), pd.Series([2010]), pd.Series({2010: np.nan}), 2010)


def test_amounts_and_years_of_different_rows_are_refused():
    with pytest.raises(DataError, match="same rows"):
        deflate(pd.Series([1.0], index=[0]), pd.Series([2010], index=[1]), INDEX, 2012)
