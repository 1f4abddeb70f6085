"""Trends of single units: their data, and the line that the model draws through them."""

from collections.abc import Sequence
from typing import Any, cast

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots._data import ranking_of
from bayes_saude.plots._panel import WORDS as OBSERVED
from bayes_saude.plots._panel import grid_of, observed_of, time_axis
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    FONT_SIZE,
    MEAN_LINE,
    PAGE,
    TALLEST,
    Lang,
    localise,
    percent,
    remember,
    shorten,
    tidy,
    word,
)
from bayes_saude.summaries.lines import mean_line, unit_lines

# Panels side by side, the height of a row of them and of what is around them, in inches.
ACROSS, ROW_HEIGHT, AROUND = 3, 1.55, 0.75
MOST = ACROSS * int((TALLEST - AROUND) / ROW_HEIGHT)
TITLE_WIDTH = 27
WORDS = {
    "rank": ("rank {expected} [{low}, {high}]", "posto {expected} [{low}; {high}]"),
    "data": ("observed", "observado"),
    "trend": ("trend, {prob} band", "tendência, faixa de {prob}"),
    "mean": ("mean of all", "média de todos"),
}


def plot_trends(
    fit: xr.DataTree,
    *,
    units: Sequence[str] | None = None,
    level: str | None = None,
    by: str = "intercept",
    ranking: pd.DataFrame | None = None,
    each: int = 3,
    same_scale: bool = False,
    ci_prob: float = 0.95,
    label: str | None = None,
    lang: Lang = "en",
) -> NDArray[np.object_]:
    """Draw the data of chosen units, each with its trend, band and rank, and the trend of the mean of all.

    Parameters
    ----------
    fit : xarray.DataTree
    units : sequence of str, optional
        Names of units; the first, the middle and the last `each` of the ranking if left out.
    level : str, optional
        Their level; the innermost if left out. The data of a unit that holds others are its yearly means.
    by : str
        What units are ranked by: "intercept", "slope" or "level:YEAR".
    ranking : pandas.DataFrame, optional
        The fit's `all_rankings`, where they are at hand; the units are ranked anew if left out.
    each : int
        How many of the top, of the middle and of the bottom are drawn, in a row or more of the page.
    same_scale : bool
        Whether all panels have one vertical scale; else those of a row have, so that a few units far from all
        others leave these readable.
    ci_prob : float
        Probability of the bands, and of the rank intervals in the titles.
    label : str, optional
        Text of the vertical axis, best the indicator and its unit.
    lang : {"en", "pt"}

    Returns
    -------
    array of matplotlib.axes.Axes
        One for each unit, in a figure one page wide. `plotted` of any gives the rows of all: `unit`, `series`
        ("observed", one row per replicate and time, or "trend" along the line), time, mean, low and high.

    Raises
    ------
    BayesSaudeError
        If there is no such unit or level, or more units than a page holds.
    """
    ranked = ranking_of(fit if ranking is None else ranking, by=by, level=level, ci_prob=ci_prob)
    level = str(ranked["level"].iloc[0])
    ranked = ranked.set_index("unit")
    chosen = _three_parts(list(ranked.index), each) if units is None else list(units)
    if not 1 <= len(chosen) <= MOST:
        raise BayesSaudeError(f"{len(chosen)} units cannot be drawn on a page. Choose 1 to {MOST}.")
    observed = observed_of(fit)
    grid = grid_of(observed["time"])
    trends = _trends(fit, level, chosen, grid, ci_prob)
    data = observed[observed[level].isin(chosen)].groupby([level, "replicate", "time"])["observed"].mean()
    points = data.rename("mean").rename_axis(["unit", "replicate", "time"]).reset_index()
    frame = pd.concat([points.assign(series="observed"), trends.assign(series="trend")], ignore_index=True)
    average = mean_line(fit, grid).mean(("chain", "draw")).values

    axes = _panels(len(chosen), same_scale)
    for ax, unit in zip(axes, chosen, strict=True):
        _draw(ax, frame[frame["unit"] == unit])
        ax.plot(grid, average, color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)))
        time_axis(ax, observed, lang)
        ax.set_xlabel("")
        localise(ax.yaxis, lang)
        tidy(ax)
        ax.set_title(_heading(unit, ranked.loc[unit], lang), size=FONT_SIZE, parse_math=False, loc="left")
        remember(ax, frame)
    _around(axes, label or word(observed.attrs["kind"], lang, OBSERVED), ci_prob, lang)
    return axes


