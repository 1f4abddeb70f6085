"""Where ticks and names stand."""

import numpy as np
import pytest

from bayes_saude.plots._labels import rank_ticks, spread


@pytest.mark.parametrize("n_units", [1, 2, 3, 9, 28, 45, 853])
def test_ticks_of_ranks_are_ranks_from_the_first_to_the_last(n_units):
    ticks = rank_ticks(n_units)
    assert (ticks[0], ticks[-1]) == (1, n_units)
    assert ticks == sorted(ticks)
    # The last number has room: a seventh of the axis where there are ranks enough.
    assert all(tick < 0.86 * n_units for tick in ticks[1:-1])


def test_names_that_are_apart_stay():
    assert spread([0.1, 0.5, 0.8], 0.1).tolist() == [0.1, 0.5, 0.8]
    assert spread([0.3], 0.1).tolist() == [0.3]
    assert spread([], 0.1).size == 0


def test_names_too_near_move_as_little_as_possible():
    # Three at one place: the middle one stays.
    assert spread([0.5, 0.5, 0.5], 0.1) == pytest.approx([0.4, 0.5, 0.6])
    assert spread([0.2, 0.5, 0.54], 0.1) == pytest.approx([0.2, 0.47, 0.57])


def test_names_stay_in_the_room():
    assert spread([0.0, 0.0, 1.0], 0.1) == pytest.approx([0.0, 0.1, 1.0])
    assert spread([1.0, 1.0], 0.1) == pytest.approx([0.9, 1.0])
    assert spread([3.0, 3.0], 0.5, low=1, high=4) == pytest.approx([2.75, 3.25])


def test_more_names_than_there_is_room_for_share_it():
    assert spread(np.full(11, 0.3), 0.5) == pytest.approx(np.linspace(0, 1, 11))
