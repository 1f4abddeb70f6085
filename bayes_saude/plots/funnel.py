"""Funnel plot: each unit's share or rate against its size, with the limits that chance keeps to."""

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox
from matplotlib.typing import LineStyleType

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.plots._panel import RATE, SHARE, VALUE, observed_of
from bayes_saude.plots._panel import WORDS as OBSERVED
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    CLASS_MARKS,
    COLUMN,
    FONT_SIZE,
    MEAN_LINE,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    percent,
    remember,
    shorten,
    tidy,
    word,
)
from bayes_saude.summaries.coefficients import posterior_of, spec_of
from bayes_saude.summaries.control_limits import control_limits

# From one size to another so many times it, the horizontal axis is logarithmic.
WIDE = 30
CURVE = 200
NAME_WIDTH = 24
# Where a name may stand, in points from its mark, and the room that a mark takes, in pixels.
BESIDE: tuple[
    tuple[tuple[float, float], Literal["left", "right", "center"], Literal["center", "bottom", "top"]], ...
] = (
    ((4, 0), "left", "center"),
    ((-4, 0), "right", "center"),
    ((0, 4), "center", "bottom"),
    ((0, -4), "center", "top"),
)
MARK = 6.0
# Kinds of mark: the side of the centre, and how many of the limits a unit lies outside of.
MARKS = (("none", 0), ("above", 1), ("above", 2), ("below", 1), ("below", 2))
STYLES: tuple[LineStyleType, ...] = ((0, (4, 2)), "solid")
WORDS = {
    SHARE: ("trials", "denominador"),
    RATE: ("exposure", "exposição"),
    "centre": ("all together", "todos juntos"),
    "limits": ("{prob} limits", "limites de {prob}"),
    "wide": ("{prob} limits: chance and scatter of years", "limites de {prob}: acaso e dispersão dos anos"),
    "above": ("above {prob}", "acima de {prob}"),
    "below": ("below {prob}", "abaixo de {prob}"),
}


