"""The tree of units, read off a panel."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import DataError
from bayes_saude.models.predictor import make_tree


def panel(*places):
    return pd.DataFrame(places, columns=["region", "municipality"])


def test_units_are_sorted_and_know_their_parents():
    tree = make_tree(
        panel(("South", "b"), ("North", "c"), ("South", "a"), ("North", "c")), ["region", "municipality"]
    )
    assert [names.tolist() for names in tree.units] == [["North", "South"], ["a", "b", "c"]]
    assert [parents.tolist() for parents in tree.parents] == [[0, 0], [1, 1, 0]]


def test_rows_find_their_unit_of_the_innermost_level():
    rows = panel(("South", "b"), ("North", "c"), ("South", "a"))
    tree = make_tree(rows, ["region", "municipality"])
    np.testing.assert_array_equal(tree.leaf_of(rows), [1, 2, 0])


def test_one_unit_has_no_scatter():
    with pytest.raises(DataError, match="'region' share a parent"):
        make_tree(panel(("South", "a"), ("South", "b")), ["region"])


def test_inner_units_without_siblings_have_no_scatter_of_their_own():
    with pytest.raises(DataError, match="'municipality' share a parent"):
        make_tree(panel(("South", "a"), ("North", "b")), ["region", "municipality"])
