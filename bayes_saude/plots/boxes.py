"""Box plots: how the units of each group are spread, in some years side by side."""

from collections.abc import Sequence
from typing import Any, Literal, cast

import matplotlib.cbook
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bayes_saude.errors import BayesSaudeError, did_you_mean, listed
from bayes_saude.plots._panel import VALUE, observed_of
from bayes_saude.plots._panel import WORDS as OBSERVED
from bayes_saude.plots.style import (
    COLUMN,
    MEAN_LINE,
    TALLEST,
    Lang,
    comma,
    legend_on_top,
    localise,
    new_axes,
    remember,
    shorten,
    tidy,
    word,
)
from bayes_saude.summaries.coefficients import ancestor_units, posterior_of, spec_of
from bayes_saude.summaries.lines import unit_lines

# Inches: a box, the space between two groups, and what is around the axes.
BOX, SPACE, AROUND = 0.105, 0.05, 0.85
# From light to dark, so that a grey print tells the times apart, with the colour of the median's line.
FILLS = (("#FFFFFF", "black"), ("#9ECAE1", "black"), ("#4292C6", "black"), ("#08519C", "white"))
WORDS = {
    "median": ("median of all, {time}", "mediana de todos, {time}"),
    "posterior": ("{what}, posterior means", "{what}, médias a posteriori"),
}


