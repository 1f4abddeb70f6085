"""Every unit of a long ranking in one figure, and the units of each group in a panel of their own."""

from collections.abc import Sequence
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean, listed
from bayes_saude.plots._data import ranking_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    COLUMN,
    FONT_SIZE,
    MEAN_LINE,
    PAGE,
    TALLEST,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    percent,
    quantity_word,
    remember,
    shorten,
    tidy,
    word,
)
from bayes_saude.summaries.coefficients import ancestor_units, spec_of
from bayes_saude.summaries.ranking import ALL, classes

HEIGHT = 6.2
# Width of a unit's line, in points: between those of a class stand out.
WIDTHS = {"above": 0.45, "below": 0.45, "none": 0.3}
# Panels side by side, and inches: of a panel, and of what is around all of them.
ACROSS, PANEL, AROUND = 4, 1.5, 1.0
NAME_WIDTH = 22
WORDS = {
    "rank": ("place in the ranking", "lugar na classificação"),
    "counted": ("{side} ({n})", "{side} ({n})"),
}


def plot_overview(
    data: pd.DataFrame | xr.DataTree,
    *,
    by: str = "intercept",
    level: str | None = None,
    within: str = ALL,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the intervals of all units, hundreds of them without names, the best at the top.

    Parameters
    ----------
    data, by, level, within, ci_prob
        As for `plot_caterpillar`.
    label : str, optional
        Text of the horizontal axis, best the indicator and its unit.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = ranking_of(data, by=by, level=level, within=within, ci_prob=ci_prob)
    units = units.assign(side=classes(units["p_above_mean"], units.attrs["prob"]))
    ax = ax or new_axes(COLUMN, HEIGHT)
    _lines(ax, units, units["mean"].mean())
    ax.set_xlabel(label or quantity_word(by, lang), loc="right", parse_math=False)
    ax.set_ylabel(word("rank", lang, WORDS))
    ax.set_yticks(sorted({1, *(tick for tick in ax.get_yticks() if 1 < tick < len(units)), len(units)}))
    localise(ax.xaxis, lang)
    tidy(ax)
    handles, texts = _legend(units, lang)
    title = word("interval", lang, prob=percent(units.attrs["prob"], lang))
    legend_on_top(
        ax, handles, labels=texts, title=title, ncols=2, columnspacing=0.8, labelspacing=0.2,
        handlelength=1.2, handletextpad=0.5,
    )  # fmt: skip
    return remember(ax, units)


def plot_overview_by_group(
    data: pd.DataFrame | xr.DataTree,
    *,
    by: str = "intercept",
    level: str | None = None,
    group: str | None = None,
    groups: Sequence[str] | None = None,
    ranking: pd.DataFrame | None = None,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
) -> NDArray[np.object_]:
    """Draw the units of each group, such as the municipalities of each region, in a panel of their own.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `all_rankings`, or a fit, of two levels or more.
    by, level, ci_prob
        As for `plot_caterpillar`. Classes and the dashed line are about the mean of all units, not of the
        group's.
    group : str, optional
        Level around `level`; the nearest if left out.
    groups : sequence of str, optional
        Which of its units get a panel; all if left out, in alphabetical order.
    ranking : pandas.DataFrame, optional
        The fit's `all_rankings`, where they are at hand; the units are ranked anew if left out.
    label : str, optional
        Text of the horizontal axis, best the indicator and its unit.
    lang : {"en", "pt"}

    Returns
    -------
    array of matplotlib.axes.Axes
        One for each group, in a figure one page wide. `plotted` of any gives the rows of all.

    Raises
    ------
    BayesSaudeError
        If there is no level around, no such group, or there are more than a page holds.
    """
    units = ranking_of(data if ranking is None else ranking, by=by, level=level, ci_prob=ci_prob)
    prob = units.attrs["prob"]
    homes = _homes(data, units, by, group)
    units = units.assign(side=classes(units["p_above_mean"], prob), group=units["unit"].map(homes))
    mean = units["mean"].mean()
    names = sorted(set(units["group"])) if groups is None else list(groups)
    for name in names:
        if name not in set(units["group"]):
            raise BayesSaudeError(
                f"There is no group '{name}'.{did_you_mean(name, set(units['group']))} "
                f"Name some of {listed(sorted(set(units['group'])))}."
            )
    axes = _panels(len(names))
    shown = units[units["group"].isin(names)]
    for ax, name in zip(axes, names, strict=True):
        own = units[units["group"] == name]
        _lines(ax, own, mean, wide=2.0)
        ax.set_yticks([])
        localise(ax.xaxis, lang)
        tidy(ax)
        ax.spines["left"].set_visible(False)
        ax.set_title(f"{shorten(name, NAME_WIDTH)} ({len(own)})", size=FONT_SIZE, pad=2, parse_math=False)
        remember(ax, shown)
    figure = cast(Figure, axes[0].figure)
    handles, texts = _legend(shown, lang)
    title = word("interval", lang, prob=percent(prob, lang))
    figure.legend(
        handles,
        texts,
        title=title,
        title_fontsize=FONT_SIZE,
        fontsize=FONT_SIZE,
        loc="outside upper right",
        ncols=4,
        frameon=False,
        borderpad=0.2,
    )
    axes[-1].set_xlabel(label or quantity_word(by, lang), loc="right", parse_math=False)
    return axes


def _homes(
    data: pd.DataFrame | xr.DataTree, units: pd.DataFrame, by: str, group: str | None
) -> dict[str, str]:
    """Say to which group each unit belongs: a fit knows, and a table that ranks within groups tells."""
    level = str(units["level"].iloc[0])
    if isinstance(data, xr.DataTree):
        levels = spec_of(data).data.levels
        around = levels[: levels.index(level)]
        if not around:
            raise BayesSaudeError(f"Nothing lies around the level '{level}'. Use plot_overview.")
        homes = ancestor_units(data, level, group or around[-1])
        return dict(zip(homes[level].values.tolist(), homes.values.tolist(), strict=True))
    ranked = data[(data["level"] == level) & (data["by"] == by) & (data["within"] != ALL)]
    outer = [name for name in data["level"].unique() if name != level]
    inside = {name: ranked[ranked["within"].isin(data.loc[data["level"] == name, "unit"])] for name in outer}
    inside = {name: rows for name, rows in inside.items() if set(rows["unit"]) == set(units["unit"])}
    group = group or next(reversed(inside), None)
    if group in inside and inside[group]["unit"].duplicated().any():
        raise BayesSaudeError(
            f"Names of '{group}' are those of other levels too, so that the table does not tell them apart. "
            "Give the fit."
        )
    if group not in inside:
        raise BayesSaudeError(
            f"The table does not rank '{level}' within {f'each {group}' if group else 'groups'}. "
            "Give that of all_rankings of a fit with several levels, or the fit."
        )
    return dict(zip(inside[group]["unit"], inside[group]["within"], strict=True))


def _lines(ax: Axes, units: pd.DataFrame, mean: float, wide: float = 1.0) -> None:
    """Draw intervals one below the other, the posterior means as dots upon them."""
    places = np.arange(1, len(units) + 1)
    ax.hlines(
        places,
        units["low"],
        units["high"],
        colors=units["side"].map(CLASS_COLOURS).tolist(),
        linewidths=wide * units["side"].map(WIDTHS),
    )
    ax.plot(units["mean"], places, ".", color="black", markersize=1.0 + 0.3 * wide, markeredgewidth=0)
    ax.axvline(mean, color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)))
    margin = 0.01 * len(units) + 0.7
    ax.set_ylim(len(units) + margin, 1 - margin)


def _panels(n: int) -> NDArray[np.object_]:
    rows = -(-n // ACROSS)
    height = min(PANEL, (TALLEST - AROUND) / max(rows, 1))
    if not n or height < 0.6:
        raise BayesSaudeError(f"{n} groups cannot be drawn on a page. Choose some of them by `groups`.")
    _, grid = plt.subplots(
        rows,
        min(n, ACROSS),
        figsize=(PAGE, AROUND + height * rows),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    for spare in grid.ravel()[n:]:
        spare.remove()
    if n % ACROSS and rows > 1:
        for ax in grid[-2, n % ACROSS :]:
            ax.tick_params(labelbottom=True)
    return grid.ravel()[:n]


def _legend(units: pd.DataFrame, lang: Lang) -> tuple[list[Line2D], list[str]]:
    counts = units["side"].value_counts()
    handles, texts = [], []
    for name, colour in CLASS_COLOURS.items():
        if name in counts:
            handles.append(Line2D([], [], color=colour, linewidth=1.2))
            texts.append(word("counted", lang, WORDS, side=word(name, lang), n=counts[name]))
    handles.append(Line2D([], [], color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2))))
    return handles, [*texts, word("mean", lang)]
