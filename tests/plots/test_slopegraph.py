"""The slopegraph of both rankings."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.slopegraph import LINES, plot_slopegraph
from bayes_saude.plots.style import PAGE, PAGE_HEIGHT, plotted
from bayes_saude.summaries.comparison import compare
from bayes_saude.summaries.reml import reml


def table_of(reml_rank):
    """Units in the order of the posterior, with these ranks by REML."""
    n = len(reml_rank)
    return pd.DataFrame(
        {
            "level": "region",
            "parameter": "intercept",
            "unit": [f"Unit {place:03d}" for place in range(n)],
            "reml": -np.asarray(reml_rank, dtype=float),
            "bayes": -np.arange(n, dtype=float),
            "reml_rank": reml_rank,
            "expected_rank": 1 + 0.9 * np.arange(n),
        }
    )


def lines_of(ax, name):
    """From and to of every line of a kind."""
    colour, _, width = LINES[name]
    found = [line for line in ax.lines if (line.get_color(), line.get_linewidth()) == (colour, width)]
    return [tuple(line.get_ydata()) for line in found]


def column(ax, side):
    """Texts beside one of the axes, from the top."""
    found = [text for text in ax.texts if text.get_ha() == side and text.get_weight() != "bold"]
    return [text.get_text() for text in sorted(found, key=lambda text: text.get_position()[1])]


def test_lines_go_from_the_place_by_reml_to_that_by_the_posterior():
    ax = plot_slopegraph(table_of([1, 3, 4, 2, 5]))
    # The unit that is second by REML is fourth by the posterior.
    assert lines_of(ax, "falls") == [(1, 3)]
    assert lines_of(ax, "rises") == [(2, 1), (3, 2)]
    assert lines_of(ax, "stays") == [(0, 0), (4, 4)]


def test_both_sides_have_name_and_rank_in_their_own_order():
    ax = plot_slopegraph(table_of([2, 1, 3]))
    assert column(ax, "right") == ["Unit 001  1", "Unit 000  2", "Unit 002  3"]
    assert column(ax, "left") == ["1.0  Unit 000", "1.9  Unit 001", "2.8  Unit 002"]
    assert [text.get_text() for text in ax.texts if text.get_weight() == "bold"] == [
        "REML rank",
        "expected rank",
    ]


def test_crossing_lines_are_counted_for_each_unit_and_for_all():
    ax = plot_slopegraph(table_of([1, 3, 4, 2, 5]))
    assert plotted(ax)["crossings"].tolist() == [0, 1, 1, 2, 0]
    assert ax.get_legend().get_title().get_text() == "by intercept: 2 of 10 pairs of units cross"


def test_units_of_the_same_rank_by_reml_do_not_cross():
    ax = plot_slopegraph(table_of([1, 1, 1, 4]))
    assert plotted(ax)["crossings"].sum() == 0
    assert len(lines_of(ax, "stays")) == 4


def test_of_many_units_those_first_or_last_by_either_are_drawn():
    reml_rank = np.arange(1, 101)
    # The first by the posterior is 40th by REML.
    reml_rank[0], reml_rank[39] = 40, 1
    ax = plot_slopegraph(table_of(reml_rank), ends=3)
    drawn = plotted(ax)
    assert drawn["bayes_place"].tolist() == [1, 2, 3, 40, 98, 99, 100]
    assert column(ax, "right") == [
        "Unit 039  1", "Unit 001  2", "Unit 002  3", "Unit 000  40",
        "Unit 097  98", "Unit 098  99", "Unit 099  100",
    ]  # fmt: skip
    # The other end stands lower, on both sides, with what is left out between.
    assert drawn["bayes_row"].tolist() == [0, 1, 2, 3, 5.6, 6.6, 7.6]
    (gap,) = [text for text in ax.texts if text.get_text() == "93 units between"]
    assert 3 < gap.get_position()[1] < 5.6


def test_a_unit_from_one_end_in_the_other_goes_through_the_gap():
    # The other way round: the ends of either side hold the same units.
    drawn = plotted(plot_slopegraph(table_of(np.arange(100, 0, -1)), ends=2))
    assert drawn["bayes_row"].tolist() == [0, 1, 3.6, 4.6]
    assert drawn["reml_row"].tolist() == [4.6, 3.6, 1, 0]


@pytest.mark.parametrize("n_units", [2, 45, 46, 853])
def test_no_figure_is_larger_than_a_page(n_units):
    ax = plot_slopegraph(table_of(np.arange(n_units, 0, -1)))
    width, height = ax.figure.get_size_inches()
    assert width == pytest.approx(PAGE)
    assert height < PAGE_HEIGHT
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(box.x0 >= 0 and box.x1 <= ax.figure.bbox.width for box in boxes)


def test_a_fit_and_its_comparison_give_the_same_figure(trend_fit):
    of_fit = plot_slopegraph(trend_fit, parameter="slope")
    of_table = plot_slopegraph(compare(trend_fit, reml(trend_fit)), parameter="slope")
    pd.testing.assert_frame_equal(plotted(of_fit), plotted(of_table))
    assert len(plotted(of_fit)) == 8


def test_words_in_portuguese():
    ax = plot_slopegraph(table_of([2, 1, 3]), label="cobertura", lang="pt")
    legend = ax.get_legend()
    assert legend.get_title().get_text() == "por cobertura: 1 de 3 pares de unidades se cruzam"
    assert [text.get_text() for text in legend.get_texts()] == [
        "melhor pela posteriori", "pior pela posteriori", "mesma posição",
    ]  # fmt: skip
    assert column(ax, "left")[1] == "1,9  Unit 001"


def test_axes_given_are_used_and_money_is_no_mathematics():
    _, axes = plt.subplots(1, 2)
    ax = plot_slopegraph(table_of([2, 1]), label="R$ per R$", ax=axes[1])
    assert ax is axes[1]
    names = [text for text in ax.texts if "Unit" in text.get_text()]
    assert not any(text.get_parse_math() for text in (*names, ax.get_legend().get_title()))


@pytest.mark.parametrize("ends", [0, 16])
def test_ends_that_do_not_fit_on_a_page_are_refused(ends):
    with pytest.raises(BayesSaudeError, match="Use 1 to 15"):
        plot_slopegraph(table_of([1, 2]), ends=ends)
