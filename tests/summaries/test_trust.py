"""How much of a ranking the data decide."""

import numpy as np
import pytest

from bayes_saude.summaries.ranking import rank
from bayes_saude.summaries.trust import pairs_separated, trust


def test_separated_pairs_of_an_example_worked_by_hand():
    # The first unit leads in all draws; the other two change places in one draw of four.
    ranks = np.array([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 3, 2]], dtype=np.int32)
    assert pairs_separated(ranks, 0.95) == 2
    assert pairs_separated(ranks, 0.75) == 2
    assert pairs_separated(ranks, 0.7) == 3


def test_separated_pairs_agree_with_counting_each():
    rng = np.random.default_rng(1)
    ranks = np.argsort(np.argsort(rng.normal(size=(101, 9)) + np.arange(9) / 2, axis=1), axis=1) + 1
    count = 0
    for first in range(9):
        for second in range(first + 1, 9):
            before = np.mean(ranks[:, first] < ranks[:, second])
            count += before > 0.9 or before < 0.1
    assert 0 < count < 36
    assert pairs_separated(ranks.astype(np.int32), 0.9) == count


def test_units_far_apart_are_fully_told_apart(make_fit):
    effects = np.arange(5)[:, None] * 100 + np.random.default_rng(2).normal(size=(2, 50, 5, 2))
    table = trust(make_fit({"region": effects}, {"region": list("abcde")}))
    assert table.loc[0, ["units", "pairs", "pairs_separated"]].tolist() == [5, 10, 10]
    assert table.loc[0, ["mean_width", "width_share", "separated_share"]].tolist() == [0, 0, 1]


def test_units_alike_are_not_told_apart_at_all(make_fit):
    effects = np.random.default_rng(3).normal(size=(2, 500, 5, 2))
    table = trust(make_fit({"region": effects}, {"region": list("abcde")}))
    assert table.loc[0, ["width_share", "separated_share"]].tolist() == [1, 0]


def test_width_is_that_of_the_ranking(nested_fit):
    ranking = rank(nested_fit, by="slope")
    table = trust(nested_fit, by="slope")
    assert table.loc[0, "mean_width"] == pytest.approx((ranking["rank_high"] - ranking["rank_low"]).mean())
