"""The figure of own lines, REML and posterior."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.shrinkage import STAGES, plot_shrinkage
from bayes_saude.plots.style import COLUMN, plotted
from bayes_saude.summaries.least_squares import shrinkage


def table_of(n):
    """Own lines on a ring, pulled half way to the middle by REML and a little farther by the posterior."""
    angle = np.linspace(0, 6, n)
    far = np.linspace(2, 1, n)
    own = far[:, None] * np.stack([10 * np.cos(angle), np.sin(angle)], axis=1)
    table = pd.DataFrame({"level": "region", "unit": [f"Unit {place:03d}" for place in range(n)]})
    for column, term in enumerate(("intercept", "slope")):
        for stage, share in (("own", 1.0), ("reml", 0.5), ("bayes", 0.4)):
            table[f"{stage}_{term}"] = share * own[:, column]
    return table.assign(moved=0.6 * far)


def arrows(ax):
    """From and to of every arrow; a line to a name begins so many points away, not at a place in the axes."""
    with_arrows = [text for text in ax.texts if text.arrow_patch is not None and text.anncoords == "data"]
    return [(text.xyann, text.xy) for text in with_arrows]


def names(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def drawn(ax, stage, size):
    (line,) = [
        line
        for line in ax.lines
        if line.get_marker() == STAGES[stage][1] and line.get_markersize() == size and len(line.get_xdata())
    ]
    return np.stack([line.get_xdata(), line.get_ydata()], axis=1)


def test_arrows_go_from_the_own_line_to_reml_to_the_posterior():
    table = table_of(28)
    ax = plot_shrinkage(table)
    found = arrows(ax)
    assert len(found) == 2 * 28
    for row, (first, second) in enumerate(zip(found[:28], found[28:], strict=True)):
        own, reml, bayes = (
            tuple(table.loc[row, [f"{stage}_intercept", f"{stage}_slope"]]) for stage in STAGES
        )
        assert first == (own, reml)
        assert second == (reml, bayes)
    for stage, (_, _, size) in STAGES.items():
        expected = table[[f"{stage}_intercept", f"{stage}_slope"]].to_numpy()
        assert drawn(ax, stage, size) == pytest.approx(expected)


def test_of_many_units_the_farthest_moved_have_arrows_the_rest_are_points():
    table = table_of(853)
    ax = plot_shrinkage(table)
    assert [start for start, _ in arrows(ax)[:12]] == [
        tuple(row) for row in table[["own_intercept", "own_slope"]].head(12).to_numpy()
    ]
    assert len(arrows(ax)) == 24
    assert names(ax) == [f"Unit {place:03d}" for place in range(8)]
    for stage in ("own", "bayes"):
        expected = table[[f"{stage}_intercept", f"{stage}_slope"]].iloc[12:].to_numpy()
        assert drawn(ax, stage, 1.4) == pytest.approx(expected)
    assert plotted(ax)["arrows"].sum() == 12


def test_units_asked_for_have_arrows_and_names_and_no_others():
    ax = plot_shrinkage(table_of(853), units=["Unit 500", "Unit 700"])
    assert names(ax) == ["Unit 500", "Unit 700"]
    assert len(arrows(ax)) == 4
    with pytest.raises(BayesSaudeError, match="No unit 'Unit 9999'"):
        plot_shrinkage(table_of(853), units=["Unit 9999"])


def test_a_unit_without_a_line_of_its_own_is_a_point_of_the_posterior():
    table = table_of(20)
    table.loc[19, ["own_intercept", "own_slope", "moved"]] = np.nan
    ax = plot_shrinkage(table)
    assert len(arrows(ax)) == 2 * 19
    assert drawn(ax, "bayes", 1.4) == pytest.approx(
        table[["bayes_intercept", "bayes_slope"]].tail(1).to_numpy()
    )


def test_the_cross_is_the_mean_of_all_units():
    table = table_of(853)
    (cross,) = [line for line in plot_shrinkage(table).lines if line.get_marker() == "+"]
    assert cross.get_xdata() == pytest.approx([table["bayes_intercept"].mean()])
    assert cross.get_ydata() == pytest.approx([table["bayes_slope"].mean()])


def test_a_fit_and_its_table_give_the_same_figure(trend_fit):
    of_fit, of_table = plot_shrinkage(trend_fit), plot_shrinkage(shrinkage(trend_fit))
    pd.testing.assert_frame_equal(plotted(of_fit), plotted(of_table))
    assert len(plotted(of_fit)) == 8


def test_words_in_both_languages():
    english, portuguese = (plot_shrinkage(table_of(10), lang=lang) for lang in ("en", "pt"))
    assert (english.get_xlabel(), english.get_ylabel()) == ("intercept", "slope")
    assert (portuguese.get_xlabel(), portuguese.get_ylabel()) == ("intercepto", "inclinação")
    texts = [text.get_text() for text in portuguese.get_legend().get_texts()]
    assert texts == ["mínimos quadrados", "REML", "média a posteriori", "média de todos"]
    portuguese.figure.canvas.draw()
    ticks = [tick.get_text() for tick in portuguese.get_yticklabels()]
    assert any("," in tick for tick in ticks)
    assert not any("." in tick for tick in ticks)


def test_the_figure_is_a_column_and_axes_given_are_used():
    assert plot_shrinkage(table_of(853)).figure.get_size_inches()[0] == pytest.approx(COLUMN)
    _, axes = plt.subplots(1, 2)
    ax = plot_shrinkage(table_of(5), labels=("R$ in R$", "R$ per R$"), ax=axes[1])
    assert ax is axes[1]
    assert not any(text.get_parse_math() for text in (ax.xaxis.label, ax.yaxis.label))


def test_another_table_is_refused(make_ranking):
    with pytest.raises(BayesSaudeError, match=r"lacks 'own_intercept'.*none of shrinkage"):
        plot_shrinkage(make_ranking(5))
