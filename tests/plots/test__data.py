"""What figures of units are drawn from."""

import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._data import comparison_of, ranking_of
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.style import plotted
from bayes_saude.summaries.comparison import compare
from bayes_saude.summaries.ranking import all_rankings, rank
from bayes_saude.summaries.reml import reml


def test_a_fit_and_its_table_give_the_same_ranking(nested_fit):
    table = all_rankings(nested_fit)
    for options in ({}, {"by": "slope", "level": "region"}, {"by": "level:2014", "within": "East"}):
        of_table, of_fit = ranking_of(table, **options), ranking_of(nested_fit, **options)
        pd.testing.assert_frame_equal(of_table, of_fit)
        assert of_table.attrs == of_fit.attrs


def test_the_innermost_level_and_the_best_first_are_what_is_given(nested_fit):
    ranking = ranking_of(nested_fit)
    assert set(ranking["level"]) == {"municipality"}
    assert ranking["expected_rank"].is_monotonic_increasing
    assert ranking.attrs["prob"] == 0.95


def test_a_fit_takes_the_probability_and_the_size_of_the_top(nested_fit):
    ranking = ranking_of(nested_fit, ci_prob=0.5, top=2)
    expected = rank(nested_fit, prob=0.5, top=2)
    pd.testing.assert_frame_equal(ranking, expected)


def test_a_table_has_its_own_probability_and_top(nested_fit):
    table = rank(nested_fit, prob=0.8, top=3)
    assert ranking_of(table, ci_prob=0.8, top=3).attrs["prob"] == 0.8
    with pytest.raises(BayesSaudeError, match=r"prob = 0.8, not 0.5.*`ci_prob`"):
        ranking_of(table, ci_prob=0.5)
    with pytest.raises(BayesSaudeError, match=r"top = 3, not 2.*`top`"):
        ranking_of(table, top=2)


def test_a_table_read_from_a_file_is_of_the_defaults(nested_fit):
    table = rank(nested_fit)
    table.attrs = {}
    assert {name: ranking_of(table).attrs[name] for name in ("prob", "top", "bottom")} == {
        "prob": 0.95, "top": 10, "bottom": None,
    }  # fmt: skip


def test_what_is_neither_table_nor_fit_is_refused(comparison, nested_fit):
    with pytest.raises(BayesSaudeError, match="cannot be drawn from this list"):
        ranking_of([1, 2])
    with pytest.raises(BayesSaudeError, match=r"lacks 'within', 'by',.*rank or all_rankings"):
        ranking_of(comparison)
    with pytest.raises(BayesSaudeError, match=r"lacks 'parameter', 'reml', 'bayes'.*none of compare"):
        comparison_of(rank(nested_fit), parameter="intercept", level=None)


def test_a_unit_that_holds_none_is_refused(nested_fit):
    with pytest.raises(BayesSaudeError, match=r"No level .* unit 'Eats'. Did you mean 'East'"):
        ranking_of(nested_fit, within="Eats")
    with pytest.raises(BayesSaudeError, match=r"Rank within 'all'\."):
        ranking_of(nested_fit, level="region", within="East")


def test_rows_of_two_rankings_are_not_drawn_as_one(nested_fit):
    table = rank(nested_fit)
    with pytest.raises(BayesSaudeError, match="more than one ranking municipality / all / intercept"):
        ranking_of(pd.concat([table, table]))


def test_the_caterpillar_of_a_fit_is_that_of_its_table(nested_fit):
    of_fit = plotted(plot_caterpillar(nested_fit, by="slope", level="region"))
    of_table = plotted(plot_caterpillar(all_rankings(nested_fit), by="slope", level="region"))
    pd.testing.assert_frame_equal(of_fit, of_table)
    wide = plotted(plot_caterpillar(nested_fit, ci_prob=0.99))
    narrow = plotted(plot_caterpillar(nested_fit, ci_prob=0.5))
    assert (wide["low"] < narrow["low"]).all()


def test_the_comparison_of_a_fit_is_that_of_its_table(trend_fit):
    table = compare(trend_fit, reml(trend_fit))
    of_fit = plotted(plot_reml_posterior(trend_fit, parameter="slope"))
    pd.testing.assert_frame_equal(of_fit, plotted(plot_reml_posterior(table, parameter="slope")))
    assert len(of_fit) == trend_fit["posterior"].sizes["region"]
