"""Calibration: ECDFs of the ranks of truths, coverage of rank intervals, reliability of P(top)."""

import textwrap
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean
from bayes_saude.plots._grid import legend_above, small_axes
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    COLUMN,
    FONT_SIZE,
    Lang,
    legend_on_top,
    localise,
    new_axes,
    percent,
    quantity_word,
    remember,
    tidy,
    word,
)
from bayes_saude.summaries.uniformity import band, ecdf_difference, fractions

PANEL, COLUMNS, LONGEST = 1.25, 4, 28
HEIGHT = 2.6
STYLES: Mapping[str, Mapping[str, Any]] = {
    "intercept": {"color": CLASS_COLOURS["above"], "marker": "o"},
    "slope": {"color": CLASS_COLOURS["below"], "marker": "^"},
}
# Black lines: those of the dots' colours would be lost among hundreds of dots.
LINES = {"intercept": "--", "slope": ":"}
WORDS = {
    "ecdf": ("ECDF of ranks", "FDAE dos postos"),
    "band": (
        "{prob} of uniform ranks stay within, at all ranks together",
        "{prob} das amostras uniformes ficam dentro, em todos os postos juntos",
    ),
    "fraction": ("rank of the truth, as a fraction", "posto do valor verdadeiro, como fração"),
    "difference": ("ECDF − uniform", "FDAE − uniforme"),
    "true_rank": ("true rank", "posto verdadeiro"),
    "coverage": ("coverage of the {prob} interval", "cobertura do intervalo de {prob}"),
    "nominal": ("nominal, {what}: {content}", "nominal, {what}: {content}"),
    "forecast": ("P(top {n})", "P(entre os {n} primeiros)"),
    "observed": ("observed share", "fração observada"),
    "ideal": ("observed = P", "observada = P"),
}


def plot_calibration(
    ranks: pd.DataFrame,
    *,
    n_draws: int,
    quantities: Sequence[str] | None = None,
    prob: float = 0.99,
    lang: Lang = "en",
) -> NDArray[np.object_]:
    """Draw the ECDF of the ranks of true values less the uniform one, a small panel for each quantity.

    Parameters
    ----------
    ranks : pandas.DataFrame
        A row per simulation, a column per quantity: the number of draws below the truth.
    n_draws : int
        Draws among which each truth was ranked.
    quantities : sequence of str, optional
        Columns; all if left out, up to what a page holds.
    prob : float
        Of the simultaneous band.
    lang : {"en", "pt"}

    Returns
    -------
    array of matplotlib.axes.Axes
        `plotted` gives `quantity`, `fraction`, `difference`, `low` and `high`.

    Raises
    ------
    BayesSaudeError
        If there are no such ranks.

    References
    ----------
    Säilynoja, Bürkner and Vehtari (2022), doi:10.1007/s11222-022-10090-6.
    """
    names = list(ranks.columns if quantities is None else quantities)
    for name in names:
        if name not in ranks:
            raise BayesSaudeError(f"There are no ranks of '{name}'.{did_you_mean(name, list(ranks.columns))}")
    if not len(ranks) or not names:
        raise BayesSaudeError("There are no ranks to draw. Give a row per simulation, a column per quantity.")
    low, high = band(len(ranks), n_draws, prob)
    place = fractions(n_draws)
    axes = small_axes(len(names), COLUMNS, PANEL, share=True)
    drawn = []
    for ax, name in zip(axes, names, strict=True):
        difference = ecdf_difference(ranks[name].to_numpy(), n_draws)
        within = ax.fill_between(place, low, high, step="mid", color="0.85", linewidth=0)
        (line,) = ax.step(place, difference, where="mid", color=CLASS_COLOURS["above"], linewidth=0.9)
        ax.axhline(0, color="0.5", linewidth=0.5)
        ax.set_title(_in_lines(name), parse_math=False)
        ax.set_xticks([0, 0.5, 1])
        localise(ax.xaxis, lang)
        localise(ax.yaxis, lang)
        tidy(ax)
        ax.title.set_fontsize(FONT_SIZE)
        numbers = pd.DataFrame({"fraction": place, "difference": difference, "low": low, "high": high})
        drawn.append(numbers.assign(quantity=name))
    axes[0].figure.supxlabel(word("fraction", lang, WORDS), fontsize=FONT_SIZE + 1)
    axes[0].figure.supylabel(word("difference", lang, WORDS), fontsize=FONT_SIZE + 1)
    labels = [word("ecdf", lang, WORDS), word("band", lang, WORDS, prob=percent(prob, lang))]
    legend_above(axes[0], [line, within], labels)
    numbers = pd.concat(drawn, ignore_index=True)
    for ax in axes:
        remember(ax, numbers)
    return axes


