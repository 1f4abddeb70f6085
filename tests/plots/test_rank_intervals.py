"""The figure of rank intervals."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from bayes_saude.plots.rank_intervals import CLASS_OF, plot_rank_intervals
from bayes_saude.plots.style import CLASS_MARKS, COLUMN, plotted
from bayes_saude.summaries.ranking import rank


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def marks(ax):
    return {line.get_marker(): line.get_xdata() for line in ax.lines if line.get_marker() != "None"}


def test_every_interval_expected_and_median_rank_is_drawn(make_ranking):
    ax = plot_rank_intervals(make_ranking(12))
    ends = np.concatenate([collection.get_segments() for collection in ax.collections])[:, :, 0]
    expected = [[max(place - 3, 1), min(place + 2, 12)] for place in range(1, 13)]
    assert sorted(ends.tolist()) == sorted(expected)
    assert marks(ax)["|"].tolist() == list(range(1, 13))
    of_sides = [marks(ax)[CLASS_MARKS[name]] for name in CLASS_OF.values()]
    assert sorted(np.concatenate(of_sides)) == list(range(1, 13))


def test_a_side_is_that_where_all_of_the_interval_lies(make_ranking):
    # Of 12 the middle is 6.5: intervals end at place + 2 and begin at place - 3.
    sides = plotted(plot_rank_intervals(make_ranking(12)))["side"].tolist()
    assert sides == ["better"] * 4 + ["both"] * 5 + ["worse"] * 3


def test_the_middle_and_the_ends_of_the_axis_are_those_of_all_units(make_ranking):
    ax = plot_rank_intervals(make_ranking(853), ends=5)
    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert line.get_xdata()[0] == 427
    assert {1, 853} <= set(ax.get_xticks())
    assert min(ax.get_xticks()) == 1


def test_of_many_units_the_ends_or_a_page(make_ranking):
    ax = plot_rank_intervals(make_ranking(853))
    assert names(ax) == [f"Unit {place:03d}" for place in [*range(20), *range(833, 853)]]
    assert [text.get_text() for text in ax.texts] == ["813 units between"]
    assert ax.figure.get_size_inches()[0] == pytest.approx(COLUMN)
    last = plot_rank_intervals(make_ranking(853), page=15)
    assert names(last) == [f"Unit {place:03d}" for place in range(840, 853)]


def test_a_fit_and_its_table_give_the_same_figure(nested_fit):
    options = {"by": "slope", "level": "municipality", "within": "East"}
    of_fit = plotted(plot_rank_intervals(nested_fit, ci_prob=0.8, **options))
    of_table = plotted(
        plot_rank_intervals(rank(nested_fit, by="slope", within_each="region", prob=0.8), **options)
    )
    pd.testing.assert_frame_equal(of_fit, of_table)


def test_words_in_both_languages(make_ranking):
    english, portuguese = (
        plot_rank_intervals(make_ranking(12), label="coverage", lang=lang) for lang in ("en", "pt")
    )
    assert english.get_xlabel() == "rank by coverage (1 = best)"
    assert portuguese.get_xlabel() == "posto por coverage (1 = melhor)"
    assert legend(portuguese) == [
        "na melhor metade", "na pior metade", "nas duas metades", "posto mediano", "posto do meio",
    ]  # fmt: skip
    assert portuguese.get_legend().get_title().get_text() == "posto esperado e intervalo de 95%"


def test_axes_given_are_used_and_money_is_no_mathematics(make_ranking):
    _, axes = plt.subplots(1, 2)
    ax = plot_rank_intervals(make_ranking(5), label="R$ per R$", ax=axes[1])
    assert ax is axes[1]
    assert not any(text.get_parse_math() for text in (*ax.get_yticklabels(), ax.xaxis.label))
