"""The figures of all units at once, and of each group's units."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.overview import plot_overview, plot_overview_by_group
from bayes_saude.plots.style import COLUMN, PAGE, TALLEST, plotted
from bayes_saude.summaries.ranking import all_rankings


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def segments(ax):
    return np.concatenate([lines.get_segments() for lines in ax.collections if len(lines.get_segments())])


def grouped(n_groups, each=4):
    """Make a ranking of units in groups as `all_rankings` leaves it."""
    n = n_groups * each
    mean = np.linspace(90, 10, n)
    units = pd.DataFrame(
        {
            "level": "municipality", "within": "all", "unit": [f"Unit {place:03d}" for place in range(n)],
            "mean": mean, "low": mean - 7, "high": mean + 6, "expected_rank": np.arange(1.0, n + 1),
            "p_above_mean": np.linspace(1, 0, n), "by": "intercept",
        }
    )  # fmt: skip
    names = [f"Group {place:02d}" for place in range(n_groups)]
    outer = units.head(n_groups).assign(level="region", unit=names)
    return pd.concat([outer, units, units.assign(within=np.resize(names, n))], ignore_index=True)


def test_every_interval_of_853_units_is_drawn_from_the_best_down(make_ranking):
    ranking = make_ranking(853)
    ax = plot_overview(ranking)
    table = ranking[ranking["by"] == "intercept"]
    drawn = segments(ax)
    by_place = drawn[np.argsort(drawn[:, 0, 1])]
    assert by_place[:, :, 0] == pytest.approx(table[["low", "high"]].to_numpy())
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert plotted(ax)["unit"].tolist() == table["unit"].tolist()


def test_the_figure_is_a_column_wide_and_no_page_tall(make_ranking):
    width, height = plot_overview(make_ranking(853)).figure.get_size_inches()
    assert width == pytest.approx(COLUMN)
    assert height <= TALLEST


def test_places_are_counted_from_the_first_to_the_last(make_ranking):
    ax = plot_overview(make_ranking(853))
    assert ax.get_yticks().tolist()[:3] == [1, 100, 200]
    assert ax.get_yticks().tolist()[-2:] == [800, 853]


def test_the_legend_counts_the_classes_in_either_language(make_ranking):
    # Of p_above_mean from 1 to 0 in steps of 1/852, 22 at each end are beyond 0.025.
    assert texts(plot_overview(make_ranking(853)).get_legend()) == [
        "above the mean (22)",
        "below the mean (22)",
        "neither (809)",
        "mean of all",
    ]
    assert texts(plot_overview(make_ranking(853), lang="pt").get_legend())[0] == "acima da média (22)"


def test_a_fit_has_a_panel_for_each_group(nested_fit):
    axes = plot_overview_by_group(nested_fit)
    assert [ax.get_title() for ax in axes] == ["East (3)", "North (2)", "West (2)"]
    assert [len(segments(ax)) for ax in axes] == [3, 2, 2]


def test_a_table_of_rankings_gives_the_same_panels(nested_fit):
    from_table = plot_overview_by_group(all_rankings(nested_fit), by="slope")
    from_fit = plot_overview_by_group(nested_fit, by="slope")
    pd.testing.assert_frame_equal(plotted(from_table[0]), plotted(from_fit[0]))


def test_a_ranking_at_hand_is_used(nested_fit):
    ranking = all_rankings(nested_fit).assign(mean=0.0)
    axes = plot_overview_by_group(nested_fit, ranking=ranking)
    assert [ax.get_title() for ax in axes] == ["East (3)", "North (2)", "West (2)"]
    assert (plotted(axes[0])["mean"] == 0).all()


def test_classes_and_the_line_are_about_the_mean_of_all(nested_fit):
    axes = plot_overview_by_group(nested_fit)
    mean = plotted(axes[0])["mean"].mean()
    for ax in axes:
        (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
        assert line.get_xdata() == pytest.approx([mean, mean])


def test_28_groups_fit_a_page():
    axes = plot_overview_by_group(grouped(28), lang="pt")
    width, height = axes[0].figure.get_size_inches()
    assert width == pytest.approx(PAGE)
    assert height <= TALLEST
    figure = axes[0].figure
    figure.canvas.draw()
    boxes = [ax.title.get_window_extent() for ax in axes]
    assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[:place])
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)


def test_some_groups_may_be_chosen_in_an_order():
    axes = plot_overview_by_group(grouped(5), groups=["Group 04", "Group 01"])
    assert [ax.get_title() for ax in axes] == ["Group 04 (4)", "Group 01 (4)"]
    assert set(plotted(axes[0])["group"]) == {"Group 04", "Group 01"}


def test_what_cannot_be_drawn_is_refused(nested_fit, make_ranking):
    with pytest.raises(BayesSaudeError, match=r"no group 'Nroth'\. Did you mean 'North'"):
        plot_overview_by_group(nested_fit, groups=["Nroth"])
    with pytest.raises(BayesSaudeError, match="60 groups cannot be drawn on a page"):
        plot_overview_by_group(grouped(60))
    with pytest.raises(BayesSaudeError, match="does not rank 'region' within groups"):
        plot_overview_by_group(make_ranking(5))
    twins = pd.concat([grouped(2), grouped(2).query("within == 'Group 00'").assign(within="Group 01")])
    with pytest.raises(BayesSaudeError, match=r"does not tell them apart\. Give the fit"):
        plot_overview_by_group(twins)
    with pytest.raises(BayesSaudeError, match="Nothing lies around the level 'region'"):
        plot_overview_by_group(nested_fit, level="region")
