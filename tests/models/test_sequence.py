"""Units in an order: their prior is the scaled random walk, whatever the order of their rows."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.data.published import read_published
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.sequence import in_order, random_walk, sequence_basis


@pytest.mark.parametrize("size", [2, 3, 9, 30])
def test_the_covariance_is_the_generalised_inverse_of_the_walks_precision_scaled(size):
    precision = 2 * np.eye(size) - np.eye(size, k=1) - np.eye(size, k=-1)
    precision[0, 0] = precision[-1, -1] = 1
    mean = np.full((size, size), 1 / size)
    inverse = np.linalg.inv(precision + mean) - mean
    covariance = random_walk(size) @ random_walk(size).T
    scale = np.exp(np.log(np.diag(inverse)).mean())
    np.testing.assert_allclose(covariance, inverse / scale, atol=1e-10)
    assert np.exp(np.log(np.diag(covariance)).mean()) == pytest.approx(1)


def test_differences_of_neighbours_are_independent_and_of_one_variance():
    steps = np.diff(random_walk(9), axis=0)
    covariance = steps @ steps.T
    np.testing.assert_allclose(covariance, np.eye(8) * covariance[0, 0], atol=1e-10)


AGES = ["under 1", "1-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65 or over"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (sorted(AGES), AGES),
        (["80+", "<1", "1 a 4", "5 a 14"], ["<1", "1 a 4", "5 a 14", "80+"]),
        (["low", "middle", "high"], ["low", "middle", "high"]),
        (["b 2", "none", "a 1"], ["b 2", "none", "a 1"]),
    ],
)
def test_names_stand_by_their_first_number_or_as_they_appear(labels, expected):
    assert in_order(labels) == expected


def test_the_age_groups_of_costa_are_printed_in_that_order():
    printed = read_published("costa2014/table_09_count_by_age_group")["age_group"].drop_duplicates().tolist()
    assert in_order(sorted(set(printed) - {"Minas Gerais"})) == AGES


def test_the_basis_is_in_the_order_of_the_trees_units():
    panel = pd.DataFrame({"age": AGES * 2, "time": [2011] * 9 + [2012] * 9})
    tree = make_tree(panel.sample(frac=1, random_state=1), ["age"])
    basis = sequence_basis(panel, tree)
    in_walk = random_walk(9)
    for age, row in zip(tree.units[0].tolist(), basis, strict=True):
        np.testing.assert_array_equal(row, in_walk[AGES.index(age)])
