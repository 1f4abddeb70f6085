"""The transcribed tables are read as numbers, or as they are printed."""

import pandas as pd
import pytest

from bayes_saude.data.published import published_tables, read_published
from bayes_saude.errors import DataError


def test_every_table_has_a_name():
    assert {name for name in published_tables() if name.startswith("sa2015/")} == {
        "sa2015/contradictions",
        "sa2015/descriptives",
        "sa2015/indicators",
        "sa2015/mixed_models",
        "sa2015/municipality_effects",
        "sa2015/name_variants",
        "sa2015/region_effects",
        "sa2015/region_totals",
        "sa2015/significance",
        "sa2015/territory",
    }


def test_numbers_are_numbers_by_default():
    pap = read_published("sa2015/mixed_models").iloc[-1]
    assert (pap["corr"], pap["sd_slope"]) == (1, 0.07)


def test_text_keeps_the_printed_decimals():
    pap = read_published("sa2015/mixed_models", as_text=True).iloc[-1]
    assert (pap["corr"], pap["sd_slope"]) == ("1.00", "0.0700")


def test_an_empty_cell_is_missing_or_empty_text():
    assert pd.isna(read_published("sa2015/descriptives").loc[6, "n"])
    assert read_published("sa2015/descriptives", as_text=True).loc[6, "n"] == ""


@pytest.mark.parametrize("name", sorted(published_tables()))
def test_no_cell_has_outer_spaces(name):
    table = read_published(name, as_text=True)
    assert len(table)
    assert (table == table.apply(lambda column: column.str.strip())).all(axis=None)


def test_an_unknown_name_lists_the_tables():
    with pytest.raises(DataError, match=r"Did you mean 'sa2015/territory'\?.*'sa2015/descriptives'"):
        read_published("sa2015/teritory")


def test_a_path_is_no_name():
    with pytest.raises(DataError, match="no published table"):
        read_published("../data/sa2015/territory")
