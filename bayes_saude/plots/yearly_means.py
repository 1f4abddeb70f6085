"""Yearly means: what was observed on average in each year, and the posterior of the mean's trend."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._panel import WORDS as OBSERVED
from bayes_saude.plots._panel import grid_of, observed_of, time_axis
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    COLUMN,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    percent,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.lines import mean_line

HEIGHT = 2.5
WORDS = {
    "observed": ("mean observed, {prob} interval", "média observada, intervalo de {prob}"),
    "trend": ("trend of the mean, {prob} band", "tendência da média, faixa de {prob}"),
    "axis": ("mean {what}", "média: {what}"),
}


def plot_yearly_means(
    data: pd.DataFrame | xr.DataTree,
    *,
    time: str | None = None,
    outcome: str | None = None,
    ci_prob: float = 0.95,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each year's mean over the units, and of a fit the trend of the mean.

    As charts 5 to 8 of Sá (2015). Every row of the panel counts the same: the mean of shares is not the
    share of all.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        A table of one row per unit and time, such as `read_panel` gives, or a fit.
    time, outcome : str, optional
        A table's columns; those that a panel has if left out, see `observed_of`.
    ci_prob : float
        Probability of the intervals of the means, mean ± z sd / sqrt(n), and of the band. Where a panel has
        replicates, the variance of the mean is Rubin's: that within them and (1 + 1 / R) of that between.
    label : str, optional
        Text of the vertical axis, best the indicator and its unit.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives a row per time with `series` "observed", and of a fit rows "trend" along the line.

    Raises
    ------
    BayesSaudeError
        If `data` has no observations, or the probability is none.
    """
    if not 0 < ci_prob < 1:
        raise BayesSaudeError(f"{ci_prob} is no probability of intervals. Use one such as 0.95.")
    observed = observed_of(data, time=time, outcome=outcome)
    means = _means(observed, ci_prob)
    drawn = [means.assign(series="observed")]
    ax = ax or new_axes(COLUMN, HEIGHT)
    handles: dict[str, Any] = {}
    colour = CLASS_COLOURS["above"]
    if isinstance(data, xr.DataTree):
        trend = _trend(data, observed["time"], ci_prob)
        drawn.append(trend.assign(series="trend"))
        band = ax.fill_between(
            trend["time"], trend["low"], trend["high"], color=colour, alpha=0.25, linewidth=0
        )
        (line,) = ax.plot(trend["time"], trend["mean"], color=colour, linewidth=1.2)
        handles["trend"] = (band, line)
    handles["observed"] = ax.errorbar(
        means["time"],
        means["mean"],
        yerr=[means["mean"] - means["low"], means["high"] - means["mean"]],
        fmt="o",
        color="black",
        markersize=3.2,
        linewidth=0.9,
        capsize=2.5,
    )
    time_axis(ax, observed, lang)
    what = word(observed.attrs["kind"], lang, OBSERVED)
    ax.set_ylabel(label or word("axis", lang, WORDS, what=what), parse_math=False)
    localise(ax.yaxis, lang)
    tidy(ax)
    labels = [word(name, lang, WORDS, prob=percent(ci_prob, lang)) for name in handles]
    legend_on_top(ax, list(handles.values()), labels=labels)
    return remember(ax, pd.concat(drawn, ignore_index=True))


def _means(observed: pd.DataFrame, prob: float) -> pd.DataFrame:
    """Take each time's mean over rows, with its interval, pooled over replicates."""
    each = observed.groupby(["time", "replicate"])["observed"].agg(["mean", "var", "size"]).reset_index()
    each["within"] = each["var"] / each["size"]
    pooled = each.groupby("time").agg(
        mean=("mean", "mean"), within=("within", "mean"), between=("mean", "var"), n=("size", "mean"),
        replicates=("mean", "size"),
    )  # fmt: skip
    variance = pooled["within"] + (1 + 1 / pooled["replicates"]) * pooled["between"].fillna(0)
    margin = NormalDist().inv_cdf((1 + prob) / 2) * np.sqrt(variance)
    intervals = pooled.assign(low=pooled["mean"] - margin, high=pooled["mean"] + margin)
    return intervals[["mean", "low", "high", "n"]].reset_index()


def _trend(fit: xr.DataTree, times: pd.Series, prob: float) -> pd.DataFrame:
    grid = grid_of(times)
    draws = mean_line(fit, grid)
    low, high = draws.quantile([(1 - prob) / 2, (1 + prob) / 2], dim=("chain", "draw")).values
    mean = draws.mean(("chain", "draw")).values
    return pd.DataFrame({"time": grid, "mean": mean, "low": low, "high": high})