def _three_parts(units: list[str], each: int) -> list[str]:
    """Take so many from the top, the middle and the bottom, or all of a short ranking."""
    if len(units) <= 3 * each:
        return units
    middle = (len(units) - each) // 2
    return [*units[:each], *units[middle : middle + each], *units[-each:]]


def _trends(
    fit: xr.DataTree, level: str, units: Sequence[str], grid: list[float], prob: float
) -> pd.DataFrame:
    draws = unit_lines(fit, level, grid, units)
    low, high = draws.quantile([(1 - prob) / 2, (1 + prob) / 2], dim=("chain", "draw")).values
    mean = draws.mean(("chain", "draw")).values
    return pd.DataFrame(
        {
            "unit": np.repeat(np.asarray(units, dtype=object), len(grid)),
            "time": np.tile(grid, len(units)),
            "mean": mean.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )


def _panels(n: int, same_scale: bool) -> NDArray[np.object_]:
    """Make axes for n units, of which rows share their scales; those of an unfinished row are taken away."""
    rows = -(-n // ACROSS)
    _, grid = plt.subplots(
        rows,
        min(n, ACROSS),
        figsize=(PAGE, AROUND + ROW_HEIGHT * rows),
        sharex=True,
        sharey=True if same_scale else "row",
        squeeze=False,
        layout="constrained",
    )
    for spare in grid.ravel()[n:]:
        spare.remove()
    for ax in grid[-2, n % ACROSS :] if n % ACROSS and rows > 1 else ():
        ax.tick_params(labelbottom=True)
    return grid.ravel()[:n]


def _draw(ax: Axes, unit: pd.DataFrame) -> None:
    trend, points = unit[unit["series"] == "trend"], unit[unit["series"] == "observed"]
    colour = CLASS_COLOURS["above"]
    ax.fill_between(trend["time"], trend["low"], trend["high"], color=colour, alpha=0.25, linewidth=0)
    ax.plot(trend["time"], trend["mean"], color=colour, linewidth=1.2)
    # Replicates of a reconstructed panel may lie on one another or apart.
    ax.plot(points["time"], points["mean"], "o", color="black", markersize=2.8, alpha=0.7, markeredgewidth=0)


def _heading(unit: str, row: Any, lang: Lang) -> str:
    rank = word(
        "rank",
        lang,
        WORDS,
        expected=f"{row['expected_rank']:.0f}",
        low=f"{row['rank_low']:.0f}",
        high=f"{row['rank_high']:.0f}",
    )
    return f"{shorten(unit, TITLE_WIDTH)}\n{rank}"


def _around(axes: NDArray[np.object_], label: str, prob: float, lang: Lang) -> None:
    """Write the legend above all panels and what they measure beside them."""
    figure = cast(Figure, axes[0].figure)
    colour = CLASS_COLOURS["above"]
    handles: list[Any] = [
        Line2D([], [], marker="o", linestyle="none", color="black", markersize=2.8),
        (Patch(facecolor=colour, alpha=0.25, linewidth=0), Line2D([], [], color=colour, linewidth=1.2)),
        Line2D([], [], color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2))),
    ]
    labels = [
        word("data", lang, WORDS),
        word("trend", lang, WORDS, prob=percent(prob, lang)),
        word("mean", lang, WORDS),
    ]
    figure.legend(handles, labels, loc="outside upper right", ncols=3, fontsize=FONT_SIZE, frameon=False)
    figure.supylabel(label, size=FONT_SIZE + 1, parse_math=False)
