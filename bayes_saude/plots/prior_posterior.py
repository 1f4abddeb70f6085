"""Prior and posterior of every hyperparameter, with REML's estimate where there is one."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bayes_saude.plots._grid import legend_above, small_axes
from bayes_saude.plots._parameters import parameter_word
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    FONT_SIZE,
    Lang,
    comma,
    localise,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.prior_posterior import prior_posterior

HEIGHT, COLUMNS = 1.4, 3
POSTERIOR, PRIOR = CLASS_COLOURS["above"], CLASS_COLOURS["below"]

WORDS = {
    "prior": ("prior", "a priori"),
    "posterior": ("posterior", "a posteriori"),
    "reml": ("REML", "REML"),
    "boundary": ("REML, on the boundary", "REML, na fronteira"),
    "narrowing": (
        "÷ n: the prior's 95% interval is n times as wide as the posterior's",
        "÷ n: o intervalo de 95% a priori é n vezes tão largo quanto o a posteriori",
    ),
}


def plot_prior_posterior(
    fit: xr.DataTree, *, hyperparameters: pd.DataFrame | None = None, lang: Lang = "en"
) -> NDArray[np.object_]:
    """Draw each hyperparameter's density before and after the data.

    Parameters
    ----------
    fit : xarray.DataTree
    hyperparameters : pandas.DataFrame, optional
        From `hyperparameters`: its REML estimates are marked, and told apart where they lie on the boundary
        of what is possible.
    lang : {"en", "pt"}

    Returns
    -------
    array of matplotlib.axes.Axes, shape (hyperparameters,)
        Where the data say much, the prior is a flat line at the foot; the number in the corner says how many
        times as wide its central 95% interval is. `plotted` of each gives the densities' points and, where
        one is marked, the column `reml`.
    """
    densities = prior_posterior(fit)
    parameters = densities["parameter"].unique().tolist()
    axes = small_axes(len(parameters), COLUMNS, HEIGHT)
    handles: dict[str, Artist] = {}
    for ax, parameter in zip(axes, parameters, strict=True):
        rows = densities[densities["parameter"] == parameter]
        handles["posterior"] = ax.fill_between(
            rows["x"], rows["posterior"], color=POSTERIOR, alpha=0.35, linewidth=0
        )
        ax.plot(rows["x"], rows["posterior"], color=POSTERIOR, linewidth=0.9)
        (handles["prior"],) = ax.plot(
            rows["x"], rows["prior"], color=PRIOR, linewidth=1.1, linestyle=(0, (3, 1.5))
        )
        ax.set_ylim(0, 1.12 * max(rows["posterior"].max(), rows["prior"][rows["prior"] < np.inf].max()))
        if hyperparameters is not None:
            rows = _mark_reml(ax, rows, hyperparameters, handles)
        _finish(ax, rows, lang)
        remember(ax, rows)
    order = [name for name in ("prior", "posterior", "reml", "boundary") if name in handles]
    names = [word(name, lang, WORDS) for name in order]
    legend_above(axes[0], [handles[name] for name in order], names, word("narrowing", lang, WORDS))
    return axes


def _mark_reml(
    ax: Axes, rows: pd.DataFrame, hyperparameters: pd.DataFrame, handles: dict[str, Artist]
) -> pd.DataFrame:
    of_parameter = hyperparameters[hyperparameters["parameter"] == rows["parameter"].iloc[0]]
    if of_parameter.empty or not np.isfinite(of_parameter["reml"].iloc[0]):
        return rows
    reml = float(of_parameter["reml"].iloc[0])
    boundary = str(of_parameter["note"].fillna("").iloc[0]).startswith("boundary")
    height = 0.93 * ax.get_ylim()[1]
    ax.plot([reml, reml], [0, height], color="black", linewidth=0.8)
    (handles["boundary" if boundary else "reml"],) = ax.plot(
        reml, height, "D", color="white" if boundary else "black", markeredgecolor="black",
        markeredgewidth=0.8, markersize=3.6, clip_on=False,
    )  # fmt: skip
    return rows.assign(reml=reml)


def _finish(ax: Axes, rows: pd.DataFrame, lang: Lang) -> None:
    ax.set_title(parameter_word(rows["parameter"].iloc[0], lang), parse_math=False)
    narrowing = float(rows["narrowing"].iloc[0])
    times = comma(f"{narrowing:.2g}" if narrowing < 10 else f"{narrowing:.0f}", lang)
    # In the corner that REML's mark and the mode leave free.
    low, high = ax.get_xlim()
    heaviest = rows["x"].iloc[int(rows["posterior"].argmax())]
    right = max(heaviest, rows["reml"].iloc[0] if "reml" in rows else heaviest) < 0.3 * low + 0.7 * high
    ax.text(
        0.99 if right else 0.01, 0.97, f"÷ {times}", transform=ax.transAxes, ha="right" if right else "left",
        va="top", size=FONT_SIZE,
    )  # fmt: skip
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    localise(ax.xaxis, lang)
    tidy(ax)
    ax.spines["left"].set_visible(False)
