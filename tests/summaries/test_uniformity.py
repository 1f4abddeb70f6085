"""Bands that uniform ranks stay within as often as they say, and ranks that do not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from bayes_saude.summaries.uniformity import band, ecdf_difference, familywise, uniformity

N_DRAWS = 99


def uniform(simulations, sets, seed):
    return np.random.default_rng(seed).integers(0, N_DRAWS, size=(sets, simulations), endpoint=True)


def test_the_difference_is_the_share_below_less_the_expected_share():
    # Three of four ranks among four draws, possible ranks 0 to 4.
    np.testing.assert_allclose(
        ecdf_difference(np.array([0, 0, 3, 4]), 4), [0.5 - 0.2, 0.5 - 0.4, 0.5 - 0.6, 0.75 - 0.8]
    )


@pytest.mark.parametrize("simulations", [100, 1000])
@pytest.mark.parametrize("prob", [0.9, 0.99])
def test_uniform_ranks_stay_within_with_the_bands_probability(simulations, prob):
    low, high = band(simulations, N_DRAWS, prob)
    sets = uniform(simulations, 2000, seed=1)
    inside = sum(
        bool(((low - 1e-9 <= d) & (d <= high + 1e-9)).all())
        for d in (ecdf_difference(r, N_DRAWS) for r in sets)
    )
    # Two in a thousand fail by chance in these 2,000 sets; the band's own probability comes from 5,000 sets
    # and is a share of discrete counts, hence one in a hundred more to either side.
    least, most = binom(2000, prob - 0.01).ppf(0.001), binom(2000, min(prob + 0.01, 1.0)).ppf(0.999)
    assert least <= inside <= most


def test_a_table_has_a_row_for_each_quantity_and_finds_those_that_are_not_uniform():
    right = uniform(200, 3, seed=2)
    narrow = 25 + right[0] // 2
    table = uniformity(
        pd.DataFrame({"a": right[0], "b": right[1], "narrow": narrow, "low": right[2] // 2}), N_DRAWS
    ).set_index("quantity")
    assert table["inside_all"].tolist() == [True, True, False, False]
    # All ranks are below 50, where half of them should be.
    assert table.loc["low", "largest"] == pytest.approx(0.5, abs=0.02)
    assert (table["simulations"] == 200).all()


def test_the_band_for_all_is_the_wider():
    of_one, of_all = band(100, N_DRAWS, 0.99), band(100, N_DRAWS, familywise(0.99, 25))
    assert (of_all[0] <= of_one[0]).all()
    assert (of_all[1] >= of_one[1]).all()
    assert (of_all[1] > of_one[1]).mean() > 0.9
    assert familywise(0.99, 25) == pytest.approx(0.9996)
