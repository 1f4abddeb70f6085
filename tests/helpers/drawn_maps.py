"""A ranking to draw maps of, and what can be read off a map that was drawn."""

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

# Squares in the order of the grid: three surely above, two surely below, four unsure.
P_ABOVE = np.array([1, 1, 1, 0, 0, 0.5, 0.5, 0.5, 0.5])


def make_ranking(units, p_above=P_ABOVE):
    n = len(units)
    table = pd.DataFrame(
        {
            "level": "municipality",
            "within": "all",
            "unit": units,
            "mean": np.linspace(50, 90, n),
            "low": 0.0,
            "high": 100.0,
            "expected_rank": np.arange(n, 0, -1.0),
            "rank_low": 1,
            "rank_high": np.arange(n) + 1,
            "p_bottom": np.linspace(1, 0, n),
            "p_top": np.linspace(0, 1, n),
            "p_above_mean": p_above,
            "p_meets_target": np.nan,
        }
    )
    return pd.concat([table.assign(by="intercept"), table.assign(by="level:2014", p_above_mean=0.5)])


def filled(ax, colour):
    """Count the polygons filled with a colour."""
    return sum(
        len(drawn.get_paths())
        for drawn in ax.collections
        if drawn.get_array() is None
        and len(drawn.get_facecolor())
        and to_hex(drawn.get_facecolor()[0]) == colour.lower()
    )


def hatched(ax):
    return {drawn.get_hatch(): len(drawn.get_paths()) for drawn in ax.collections if drawn.get_hatch()}


def coloured(ax):
    """Give the values whose colours fill the polygons."""
    (drawn,) = [drawn for drawn in ax.collections if drawn.get_array() is not None]
    return np.asarray(drawn.get_array()).tolist()


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def colour_bar(ax):
    (bar,) = [other for other in ax.figure.axes if other is not ax]
    return bar
