"""How rankings move between fits of the same units, with rankings worked by hand."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.moves import (
    COLUMNS,
    MOVE_COLUMNS,
    change,
    compare_rankings,
    expected_largest,
    ranking_moves,
    standing,
)
from bayes_saude.summaries.ranking import classes, rank

UNITS = list("ABCDEF")


@pytest.fixture
def line_fit(make_fit):
    """Give a function that makes a fit of six units, whose intercepts are given in every draw."""

    def make(intercepts, spread=0.0, seed=0, **options):
        draws = np.random.default_rng(seed).normal(size=(2, 200, len(intercepts), 2))
        effects = np.zeros((2, 200, len(intercepts), 2))
        effects[..., 0] = np.asarray(intercepts) + spread * draws[..., 0]
        return make_fit({"region": effects}, {"region": UNITS[: len(intercepts)]}, **options)

    return make


def test_units_stand_where_rank_puts_them(nested_fit):
    for level, by in (("municipality", "slope"), ("region", "level:2014")):
        own = standing(nested_fit, level, by)
        ranking = rank(nested_fit, level=level, by=by).set_index("unit").sort_index()
        pd.testing.assert_series_equal(own["expected_rank"], ranking["expected_rank"])
        # Of one replicate, want of draws is all the Monte Carlo error that there is.
        assert own["error"].to_numpy() == pytest.approx(ranking["rank_mcse"].to_numpy())
        assert own["named"].tolist() == classes(ranking["p_above_mean"], 0.95).tolist()


def test_a_ranking_turned_around_has_moved_as_far_as_it_can(line_fit):
    first, second = line_fit([50, 40, 30, 20, 10, 0]), line_fit([0, 10, 20, 30, 40, 50])
    (row,) = compare_rankings({"one": first, "other": second}, top=2).query("by == 'intercept'").itertuples()
    assert (row.first, row.second, row.level, row.units) == ("one", "other", "region", 6)
    assert row.rank_correlation == pytest.approx(-1)
    assert row.mean_shift == pytest.approx((5 + 3 + 1 + 1 + 3 + 5) / 6)
    assert (row.largest_shift, row.shifted_unit) == (5, "A")
    # Every draw has the same order: chance moves nothing.
    assert (row.mean_by_chance, row.largest_by_chance) == (0, 0)
    assert (row.named_first, row.named, row.changed, row.turned, row.gained, row.lost) == (6, 6, 6, 6, 0, 0)
    assert (row.same_top, row.same_bottom) == (0, 0)


def test_classes_gained_and_lost_and_who_stays_at_the_ends(line_fit):
    first = line_fit([9, 9, 0, 0, -9, -9], spread=0.1)
    second = line_fit([9, 0, 0.05, 9, -18, -0.05], spread=0.1, seed=1)
    (row,) = compare_rankings({"one": first, "other": second}, top=2).query("by == 'intercept'").itertuples()
    # The mean is zero in both: B and F lose their class, D gains one.
    assert (row.named_first, row.named, row.changed) == (4, 3, 3)
    assert (row.gained, row.lost, row.turned) == (1, 2, 0)
    # A alone is on top in both; at the bottom are E and, of those without a class by a little, F.
    assert (row.same_top, row.same_bottom) == (1, 2)


def test_a_group_of_all_units_has_none_that_stay(line_fit):
    fits = {"one": line_fit([3, 2, 1]), "other": line_fit([3, 1, 2])}
    assert compare_rankings(fits)[["same_top", "same_bottom"]].isna().all(axis=None)


def test_what_chance_is_said_to_move_it_moves(line_fit):
    # Thirty pairs of fits of one posterior: intercepts one apart, draws three apart.
    runs = [
        compare_rankings(
            {
                "one": line_fit([5, 4, 3, 2, 1, 0], spread=3, seed=2 * run),
                "other": line_fit([5, 4, 3, 2, 1, 0], spread=3, seed=2 * run + 1),
            }
        ).iloc[0]
        for run in range(30)
    ]
    table = pd.DataFrame(runs).astype({"mean_shift": float, "largest_shift": float})
    for found, claimed in (("mean_shift", "mean_by_chance"), ("largest_shift", "largest_by_chance")):
        error = table[found].std() / np.sqrt(len(table))
        # Within four standard errors of thirty runs.
        assert table[claimed].mean() == pytest.approx(table[found].mean(), abs=4 * error)


def test_replicates_that_both_fits_share_are_no_chance_between_them(line_fit, make_fit):
    rng = np.random.default_rng(5)
    effects = np.zeros((4, 200, 4, 2))
    # What was not printed was drawn four times, and moves all draws of a replicate.
    effects[..., 0] = 10 * rng.normal(size=(4, 1, 4)) + 0.1 * rng.normal(size=(4, 200, 4))
    fit = make_fit({"region": effects}, {"region": UNITS[:4]}, replicate=[1, 2, 3, 4])
    own = standing(fit, "region", "intercept")
    ranking = rank(fit, by="intercept").set_index("unit").sort_index()
    assert ranking["rank_mcse"].mean() > 0.3
    assert (own["error"] < 0.05).all()


@pytest.mark.parametrize("n_units", [1, 30])
def test_the_largest_of_normal_errors_is_that_of_simulated_ones(n_units):
    rng = np.random.default_rng(4)
    errors = rng.uniform(0.5, 3, n_units)
    largest = abs(errors * rng.normal(size=(20_000, n_units))).max(axis=1)
    # Four Monte Carlo standard errors of 20,000 draws.
    assert expected_largest(errors) == pytest.approx(largest.mean(), abs=4 * largest.std() / 20_000**0.5)
    assert expected_largest(np.zeros(n_units)) == 0


def test_moves_name_units_with_both_ranks_and_classes_the_farthest_first(line_fit):
    first, second = line_fit([50, 40, 30, 20, 10, 0]), line_fit([50, 0, 30, 20, 10, 40])
    moves = ranking_moves(first, second)
    assert tuple(moves.columns) == MOVE_COLUMNS
    assert moves["unit"].tolist()[:2] == ["B", "F"]
    unit = moves.set_index("unit").loc["F"]
    # Better in the second: its rank is smaller by four.
    assert (unit["first_rank"], unit["second_rank"], unit["shift"]) == (6, 2, -4)
    assert (unit["first_class"], unit["second_class"]) == ("below", "above")
    assert moves.attrs == {
        "first": "coverage", "second": "coverage", "by": "intercept", "level": "region", "prob": 0.95,
    }  # fmt: skip


def test_each_two_of_several_are_compared_at_the_levels_they_share(nested_fit, line_fit, make_fit):
    rng = np.random.default_rng(1)
    alone = make_fit(
        {"municipality": rng.normal(size=(2, 100, 7, 2))}, {"municipality": list("ABCDEFG")}, slopes=True
    )
    table = compare_rankings({"nested": nested_fit, "again": nested_fit, "alone": alone})
    assert tuple(table.columns) == COLUMNS
    assert table.attrs == {"top": 10, "prob": 0.95}
    pairs = table.groupby(["first", "second"], sort=False)["level"].unique()
    assert pairs["nested", "again"].tolist() == ["region", "municipality"]
    assert pairs["nested", "alone"].tolist() == pairs["again", "alone"].tolist() == ["municipality"]
    same = table[table["second"] == "again"]
    assert (same["largest_shift"] == 0).all()
    assert same["by"].unique().tolist() == ["intercept", "slope", "level:2014"]


def test_fits_that_cannot_be_compared_are_refused(nested_fit, line_fit):
    six = line_fit([5, 4, 3, 2, 1, 0])
    with pytest.raises(BayesSaudeError, match="two fits of one panel"):
        compare_rankings({"alone": six})
    with pytest.raises(BayesSaudeError, match="units of 'region' in six are not those in five"):
        compare_rankings({"six": six, "five": line_fit([4, 3, 2, 1, 0])})
    with pytest.raises(BayesSaudeError, match="directions 'higher_is_better'"):
        compare_rankings({"one": six, "other": line_fit([5, 4, 3, 2, 1, 0], direction="lower_is_better")})
    with pytest.raises(BayesSaudeError, match="not those in"):
        ranking_moves(six, line_fit([4, 3, 2, 1, 0]))


def test_a_change_counts_units_by_their_names():
    before = pd.DataFrame(
        {"expected_rank": [1.0, 2, 3], "named": ["above", "none", "below"]}, index=list("XYZ")
    )
    after = pd.DataFrame(
        {"expected_rank": [1.0, 2.5, 2.5], "named": ["none", "none", "above"]}, index=list("XYZ")
    )
    counted = change(before, after)
    assert (counted["changed"], counted["lost"], counted["gained"], counted["turned"]) == (2, 1, 0, 1)
    assert (counted["units"], counted["named"], counted["largest_shift"]) == (3, 1, 0.5)
