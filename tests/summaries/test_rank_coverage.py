"""Coverage of rank intervals and reliability of P(top), where both are known."""

import numpy as np
import pandas as pd
import pytest
from small_fits import build_fit

from bayes_saude.summaries.rank_coverage import rank_coverage, reliability

UNITS = {"municipality": list("ABCD")}


def fit_of(values):
    """Make a fit of one chain whose intercepts, (draws, units), are given; no unit has a slope."""
    values = np.asarray(values, dtype=float)
    effects = np.stack([values, np.zeros_like(values)], axis=-1)[None]
    return build_fit({"municipality": effects}, UNITS)


# A is first in 18 of 20 draws and second in the others, C and D change places in half of them.
DRAWS = [[9, 8, 3, 2]] * 9 + [[9, 8, 2, 3]] * 9 + [[8, 9, 3, 2]] + [[8, 9, 2, 3]]


def coverage(truth, **options):
    return rank_coverage(fit_of([truth]), fit_of(DRAWS), level="municipality", top=2, **options)


def test_a_unit_is_covered_where_its_true_rank_lies_in_its_interval():
    units, together = coverage([8, 9, 1, 0], probs=(0.8, 0.95))
    units = units.set_index("unit")
    assert units["true_rank"].tolist() == [2, 1, 3, 4]
    assert units["is_top"].tolist() == [True, True, False, False]
    # A tenth of the draws has A second, above the upper end of its interval, and B first, on the lower end.
    assert units["covered_80"].tolist() == [False, True, True, True]
    assert units["covered_95"].all()
    assert units["width_80"].tolist() == [1, 2, 2, 2]
    np.testing.assert_allclose(units["content_80"], [0.9, 1, 1, 1])
    assert together["covered"].tolist() == [False, True]
    np.testing.assert_allclose(together["content"], [0.9, 1.0])


def test_probabilities_of_the_top_are_those_of_the_draws():
    units, _ = coverage([9, 8, 3, 2])
    np.testing.assert_allclose(units["p_top"], [1, 1, 0, 0])
    np.testing.assert_allclose(units["expected_rank"], [1.1, 1.9, 3.5, 3.5])


def test_units_are_gathered_by_the_probability_that_they_were_given():
    units = pd.DataFrame({"p_top": [0.0, 0.05, 0.35, 0.31, 1.0], "is_top": [False, True, False, True, True]})
    table = reliability(units).set_index("bin")
    assert table["n"].to_dict() == {0: 2, 3: 2, 9: 1}
    assert table["observed"].to_dict() == {0: 1, 3: 1, 9: 1}
    assert table.loc[3, "forecast"] == pytest.approx(0.66)
