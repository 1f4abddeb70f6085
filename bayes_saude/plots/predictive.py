"""What the model expects of each year, before the data and after them, beside what was observed."""

import textwrap
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.plots._grid import legend_above, lowest, small_axes
from bayes_saude.plots._panel import WORDS as OBSERVED
from bayes_saude.plots._panel import observed_of
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    FONT_SIZE,
    Lang,
    comma,
    localise,
    percent,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.predictive import (
    Prediction,
    predictions,
    prior_predictions,
    responses,
    with_shares,
)

type Values = NDArray[np.float64]

HEIGHT, COLUMNS = 1.65, 4
# Characters to a line of the label of so narrow axes.
LABEL_WIDTH = 20
# Years drawn unless others are asked for.
MOST_TIMES = 12
# Points of a distribution function, and bars of a density.
POINTS, BARS = 120, 24
# Shares of the rows, observed or predicted, that may lie left and right of the axes: one freak value would
# press all others into a line.
BEYOND = 0.004
POSTERIOR, PRIOR = CLASS_COLOURS["above"], CLASS_COLOURS["below"]

WORDS = {
    "observed": ("observed", "observado"),
    "posterior": ("posterior predictive, {prob} band", "preditiva a posteriori, faixa de {prob}"),
    "prior": ("prior predictive", "preditiva a priori"),
    "ecdf": ("share of rows at or below", "fração de linhas até o valor"),
    "density": ("density", "densidade"),
}


