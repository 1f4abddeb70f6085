"""The matrix of the probabilities of ranks."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.text import Text

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.rank_matrix import plot_rank_matrix
from bayes_saude.plots.style import COLUMN, PAGE_HEIGHT, plotted
from bayes_saude.summaries.rank_matrix import rank_probabilities


def shares(n):
    """A unit holds its own rank half of the time, else each with the same probability."""
    return xr.DataArray(
        0.5 * np.eye(n) + 0.5 / n,
        coords={"unit": [f"Unit {place:03d}" for place in range(n)], "rank": np.arange(1, n + 1)},
        dims=("unit", "rank"),
        attrs={"by": "intercept", "level": "region", "within": "all"},
    )


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def cells(ax):
    return np.asarray(ax.collections[0].get_array())


def bar_label(ax):
    (bar,) = [other for other in ax.figure.axes if other is not ax]
    return bar.get_xlabel()


def test_every_unit_of_a_short_ranking_has_its_row_the_best_at_the_top():
    ax = plot_rank_matrix(shares(28))
    assert cells(ax) == pytest.approx(shares(28).values)
    assert names(ax) == [f"Unit {place:03d}" for place in range(28)]
    bottom, top = ax.get_ylim()
    assert (bottom, top) == (28.5, 0.5)
    assert bar_label(ax) == "probability of the rank"
    assert not ax.texts


def test_many_units_are_drawn_in_groups_whose_rows_sum_to_one():
    ax = plot_rank_matrix(shares(853))
    drawn = cells(ax)
    # Groups of nine, the last of seven.
    assert drawn.shape == (95, 95)
    assert drawn.sum(axis=1) == pytest.approx(np.ones(95))
    assert drawn[0, 0] == pytest.approx(0.5 + 9 * 0.5 / 853)
    assert drawn[0, 94] == pytest.approx(7 * 0.5 / 853)
    assert drawn[94, 0] == pytest.approx(9 * 0.5 / 853)
    assert bar_label(ax) == "probability of 9 ranks,\nmean of 9 units"
    assert ax.get_xlim() == (0.5, 853.5)


def test_the_raster_stays_a_picture_inside_a_drawing():
    assert plot_rank_matrix(shares(853)).collections[0].get_rasterized()


def test_few_of_many_are_named_none_over_another():
    ax = plot_rank_matrix(shares(853))
    assert [ax.texts[0].get_text(), ax.texts[-1].get_text()] == ["Unit 000", "Unit 852"]
    chosen = [f"Unit {place:03d}" for place in (852, 3, 1, 2, 850, 851, 400)]
    ax = plot_rank_matrix(shares(853), names=chosen)
    assert [text.get_text() for text in ax.texts] == sorted(chosen)
    assert [text.xy[1] for text in ax.texts[:2]] == pytest.approx([1 - 1.5 / 853, 1 - 2.5 / 853])
    ax.figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.x0 >= 0 for box in boxes)


def test_few_units_have_their_percentages_in_the_cells():
    probabilities = shares(3)
    probabilities[0] = [0.996, 0.004, 0.0]
    ax = plot_rank_matrix(probabilities)
    # What rounds to nothing is left out.
    assert [text.get_text() for text in ax.texts] == ["100", "17", "67", "17", "17", "17", "67"]
    assert bar_label(ax).endswith("(in the cells: %)")


@pytest.mark.parametrize("n_units", [2, 28, 45, 46, 853])
def test_no_figure_is_larger_than_a_column_of_a_page(n_units):
    width, height = plot_rank_matrix(shares(n_units)).figure.get_size_inches()
    assert width == pytest.approx(COLUMN)
    assert height < PAGE_HEIGHT


def test_a_fit_and_its_probabilities_give_the_same_figure(nested_fit):
    options = {"by": "slope", "within": "East"}
    of_fit = plot_rank_matrix(nested_fit, **options)
    of_table = plot_rank_matrix(rank_probabilities(nested_fit, **options))
    pd.testing.assert_frame_equal(plotted(of_fit), plotted(of_table))
    assert of_fit.get_xlabel() == of_table.get_xlabel() == "rank by slope (1 = best)"
    assert len(plotted(of_fit)) == 9


def test_numbers_drawn_name_the_units_and_ranks_of_every_cell():
    drawn = plotted(plot_rank_matrix(shares(150)))
    assert len(drawn) == 75**2
    second = drawn.iloc[75 + 2]
    assert second[["unit", "last_unit", "rank", "last_rank"]].tolist() == ["Unit 002", "Unit 003", 5, 6]
    assert second["probability"] == pytest.approx(2 * 0.5 / 150)


def test_portuguese_has_its_words_and_its_decimal_comma():
    ax = plot_rank_matrix(shares(28), label="cobertura", lang="pt")
    assert ax.get_xlabel() == "posto por cobertura (1 = melhor)"
    (bar,) = [other for other in ax.figure.axes if other is not ax]
    assert bar.get_xlabel() == "probabilidade do posto"
    ticks = [tick.get_text() for tick in bar.get_xticklabels()]
    assert "0,25" in ticks
    assert not any("." in tick for tick in ticks)


def test_axes_given_are_used_and_money_is_no_mathematics():
    _, axes = plt.subplots(1, 2)
    assert plot_rank_matrix(shares(30), label="R$ per R$", ax=axes[1]) is axes[1]
    assert not any(text.get_parse_math() for text in (*axes[1].get_yticklabels(), axes[1].xaxis.label))


def test_what_cannot_be_drawn_is_refused(make_ranking):
    with pytest.raises(BayesSaudeError, match=r"from this DataFrame.*rank_probabilities, or a fit"):
        plot_rank_matrix(make_ranking(5))
    with pytest.raises(BayesSaudeError, match=r"no unit 'Unit 9'"):
        plot_rank_matrix(shares(853), names=["Unit 9"])
