"""What figures of observations are drawn from: a fit's panel, or a table of one row per unit and time."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.plots.style import Lang, comma, word
from bayes_saude.summaries.coefficients import panel_of, spec_of

VALUE, SHARE, RATE = "value", "share", "rate"
KINDS = {("value",): VALUE, ("successes", "trials"): SHARE, ("count", "exposure"): RATE}
# Times that all have room for a tick.
MOST_TICKS = 12
# Points of a curve that is not straight.
GRID = 13

WORDS = {
    VALUE: ("value", "valor"),
    SHARE: ("share", "proporção"),
    RATE: ("rate", "taxa"),
}


def observed_of(
    data: pd.DataFrame | xr.DataTree, *, time: str | None = None, outcome: str | None = None
) -> pd.DataFrame:
    """Give observations in the outcome's own unit: values, shares or rates.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        A table of one row per unit and time, such as `read_panel` gives, or a fit, whose panel is taken.
    time : str, optional
        The table's column of times; "time" or "year" if left out.
    outcome : str, optional
        A column of values; "value", or successes and trials, or count and exposure, if left out.

    Returns
    -------
    pandas.DataFrame
        The table's rows that have an outcome, with columns `replicate` (1 where it has none), `time` and
        `observed`. `attrs["kind"]` is "value", "share" or "rate", and `attrs["time"]` the name of
        the time.

    Raises
    ------
    BayesSaudeError
        If `data` is neither, or lacks these columns.
    """
    name = time
    if isinstance(data, xr.DataTree) and "constant_data" in data:
        name, data = spec_of(data).data.time, panel_of(data)
    if not isinstance(data, pd.DataFrame):
        raise BayesSaudeError(
            f"The figure cannot be drawn from this {type(data).__name__}. "
            "Give a table of one row per unit and time, or a fit."
        )
    time = time or ("time" if "time" in data else "year")
    columns = (
        next((names for names in KINDS if set(names) <= set(data)), ()) if outcome is None else (outcome,)
    )
    if missing := [name for name in (time, *(columns or ("value",))) if name not in data]:
        raise BayesSaudeError(
            f"The table has no column {listed(missing)}, but {listed(map(str, data.columns))}. "
            "Name its columns by `time` and `outcome`."
        )
    kind = KINDS.get(columns, VALUE)
    observed = data[columns[0]] if kind == VALUE else data[columns[0]] / data[columns[1]]
    table = data.assign(
        replicate=data.get("replicate", 1), time=data[time], observed=observed.astype(float)
    ).dropna(subset=["time", "observed"])
    table.attrs = {"kind": kind, "time": name or time}
    return table


def grid_of(times: pd.Series) -> list[float]:
    """Give the times at which a curve through a panel is drawn: evenly from the first to the last."""
    return np.linspace(times.min(), times.max(), GRID).tolist()


def time_axis(ax: Axes, observed: pd.DataFrame, lang: Lang) -> None:
    """Put a tick at every time, whole ones between them included, or at some of many."""
    present = np.unique(observed["time"].to_numpy(dtype=float))
    if (present % 1 == 0).all():
        present = np.arange(present[0], present[-1] + 1)
    ticks = present[:: -(-present.size // MOST_TICKS)]
    ax.set_xticks(ticks, [comma(f"{tick:.15g}", lang) for tick in ticks])
    ax.margins(x=0.08)
    time = observed.attrs["time"]
    ax.set_xlabel(word("year", lang) if time == "year" else time, parse_math=False)
