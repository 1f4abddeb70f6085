"""Posterior predictive checks: what rankings rest on, observed against what the model predicts of it."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bayes_saude.plots.style import (
    CLASS_COLOURS,
    FONT_SIZE,
    PAGE,
    Lang,
    comma,
    legend_on_top,
    level_word,
    localise,
    new_axes,
    percent,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.predictive_checks import predictive_checks

ROW_HEIGHT, AROUND = 0.165, 0.95
# Points from the axes to the right ends of the columns of numbers.
COLUMNS = (46, 132, 160)
# Standard deviations of the prediction to both sides; farther is drawn at the edge as an arrow.
EDGE = 5.0
# Means of more times than these would not leave a page room for the rest.
MOST_TIMES = 12
# Tail probability below which an observed statistic counts as one that the model does not reproduce.
EXTREME = 0.01
FAILS = CLASS_COLOURS["below"]

WORDS = {
    "mean": ("mean of {of}", "média de {of}"),
    "sd_unit_means": ("sd of unit means", "dp das médias das unidades"),
    "sd_unit_slopes": ("sd of unit slopes", "dp das inclinações das unidades"),
    "largest_unit_mean": ("largest unit mean", "maior média de unidade"),
    "smallest_unit_mean": ("smallest unit mean", "menor média de unidade"),
    "residual_kurtosis": ("kurtosis of residuals", "curtose dos resíduos"),
    "residuals_beyond_3": ("share of residuals beyond 3 sd", "fração de resíduos além de 3 dp"),
    "of_level": ("{name}, {of}", "{name}, {of}"),
    "same": ("same units", "mesmas unidades"),
    "new": ("new units from the population", "novas unidades da população"),
    "axis": (
        "(observed − predicted mean) / sd of the difference",
        "(observado − média predita) / dp da diferença",
    ),
    "predicted": ("predicted, {prob} interval", "predito, intervalo de {prob}"),
    "fits": ("observed", "observado"),
    "fails": ("observed, p < {extreme} or p > {other}", "observado, p < {extreme} ou p > {other}"),
    "columns": ("observed", "observado"),
    "interval": ("predicted", "predito"),
    "p": ("p", "p"),
}


def plot_predictive_checks(
    data: pd.DataFrame | xr.DataTree,
    *,
    ci_prob: float = 0.95,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each statistic of `predictive_checks` where it stands in its predictive distribution.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `predictive_checks`, or a fit, of which they are then computed.
    ci_prob : float
        Probability of the predictive intervals of a fit; a table has its own.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure of a page's width is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        In standard deviations of prediction less observed, a scale that all statistics share; the statistic's
        own numbers stand to the right, with the p-value. An arrow at the edge stands for what lies more than
        five of them away. Of more than twelve times those are drawn whose means are farthest from their
        prediction. `plotted` gives the rows drawn with columns `z` (observed), `z_low`, `z_high` and `fails`.
    """
    checks = predictive_checks(data, ci_prob=ci_prob) if isinstance(data, xr.DataTree) else data
    prob = checks.attrs.get("ci_prob", ci_prob)
    drawn = _without_most_times(_standardised(checks))
    # A row for each heading of a kind of units.
    groups = drawn["units"].map({"same": 0, "new": 1}).to_numpy()
    rows = np.arange(len(drawn)) + 1.0 + 1.3 * groups
    ax = ax or new_axes(PAGE, AROUND + ROW_HEIGHT * (rows[-1] + 1))
    ax.axvline(0, color="black", linewidth=0.5, zorder=0)
    ax.hlines(rows, drawn["z_low"].clip(-EDGE, EDGE), drawn["z_high"].clip(-EDGE, EDGE), **_interval())
    fails = drawn["fails"].to_numpy()
    for place, z, failing in zip(rows, drawn["z"], fails, strict=True):
        ax.plot(np.clip(z, -EDGE, EDGE), place, **_mark(z, failing))
    _write_numbers(ax, drawn, rows, lang)
    ax.set_yticks(
        rows, [statistic_name(statistic, lang) for statistic in drawn["statistic"]], parse_math=False
    )
    for kind in drawn["units"].unique():
        first = rows[(drawn["units"] == kind).to_numpy()][0]
        _beside(ax, first - 1, -3.5, word(kind, lang, WORDS), weight="bold")
    ax.set_xlim(-EDGE - 0.4, EDGE + 0.4)
    ax.set_ylim(rows[-1] + 0.7, -0.7)
    ax.set_xlabel(word("axis", lang, WORDS))
    localise(ax.xaxis, lang)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    _legend(ax, prob, lang)
    return remember(ax, drawn)