def plot_predictive(
    fit: xr.DataTree,
    *,
    kind: Literal["ecdf", "density"] = "ecdf",
    times: list[float] | None = None,
    draws: int = 200,
    ci_prob: float = 0.95,
    seed: int = 0,
    label: str | None = None,
    lang: Lang = "en",
) -> NDArray[np.object_]:
    """Draw each year's distribution over the units: observed, and as the model predicts it.

    Parameters
    ----------
    fit : xarray.DataTree
    kind : {"ecdf", "density"}
        Distribution functions, which need no smoothing, or densities by bars.
    times : list of float, optional
        Those to draw; all, or of many no more than twelve at even distances, if left out.
    draws : int
        Predicted panels, of the same units as observed. The band holds, at each value by itself, so much of
        them as `ci_prob`; the prior predictive is the average over as many panels, as a band of it would fill
        the axes.
    ci_prob : float
    seed : int
    label : str, optional
        Text of the horizontal axes, best the indicator and its unit.
    lang : {"en", "pt"}

    Returns
    -------
    array of matplotlib.axes.Axes, shape (times,)
        They leave out what lies beyond the central 99.2% of what is observed or predicted. `plotted` of each
        gives rows with `series` ("observed", "posterior", "prior"), `x`, `value`, and `low`
        and `high` of the posterior's band. Of several replicates of a panel all rows count as observed.

    Raises
    ------
    BayesSaudeError
        If `times` names one that the panel does not have, or outcomes of the family cannot be drawn.
    """
    present = np.unique(observed_of(fit)["time"].to_numpy(dtype=float))
    if unknown := sorted(set(times or ()) - set(present.tolist())):
        raise BayesSaudeError(
            f"The panel has no time {listed(f'{time:g}' for time in unknown)}. "
            f"Choose among {listed(f'{time:g}' for time in present)}."
        )
    chosen = times or present[:: -(-present.size // MOST_TIMES)].tolist()
    prior = _by_time(fit, [prior_predictions(fit, draws=draws, seed=seed)], chosen)
    posterior = _by_time(fit, list(predictions(fit, draws=draws, seed=seed)), chosen)
    axes = small_axes(len(chosen), COLUMNS, HEIGHT, share=True)
    edges = _edges(posterior, POINTS if kind == "ecdf" else BARS)
    what = label or word(observed_of(fit).attrs["kind"], lang, OBSERVED)
    for ax, time in zip(axes, chosen, strict=True):
        curves = _curves(posterior[time], prior[time], edges, kind, ci_prob)
        handles = _draw(ax, curves, kind)
        ax.set_title(comma(f"{time:g}", lang))
        ax.set_xlim(edges[0], edges[-1])
        ax.set_ylim(0, 1.02 if kind == "ecdf" else None)
        for axis in (ax.xaxis, ax.yaxis):
            localise(axis, lang)
        tidy(ax)
        remember(ax, curves)
    names = [word(name, lang, WORDS, prob=percent(ci_prob, lang)) for name in handles]
    legend_above(axes[0], list(handles.values()), names)
    for ax in lowest(axes):
        ax.set_xlabel(textwrap.fill(what, LABEL_WIDTH), size=FONT_SIZE + 1, parse_math=False)
    axes[0].figure.supylabel(word(kind, lang, WORDS), size=FONT_SIZE + 1)
    return axes


def _by_time(
    fit: xr.DataTree, predicted: list[Prediction], times: list[float]
) -> dict[float, list[tuple[Values, Values]]]:
    """Split observations and predictions, of each chain, by time."""
    parts: dict[float, list[tuple[Values, Values]]] = {time: [] for time in times}
    for every in predicted:
        prediction = with_shares(fit, every)
        observed, values = responses(fit, prediction)
        of_rows = prediction.rows["time"].to_numpy(dtype=float)
        for time, of_time in parts.items():
            of_time.append((observed[of_rows == time], values[:, of_rows == time]))
    return parts


def _edges(posterior: dict[float, list[tuple[Values, Values]]], n: int) -> Values:
    """Choose where the axes begin and end: nearly all that is observed and predicted lies between."""
    parts = [part for of_time in posterior.values() for part in of_time]
    ends = [
        np.quantile(np.concatenate([part[of].ravel() for part in parts]), [BEYOND, 1 - BEYOND])
        for of in (0, 1)
    ]
    return np.linspace(np.min(ends), np.max(ends), n + 1)


def _curves(
    posterior: list[tuple[Values, Values]],
    prior: list[tuple[Values, Values]],
    edges: Values,
    kind: str,
    prob: float,
) -> pd.DataFrame:
    tail = (1 - prob) / 2
    of_draws = np.vstack([_curve(values, edges, kind) for _, values in posterior])
    low, high = np.quantile(of_draws, [tail, 1 - tail], axis=0)
    # Chains of one replicate have all seen the same rows.
    observed = np.concatenate([values for values, _ in posterior])
    x = edges if kind == "ecdf" else (edges[1:] + edges[:-1]) / 2
    series = {
        "observed": {"value": _curve(observed[None], edges, kind)[0]},
        "posterior": {"value": of_draws.mean(axis=0), "low": low, "high": high},
        "prior": {"value": _curve(prior[0][1], edges, kind).mean(axis=0)},
    }
    return pd.concat(
        [pd.DataFrame({"series": name, "x": x, **values}) for name, values in series.items()],
        ignore_index=True,
    )


def _curve(values: Values, edges: Values, kind: str) -> Values:
    """Give the distribution function at the edges, or the density between them, of each draw."""
    n_rows = values.shape[1]
    if kind == "ecdf":
        ordered = np.sort(values, axis=1)
        return np.array([np.searchsorted(row, edges, side="right") for row in ordered]) / n_rows
    return np.array([np.histogram(row, edges)[0] for row in values]) / (n_rows * np.diff(edges))


def _draw(ax: Axes, curves: pd.DataFrame, kind: str) -> dict[str, Artist]:
    observed, posterior, prior = (
        curves[curves["series"] == name] for name in ("observed", "posterior", "prior")
    )
    steps = kind == "density"
    band = ax.fill_between(
        posterior["x"], posterior["low"], posterior["high"], step="mid" if steps else None, color=POSTERIOR,
        alpha=0.35, linewidth=0,
    )  # fmt: skip
    (data,) = ax.plot(observed["x"], observed["value"], color="black", linewidth=0.9)
    (before,) = ax.plot(prior["x"], prior["value"], color=PRIOR, linewidth=1.0, linestyle=(0, (3, 1.5)))
    if steps:
        for line in (data, before):
            line.set_drawstyle("steps-mid")
    return {"observed": data, "posterior": band, "prior": before}
