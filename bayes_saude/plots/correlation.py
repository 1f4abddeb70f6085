"""The correlation of intercepts and slopes: a whole posterior beside REML's single point."""

import math

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._data import DEFAULT_PROB, fit_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    COLUMN,
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
from bayes_saude.summaries.comparison import hyperparameters
from bayes_saude.summaries.correlation import correlation_densities
from bayes_saude.summaries.reml import reml

HEIGHT = 2.5
POSTERIOR, PRIOR, REML = CLASS_COLOURS["above"], CLASS_COLOURS["below"], "#000000"
WORDS = {
    "axis": ("correlation of intercept and slope, {units}", "correlação de intercepto e inclinação, {units}"),
    "density": ("density", "densidade"),
    "prior": ("prior, LKJ({eta})", "a priori, LKJ({eta})"),
    "posterior": (
        "posterior, mean {mean} ({prob}: {low} to {high})",
        "a posteriori, média {mean} ({prob}: {low} a {high})",
    ),
    "reml": ("REML, {value}", "REML, {value}"),
    "boundary": (
        "REML, {value}: on the boundary of what is possible",
        "REML, {value}: na fronteira do possível",
    ),
    "some": (
        "REML, {value}: on the boundary in some replicates",
        "REML, {value}: na fronteira em algumas réplicas",
    ),
    "missing": (
        "REML has none: a standard deviation is zero",
        "REML não tem: um desvio-padrão é zero",
    ),
}


def plot_correlation(
    fit: xr.DataTree,
    *,
    level: str | None = None,
    table: pd.DataFrame | None = None,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the correlation's posterior and prior density, and where REML puts it.

    Parameters
    ----------
    fit : xarray.DataTree
        Of a model whose units have slopes.
    level : str, optional
        The innermost if left out.
    table : pandas.DataFrame, optional
        From `hyperparameters` of the same fit, where it is at hand; else the fit is fitted by REML too.
    ci_prob : float, optional
        Probability of the equal-tailed interval: 0.95 if left out. A table has its own.
    label : str, optional
        Text of the horizontal axis.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives the points of both densities, with the columns reml, note, mean, low and high.

    Notes
    -----
    Where the likelihood is highest at a correlation of 1 or -1, REML answers with that point, as if
    intercepts told slopes exactly. The posterior says how much smaller the correlation may be.
    """
    densities = correlation_densities(fit_of(fit), level=level)
    numbers, prob = _numbers(fit, densities.attrs["parameter"], table, ci_prob)
    if ax is None:
        ax = new_axes(COLUMN, HEIGHT)
    mean, low, high = (numbers[f"bayes_{name}"] for name in ("mean", "low", "high"))
    _draw_posterior(ax, densities, mean, (low, high), prob, lang)
    # A prior with eta below 1 has no end at the bounds.
    prior = densities["prior"].where(np.isfinite(densities["prior"]))
    told = word("prior", lang, WORDS, eta=comma(f"{densities.attrs['eta']:g}", lang))
    ax.plot(densities["x"], prior, color=PRIOR, linewidth=1.1, linestyle=(0, (3, 1.5)), label=told)
    top = 1.1 * max(densities["posterior"].max(), prior.iloc[1:-1].max())
    _mark_reml(ax, numbers["reml"], numbers["note"], 0.97 * top, lang)

    ax.set(xlim=(-1.04, 1.04), ylim=(0, top))
    ax.set_xticks(np.linspace(-1, 1, 5))
    ax.set_yticks([])
    ax.set_ylabel(word("density", lang, WORDS))
    units = level_word(densities.attrs["level"], lang)
    ax.set_xlabel(label or word("axis", lang, WORDS, units=units), parse_math=False)
    localise(ax.xaxis, lang)
    tidy(ax)
    legend_on_top(ax, handlelength=1.8, labelspacing=0.2)
    return remember(
        ax, densities.assign(reml=numbers["reml"], note=numbers["note"], mean=mean, low=low, high=high)
    )


def _numbers(
    fit: xr.DataTree, parameter: str, table: pd.DataFrame | None, ci_prob: float | None
) -> tuple[pd.Series, float]:
    """Give the parameter's row of the table of hyperparameters, and the probability of its interval."""
    if table is None:
        table = hyperparameters(fit, reml(fit, prob=DEFAULT_PROB if ci_prob is None else ci_prob))
    prob = table.attrs.get("prob", DEFAULT_PROB)
    if ci_prob is not None and ci_prob != prob:
        raise BayesSaudeError(
            f"The table was made with prob = {prob:g}, not {ci_prob:g}. Leave `ci_prob` out, or the table."
        )
    rows = table[table["parameter"] == parameter]
    if rows.empty:
        raise BayesSaudeError(f"The table has no '{parameter}'. Give that of the same fit, or leave it out.")
    # A note that is empty comes from a file as missing.
    return rows.iloc[0].fillna({"note": ""}), prob


def _draw_posterior(
    ax: Axes, densities: pd.DataFrame, mean: float, interval: tuple[float, float], prob: float, lang: Lang
) -> None:
    x, posterior = densities["x"], densities["posterior"]
    ax.fill_between(x, posterior, color=POSTERIOR, alpha=0.15, linewidth=0)
    ax.fill_between(x, posterior, where=x.between(*interval), color=POSTERIOR, alpha=0.3, linewidth=0)
    low, high = (_written(end, lang) for end in interval)
    told = {"mean": _written(mean, lang), "low": low, "high": high, "prob": percent(prob, lang)}
    ax.plot(x, posterior, color=POSTERIOR, linewidth=1.1, label=word("posterior", lang, WORDS, **told))


def _written(value: float, lang: Lang) -> str:
    return comma(f"{value:.2f}", lang)


def _mark_reml(ax: Axes, value: float, note: str, height: float, lang: Lang) -> None:
    if math.isnan(value):
        ax.plot([], [], linestyle="none", label=word("missing", lang, WORDS))
        return
    key = {"": "reml", "boundary": "boundary"}.get(note, "some")
    ax.plot([value, value], [0, height], color=REML, linewidth=0.9, clip_on=False)
    ax.plot(
        value, height, "D", color="white" if key == "boundary" else REML, markeredgecolor=REML,
        markeredgewidth=0.8, markersize=3.6, clip_on=False,
        label=word(key, lang, WORDS, value=_written(value, lang)),
    )  # fmt: skip