def _standardised(checks: pd.DataFrame) -> pd.DataFrame:
    # A statistic that is predicted without scatter is either met or missed by all that can be.
    sd = checks["excess_sd"].where(checks["excess_sd"] > 0, np.finfo(float).tiny)
    apart = checks["observed"] - checks["predicted_mean"]
    fails = (checks["p_value"] < EXTREME) | (checks["p_value"] > 1 - EXTREME)
    return checks.assign(
        z=apart / sd,
        z_low=(checks["excess_low"] + apart) / sd,
        z_high=(checks["excess_high"] + apart) / sd,
        fails=fails,
    )


def _without_most_times(drawn: pd.DataFrame) -> pd.DataFrame:
    of_times = drawn.loc[drawn["statistic"].str.startswith("mean["), "z"].abs()
    return drawn.drop(index=of_times.nsmallest(max(0, len(of_times) - MOST_TIMES)).index)


def _interval() -> dict[str, Any]:
    return {"color": CLASS_COLOURS["none"], "linewidth": 3.2, "alpha": 0.55}


def _mark(z: float, fails: bool) -> dict[str, Any]:
    shape = "D" if fails else "o"
    return {
        "marker": shape if abs(z) <= EDGE else (">" if z > 0 else "<"),
        "color": FAILS if fails else "black",
        "markersize": 4.2 if fails else 3.2,
        "linestyle": "none",
        "clip_on": False,
    }


def _write_numbers(ax: Axes, drawn: pd.DataFrame, rows: np.ndarray, lang: Lang) -> None:
    """Write the statistics' own numbers in three columns to the right of the axes."""
    columns = {
        "columns": [_number(value, lang) for value in drawn["observed"]],
        "interval": [
            f"{_number(low, lang)} – {_number(high, lang)}"
            for low, high in zip(drawn["low"], drawn["high"], strict=True)
        ],
        "p": [comma(f"{value:.3f}", lang) for value in drawn["p_value"]],
    }
    for place, (name, texts) in zip(COLUMNS, columns.items(), strict=True):
        for height, text in zip([0, *rows], [word(name, lang, WORDS), *texts], strict=True):
            _beside(ax, height, place, text)


def _beside(ax: Axes, height: float, points: float, text: str, **style: Any) -> None:
    """Write to the left of the axes, or of a column so many points to the right of them."""
    ax.annotate(
        text, (float(points > 0), height), (points, 0), xycoords=ax.get_yaxis_transform(),
        textcoords="offset points", ha="right", va="center", size=FONT_SIZE, **style,
    )  # fmt: skip


def _number(value: float, lang: Lang) -> str:
    """Write a number with four digits, of those below a thousandth with six decimals."""
    size = abs(value)
    text = f"{value:.0f}" if size >= 1000 else f"{value:.6f}" if 0 < size < 1e-3 else f"{value:#.4g}"
    return comma(text, lang)


def statistic_name(statistic: str, lang: Lang) -> str:
    """Put the name of a statistic of `predictive_checks` into words: "mean of 2012"."""
    key, _, of = statistic.rstrip("]").partition("[")
    if key == "mean":
        return word(key, lang, WORDS, of=comma(of, lang))
    name = word(key, lang, WORDS)
    return word("of_level", lang, WORDS, name=name, of=level_word(of, lang)) if of else name


def _legend(ax: Axes, prob: float, lang: Lang) -> None:
    extreme = {
        "extreme": comma(f"{EXTREME:g}", lang),
        "other": comma(f"{1 - EXTREME:g}", lang),
    }
    handles = [
        Line2D([], [], **_interval(), label=word("predicted", lang, WORDS, prob=percent(prob, lang))),
        Line2D([], [], **_mark(0, False), label=word("fits", lang, WORDS)),
        Line2D([], [], **_mark(0, True), label=word("fails", lang, WORDS, **extreme)),
    ]
    legend_on_top(ax, handles, ncols=2, columnspacing=1.4)
