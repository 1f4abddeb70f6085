"""Probabilities to be among the first and among the last."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.ranking import rank
from bayes_saude.summaries.ranks import monte_carlo_error
from bayes_saude.summaries.top_probabilities import COLUMNS, top_probabilities


@pytest.mark.parametrize(
    ("level", "within"), [("municipality", "all"), ("municipality", "East"), ("region", "all")]
)
def test_they_are_those_of_the_ranking(nested_fit, level, within):
    table = top_probabilities(nested_fit, level=level, within=within, top=1, bottom=2)
    outer = None if within == "all" else "region"
    ranking = rank(nested_fit, level=level, within_each=outer, top=1, bottom=2)
    ranking = ranking[ranking["within"] == within].set_index("unit")
    assert tuple(table) == COLUMNS
    for column in ("expected_rank", "p_top", "p_bottom"):
        assert table[column].to_numpy() == pytest.approx(ranking.loc[table["unit"], column].to_numpy())


def test_by_default_the_worst_fifth_and_of_few_the_best(make_fit):
    rng = np.random.default_rng(2)
    for n_units, top, bottom in ((7, 1, 1), (10, 2, 2), (11, 10, 2), (28, 10, 6)):
        fit = make_fit(
            {"region": rng.normal(size=(1, 20, n_units, 2))}, {"region": [f"{i}" for i in range(n_units)]}
        )
        table = top_probabilities(fit)
        assert table.attrs == {"top": top, "bottom": bottom}
        # In every draw so many units are in the groups.
        assert table["p_top"].sum() == pytest.approx(top)
        assert table["p_bottom"].sum() == pytest.approx(bottom)


def test_errors_are_those_of_shares_of_draws_that_belong_to_replicates(make_fit):
    rng = np.random.default_rng(5)
    effects = rng.normal(size=(4, 50, 3, 2))
    fit = make_fit({"region": effects}, {"region": ["A", "B", "C"]}, replicate=[1, 1, 2, 2])
    table = top_probabilities(fit, top=1, bottom=1).set_index("unit")
    heights = effects[..., 0].astype(np.float32)
    first = (heights == heights.max(axis=-1, keepdims=True)).astype(float)
    expected = monte_carlo_error(first, np.array([1, 1, 2, 2]))
    assert table.loc[["A", "B", "C"], "p_top_mcse"].to_numpy() == pytest.approx(expected)
    # 200 independent draws: near sqrt(p (1 - p) / 200), 0.033.
    assert (table[["p_top_mcse", "p_bottom_mcse"]] > 0.02).all(axis=None)


def test_what_always_or_never_happens_has_no_error(make_fit):
    effects = np.zeros((2, 10, 3, 2)) + np.array([9.0, 5.0, 1.0])[:, None]
    table = top_probabilities(make_fit({"region": effects}, {"region": ["A", "B", "C"]}), top=1, bottom=1)
    assert table["unit"].tolist() == ["A", "B", "C"]
    assert table["p_top"].tolist() == [1, 0, 0]
    assert table["p_bottom"].tolist() == [0, 0, 1]
    assert (table[["p_top_mcse", "p_bottom_mcse"]] == 0).all(axis=None)


def test_order_is_by_the_two_probabilities_then_by_expected_rank(nested_fit):
    table = top_probabilities(nested_fit)
    balance = table["p_top"] - table["p_bottom"]
    expected = pd.DataFrame({"balance": -balance.round(12), "rank": table["expected_rank"]})
    pd.testing.assert_frame_equal(expected, expected.sort_values(["balance", "rank"]))


@pytest.mark.parametrize("sizes", [{"top": 3}, {"bottom": 3}, {"top": 0}, {"bottom": -1}])
def test_a_group_of_none_or_all_is_refused(nested_fit, sizes):
    with pytest.raises(BayesSaudeError, match=r"of 3 units.*from 1 to 2"):
        top_probabilities(nested_fit, level="region", **sizes)


def test_a_unit_that_is_alone_has_no_such_probability(make_fit):
    fit = make_fit(
        {"region": np.zeros((1, 10, 2, 2)), "municipality": np.zeros((1, 10, 3, 2))},
        {"region": ["East", "West"], "municipality": list("ABC")},
        parents={"municipality": ["East", "East", "West"]},
    )
    with pytest.raises(BayesSaudeError, match="'C' is alone in 'West'"):
        top_probabilities(fit, within="West")