def plot_coverage(
    units: pd.DataFrame, *, prob: float = 0.95, lang: Lang = "en", ax: Axes | None = None
) -> Axes:
    """Draw how often each unit's rank interval holds its true rank, where truths are fixed.

    Parameters
    ----------
    units : pandas.DataFrame
        A row per unit and quantity, means over the simulations of what `rank_coverage` gives: `by`,
        `true_rank`, and for 95% (or another probability) `covered_95` and `content_95`, as shares.
    prob : float
        Of the rank intervals.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives what is drawn of `units`.

    Raises
    ------
    BayesSaudeError
        If there are no intervals of this probability.

    Notes
    -----
    Nominal is not `prob`: the ends of a rank interval are ranks that occur, so that it holds more of the
    posterior than asked for, the more so the fewer units there are. What the posterior says of its intervals
    is the share of its draws inside them; the black lines are the mean of that (`content_95`) over units and
    simulations. Means over the units lie on these lines where truths are drawn from the priors; at a fixed
    truth no unit's coverage need be nominal.
    """
    covered, content = (f"{kind}_{100 * prob:g}" for kind in ("covered", "content"))
    if not {covered, content} <= {*units} or units.empty:
        raise BayesSaudeError(
            f"There is no coverage of rank intervals of probability {prob:g}. Give rows with '{covered}' and "
            f"'{content}'."
        )
    ax = ax or new_axes(COLUMN, HEIGHT)
    size = 14 if len(units) < 200 else 4
    for by, rows in units.groupby("by", sort=False):
        kind, nominal = str(by), rows[content].mean()
        label = quantity_word(kind, lang)
        ax.scatter(
            rows["true_rank"], rows[covered], s=size, linewidths=0, alpha=0.8, label=label, **STYLES[kind]
        )
        label = word("nominal", lang, WORDS, what=label, content=percent(round(nominal, 3), lang))
        ax.axhline(nominal, color="black", linewidth=1.1, linestyle=LINES[kind], label=label)
    ax.set_xlabel(word("true_rank", lang, WORDS))
    ax.set_ylabel(word("coverage", lang, WORDS, prob=percent(prob, lang)))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    tidy(ax)
    legend_on_top(ax, ncols=2, handlelength=1.9)
    return remember(ax, units[["by", "true_rank", covered, content]].reset_index(drop=True))


def plot_reliability(
    table: pd.DataFrame, *, top: int, ci_prob: float = 0.95, lang: Lang = "en", ax: Axes | None = None
) -> Axes:
    """Draw how often units that were given a probability to rank among the first did so.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per quantity and bin: `by`, `n`, `forecast` and `observed`, sums over units.
    top : int
        How many are the first.
    ci_prob : float
        Probability of the binomial (Wilson) intervals; units of one simulation are not independent, so that
        they are somewhat too short.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
        `plotted` gives a row per point: `by`, `n`, `forecast`, `observed`, `low`, `high`, as shares.

    Raises
    ------
    BayesSaudeError
        If the table is empty, or the probability is none.
    """
    if table.empty or not 0 < ci_prob < 1:
        raise BayesSaudeError(
            "A reliability curve needs rows, and a probability of its intervals such as 0.95."
        )
    ax = ax or new_axes(COLUMN, HEIGHT)
    ax.plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle="--", label=word("ideal", lang, WORDS))
    points = table.assign(
        forecast=table["forecast"] / table["n"], observed=table["observed"] / table["n"],
        **_wilson(table["observed"], table["n"], ci_prob),
    )  # fmt: skip
    for by, rows in points.groupby("by", sort=False):
        error = [rows["observed"] - rows["low"], rows["high"] - rows["observed"]]
        label = quantity_word(str(by), lang)
        ax.errorbar(
            rows["forecast"], rows["observed"], yerr=error, label=label, linewidth=0.9, markersize=3,
            capsize=1.5, **STYLES[str(by)],
        )  # fmt: skip
    ax.set_xlabel(word("forecast", lang, WORDS, n=top))
    ax.set_ylabel(word("observed", lang, WORDS))
    localise(ax.xaxis, lang)
    localise(ax.yaxis, lang)
    tidy(ax)
    legend_on_top(ax, ncols=3, handlelength=1.9)
    columns = ["by", "n", "forecast", "observed", "low", "high"]
    return remember(ax, points[columns].reset_index(drop=True))


def _in_lines(title: str) -> str:
    """Break a title into as few lines as hold all of it, as even as they can be."""
    widths = range(1, LONGEST + 1)
    broken = [textwrap.wrap(title, width, break_on_hyphens=False) for width in widths]
    return "\n".join(next(lines for lines in broken if len(lines) == len(broken[-1])))


def _wilson(hits: pd.Series, n: pd.Series, prob: float) -> dict[str, pd.Series]:
    """Wilson's interval of a share."""
    z = NormalDist().inv_cdf((1 + prob) / 2)
    share = hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return {"low": (middle - half).clip(upper=share), "high": (middle + half).clip(lower=share)}
