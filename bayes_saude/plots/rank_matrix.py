"""Rank matrix: P(unit has rank k), one row per unit and one column per rank."""

import math
from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean
from bayes_saude.plots._data import fit_of
from bayes_saude.plots._labels import rank_ticks, spread
from bayes_saude.plots._rows import AROUND, LEAST_HEIGHT, MOST_ROWS, ROW_HEIGHT
from bayes_saude.plots.style import (
    COLUMN,
    FONT_SIZE,
    Lang,
    comma,
    new_axes,
    quantity_word,
    remember,
    shorten,
    tidy,
    word,
)
from bayes_saude.summaries.rank_matrix import rank_probabilities

# Rows and columns of the matrix; more units are drawn in groups, all of the same size but for the last.
MOST_CELLS = 100
# Shades follow this power of the probability, so that small ones are seen.
SHADE = 0.4
# Steps of the bar of shades, of which those are written that have room.
STEPS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)
# Units whose cells are wide enough for a number.
MOST_NUMBERS = 12
# Names beside a matrix of groups, their length, and the height of a line of them as a share of the axes.
FEW_NAMES, NAME_WIDTH, LINE = 18, 22, 0.045
WORDS = {
    "rank": ("rank by {what} (1 = best)", "posto por {what} (1 = melhor)"),
    "probability": ("probability of the rank", "probabilidade do posto"),
    "numbered": (
        "probability of the rank (in the cells: %)",
        "probabilidade do posto (nas células: %)",
    ),
    "grouped": (
        "probability of {size} ranks,\nmean of {size} units",
        "probabilidade de {size} postos,\nmédia de {size} unidades",
    ),
}