def plot_boxes(
    data: pd.DataFrame | xr.DataTree,
    *,
    group: str | None = None,
    times: Sequence[float] | None = None,
    of: Literal["observed", "posterior"] = "observed",
    time: str | None = None,
    outcome: str | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw a box of each group's units for each of some times, the highest last median at the top.

    As charts 1 and 2 of Costa (2014), municipalities by macro-region in 2008 and 2012. The box holds the
    middle half of the units and its line is their median; whiskers reach to the farthest unit within 1.5
    times the box's length, and units beyond are dots.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        A table of one row per unit and time, such as `read_panel` gives, or a fit.
    group : str, optional
        The column, or level of the fit, whose units are the groups; the outermost level of a fit if left out.
    times : sequence of float, optional
        Up to four; the first and the last of the panel if left out.
    of : {"observed", "posterior"}
        What the units are taken at: their observations, those of all replicates of a reconstructed panel
        together; or the posterior means of the innermost units' trends at these times.
    time, outcome : str, optional
        A table's columns; those that a panel has if left out, see `observed_of`.
    label : str, optional
        Text of the horizontal axis, best the indicator and its unit.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives a row per group and time: n (units, or rows of all replicates), low and high (the
        whiskers' ends), q1, median, q3, outliers (how many).

    Raises
    ------
    BayesSaudeError
        If the table has no such groups or times, or boxes of posterior means are asked of a table or of a fit
        without levels inside the groups, or the boxes are too many for a page.
    """
    observed = observed_of(data, time=time, outcome=outcome)
    wanted = _times(observed["time"], times)
    if of == "posterior":
        group, values = _posterior(data, group, wanted)
    else:
        group = _group(data, observed, group)
        values = pd.DataFrame(
            {"group": observed[group], "time": observed["time"], VALUE: observed["observed"]}
        )
    values = values[values["time"].isin(wanted)]
    boxes = _boxes(values)
    names = _in_order(boxes, wanted[-1])
    height = AROUND + len(names) * (SPACE + BOX * len(wanted))
    if height > TALLEST:
        raise BayesSaudeError(
            f"{len(boxes)} boxes are more than a page holds. Ask for fewer `times`, or an outer `group`."
        )
    ax = ax or new_axes(COLUMN, height)
    _draw(ax, boxes, names, wanted)
    last = values.loc[values["time"] == wanted[-1], VALUE].median()
    line = ax.axvline(last, color=MEAN_LINE, linewidth=0.7, linestyle=(0, (4, 2)), zorder=0)

    ax.set_yticks(range(len(names)), [shorten(str(name)) for name in names], parse_math=False)
    ax.set_ylim(len(names) - 0.45, -0.55)
    what = word(observed.attrs["kind"], lang, OBSERVED)
    what = word("posterior", lang, WORDS, what=what) if of == "posterior" else what
    ax.set_xlabel(label or what, loc="right", parse_math=False)
    localise(ax.xaxis, lang)
    tidy(ax)
    ax.tick_params(axis="y", length=0)
    _legend(ax, wanted, line, lang)
    return remember(ax, boxes.drop(columns="fliers"))


def _times(present: pd.Series, times: Sequence[float] | None) -> list[float]:
    known = sorted({float(each) for each in present})
    wanted = [known[0], known[-1]] if times is None else sorted({float(each) for each in times})
    wanted = list(dict.fromkeys(wanted))
    if not 1 <= len(wanted) <= len(FILLS) or not set(wanted) <= set(known):
        raise BayesSaudeError(
            f"Boxes cannot be drawn of the times {', '.join(f'{each:.15g}' for each in wanted) or 'none'}. "
            f"Choose up to {len(FILLS)} of {', '.join(f'{each:.15g}' for each in known)}."
        )
    return wanted


def _group(data: object, observed: pd.DataFrame, group: str | None) -> str:
    if group is None and isinstance(data, xr.DataTree):
        return spec_of(data).data.levels[0]
    columns = [str(name) for name in observed if name not in ("replicate", "time", "observed")]
    if group not in columns:
        raise BayesSaudeError(
            f"The table has no groups '{group}'.{did_you_mean(group or '', columns)} "
            f"Name as `group` one of its columns {listed(columns)}."
        )
    return group


def _posterior(data: object, group: str | None, times: list[float]) -> tuple[str, pd.DataFrame]:
    """Take the posterior means of the innermost units' trends."""
    levels = spec_of(data).data.levels if isinstance(data, xr.DataTree) else ()
    if not isinstance(data, xr.DataTree) or len(levels) == 1:
        raise BayesSaudeError(
            "Boxes of posterior means are of the units inside a level of a fit, of which this has none. "
            'Give a fit with two levels or more, or take of="observed".'
        )
    innermost = levels[-1]
    group = group or levels[0]
    homes = ancestor_units(data, innermost, group).values
    units = posterior_of(data)[innermost].size
    means = [unit_lines(data, innermost, [each]).mean(("chain", "draw")).values.ravel() for each in times]
    return group, pd.DataFrame(
        {
            "group": np.tile(homes, len(times)),
            "time": np.repeat(times, units),
            VALUE: np.concatenate(means),
        }
    )


def _boxes(values: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for key, units in values.groupby(["group", "time"])[VALUE]:
        (box,) = matplotlib.cbook.boxplot_stats(units.to_numpy())
        rows.append(
            {
                **dict(zip(("group", "time"), cast(tuple, key), strict=True)),
                "n": len(units),
                "low": box["whislo"],
                "q1": box["q1"],
                "median": box["med"],
                "q3": box["q3"],
                "high": box["whishi"],
                "outliers": len(box["fliers"]),
                "fliers": box["fliers"],
            }
        )
    return pd.DataFrame(rows)


def _in_order(boxes: pd.DataFrame, last: float) -> list[Any]:
    """List the groups by their median at the last time, those that have none then at the end."""
    names = list(boxes.loc[boxes["time"] == last].sort_values("median", ascending=False)["group"])
    return names + sorted(set(boxes["group"]) - set(names))


def _draw(ax: Axes, boxes: pd.DataFrame, names: list[str], times: list[float]) -> None:
    thick = BOX / (SPACE + BOX * len(times))
    for place, (time, (fill, line)) in enumerate(zip(times, FILLS[: len(times)], strict=True)):
        of_time = boxes[boxes["time"] == time]
        statistics = of_time.rename(columns={"low": "whislo", "median": "med", "high": "whishi"})
        ax.bxp(
            cast(list[dict[str, Any]], statistics.to_dict("records")),
            positions=[
                names.index(name) + (place - (len(times) - 1) / 2) * thick for name in of_time["group"]
            ],
            widths=0.85 * thick,
            orientation="horizontal",
            patch_artist=True,
            manage_ticks=False,
            boxprops={"facecolor": fill, "linewidth": 0.5},
            medianprops={"color": line, "linewidth": 1.1},
            whiskerprops={"linewidth": 0.5},
            capprops={"linewidth": 0.5},
            flierprops={"marker": ".", "markersize": 2.0, "markerfacecolor": "black", "markeredgewidth": 0},
        )


def _legend(ax: Axes, times: list[float], median: Line2D, lang: Lang) -> None:
    stamps = [comma(f"{each:.15g}", lang) for each in times]
    patches = [Patch(facecolor=fill, edgecolor="black", linewidth=0.6) for fill, _ in FILLS[: len(times)]]
    labels = [*stamps, word("median", lang, WORDS, time=stamps[-1])]
    ncols = min(3, len(labels))
    legend_on_top(ax, [*patches, median], labels=labels, ncols=ncols, columnspacing=1.2, handlelength=1.8)