def plot_funnel(
    data: pd.DataFrame | xr.DataTree,
    *,
    level: str | None = None,
    at: float | None = None,
    probs: tuple[float, float] = (0.95, 0.998),
    overdispersed: bool = False,
    names: int = 10,
    time: str | None = None,
    label: str | None = None,
    size_label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw units' shares (or rates) at one time against their trials (exposure), with control limits.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        A table of one row per unit and time with successes and trials, or count and exposure; or a fit of
        such a panel.
    level : str, optional
        The column or level of the units, whose rows are added up; the innermost of a fit if left out.
    at : float, optional
        The time; the last if left out.
    probs : tuple of float
        Probabilities of the inner and the outer limits. Those of shares are binomial, those of rates Poisson,
        interpolated between whole numbers as in Spiegelhalter (2005, doi:10.1002/sim.1970, appendix A.1.1).
    overdispersed : bool
        Limits as wide as the fit's dispersion asks for, at its posterior mean: quantiles of the beta (gamma)
        distribution with the mean and variance that the beta-binomial (negative binomial) gives the share
        (rate). That is the scatter of one year about a unit's own line, and not, as Spiegelhalter's, that of
        units about each other: most of many units may lie outside, because units differ.
    names : int
        At most so many units outside the outer limits are named, the farthest first, passing over those whose
        name has no room between marks and other names.
    time : str, optional
        A table's column of times; "time" or "year" if left out.
    label, size_label : str, optional
        Texts of the vertical and the horizontal axis.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A square figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives a row per unit: size, observed, low_inner, high_inner, low_outer, high_outer, side
        ("above", "below", "none") and outside: of no limits (0), of the inner (1), of the outer (2).

    Raises
    ------
    BayesSaudeError
        If the outcome has no denominator, or there is no such unit or time, or no dispersion to widen by.
    """
    observed = observed_of(data, time=time)
    kind = observed.attrs["kind"]
    if kind == VALUE:
        raise BayesSaudeError(
            "A funnel needs to know how many cases stand behind each value. "
            "Give successes and trials, or count and exposure."
        )
    if not 0 < probs[0] < probs[1] < 1:
        raise BayesSaudeError(f"Limits cannot be of {probs}. Use two probabilities, such as (0.95, 0.998).")
    units = _units(data, observed, level, at, overdispersed)
    spread = _dispersion(data) if overdispersed else 0.0
    centre = units["cases"].sum() / units["size"].sum()
    for name, prob in zip(("inner", "outer"), probs, strict=True):
        low, high = control_limits(units["size"], centre, prob, rate=kind == RATE, dispersion=spread)
        units[f"low_{name}"], units[f"high_{name}"] = low, high
    units = _judged(units, centre)

    ax = ax or new_axes(COLUMN, COLUMN)
    _curves(ax, units["size"], centre, probs, kind, spread)
    _marks(ax, units)
    _size_axis(ax, units["size"], lang)
    ax.set_xlabel(size_label or word(kind, lang, WORDS), parse_math=False)
    ax.set_ylabel(label or word(kind, lang, OBSERVED), parse_math=False)
    localise(ax.yaxis, lang)
    tidy(ax)
    _legend(ax, units, probs, overdispersed, lang)
    _name(ax, units, names)
    return remember(ax, units.drop(columns=["cases", "distance"]))


def _units(
    data: object, observed: pd.DataFrame, level: str | None, at: float | None, overdispersed: bool
) -> pd.DataFrame:
    """Add up each unit's rows at the time; of replicates take the mean."""
    if level is None and isinstance(data, xr.DataTree):
        level = spec_of(data).data.levels[-1]
    if level not in observed:
        raise BayesSaudeError(
            f"The panel has no units '{level}'. Name as `level` one of {listed(observed.columns)}."
        )
    at = observed["time"].max() if at is None else at
    rows = observed[observed["time"] == at]
    if rows.empty:
        known = ", ".join(f"{each:.15g}" for each in sorted(observed["time"].unique()))
        raise BayesSaudeError(f"The panel has no time {at:.15g}. Choose one of {known}.")
    if overdispersed and rows.duplicated([level, "replicate"]).any():
        raise BayesSaudeError(
            f"The dispersion is that of single rows, of which units of '{level}' have several. "
            "Use the innermost level, or leave `overdispersed` out."
        )
    cases, size = ("successes", "trials") if observed.attrs["kind"] == SHARE else ("count", "exposure")
    added = rows.groupby(level)[[cases, size]].sum() / rows["replicate"].nunique()
    added = added.set_axis(["cases", "size"], axis=1).rename_axis("unit").reset_index()
    added = added[added["size"] > 0]
    return added.assign(observed=added["cases"] / added["size"])


def _dispersion(data: object) -> float:
    posterior = posterior_of(data) if isinstance(data, xr.DataTree) else {}
    if "dispersion" not in posterior:
        raise BayesSaudeError(
            "There is no dispersion to widen the limits by. "
            "Give a fit of the beta-binomial or negative binomial family, or leave `overdispersed` out."
        )
    return float(posterior["dispersion"].mean())


def _judged(units: pd.DataFrame, centre: float) -> pd.DataFrame:
    """Say between which limits each unit lies, those farthest outside first."""
    above = units["observed"] >= centre
    gone = [
        np.where(above, units["observed"] > units[f"high_{name}"], units["observed"] < units[f"low_{name}"])
        for name in ("inner", "outer")
    ]
    width = np.where(above, units["high_outer"] - centre, centre - units["low_outer"])
    units = units.assign(
        outside=gone[0].astype(int) + gone[1],
        side=np.where(gone[0], np.where(above, "above", "below"), "none"),
        distance=(units["observed"] - centre).abs() / np.maximum(width, 1e-12),
    )
    return units.sort_values("distance", ascending=False, kind="stable").reset_index(drop=True)


def _curves(
    ax: Axes, sizes: pd.Series, centre: float, probs: Sequence[float], kind: str, dispersion: float
) -> None:
    along = np.geomspace(max(sizes.min() * 0.9, 1e-9), sizes.max() * 1.1, CURVE)
    along = np.unique(np.maximum(np.round(along), 1)) if kind == SHARE else along
    for prob, style in zip(probs, STYLES, strict=True):
        for limit in control_limits(along, centre, prob, rate=kind == RATE, dispersion=dispersion):
            ax.plot(along, limit, color="black", linewidth=0.6, linestyle=style)
    ax.axhline(centre, color=MEAN_LINE, linewidth=0.7, linestyle="dotted")


def _style(side: str, outside: int) -> dict[str, Any]:
    """Fill the marks outside the outer limits, and leave hollow those between the two."""
    colour = CLASS_COLOURS[side]
    if not outside:
        return {"marker": "o", "color": colour, "markersize": 2.2, "markeredgewidth": 0, "alpha": 0.7}
    fill = "white" if outside == 1 else colour
    return {
        "marker": CLASS_MARKS[side], "color": colour, "markersize": 3.6, "markeredgewidth": 0.7,
        "markerfacecolor": fill,
    }  # fmt: skip


def _marks(ax: Axes, units: pd.DataFrame) -> None:
    for side, outside in MARKS:
        chosen = units[(units["side"] == side) & (units["outside"] == outside)]
        ax.plot(chosen["size"], chosen["observed"], linestyle="none", **_style(side, outside))
    room = 0.06 * np.ptp(units["observed"]) or 0.1 * units["observed"].iloc[0]
    ax.set_ylim(max(units["observed"].min() - room, -room / 2), units["observed"].max() + room)


def _size_axis(ax: Axes, sizes: pd.Series, lang: Lang) -> None:
    if sizes.max() > WIDE * sizes.min() > 0:
        ax.set_xscale("log")
    ax.set_xlim(*ax.get_xlim())

    def thousands(value: float, position: int | None = None) -> str:
        text = f"{value:,.15g}"
        return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))

    ax.xaxis.set_major_formatter(FuncFormatter(thousands))
    ax.xaxis.set_minor_formatter(FuncFormatter(lambda value, position: ""))


