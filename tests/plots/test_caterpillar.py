"""The caterpillar figure."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.style import CLASS_MARKS, COLUMN


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_best_unit_stands_at_the_top(make_ranking):
    ax = plot_caterpillar(make_ranking(28).sample(frac=1, random_state=1))
    assert names(ax) == [f"Unit {place:03d}" for place in range(28)]
    bottom, top = ax.get_ylim()
    assert bottom > top


def test_every_mean_and_interval_is_drawn(make_ranking):
    ranking = make_ranking(12)
    ax = plot_caterpillar(ranking)
    segments = np.concatenate([collection.get_segments() for collection in ax.collections])
    ends = sorted((float(segment[0, 0]), float(segment[1, 0])) for segment in segments)
    table = ranking[ranking["by"] == "intercept"]
    assert np.array(ends) == pytest.approx(table[["low", "high"]].sort_values("low").to_numpy())
    marks = {line.get_marker(): line.get_xdata() for line in ax.lines if line.get_marker() != "None"}
    assert sorted(np.concatenate(list(marks.values()))) == pytest.approx(sorted(table["mean"]))
    # Of p_above_mean from 1 to 0 in steps of 1/11 only the ends lie outside the central 95%.
    assert [len(marks[CLASS_MARKS[name]]) for name in ("above", "none", "below")] == [1, 10, 1]


def test_classes_are_of_the_probability_of_the_intervals_drawn(make_ranking):
    ranking = make_ranking(12)
    ranking.attrs["prob"] = 0.8
    marks = {line.get_marker(): len(line.get_xdata()) for line in plot_caterpillar(ranking).lines}
    # Of p_above_mean from 1 to 0 in steps of 1/11 two at each end lie outside the central 80%.
    assert [marks[CLASS_MARKS[name]] for name in ("above", "none", "below")] == [2, 8, 2]


def test_the_line_is_the_mean_of_all_units_drawn_or_not(make_ranking):
    ax = plot_caterpillar(make_ranking(853), ends=5)
    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert line.get_xdata() == pytest.approx([50, 50])


def test_of_many_units_only_the_ends_are_drawn(make_ranking):
    ax = plot_caterpillar(make_ranking(853))
    expected = [*range(20), *range(833, 853)]
    assert names(ax) == [f"Unit {place:03d}" for place in expected]
    assert [text.get_text() for text in ax.texts] == ["813 units between"]
    width, height = ax.figure.get_size_inches()
    assert width == pytest.approx(COLUMN)
    assert height < 2 * width


def test_few_units_are_all_drawn_even_where_ends_are_few(make_ranking):
    assert len(names(plot_caterpillar(make_ranking(45), ends=3))) == 45


def test_pages_hold_every_unit_once(make_ranking):
    pages = [plot_caterpillar(make_ranking(130), page=page) for page in (1, 2, 3)]
    assert [name for ax in pages for name in names(ax)] == [f"Unit {place:03d}" for place in range(130)]
    assert not any(ax.texts for ax in pages)
    # The mean is that of all units on every page.
    means = [line.get_xdata()[0] for ax in pages for line in ax.lines if line.get_linestyle() == "--"]
    assert means == pytest.approx([50, 50, 50])


def test_portuguese_has_its_words_and_its_decimal_comma(make_ranking):
    ax = plot_caterpillar(make_ranking(12), by="slope", lang="pt")
    assert ax.get_xlabel() == "inclinação"
    assert "acima da média" in legend(ax)
    ax.figure.canvas.draw()
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert any("," in tick for tick in ticks)
    assert not any("." in tick for tick in ticks)


def test_the_legend_names_only_the_classes_that_occur(make_ranking):
    ranking = make_ranking(12).assign(p_above_mean=0.5)
    assert legend(plot_caterpillar(ranking)) == ["neither", "mean of all"]


def test_axes_given_are_used(make_ranking):
    _, axes = plt.subplots(1, 2)
    assert plot_caterpillar(make_ranking(5), ax=axes[1]) is axes[1]
    assert not axes[0].lines


def test_a_ranking_that_is_not_there_is_refused_with_those_that_are(make_ranking):
    with pytest.raises(BayesSaudeError, match=r"no ranking region / all / level:2014.*region / all / slope"):
        plot_caterpillar(make_ranking(5), by="level:2014")


def test_a_long_name_is_cut(make_ranking):
    ranking = make_ranking(2).replace({"unit": {"Unit 000": "x" * 36, "Unit 001": "y" * 35}})
    assert names(plot_caterpillar(ranking)) == ["x" * 34 + "…", "y" * 35]


def test_money_in_names_is_no_mathematics(make_ranking):
    ranking = make_ranking(3)
    ranking["unit"] = "R$ 1 to R$ " + ranking["unit"].str[-1]
    ax = plot_caterpillar(ranking, label="R$ per R$")
    ax.figure.canvas.draw()
    assert names(ax)[0] == "R$ 1 to R$ 0"
    assert not any(text.get_parse_math() for text in (*ax.get_yticklabels(), ax.xaxis.label))


def test_another_language_is_refused(make_ranking):
    with pytest.raises(BayesSaudeError, match="'en' or 'pt'"):
        plot_caterpillar(make_ranking(5), lang="fr")
