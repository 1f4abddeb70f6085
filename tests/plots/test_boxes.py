"""The figure of box plots by group and year."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.boxes import plot_boxes
from bayes_saude.plots.style import TALLEST, plotted


def panel(groups="AB", years=(2008, 2010, 2012)):
    """Make eleven cities per group, at 0 to 10 in the first year, higher later and in later groups."""
    rows = [
        {"group": group, "city": f"{group}{city}", "year": year, "value": city + 100 * late + place}
        for place, group in enumerate(groups)
        for late, year in enumerate(years)
        for city in range(11)
    ]
    return pd.DataFrame(rows).rename(columns={"group": "macro_region"})


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_each_group_has_a_box_in_the_first_and_the_last_year():
    ax = plot_boxes(panel(), group="macro_region")
    assert plotted(ax)[["group", "time"]].values.tolist() == [
        ["A", 2008],
        ["A", 2012],
        ["B", 2008],
        ["B", 2012],
    ]
    assert len(ax.patches) == 4


def test_boxes_hold_the_middle_half_and_whiskers_reach_one_and_a_half_of_it():
    table = panel("A", (2008,))
    table.loc[10, "value"] = 40
    box = plotted(plot_boxes(table, group="macro_region")).iloc[0]
    # Of 0 to 9 and 40: quartiles 2.5 and 7.5, the farthest within 7.5 of these 0 and 9.
    assert box[["n", "low", "q1", "median", "q3", "high", "outliers"]].tolist() == [11, 0, 2.5, 5, 7.5, 9, 1]


def test_boxes_are_drawn_at_their_numbers_one_year_below_the_other():
    ax = plot_boxes(panel("A"), group="macro_region", times=[2008, 2012])
    first, last = (patch.get_extents().transformed(ax.transData.inverted()) for patch in ax.patches)
    assert (first.x0, first.x1, last.x0, last.x1) == pytest.approx((2.5, 7.5, 202.5, 207.5))
    # The vertical axis points down.
    assert max(first.y0, first.y1) < min(last.y0, last.y1)


def test_the_group_of_the_highest_last_median_is_at_the_top():
    assert names(plot_boxes(panel("ACB"), group="macro_region")) == ["B", "C", "A"]


def test_the_line_is_the_median_of_all_in_the_last_year():
    ax = plot_boxes(panel(), group="macro_region", times=[2010])
    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert line.get_xdata() == pytest.approx([105.5, 105.5])


def test_a_fit_gives_the_posterior_means_of_its_innermost_units(nested_fit):
    boxes = plotted(plot_boxes(nested_fit, of="posterior")).set_index(["group", "time"])
    assert boxes["n"].tolist() == [3, 3, 2, 2, 2, 2]
    # The intercepts of East are 70 - 3 + (-1, 0, 2), of two normal effects of 200 draws each.
    error = 4 * np.hypot(0.7, 0.9) / np.sqrt(200)
    assert boxes.loc[("East", 2011.0), "median"] == pytest.approx(67, abs=error)


def test_a_fit_gives_its_observations_by_the_outermost_level(nested_fit):
    assert sorted(set(plotted(plot_boxes(nested_fit))["group"])) == ["East", "North", "West"]


def test_labels_are_in_either_language():
    table = panel().assign(value=lambda rows: rows["value"] / 100)
    ax = plot_boxes(table, group="macro_region", lang="pt")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["2008", "2012", "mediana de todos, 2012"]
    assert ax.get_xlabel() == "valor"
    ax.figure.canvas.draw()
    assert any("," in tick.get_text() for tick in ax.get_xticklabels())
    english = plot_boxes(table, group="macro_region")
    assert english.get_legend().get_texts()[-1].get_text() == "median of all, 2012"


def test_years_are_told_apart_by_lightness_and_not_by_hue_alone():
    ax = plot_boxes(panel(years=(1, 2, 3, 4)), group="macro_region", times=[1, 2, 3, 4])
    grey = [np.dot(patch.get_facecolor()[:3], (0.299, 0.587, 0.114)) for patch in ax.patches[::2]]
    assert (np.diff(grey) < -0.15).all()


def test_names_from_data_are_no_mathematics():
    ax = plot_boxes(panel().replace("A", "R$ 1 to R$ 2"), group="macro_region")
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())


def test_many_groups_stay_on_a_page_and_more_are_refused():
    table = panel([f"G{place:02d}" for place in range(28)])
    assert plot_boxes(table, group="macro_region").figure.get_size_inches()[1] < TALLEST
    with pytest.raises(BayesSaudeError, match=r"84 boxes are more than a page holds.*`times`"):
        plot_boxes(table, group="macro_region", times=[2008, 2010, 2012])


def test_times_and_groups_that_are_not_there_are_refused():
    with pytest.raises(BayesSaudeError, match=r"times 2009. Choose up to 4 of 2008, 2010, 2012"):
        plot_boxes(panel(), group="macro_region", times=[2009])
    with pytest.raises(BayesSaudeError, match=r"no groups 'region'\. Did you mean 'macro_region'"):
        plot_boxes(panel(), group="region")


def test_posterior_means_are_those_of_units_inside_a_level(nested_fit):
    with pytest.raises(BayesSaudeError, match='take of="observed"'):
        plot_boxes(panel(), of="posterior", group="macro_region")
    with pytest.raises(BayesSaudeError, match="'state' is not a level around 'municipality'"):
        plot_boxes(nested_fit, of="posterior", group="state")
