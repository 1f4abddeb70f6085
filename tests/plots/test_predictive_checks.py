"""The figure of posterior predictive checks."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from known_fits import fit_at_truth
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.simulate import simulate
from bayes_saude.plots.predictive_checks import plot_predictive_checks
from bayes_saude.plots.style import PAGE_HEIGHT, plotted

# statistic, units, observed, predicted_mean, low, high, excess_sd, excess_low, excess_high, p_value
ROWS = [
    ("mean[2011]", "same", 116.2, 103.2, 98.95, 107.5, 2.0, -17.2, -8.7, 0.0),
    ("mean[2012]", "same", 103.0, 104.0, 100.0, 108.0, 2.0, -3.0, 5.0, 0.62),
    ("sd_unit_means[region]", "same", 1234.5, 1000.0, 900.0, 1100.0, 50.0, -334.5, -134.5, 0.0),
    ("residuals_beyond_3", "same", 0.0002, 0.0027, 0.0, 0.0051, 0.0012, -0.0002, 0.0049, 0.995),
    ("smallest_unit_mean[region]", "new", -3.2, -3.0, -5.0, -1.0, 1.0, -1.8, 2.2, 0.58),
]
COLUMNS = [
    "statistic", "units", "observed", "predicted_mean", "low", "high",
    "excess_sd", "excess_low", "excess_high", "p_value",
]  # fmt: skip


@pytest.fixture
def checks():
    table = pd.DataFrame(ROWS, columns=COLUMNS).assign(mcse=0.01)
    table.attrs = {"ci_prob": 0.9}
    return table


def marks(ax):
    return [line for line in ax.lines if line.get_marker() in ("o", "D", "<", ">")]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_observed_stands_where_it_is_in_the_prediction(checks):
    ax = plot_predictive_checks(checks)
    # 13 / 2 lies beyond the edge at five.
    assert [mark.get_xdata()[0] for mark in marks(ax)] == pytest.approx([5, -0.5, 4.69, -2.5 / 1.2, -0.2])
    assert plotted(ax)["z"].tolist() == pytest.approx([6.5, -0.5, 4.69, -2.5 / 1.2, -0.2])
    (intervals,) = ax.collections
    ends = [(path[0, 0], path[1, 0]) for path in intervals.get_segments()]
    assert ends[1] == pytest.approx((-2, 2))
    assert ends[0] == pytest.approx((-2.1, 2.15))


def test_what_the_model_does_not_reproduce_has_a_mark_of_its_own(checks):
    ax = plot_predictive_checks(checks)
    assert [mark.get_marker() for mark in marks(ax)] == [">", "o", "D", "D", "o"]
    assert plotted(ax)["fails"].tolist() == [True, False, True, True, False]
    assert len({mark.get_color() for mark in marks(ax)}) == 2


def test_rows_are_named_and_grouped_by_their_units(checks):
    ax = plot_predictive_checks(checks)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "mean of 2011",
        "mean of 2012",
        "sd of unit means, regions",
        "share of residuals beyond 3 sd",
        "smallest unit mean, regions",
    ]
    assert {"same units", "new units from the population"} <= set(texts(ax))


def test_numbers_are_written_in_their_own_unit(checks):
    written = texts(plot_predictive_checks(checks))
    assert {"116.2", "1234", "0.000200", "−3.200"} <= set(written)
    assert {"98.95 – 107.5", "0.000 – 0.005100", "−5.000 – −1.000"} <= set(written)
    assert {"0.620", "0.995"} <= set(written)


def test_portuguese_has_its_words_and_its_decimal_comma(checks):
    ax = plot_predictive_checks(checks, lang="pt")
    assert {"116,2", "98,95 – 107,5", "mesmas unidades"} <= set(texts(ax))
    assert ax.get_yticklabels()[2].get_text() == "dp das médias das unidades, regiões"
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["predito, intervalo de 90%", "observado", "observado, p < 0,01 ou p > 0,99"]


def test_nothing_covers_anything(checks):
    ax = plot_predictive_checks(checks)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    frame = ax.figure.bbox
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)


def test_of_many_times_those_farthest_from_their_prediction_are_drawn(checks):
    year = checks.iloc[[1]]
    years = [year.assign(statistic=f"mean[{2000 + i}]", observed=104 + i * (-1) ** i) for i in range(40)]
    many = pd.concat([*years, checks.iloc[2:]], ignore_index=True)
    many.attrs = checks.attrs
    ax = plot_predictive_checks(many)
    assert plotted(ax)["statistic"].tolist()[:12] == [f"mean[{year}]" for year in range(2028, 2040)]
    assert len(plotted(ax)) == 15
    assert ax.figure.get_size_inches()[1] < PAGE_HEIGHT


def test_a_statistic_predicted_without_scatter_is_met(checks):
    certain = checks.iloc[[1]].assign(
        observed=0.0, predicted_mean=0.0, low=0.0, high=0.0, excess_sd=0.0, excess_low=0.0, excess_high=0.0
    )
    ax = plot_predictive_checks(certain)
    assert [mark.get_xdata()[0] for mark in marks(ax)] == [0]


def test_of_a_fit_the_checks_are_computed():
    panel = simulate_trend(1, fixed=(70, 2), scatter={"region": (8, 1, 0)}, sd_resid=4, regions=10)
    fit = fit_at_truth(simulate(trend_model(["region"]), panel, seed=1))
    drawn = plotted(plot_predictive_checks(fit, ci_prob=0.5))
    assert len(drawn) == 14
    assert np.isfinite(drawn["z"]).all()


def test_axes_given_are_used(checks):
    _, ax = plt.subplots()
    assert plot_predictive_checks(checks, ax=ax) is ax
