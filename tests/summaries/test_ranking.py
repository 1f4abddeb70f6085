"""The table of rankings."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import unit_quantity
from bayes_saude.summaries.ranking import COLUMNS, all_rankings, classes, rank, select


def one_level(make_fit, intercepts, **options):
    """Make a fit of one level from draws of the units' intercepts, (draws, units), in one chain."""
    intercepts = np.asarray(intercepts, dtype=float)
    effects = np.stack([intercepts, np.zeros_like(intercepts)], axis=-1)[None]
    return make_fit({"region": effects}, {"region": list("abcdefgh")[: intercepts.shape[1]]}, **options)


def test_columns_of_an_example_worked_by_hand(make_fit):
    draws = [[10, 8, 3], [9, 9.5, 2], [10, 6, 5], [11, 7, 9]]
    table = rank(one_level(make_fit, draws, target=9.0), top=2, prob=0.5).set_index("unit")
    assert table.index.tolist() == ["a", "b", "c"]
    assert table.loc["a", ["level", "within", "by"]].tolist() == ["region", "all", "intercept"]
    assert table["mean"].tolist() == pytest.approx([10, 7.625, 4.75])
    assert table.loc["a", ["sd", "low", "high"]].tolist() == pytest.approx([np.sqrt(2 / 3), 9.75, 10.25])
    assert table["expected_rank"].tolist() == pytest.approx([1.25, 2.0, 2.75])
    assert table["p_top"].tolist() == pytest.approx([1, 0.75, 0.25])
    # The worst fifth of three units is one.
    assert table["p_bottom"].tolist() == pytest.approx([0, 0.25, 0.75])
    # Means of the draws: 7, 6.83, 7, 9. In the last the third unit stands on the mean.
    assert table["p_above_mean"].tolist() == pytest.approx([1, 0.5, 0.125])
    assert table["p_meets_target"].tolist() == pytest.approx([1, 0.25, 0.25])


def test_columns_and_their_order_are_as_told(nested_fit):
    assert rank(nested_fit).columns.tolist() == list(COLUMNS)


def test_the_other_direction_turns_the_ranking_around(make_fit):
    draws = np.random.default_rng(5).normal(size=(200, 6)) + np.arange(6)
    high = rank(one_level(make_fit, draws, target=3.0)).set_index("unit")
    low = rank(one_level(make_fit, draws, target=3.0, direction="lower_is_better")).set_index("unit")
    low = low.loc[high.index]
    assert low["expected_rank"].tolist() == pytest.approx((7 - high["expected_rank"]).tolist())
    assert low["rank_mcse"].tolist() == pytest.approx(high["rank_mcse"].tolist())
    # A target is met from the other side; above the mean stays above.
    assert low["p_meets_target"].tolist() == pytest.approx((1 - high["p_meets_target"]).tolist())
    assert low["p_above_mean"].tolist() == high["p_above_mean"].tolist()


def test_every_ranking_adds_up_even_with_ties(nested_fit, make_fit):
    tied = one_level(make_fit, np.random.default_rng(6).integers(0, 3, size=(100, 5)))
    for table in (all_rankings(nested_fit), rank(tied)):
        for _, group in table.groupby(["level", "within", "by"]):
            n = len(group)
            assert group["expected_rank"].sum() == pytest.approx(n * (n + 1) / 2)
            assert group["p_best"].sum() == pytest.approx(1)
            assert (group["rank_low"] <= group["median_rank"]).all()
            assert (group["median_rank"] <= group["rank_high"]).all()
            assert (group["rank_low"] >= 1).all()
            assert (group["rank_high"] <= n).all()


def test_all_rankings_are_those_over_all_and_within_each_outer_level(nested_fit):
    table = all_rankings(nested_fit, years=[2012, 2014])
    kinds = table[["level", "within", "by"]].drop_duplicates()
    assert set(kinds["by"]) == {"intercept", "slope", "level:2012", "level:2014"}
    places = {("region", "all"), *(("municipality", w) for w in ("all", "East", "North", "West"))}
    assert set(zip(kinds["level"], kinds["within"], strict=True)) == places
    assert len(table) == 4 * (3 + 7 + 7)


def test_the_last_year_of_the_panel_is_the_default(nested_fit):
    assert set(all_rankings(nested_fit)["by"]) == {"intercept", "slope", "level:2014"}


def test_within_a_region_only_its_own_units_count(nested_fit, make_fit):
    inside = rank(nested_fit, within_each="region")
    east = inside[inside["within"] == "East"]
    assert sorted(east["unit"]) == ["A", "B", "C"]
    # The region's own effect is common to its units: without it nothing changes.
    effects = nested_fit["posterior"]["municipality_effect"].sel(municipality=list("ABC")).values
    alone = rank(make_fit({"municipality": effects}, {"municipality": list("ABC")})).set_index("unit")
    for column in ("expected_rank", "p_best", "p_above_mean", "rank_mcse"):
        assert alone.loc[east["unit"], column].tolist() == pytest.approx(east[column].tolist())


