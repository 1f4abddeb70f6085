"""The distribution of ranks."""

import numpy as np
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.rank_matrix import rank_probabilities
from bayes_saude.summaries.ranking import rank


@pytest.fixture
def three(make_fit):
    """Regions A, B, C in four draws, by intercept: A wins three times, C is last but once."""
    heights = np.array([[9, 5, 1], [9, 5, 1], [9, 1, 5], [5, 9, 1]], dtype=float)
    effects = np.zeros((2, 2, 3, 2))
    effects[..., 0] = heights.reshape(2, 2, 3)
    # Slopes the other way round.
    effects[..., 1] = -effects[..., 0]
    return make_fit({"region": effects}, {"region": ["A", "B", "C"]})


def test_shares_of_the_draws_by_hand(three):
    shares = rank_probabilities(three)
    assert shares["unit"].values.tolist() == ["A", "B", "C"]
    assert shares["rank"].values.tolist() == [1, 2, 3]
    assert shares.values.tolist() == [[0.75, 0.25, 0], [0.25, 0.5, 0.25], [0, 0.25, 0.75]]


def test_the_best_by_what_is_asked_for_stands_first(three):
    by_slope = rank_probabilities(three, by="slope")
    assert by_slope["unit"].values.tolist() == ["C", "B", "A"]
    assert by_slope.values.tolist() == [[0.75, 0.25, 0], [0.25, 0.5, 0.25], [0, 0.25, 0.75]]
    assert by_slope.attrs == {"by": "slope", "level": "region", "within": "all"}


def test_rows_and_columns_sum_to_one(nested_fit):
    shares = rank_probabilities(nested_fit)
    assert shares.shape == (7, 7)
    # 200 draws: shares are multiples of 1/200 and their sums exact but for rounding of the last bits.
    assert shares.sum("rank").values == pytest.approx(np.ones(7), abs=1e-14)
    assert shares.sum("unit").values == pytest.approx(np.ones(7), abs=1e-14)


@pytest.mark.parametrize(
    ("level", "within"), [("municipality", "all"), ("region", "all"), ("municipality", "East")]
)
def test_it_is_about_the_ranks_of_the_ranking(nested_fit, level, within):
    shares = rank_probabilities(nested_fit, level=level, within=within)
    table = rank(nested_fit, level=level, within_each=None if within == "all" else "region", top=1, bottom=1)
    table = table[table["within"] == within]
    assert shares["unit"].values.tolist() == table["unit"].tolist()
    assert (shares * shares["rank"]).sum("rank").values == pytest.approx(table["expected_rank"])
    assert shares.sel(rank=1).values == pytest.approx(table["p_best"])
    assert shares.isel(rank=-1).values == pytest.approx(table["p_bottom"])


def test_a_unit_that_holds_none_is_refused(nested_fit):
    with pytest.raises(BayesSaudeError, match=r"has a unit 'Wst'. Did you mean 'West'"):
        rank_probabilities(nested_fit, within="Wst")
    with pytest.raises(BayesSaudeError, match="no level 'city'"):
        rank_probabilities(nested_fit, level="city")