def _legend(ax: Axes, units: pd.DataFrame, probs: Sequence[float], wide: bool, lang: Lang) -> None:
    handles = [Line2D([], [], color=MEAN_LINE, linewidth=0.7, linestyle="dotted")]
    texts = [word("centre", lang, WORDS)]
    for prob, style in zip(probs, STYLES, strict=True):
        handles.append(Line2D([], [], color="black", linewidth=0.6, linestyle=style))
        texts.append(word("wide" if wide else "limits", lang, WORDS, prob=percent(prob, lang)))
    for side, outside in MARKS[1:]:
        if ((units["side"] == side) & (units["outside"] == outside)).any():
            handles.append(Line2D([], [], linestyle="none", **_style(side, outside)))
            texts.append(word(side, lang, WORDS, prob=percent(probs[outside - 1], lang)))
    legend_on_top(ax, handles, labels=texts, ncols=1 if wide else 2, columnspacing=1.2, labelspacing=0.2)


def _name(ax: Axes, units: pd.DataFrame, most: int) -> None:
    """Write names beside the marks farthest outside, where they cover no mark and no other name."""
    cast(Figure, ax.figure).draw_without_rendering()
    # A little within the axes, as letters are as wide as pixels allow.
    frame = ax.get_window_extent().padded(-MARK / 2)
    corners = ax.transData.transform(units[["size", "observed"]].to_numpy(dtype=float)) - MARK / 2
    taken = [Bbox.from_bounds(x, y, MARK, MARK) for x, y in corners]
    named = 0
    for place, unit in enumerate(units[units["outside"] == 2].itertuples()):
        others = taken[:place] + taken[place + 1 :]
        for offset, side, edge in BESIDE if named < most else ():
            text = ax.annotate(
                shorten(str(unit.unit), NAME_WIDTH),
                (cast(float, unit.size), cast(float, unit.observed)),
                offset,
                textcoords="offset points",
                ha=side,
                va=edge,
                size=FONT_SIZE - 1,
                parse_math=False,
            )
            text.set_in_layout(False)
            box = text.get_window_extent()
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            if inside and not box.count_overlaps(others):
                taken.append(box)
                named += 1
                break
            text.remove()
