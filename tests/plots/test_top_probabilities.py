"""The figure of who is among the first and among the last."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import CLASS_MARKS, COLUMN, plotted
from bayes_saude.plots.top_probabilities import plot_top_probabilities
from bayes_saude.summaries.ranking import rank
from bayes_saude.summaries.top_probabilities import top_probabilities


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def marks(ax, kind):
    (line,) = [line for line in ax.lines if line.get_marker() == CLASS_MARKS[kind]]
    return line.get_xdata()


def bars(ax):
    """From and to of every horizontal line, by the order of drawing."""
    return [np.array(lines.get_segments())[:, :, 0] for lines in ax.collections]


def test_both_probabilities_are_drawn_with_their_errors(nested_fit):
    table = top_probabilities(nested_fit, top=2, bottom=3)
    ax = plot_top_probabilities(nested_fit, top=2, bottom=3)
    assert names(ax) == table["unit"].tolist()
    assert marks(ax, "above") == pytest.approx(table["p_top"].to_numpy())
    assert marks(ax, "below") == pytest.approx(table["p_bottom"].to_numpy())
    first, first_error, last, last_error = bars(ax)
    assert first[:, 1] == pytest.approx(table["p_top"].to_numpy())
    assert last[:, 1] == pytest.approx(table["p_bottom"].to_numpy())
    for drawn, name in ((first_error, "p_top"), (last_error, "p_bottom")):
        p, error = table[name].to_numpy(), table[f"{name}_mcse"].to_numpy()
        assert error.max() > 0
        assert drawn == pytest.approx(np.clip(np.stack([p - 2 * error, p + 2 * error], axis=1), 0, 1))


def test_the_two_marks_of_a_unit_do_not_cover_one_another(nested_fit):
    ax = plot_top_probabilities(nested_fit)
    above, below = (
        next(line.get_ydata() for line in ax.lines if line.get_marker() == CLASS_MARKS[kind])
        for kind in ("above", "below")
    )
    assert below - above == pytest.approx(np.full(7, 0.4))


def test_the_legend_says_how_many_and_what_the_error_is(nested_fit):
    assert legend(plot_top_probabilities(nested_fit)) == [
        "among the first 1", "among the last 1, the worst fifth", "± 2 Monte Carlo standard errors",
    ]  # fmt: skip
    assert legend(plot_top_probabilities(nested_fit, bottom=3, lang="pt")) == [
        "entre os primeiros 1", "entre os últimos 3", "± 2 erros-padrão de Monte Carlo",
    ]  # fmt: skip


def test_a_table_of_ranks_says_that_it_has_no_error(nested_fit):
    ax = plot_top_probabilities(rank(nested_fit, top=2))
    assert legend(ax)[2] == "Monte Carlo error not in the table"
    assert len(ax.collections) == 2
    of_fit = plotted(plot_top_probabilities(nested_fit, top=2))
    assert plotted(ax)[["unit", "p_top", "p_bottom"]].equals(of_fit[["unit", "p_top", "p_bottom"]])


def test_a_table_of_these_probabilities_is_drawn_as_its_fit(nested_fit):
    of_fit = plotted(plot_top_probabilities(nested_fit, within="East", top=2))
    of_table = plotted(
        plot_top_probabilities(top_probabilities(nested_fit, within="East", top=2), within="East")
    )
    pd.testing.assert_frame_equal(of_fit, of_table)


def test_of_many_units_both_ends_or_a_page(make_ranking):
    ax = plot_top_probabilities(make_ranking(853))
    assert names(ax) == [f"Unit {place:03d}" for place in [*range(20), *range(833, 853)]]
    assert legend(ax)[1] == "among the last 171, the worst fifth"
    assert ax.figure.get_size_inches()[0] == pytest.approx(COLUMN)
    assert names(plot_top_probabilities(make_ranking(853), page=15))[-1] == "Unit 852"


def test_sizes_that_are_not_the_tables_are_refused(nested_fit):
    table = rank(nested_fit, top=2, bottom=2)
    with pytest.raises(BayesSaudeError, match=r"bottom = 2, not 3.*give the fit"):
        plot_top_probabilities(table, bottom=3)
    with pytest.raises(BayesSaudeError, match=r"top = 2, not 3.*give the fit"):
        plot_top_probabilities(table, top=3)
    with pytest.raises(BayesSaudeError, match=r"first 10 .* of 7 units are all"):
        plot_top_probabilities(rank(nested_fit))


def test_portuguese_has_its_words_and_its_decimal_comma(make_ranking):
    ax = plot_top_probabilities(make_ranking(28), label="cobertura", lang="pt")
    assert ax.get_xlabel() == "probabilidade, por cobertura"
    ax.figure.canvas.draw()
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert any("," in tick for tick in ticks)
    assert not any("." in tick for tick in ticks)


def test_axes_given_are_used_and_money_is_no_mathematics(make_ranking):
    _, axes = plt.subplots(1, 2)
    ax = plot_top_probabilities(make_ranking(12), label="R$ per R$", ax=axes[1])
    assert ax is axes[1]
    assert not any(text.get_parse_math() for text in (*ax.get_yticklabels(), ax.xaxis.label))