def plot_rank_matrix(
    data: xr.DataTree | xr.DataArray,
    *,
    by: str = "intercept",
    level: str | None = None,
    within: str = "all",
    names: Sequence[str] | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of every unit to hold every rank, as shades of a matrix.

    Parameters
    ----------
    data : xarray.DataTree or xarray.DataArray
        A fit, or `rank_probabilities` of it, which then says what units are ranked by.
    by, level, within : str
        Which ranking of the fit: by "intercept", "slope" or "level:YEAR"; of the innermost level if `level`
        is left out; within "all", or within the unit of this name.
    names : sequence of str, optional
        Units named beside a matrix of more than 45 units; some at equal distances if left out. With fewer
        units each has its name.
    label : str, optional
        What the units are ranked by, best the indicator; the quantity's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    More than 100 units are drawn in groups of neighbours in the order of their expected ranks, and the ranks
    likewise: a cell is then the probability that a unit of the group holds one of the ranks, mean over the
    units. Rows still sum to one. Shades follow the probability to the power of 0.4, as the bar shows.
    """
    shares = (
        data
        if isinstance(data, xr.DataArray)
        else rank_probabilities(fit_of(data, "rank_probabilities"), by=by, level=level, within=within)
    )
    n_units = shares.sizes["unit"]
    each_named = n_units <= MOST_ROWS
    size = math.ceil(n_units / MOST_CELLS)
    starts = np.arange(0, n_units, size)
    cells = _grouped(shares.values, starts)
    if ax is None:
        ax = new_axes(
            COLUMN, AROUND + max(LEAST_HEIGHT, ROW_HEIGHT * n_units) if each_named else 1.15 * COLUMN
        )

    edges = np.append(starts, n_units) + 0.5
    norm = PowerNorm(SHADE, vmin=0, vmax=cells.max())
    mesh = ax.pcolormesh(edges, edges, cells, cmap="Blues", norm=norm, rasterized=True)
    ax.invert_yaxis()
    ax.set_xticks(rank_ticks(n_units))
    what = label or quantity_word(shares.attrs["by"], lang)
    # Right-aligned, so that a long label runs below the names rather than out of the figure.
    ax.set_xlabel(word("rank", lang, WORDS, what=what), loc="right", parse_math=False)
    tidy(ax)
    if each_named:
        ax.set_yticks(edges[:-1] + 0.5, [shorten(unit) for unit in shares["unit"].values], parse_math=False)
        ax.tick_params(axis="y", length=0)
    else:
        _name_few(ax, shares["unit"].values, names)
    shaded = "grouped" if size > 1 else "probability"
    if n_units <= MOST_NUMBERS:
        _write_numbers(ax, cells)
        shaded = "numbered"
    _colour_bar(ax, mesh, float(cells.max()), word(shaded, lang, WORDS, size=size), lang)
    return remember(ax, _as_rows(shares["unit"].values, starts, cells))


def _grouped(shares: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add the columns of each group, and take the mean of its rows."""
    rows = np.add.reduceat(shares, starts, axis=0) / np.diff(np.append(starts, len(shares)))[:, None]
    return np.add.reduceat(rows, starts, axis=1)


def _as_rows(units: NDArray, starts: NDArray[np.intp], cells: NDArray[np.float64]) -> pd.DataFrame:
    """One row per cell: the first and the last unit and rank that it is about."""
    lasts = np.append(starts[1:], len(units)) - 1
    row, column = (index.ravel() for index in np.indices(cells.shape))
    return pd.DataFrame(
        {
            "unit": units[starts[row]],
            "last_unit": units[lasts[row]],
            "rank": starts[column] + 1,
            "last_rank": lasts[column] + 1,
            "probability": cells.ravel(),
        }
    )


def _name_few(ax: Axes, units: NDArray, names: Sequence[str] | None) -> None:
    """Write some names beside their rows, with a line to each, as neighbours may have to stand apart."""
    known = units.tolist()
    for name in names or ():
        if name not in known:
            raise BayesSaudeError(
                f"The ranking has no unit '{name}'.{did_you_mean(name, known)} Spell it as the panel does."
            )
    if names is None:
        named = np.linspace(0, len(known) - 1, FEW_NAMES).round().astype(int)
    else:
        named = np.array(sorted({known.index(name) for name in names}), dtype=int)
    ax.set_yticks(named + 1, [])
    rows = (named + 0.5) / len(known)
    for place, row, height in zip(named, rows, spread(rows, LINE), strict=True):
        ax.annotate(
            shorten(known[place], NAME_WIDTH),
            xy=(0, 1 - row),
            xytext=(-0.07, 1 - height),
            xycoords="axes fraction",
            textcoords="axes fraction",
            ha="right",
            va="center",
            size=FONT_SIZE,
            parse_math=False,
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "shrinkA": 1, "shrinkB": 2, "relpos": (1, 0.5)},
            annotation_clip=False,
        )


def _write_numbers(ax: Axes, cells: NDArray[np.float64]) -> None:
    """Write the percentages into the cells, but for those that round to none."""
    for (row, column), cell in np.ndenumerate(100 * cells):
        if cell >= 0.5:
            dark = (cell / 100 / cells.max()) ** SHADE > 0.7
            ax.text(
                column + 1, row + 1, f"{cell:.0f}", ha="center", va="center", size=FONT_SIZE - 1,
                color="white" if dark else "black",
            )  # fmt: skip


def _colour_bar(ax: Axes, mesh: QuadMesh, largest: float, label: str, lang: Lang) -> None:
    bar = cast(Figure, ax.figure).colorbar(mesh, ax=ax, location="bottom", aspect=30, fraction=0.06, pad=0.03)
    steps = [0.0]
    for step in STEPS:
        if step <= largest and (step / largest) ** SHADE - (steps[-1] / largest) ** SHADE >= 0.13:
            steps.append(step)
    bar.set_ticks(steps, labels=[comma(f"{step:g}", lang) for step in steps])
    bar.minorticks_off()
    bar.set_label(label, size=FONT_SIZE)
    bar.ax.tick_params(labelsize=FONT_SIZE, length=2, width=0.6)
    cast(Patch, bar.outline).set_linewidth(0.4)