def test_slopes_have_no_target_and_levels_have(nested_fit):
    assert rank(nested_fit, by="slope")["p_meets_target"].isna().all()
    table = rank(nested_fit, by="level:2014").set_index("unit")
    draws = unit_quantity(nested_fit, "municipality", "level:2014")
    for unit in "ABCDEFG":
        assert table.loc[unit, "p_meets_target"] == float((draws.sel(municipality=unit) >= 71).mean())


def test_a_target_of_slopes_is_refused_and_left_to_the_others_where_all_are_ranked(nested_fit):
    with pytest.raises(BayesSaudeError, match="slope cannot meet the target 3"):
        rank(nested_fit, by="slope", target=3.0)
    table = all_rankings(nested_fit, target=-1000.0).set_index("by")
    assert table.loc["slope", "p_meets_target"].isna().all()
    assert (table.drop("slope")["p_meets_target"] == 1).all()


def test_without_a_target_none_is_met(make_fit):
    fit = one_level(make_fit, np.random.default_rng(0).normal(size=(20, 3)))
    assert rank(fit)["p_meets_target"].isna().all()
    assert rank(fit, target=-100.0)["p_meets_target"].tolist() == [1, 1, 1]


def test_what_was_chosen_is_recorded(nested_fit):
    attrs = rank(nested_fit, top=3, prob=0.9, seed=7).attrs
    assert attrs == {
        "direction": "higher_is_better", "top": 3, "bottom": None, "prob": 0.9, "target": 71.0, "seed": 7,
        "scale": "",
    }  # fmt: skip


def test_replicates_enter_the_error_of_the_rank(make_fit):
    rng = np.random.default_rng(8)
    effects = rng.normal(size=(4, 100, 4, 2))
    # The first unit is best in two of the replicates and worst in the other two.
    effects[:2, :, 0, 0] += 9
    effects[2:, :, 0, 0] -= 9
    fit = make_fit({"region": effects}, {"region": list("abcd")}, replicate=[1, 2, 3, 4])
    error = rank(fit).set_index("unit")["rank_mcse"]["a"]
    # Means of ranks 1, 1, 4 and 4: their variance is 3.
    assert error == pytest.approx(np.sqrt(3 / 4), rel=1e-3)


@pytest.mark.parametrize("options", [{"top": 0}, {"bottom": 0}, {"prob": 1.0}, {"prob": 95}])
def test_options_out_of_range_are_refused(nested_fit, options):
    with pytest.raises(BayesSaudeError, match="do not make a ranking"):
        rank(nested_fit, **options)


def test_a_unit_alone_is_first_and_neither_above_nor_below(make_fit):
    table = rank(one_level(make_fit, np.random.default_rng(9).normal(size=(40, 1))))
    columns = ["expected_rank", "rank_low", "rank_high", "rank_mcse", "p_best", "p_above_mean"]
    assert table.loc[0, columns].tolist() == [1, 1, 1, 0, 1, 0.5]
    assert table[["p_top", "p_bottom"]].isna().all(axis=None)


def test_a_level_is_not_ranked_within_itself(nested_fit):
    with pytest.raises(BayesSaudeError, match=r"within each 'region'\. No level is around it"):
        rank(nested_fit, level="region", within_each="region")
    with pytest.raises(BayesSaudeError, match=r"within each 'municipality'\. Name a level around it"):
        rank(nested_fit, within_each="municipality")


def test_one_ranking_is_taken_from_the_table_of_all(nested_fit):
    table = all_rankings(nested_fit)
    chosen = select(table.sample(frac=1, random_state=1), "region", "slope")
    assert chosen.equals(rank(nested_fit, level="region", by="slope"))
    assert sorted(select(table, "municipality", "intercept", within="East")["unit"]) == ["A", "B", "C"]
    with pytest.raises(BayesSaudeError, match=r"no ranking region / all / level:1999.*region / all / slope"):
        select(table, "region", "level:1999")


def test_a_class_needs_more_than_the_limit():
    p = [0.976, 0.975, 0.5, 0.025, 0.024]
    assert classes(p, 0.95).tolist() == ["above", "none", "none", "none", "below"]
    assert classes(p, 0.94).tolist() == ["above", "above", "none", "below", "below"]


def test_all_rankings_are_those_of_rank_with_the_same_options(nested_fit):
    options = {"top": 2, "bottom": 1, "prob": 0.5}
    everything = all_rankings(nested_fit, [2012], **options)
    assert everything.attrs["bottom"] == 1
    alone = rank(nested_fit, by="level:2012", level="municipality", within_each="region", **options)
    together = everything.query("level == 'municipality' and by == 'level:2012' and within != 'all'")
    pd.testing.assert_frame_equal(together.reset_index(drop=True), alone)
