"""The figure of single units' trends."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from small_fits import build_fit

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import PAGE, TALLEST, plotted
from bayes_saude.plots.trends import MOST, plot_trends
from bayes_saude.summaries.ranking import all_rankings


def cities(n, *, family="gaussian", draws=40):
    """Make cities whose intercepts fall from n to 1, known well, observed one above their lines."""
    names = [f"City {place:02d}" for place in range(n)]
    effects = np.zeros((2, draws, n, 2))
    effects[..., 0] = np.arange(n, 0, -1) + 0.05 * np.random.default_rng(1).normal(size=(2, draws, n))
    rows = [
        {"city": name, "time": time, "value": n - place + 1.0, "replicate": replicate}
        for place, name in enumerate(names)
        for time in (2011, 2012, 2014)
        for replicate in (1, 2)
    ]
    panel = pd.DataFrame(rows)
    if family != "gaussian":
        panel = panel.drop(columns="value").assign(successes=1, trials=4)
    return build_fit({"city": effects}, {"city": names}, panel=panel, family=family)


def titles(axes):
    return [ax.get_title(loc="left").split("\n")[0] for ax in axes]


def test_top_middle_and_bottom_are_drawn_by_default():
    assert titles(plot_trends(cities(21))) == [
        f"City {place:02d}" for place in (0, 1, 2, 9, 10, 11, 18, 19, 20)
    ]


def test_a_short_ranking_is_drawn_whole():
    assert titles(plot_trends(cities(5))) == [f"City {place:02d}" for place in range(5)]


def test_chosen_units_come_in_the_order_asked_for():
    assert titles(plot_trends(cities(5), units=["City 03", "City 00"])) == ["City 03", "City 00"]


def test_titles_give_the_rank_and_its_interval():
    (ax,) = plot_trends(cities(5), units=["City 01"])
    assert ax.get_title(loc="left") == "City 01\nrank 2 [2, 2]"
    (ax,) = plot_trends(cities(5), units=["City 01"], lang="pt")
    assert ax.get_title(loc="left") == "City 01\nposto 2 [2; 2]"


def test_a_ranking_at_hand_is_used(nested_fit):
    ranking = all_rankings(nested_fit).assign(rank_low=1, rank_high=7)
    (ax,) = plot_trends(nested_fit, units=["A"], ranking=ranking)
    assert ax.get_title(loc="left").endswith("[1, 7]")


def test_each_panel_has_its_data_its_trend_and_the_mean_of_all():
    (ax,) = plot_trends(cities(3), units=["City 00"])
    trend, points, mean = ax.lines
    assert points.get_xdata().tolist() == [2011, 2012, 2014] * 2
    assert points.get_ydata().tolist() == [4] * 6
    # The mean of 80 draws of standard deviation 0.05.
    assert trend.get_ydata() == pytest.approx(3, abs=4 * 0.05 / np.sqrt(80))
    assert mean.get_ydata() == pytest.approx(2, abs=4 * 0.05 / np.sqrt(80))
    numbers = plotted(ax)
    assert numbers.query("series == 'observed'")["replicate"].tolist() == [1, 1, 1, 2, 2, 2]
    band = numbers.query("series == 'trend'")
    assert ((band["low"] < 3) & (band["high"] > 3)).all()


def test_trends_of_shares_are_shares():
    (ax,) = plot_trends(cities(3, family="binomial"), units=["City 02"])
    # At most the noise of the mean of 80 draws.
    assert ax.lines[0].get_ydata() == pytest.approx(expit(1), abs=4 * 0.05 / np.sqrt(80))
    assert ax.lines[1].get_ydata().tolist() == [0.25] * 6
    assert ax.figure.get_supylabel() == "share"


def test_the_data_of_a_region_are_its_yearly_means(nested_fit):
    panel = nested_fit["constant_data"].to_dataset()
    panel["value"] = ("obs", np.arange(panel.sizes["obs"], dtype=float))
    nested_fit["constant_data"] = panel
    points = plotted(plot_trends(nested_fit, level="region", units=["East"])[0]).query("series == 'observed'")
    inside = panel.to_dataframe().query("region == 'East'").groupby("time")["value"].mean()
    assert points.set_index("time")["mean"].to_dict() == inside.to_dict()


def test_panels_of_a_row_share_their_scales_or_all_do():
    fit = cities(9)
    by_row = [ax.get_ylim() for ax in plot_trends(fit)]
    assert [len(set(by_row[start : start + 3])) for start in (0, 3, 6)] == [1, 1, 1]
    assert len(set(by_row)) == 3
    assert len({ax.get_ylim() for ax in plot_trends(fit, same_scale=True)}) == 1


def test_as_many_panels_as_there_may_be_keep_to_a_page():
    axes = plot_trends(cities(30), units=[f"City {place:02d}" for place in range(MOST)])
    assert len({ax.get_xlim() for ax in axes}) == 1
    width, height = axes[0].figure.get_size_inches()
    assert width == pytest.approx(PAGE)
    assert height <= TALLEST


def test_every_column_of_panels_has_its_years_at_the_bottom():
    axes = plot_trends(cities(5), units=[f"City {place:02d}" for place in range(5)])
    axes[0].figure.canvas.draw()
    shown = [
        bool(ax.xaxis.get_tightbbox()) and any(t.get_visible() and t.get_text() for t in ax.get_xticklabels())
        for ax in axes
    ]
    assert shown == [False, False, True, True, True]
    assert len(axes[0].figure.axes) == 5


def test_more_than_a_page_and_unknown_units_are_refused():
    with pytest.raises(
        BayesSaudeError, match=rf"{MOST + 1} units cannot be drawn on a page. Choose 1 to {MOST}"
    ):
        plot_trends(cities(30), units=[f"City {place:02d}" for place in range(MOST + 1)])
    with pytest.raises(BayesSaudeError, match=r"no unit 'City 99'"):
        plot_trends(cities(3), units=["City 99"])


def test_names_from_data_are_no_mathematics_and_long_ones_are_cut():
    fit = build_fit({"city": np.zeros((1, 9, 2, 2))}, {"city": ["R$ 1 to R$ 2", "x" * 40]})
    axes = plot_trends(fit, label="R$ per R$")
    assert "…" in " ".join(titles(axes))
    figure = axes[0].figure
    assert not any(text.get_parse_math() for text in (axes[0]._left_title, figure._supylabel))
