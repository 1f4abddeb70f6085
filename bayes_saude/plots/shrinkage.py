"""Shrinkage: from each unit's own line to REML's to the posterior's, in the plane of intercept and slope."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean, listed
from bayes_saude.plots._data import fit_of
from bayes_saude.plots._labels import name_points
from bayes_saude.plots._rows import MOST_ROWS
from bayes_saude.plots.style import (
    COLUMN,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    quantity_word,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.least_squares import COLUMNS, shrinkage

# The three estimates, each with its colour, mark and size. The last, filled, fits inside the one before.
STAGES = {
    "own": ("#7F7F7F", "o", 3.2),
    "reml": ("#D55E00", "D", 4.0),
    "bayes": ("#0072B2", "s", 2.2),
}
# Units with arrows where not all have them, and names.
FEW_ARROWS, FEW_NAMES = 12, 8
WORDS = {
    "own": ("own least squares", "mínimos quadrados"),
    "reml": ("REML", "REML"),
    "bayes": ("posterior mean", "média a posteriori"),
    "centre": ("mean of all", "média de todos"),
}


def plot_shrinkage(
    data: xr.DataTree | pd.DataFrame,
    *,
    level: str | None = None,
    units: Sequence[str] | None = None,
    names: int = FEW_NAMES,
    labels: tuple[str, str] | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each unit's line by itself, by REML and by the posterior, with arrows from one to the next.

    Parameters
    ----------
    data : xarray.DataTree or pandas.DataFrame
        A fit, which is then fitted by REML too, or `shrinkage` of it.
    level : str, optional
        Whose units of a fit: the innermost level if left out.
    units : sequence of str, optional
        Units with arrows and names. If left out all have arrows where they are at most 45, otherwise the
        twelve that move farthest; the others are points, their own line and the posterior's.
    names : int
        How many of the units with arrows are named, those that move farthest first, unless `units` are given.
    labels : tuple of two str, optional
        Texts of the horizontal axis, the intercept, and of the vertical one, the slope, best the indicator
        and its unit.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    table = _table(data, level)
    own = table.dropna(subset=["own_intercept", "own_slope"])
    moving = (
        own.head(len(own) if len(own) <= MOST_ROWS else FEW_ARROWS) if units is None else _named(own, units)
    )
    still = table.drop(index=moving.index)
    if ax is None:
        ax = new_axes(COLUMN, 1.1 * COLUMN)

    for stage in ("own", "bayes"):
        colour, mark, _ = STAGES[stage]
        ax.plot(
            still[f"{stage}_intercept"], still[f"{stage}_slope"], mark, color=colour, markersize=1.4,
            alpha=0.45, markeredgewidth=0,
        )  # fmt: skip
    for start, end in (("own", "reml"), ("reml", "bayes")):
        _arrows(ax, moving, start, end)
    for stage, (colour, mark, size) in STAGES.items():
        ax.plot(
            moving[f"{stage}_intercept"], moving[f"{stage}_slope"], mark, color=colour, markersize=size,
            markerfacecolor=colour if stage == "bayes" else "white", markeredgewidth=0.7,
        )  # fmt: skip
    ax.plot(table["bayes_intercept"].mean(), table["bayes_slope"].mean(), "+", color="black", markersize=8)

    horizontal, vertical = labels or (quantity_word("intercept", lang), quantity_word("slope", lang))
    ax.set_xlabel(horizontal, parse_math=False)
    ax.set_ylabel(vertical, parse_math=False)
    for axis in (ax.xaxis, ax.yaxis):
        localise(axis, lang)
    ax.margins(0.08)
    tidy(ax)
    _legend(ax, lang)
    named = moving.head(names) if units is None else moving
    name_points(
        ax, named[["own_intercept", "own_slope"]].to_numpy(), named["unit"].tolist(), avoid=_ways(moving)
    )
    return remember(ax, table.assign(arrows=table.index.isin(moving.index)))


def _ways(units: pd.DataFrame) -> NDArray[np.float64]:
    """Points along all arrows, shape (points, 2)."""
    own, reml, bayes = (
        units[[f"{stage}_intercept", f"{stage}_slope"]].to_numpy(dtype=float) for stage in STAGES
    )
    return np.concatenate([bayes, *(own + share * (reml - own) for share in np.linspace(0, 1, 9))])


def _table(data: xr.DataTree | pd.DataFrame, level: str | None) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        return shrinkage(fit_of(data, "shrinkage"), level=level)
    missing = [name for name in COLUMNS if name not in data]
    if missing:
        raise BayesSaudeError(
            f"The table lacks {listed(missing)}, so that it is none of shrinkage. Give one, or a fit."
        )
    return data.reset_index(drop=True)


def _named(own: pd.DataFrame, units: Sequence[str]) -> pd.DataFrame:
    known = own["unit"].tolist()
    for unit in units:
        if unit not in known:
            raise BayesSaudeError(
                f"No unit '{unit}' has a line of its own.{did_you_mean(unit, known)} "
                "Spell it as the panel does, and choose one with more than one time."
            )
    return own[own["unit"].isin(units)]


def _arrows(ax: Axes, units: pd.DataFrame, start: str, end: str) -> None:
    for _, unit in units.iterrows():
        ax.annotate(
            "",
            xy=(unit[f"{end}_intercept"], unit[f"{end}_slope"]),
            xytext=(unit[f"{start}_intercept"], unit[f"{start}_slope"]),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.09,head_length=0.2", "linewidth": 0.5,
                "color": STAGES[end][0], "shrinkA": 1.5, "shrinkB": 1.5,
            },
        )  # fmt: skip


def _legend(ax: Axes, lang: Lang) -> None:
    handles = [
        Line2D(
            [], [], color=colour, marker=mark, markersize=size, linewidth=0, markeredgewidth=0.7,
            markerfacecolor=colour if stage == "bayes" else "white", label=word(stage, lang, WORDS),
        )
        for stage, (colour, mark, size) in STAGES.items()
    ]  # fmt: skip
    handles.append(
        Line2D(
            [], [], color="black", marker="+", markersize=6, linewidth=0, label=word("centre", lang, WORDS)
        )
    )
    legend_on_top(ax, handles, ncols=2, handlelength=1.2, labelspacing=0.2)
