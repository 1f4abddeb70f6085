"""The funnel plot."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from small_fits import build_fit

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.funnel import plot_funnel
from bayes_saude.plots.style import CLASS_MARKS, plotted

# At 1000 trials of a share of 0.5 the limits are 1.96 and 3.09 times 0.0158: 0.031 and 0.049.
SHARES = {"Far above": 560, "Above": 538, "Inside": 505, "Lower": 495, "Below": 462, "Far below": 440}
PANEL = pd.concat(
    pd.DataFrame({"city": list(SHARES), "year": year, "successes": list(SHARES.values()), "trials": 1000})
    for year in (2011, 2014)
)


def units(ax):
    return plotted(ax).set_index("unit")


def marks(ax):
    """Count the marks by shape and whether they are filled."""
    return {
        (line.get_marker(), line.get_markerfacecolor() != "white"): len(line.get_xdata())
        for line in ax.lines
        if line.get_marker() != "None" and len(line.get_xdata())
    }


def test_units_are_judged_by_the_limits_at_their_own_size():
    found = units(plot_funnel(PANEL, level="city"))
    assert found["outside"].to_dict() == {
        "Far above": 2, "Above": 1, "Inside": 0, "Lower": 0, "Below": 1, "Far below": 2,
    }  # fmt: skip
    assert found.loc["Below", "side"] == "below"
    assert found.loc["Inside", "side"] == "none"
    assert found["size"].tolist() == [1000] * 6


def test_classes_have_marks_of_their_own_filled_outside_the_outer_limits():
    assert marks(plot_funnel(PANEL, level="city")) == {
        ("o", True): 2,
        (CLASS_MARKS["above"], False): 1,
        (CLASS_MARKS["above"], True): 1,
        (CLASS_MARKS["below"], False): 1,
        (CLASS_MARKS["below"], True): 1,
    }


def test_only_units_outside_the_outer_limits_are_named():
    ax = plot_funnel(PANEL, level="city")
    assert {text.get_text() for text in ax.texts} == {"Far above", "Far below"}
    assert len(plot_funnel(PANEL, level="city", names=1).texts) == 1


def test_names_cover_neither_one_another_nor_the_marks():
    rng = np.random.default_rng(1)
    trials = rng.integers(200, 4000, 300)
    table = pd.DataFrame({"city": [f"Municipality {place:03d}" for place in range(300)], "year": 2014})
    table = table.assign(trials=trials, successes=rng.binomial(trials, rng.beta(20, 20, 300)))
    ax = plot_funnel(table, level="city")
    ax.figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert 5 <= len(boxes) <= 10
    assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[:place])
    points = ax.transData.transform(plotted(ax)[["size", "observed"]].to_numpy())
    assert not any(box.contains(x, y) for box in boxes for x, y in points)


def test_the_centre_is_the_share_of_all_and_rows_of_a_unit_are_added_up():
    table = PANEL.assign(half=[*"AAABBB"] * 2)
    ax = plot_funnel(table, level="half", at=2011)
    (centre,) = [line for line in ax.lines if line.get_linestyle() == ":"]
    assert list(centre.get_ydata()) == [0.5, 0.5]
    assert units(ax).loc["A", "observed"] == pytest.approx((560 + 538 + 505) / 3000)


def test_the_curves_are_the_limits():
    ax = plot_funnel(PANEL, level="city")
    curves = [line for line in ax.lines if len(line.get_xdata()) > 10]
    assert len(curves) == 4
    for column, curve in zip(("low_inner", "high_inner", "low_outer", "high_outer"), curves, strict=True):
        at = np.interp(1000, curve.get_xdata(), curve.get_ydata())
        assert at == pytest.approx(units(ax).loc["Inside", column], abs=5e-4)


def test_rates_have_poisson_limits():
    table = pd.DataFrame({"city": ["A", "B", "C"], "year": 1, "count": [10, 12, 60], "exposure": 100.0})
    found = units(plot_funnel(table, level="city"))
    assert found["outside"].to_dict() == {"C": 2, "A": 2, "B": 2}
    assert found.loc["A", "observed"] == 0.1


def test_the_dispersion_of_a_fit_widens_the_limits():
    panel = PANEL.rename(columns={"year": "time"}).assign(replicate=1)
    fit = build_fit(
        {"city": np.zeros((1, 10, 6, 2))}, {"city": list(SHARES)}, family="beta_binomial", panel=panel
    )
    posterior = fit["posterior"].to_dataset()
    posterior["dispersion"] = (("chain", "draw"), np.full((1, 10), 0.2))
    fit["posterior"] = posterior
    assert (units(plot_funnel(fit))["outside"] > 0).sum() == 4
    ax = plot_funnel(fit, overdispersed=True)
    assert (units(ax)["outside"] == 0).all()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == [
        "all together",
        "95% limits: chance and scatter of years",
        "99.8% limits: chance and scatter of years",
    ]


def test_replicates_of_other_sizes_have_limits_at_their_mean_and_units_without_trials_none():
    twice = pd.concat([PANEL.assign(replicate=1), PANEL.assign(replicate=2, trials=PANEL["trials"] + 1)])
    twice.loc[twice["city"] == "Inside", ["successes", "trials"]] = 0
    drawn = units(plot_funnel(twice, level="city"))
    assert "Inside" not in drawn.index
    assert (drawn["size"] % 1 == 0.5).all()
    assert np.isfinite(drawn[["low_inner", "high_inner", "low_outer", "high_outer"]]).all(axis=None)


def test_sizes_that_differ_much_are_on_a_logarithmic_axis():
    assert plot_funnel(PANEL, level="city").get_xscale() == "linear"
    wide = PANEL.assign(trials=[50, 100, 1000, 10_000, 1000, 1000] * 2, successes=20)
    ax = plot_funnel(wide, level="city", lang="pt")
    assert ax.get_xscale() == "log"
    ax.figure.canvas.draw()
    assert {"100", "1.000", "10.000"} <= {tick.get_text() for tick in ax.get_xticklabels()}


def test_portuguese_has_its_words_and_its_decimal_comma():
    ax = plot_funnel(PANEL, level="city", lang="pt")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("denominador", "proporção")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend[:3] == ["todos juntos", "limites de 95%", "limites de 99,8%"]
    ax.figure.canvas.draw()
    assert any("," in tick.get_text() for tick in ax.get_yticklabels())


def test_names_from_data_are_no_mathematics():
    ax = plot_funnel(PANEL.replace("Far above", "R$ 1 to R$ 2"), level="city", label="R$ per R$")
    assert not any(text.get_parse_math() for text in (*ax.texts, ax.yaxis.label))


def test_what_makes_no_funnel_is_refused(nested_fit):
    with pytest.raises(BayesSaudeError, match="how many cases stand behind"):
        plot_funnel(nested_fit)
    with pytest.raises(BayesSaudeError, match=r"no units 'town'.*'city', 'year'"):
        plot_funnel(PANEL, level="town")
    with pytest.raises(BayesSaudeError, match=r"no time 2012\. Choose one of 2011, 2014"):
        plot_funnel(PANEL, level="city", at=2012)
    with pytest.raises(BayesSaudeError, match="no dispersion to widen"):
        plot_funnel(PANEL, level="city", overdispersed=True)
    with pytest.raises(BayesSaudeError, match="units of 'half' have several"):
        plot_funnel(PANEL.assign(half="A"), level="half", overdispersed=True)
    with pytest.raises(BayesSaudeError, match="Use two probabilities"):
        plot_funnel(PANEL, level="city", probs=(0.998, 0.95))
