"""Units one below the other, the best at the top: both ends of a long ranking, or a page of it."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.style import FONT_SIZE, Lang, shorten, word

# Units drawn one below the other before the middle of the ranking is left out, and units of a page.
MOST_ROWS, PAGE_ROWS = 45, 60
# Inches: a unit's row, all rows of a short ranking, and the legend with the horizontal axis.
ROW_HEIGHT, LEAST_HEIGHT, AROUND = 0.122, 0.5, 1.0
# How much lower the bottom end stands, in rows, to leave room for the line that says what is left out.
GAP = 1.6


class Rows(NamedTuple):
    """The units drawn and where.

    Parameters
    ----------
    units : pandas.DataFrame
        The rows of the ranking that are drawn, best first.
    places : array, shape (units,)
        Vertical place of each, in rows from the top.
    left_out : int
        Number of units between the two ends that are not drawn.
    gap : float
        Vertical place of the words that say so.
    """

    units: pd.DataFrame
    places: NDArray[np.float64]
    left_out: int
    gap: float

    @property
    def height(self) -> float:
        """Height of a figure of these rows, in inches."""
        return AROUND + max(ROW_HEIGHT * (self.places[-1] + 1), LEAST_HEIGHT)


def rows_of(units: pd.DataFrame, *, ends: int, page: int | None = None) -> Rows:
    """Choose the units that are drawn.

    Parameters
    ----------
    units : pandas.DataFrame
        A ranking, best first.
    ends : int
        Of more than 45 units only so many from the top and from the bottom are drawn.
    page : int, optional
        Draw this page of 60 units instead, counted from 1.

    Returns
    -------
    Rows

    Raises
    ------
    BayesSaudeError
        If there is no such page, or `ends` is below 1 or more than fit on a page.
    """
    if not 1 <= 2 * ends <= PAGE_ROWS:
        raise BayesSaudeError(
            f"{ends} units from either end cannot be drawn. Use 1 to {PAGE_ROWS // 2}, or ask for a `page`."
        )
    if page is not None:
        pages = math.ceil(len(units) / PAGE_ROWS)
        if not 1 <= page <= pages:
            raise BayesSaudeError(
                f"There is no page {page} of {len(units)} units. Use one from 1 to {pages}."
            )
        units = units.iloc[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        return Rows(units, np.arange(len(units), dtype=float), 0, math.nan)
    places = np.arange(len(units), dtype=float)
    if len(units) <= max(MOST_ROWS, 2 * ends):
        return Rows(units, places, 0, math.nan)
    drawn = pd.concat([units.head(ends), units.tail(ends)])
    places = places[: 2 * ends] + (places[: 2 * ends] >= ends) * GAP
    return Rows(drawn, places, len(units) - 2 * ends, (places[ends - 1] + places[ends]) / 2)


def name_rows(ax: Axes, rows: Rows, lang: Lang) -> None:
    """Write the units' names beside their rows, and in the gap how many are left out."""
    # A name's "$" is money, not mathematics.
    ax.set_yticks(rows.places, [shorten(unit) for unit in rows.units["unit"]], parse_math=False)
    ax.set_ylim(rows.places[-1] + 0.7, -0.7)
    ax.tick_params(axis="y", length=0)
    if rows.left_out:
        ax.text(
            0.5,
            rows.gap,
            word("gap", lang, n=rows.left_out),
            transform=ax.get_yaxis_transform(),
            ha="center",
            va="center",
            size=FONT_SIZE - 0.5,
            style="italic",
            # A line across all rows passes behind the words.
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
