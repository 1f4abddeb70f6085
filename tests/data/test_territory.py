"""Annex A: 853 municipalities in 28 regions, every printed total met; and their names however spelt."""

import json

import numpy as np
import pandas as pd
import pytest
from outside import POLYGONS, outside

from bayes_saude.data.published import read_published
from bayes_saude.data.territory import canonical_name, territory
from bayes_saude.errors import DataError

# IBGE itself gave Cônego Marinho and Ponto Chique a last digit that its rule does not give.
IBGE_EXCEPTIONS = {3117836, 3152131}


def test_every_printed_total_is_met():
    printed = read_published("sa2015/region_totals").set_index("region")["municipalities"]
    counted = territory().groupby("region").size()
    assert len(printed) == 28
    assert printed.sum() == 853
    assert counted.to_dict() == printed.to_dict()


@pytest.mark.parametrize("column", ["municipality", "ibge_code"])
def test_no_municipality_twice(column):
    assert territory()[column].is_unique
    assert len(territory()) == 853


def test_a_region_is_called_after_one_of_its_municipalities():
    places = territory()
    assert (places["municipality"] == places["region"]).sum() == 28


def test_codes_are_of_minas_gerais_and_have_the_right_check_digit():
    def check_digit(code: int) -> int:
        weighted = [int(digit) * weight for digit, weight in zip(str(code)[:6], (1, 2) * 3, strict=True)]
        return -sum(sum(divmod(product, 10)) for product in weighted) % 10

    codes = territory()["ibge_code"]
    assert (codes // 100_000 == 31).all()
    assert {code for code in codes if check_digit(code) != code % 10} == IBGE_EXCEPTIONS


def inside(lat: float, lon: float, ring: list[list[float]]) -> bool:
    """Count the edges that a ray to the east crosses."""
    x, y = np.array(ring).T
    x2, y2 = np.roll(x, 1), np.roll(y, 1)
    across = (y > lat) != (y2 > lat)
    at = (x2 - x)[across] * (lat - y[across]) / (y2 - y)[across] + x[across]
    return (at > lon).sum() % 2 == 1


def test_every_seat_lies_in_its_municipality():
    features = json.loads(outside(POLYGONS).read_text(encoding="utf-8"))["features"]
    shapes = {int(feature["properties"]["id"]): feature["geometry"] for feature in features}
    for place in territory().itertuples():
        shape = shapes[place.ibge_code]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        assert any(inside(place.latitude, place.longitude, part[0]) for part in parts), place.municipality


def test_every_variant_resolves_to_a_municipality():
    variants = read_published("sa2015/name_variants")
    assert set(variants["municipality"]) <= set(territory()["municipality"])
    assert (variants["printed"] != variants["municipality"].str.upper()).all()
    assert canonical_name(variants["printed"]).tolist() == variants["municipality"].tolist()


def test_capitals_accents_and_spaces_do_not_matter():
    names = territory()["municipality"]
    assert canonical_name(names.str.upper()).tolist() == names.tolist()
    written = pd.Series(["  SAO joão  del REI", "DONA EUSÉBIA"], index=[7, 9], name="municipio")
    expected = pd.Series(["São João del Rei", "Dona Euzébia"], index=[7, 9], name="municipio")
    pd.testing.assert_series_equal(canonical_name(written), expected)


def test_unknown_names_are_all_named_with_their_place():
    with pytest.raises(DataError) as error:
        canonical_name(pd.Series(["Viçosa", "Uberlandiaa", None], index=[2, 3, 4], name="municipio"))
    assert [(fault.row, fault.column) for fault in error.value.faults] == [
        ("3", "municipio"),
        ("4", "municipio"),
    ]
    assert "row 3, column 'municipio': 'Uberlandiaa' is unknown. Did you mean 'Uberlândia'?" in str(
        error.value
    )
