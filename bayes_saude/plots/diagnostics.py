"""One page on how the draws of a fit were come by: do the chains agree, and are there enough draws."""

import textwrap

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bayes_saude.plots._parameters import parameter_word
from bayes_saude.plots.style import (
    CLASS_COLOURS,
    FONT_SIZE,
    PAGE,
    TALLEST,
    Lang,
    comma,
    localise,
    percent,
    remember,
    shorten,
    tidy,
    word,
)
from bayes_saude.summaries.coefficients import sampler_of
from bayes_saude.summaries.diagnostics import (
    HYPERPARAMETER,
    Limits,
    diagnose_chains,
    diagnose_draws,
    limits_of,
    standard_draws,
)

# Inches: of the rows of the page, and of one hyperparameter's row in the second.
WORDS_HEIGHT, ROW_HEIGHT, PANEL_HEIGHT, AROUND = 0.36, 0.15, 1.15, 1.8
# From the axes to a legend below their ticks, in font sizes.
BELOW = 2.2
# Hyperparameters whose chains are drawn: those of the highest R-hat.
TRACES = 3
# The axis of R-hat begins at 1 and reaches beyond the limit even where all is well.
LEAST_END = 1.012
LINE_WIDTH = 134
GOOD, BAD, LIMIT = "black", CLASS_COLOURS["below"], CLASS_COLOURS["below"]
FILL, OUTLINE = CLASS_COLOURS["none"], CLASS_COLOURS["above"]

WORDS = {
    "rhat": ("Do the chains agree? R-hat", "As cadeias concordam? R-hat"),
    "ess": (
        "How many independent draws are they worth? ESS",
        "Quantos sorteios independentes eles valem? ESS",
    ),
    "centre": ("of the centre", "do centro"),
    "tails": ("of the tails", "das caudas"),
    "limit": ("limit", "limite"),
    "trace": ("{name}", "{name}"),
    "draw": ("draw", "sorteio"),
    "about": ("sd, about replicate's mean", "dp, da média da réplica"),
    "energy": ("Energy: spread and steps", "Energia: dispersão e passos"),
    "spread": ("about its mean", "em torno da média"),
    "steps": ("by iteration", "por iteração"),
    "units_rhat": ("Units' coefficients: R-hat", "Coeficientes das unidades: R-hat"),
    "units_ess": ("Units' coefficients: ESS", "Coeficientes das unidades: ESS"),
    "coefficients": ("number of them", "quantidade"),
    "worst": ("worst {value}:\n{term} of {unit}", "pior {value}:\n{term} de {unit}"),
    "undefined": ("undefined", "indefinido"),
    "chains": (
        "{chains} chains of {draws} draws, each draw the last of {thin} iterations.",
        "{chains} cadeias de {draws} sorteios, cada sorteio o último de {thin} iterações.",
    ),
    "replicates": (
        "The panel has {replicates} replicates; R-hat and ESS leave their differences out.",
        "O painel tem {replicates} réplicas; R-hat e ESS deixam fora as suas diferenças.",
    ),
    "traces": (
        "Lines over draws: the chains of the hyperparameters of the highest R-hat.",
        "Linhas por sorteio: as cadeias dos hiperparâmetros de maior R-hat.",
    ),
    "sampler": (
        "Divergences: {divergences}. Draws at the limit of steps: {limit}. "
        "Least energy fraction of a chain (BFMI): {bfmi}, poor below {poor}.",
        "Divergências: {divergences}. Sorteios no limite de passos: {limit}. "
        "Menor fração de energia de uma cadeia (BFMI): {bfmi}, ruim abaixo de {poor}.",
    ),
}
POOR_BFMI = 0.3


def plot_diagnostics(fit: xr.DataTree, *, lang: Lang = "en") -> NDArray[np.object_]:
    """Draw a page of diagnostics of the sampling.

    Nothing here is about the ranking of units.

    Parameters
    ----------
    fit : xarray.DataTree
    lang : {"en", "pt"}

    Returns
    -------
    array of matplotlib.axes.Axes, shape (8,)
        R-hat and effective sample sizes of hyperparameters, with the limits of `check`; the chains of the
        three of the highest R-hat; the energy, whose steps are to be about as wide as its spread; R-hat and
        effective sample size of every unit's intercept and slope. `plotted` of each gives its numbers, of the
        energy the table of `diagnose_chains`. Seconds for 853 units.
    """
    draws, chains, limits = diagnose_draws(fit), diagnose_chains(fit), limits_of(fit)
    of_hyper = draws["kind"] == HYPERPARAMETER
    hyperparameters, units = draws[of_hyper], draws[~of_hyper]
    axes = _page(len(hyperparameters))
    _write_words(axes["words"], fit, chains, lang)
    _draw_rhat(axes["rhat"], hyperparameters, limits, lang)
    _draw_ess(axes["ess"], hyperparameters, limits, lang)
    worst = hyperparameters.sort_values("rhat", ascending=False, na_position="first")["name"]
    for place, name in enumerate(worst[:TRACES]):
        _draw_trace(axes[f"trace{place}"], fit, name, lang)
    _draw_energy(axes["energy"], fit, chains, lang)
    _draw_units(axes["units_rhat"], units, "rhat", limits.rhat, lang)
    _draw_units(axes["units_ess"], units, "ess_bulk", limits.ess_bulk, lang)
    axes["units_rhat"].set_ylabel(word("coefficients", lang, WORDS), size=FONT_SIZE)
    if _replicates(chains) > 1:
        axes["trace0"].set_ylabel(word("about", lang, WORDS), size=FONT_SIZE)
    return np.array([ax for name, ax in axes.items() if name != "words"], dtype=object)


def _page(n_parameters: int) -> dict[str, Axes]:
    """Make the axes, row by row: names of parameters beside one row do not move the others."""
    heights = [WORDS_HEIGHT, ROW_HEIGHT * n_parameters, PANEL_HEIGHT, PANEL_HEIGHT]
    rows: list[dict[str, float]] = [
        {"words": 1},
        {"rhat": 1, "ess": 2},
        {f"trace{place}": 1 for place in range(TRACES)},
        {"energy": 1, "units_rhat": 1, "units_ess": 1},
    ]
    figure = plt.figure(figsize=(PAGE, min(sum(heights) + AROUND, TALLEST)), layout="constrained")
    page = figure.add_gridspec(len(rows), 1, height_ratios=heights)
    axes: dict[str, Axes] = {}
    for place, widths in enumerate(rows):
        row = page[place].subgridspec(1, len(widths), width_ratios=list(widths.values()))
        axes |= {name: figure.add_subplot(row[column]) for column, name in enumerate(widths)}
    return axes


def _write_words(ax: Axes, fit: xr.DataTree, chains: pd.DataFrame, lang: Lang) -> None:
    sizes, replicates = fit["posterior"].sizes, _replicates(chains)
    thin = sampler_of(fit).get("thin", 1)
    sentences = [word("chains", lang, WORDS, chains=sizes["chain"], draws=sizes["draw"], thin=thin)]
    if replicates > 1:
        sentences.append(word("replicates", lang, WORDS, replicates=replicates))
    share = chains["share_at_limit"].mean()
    told = {
        "divergences": chains["divergences"].sum(),
        "limit": percent(round(share, 4), lang) if np.isfinite(share) else "–",
        "bfmi": comma(f"{chains['bfmi'].min():.2f}", lang),
        "poor": comma(f"{POOR_BFMI:g}", lang),
    }
    lines = [" ".join(sentences), word("sampler", lang, WORDS, **told), word("traces", lang, WORDS)]
    text = "\n".join(textwrap.fill(line, LINE_WIDTH) for line in lines)
    ax.set_axis_off()
    ax.text(0, 1, text, va="top", size=FONT_SIZE, transform=ax.transAxes)


def _replicates(chains: pd.DataFrame) -> int:
    return len(chains["replicate"].unique())


def _draw_rhat(ax: Axes, rows: pd.DataFrame, limits: Limits, lang: Lang) -> None:
    places = np.arange(len(rows))
    good = (rows["rhat"] < limits.rhat).to_numpy()
    for chosen, mark, colour in ((good, "o", GOOD), (~good, "D", BAD)):
        ax.plot(rows["rhat"][chosen], places[chosen], mark, color=colour, markersize=3.2)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.axvline(limits.rhat, color=LIMIT, linewidth=0.9, linestyle=(0, (4, 2)))
    ax.set_xlim(min(1, rows["rhat"].min()) - 0.001, max(LEAST_END, rows["rhat"].max() + 0.001))
    ax.set_yticks(places, [parameter_word(name, lang) for name in rows["name"]], parse_math=False)
    _finish(ax, "rhat", lang)
    _by_parameter(ax, len(rows))
    remember(ax, rows)


def _draw_ess(ax: Axes, rows: pd.DataFrame, limits: Limits, lang: Lang) -> None:
    places = np.arange(len(rows))
    for column, limit, shift, mark, line, name in (
        ("ess_bulk", limits.ess_bulk, -0.16, "o", (0, (4, 2)), "centre"),
        ("ess_tail", limits.ess_tail, 0.16, "s", (0, (1, 1.5)), "tails"),
    ):
        colour = [GOOD if value > limit else BAD for value in rows[column]]
        of_kind = word(name, lang, WORDS)
        ax.scatter(
            rows[column], places + shift, s=9, marker=mark, label=of_kind, linewidths=0.7, edgecolors=colour,
            facecolors=colour if mark == "o" else "white",
        )  # fmt: skip
        ax.axvline(limit, color=LIMIT, linewidth=0.9, linestyle=line, label=word("limit", lang, WORDS))
    ax.set_xlim(0, None)
    ax.set_yticks(places, [""] * len(rows))
    _finish(ax, "ess", lang)
    _by_parameter(ax, len(rows))
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=BELOW, ncols=4, fontsize=FONT_SIZE,
        frameon=False, columnspacing=1.2, handlelength=1.6, borderpad=0.1,
    )  # fmt: skip
    remember(ax, rows)


def _draw_trace(ax: Axes, fit: xr.DataTree, name: str, lang: Lang) -> None:
    values = standard_draws(fit)[name].transpose("chain", "draw")
    colours = mpl.colormaps["viridis"](np.linspace(0, 0.9, values.sizes["chain"]))
    for chain, colour in zip(values.to_numpy(), colours, strict=True):
        # Thousands of corners would make a large file of a PDF.
        ax.plot(chain, color=colour, linewidth=0.35, alpha=0.7, rasterized=True)
    ax.set_xlim(0, values.sizes["draw"] - 1)
    ax.set_xlabel(word("draw", lang, WORDS))
    _finish(ax, "trace", lang, name=parameter_word(name, lang))
    remember(ax, values.to_dataframe("value").reset_index()[["chain", "draw", "value"]])


def _draw_energy(ax: Axes, fit: xr.DataTree, chains: pd.DataFrame, lang: Lang) -> None:
    statistics = fit["sample_stats"].to_dataset()
    energy, steps = statistics["energy"], statistics["energy_step"].to_numpy().ravel()
    spread = (energy - energy.mean("draw")).to_numpy().ravel()
    farthest = max(abs(spread).max(), abs(steps).max())
    edges = np.linspace(-farthest, farthest, 40).tolist()
    ax.hist(spread, edges, density=True, color=FILL, alpha=0.5, label=word("spread", lang, WORDS))
    ax.hist(
        steps, edges, density=True, histtype="step", color=OUTLINE, linewidth=0.9,
        label=word("steps", lang, WORDS),
    )  # fmt: skip
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(5))
    _finish(ax, "energy", lang)
    ax.spines["left"].set_visible(False)
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=BELOW, ncols=2, fontsize=FONT_SIZE,
        frameon=False, columnspacing=1.0, handlelength=1.4, borderpad=0.1,
    )  # fmt: skip
    remember(ax, chains)


def _draw_units(ax: Axes, units: pd.DataFrame, column: str, limit: float, lang: Lang) -> None:
    values = units[column]
    what = "units_rhat" if column == "rhat" else "units_ess"
    if values.notna().any():
        ax.hist(values.dropna(), "auto", color=FILL, alpha=0.7)
    ax.axvline(limit, color=LIMIT, linewidth=0.9, linestyle=(0, (4, 2)))
    if column == "rhat":
        ax.set_xlim(min(1, values.min()) - 0.0005, max(LEAST_END, values.max() + 0.0005))
    else:
        ax.set_xlim(0, None)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    # What is undefined never moved, and is the worst.
    place = int(np.argmax((values if column == "rhat" else -values).fillna(np.inf)))
    worst, value = units.iloc[place], float(values.iloc[place])
    number = comma(f"{value:.3f}" if column == "rhat" else f"{value:.0f}", lang)
    told = {"term": word(str(worst["term"]), lang), "unit": shorten(str(worst["name"]), 26)}
    told["value"] = number if np.isfinite(value) else word("undefined", lang, WORDS)
    ax.set_xlabel(word("worst", lang, WORDS, **told), parse_math=False)
    _finish(ax, what, lang)
    ax.xaxis.label.set_fontsize(FONT_SIZE)
    remember(ax, units)


def _by_parameter(ax: Axes, n: int) -> None:
    ax.set_ylim(n - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", linewidth=0.3)
    ax.set_axisbelow(True)


def _finish(ax: Axes, title: str, lang: Lang, **told: str) -> None:
    ax.set_title(word(title, lang, WORDS, **told), parse_math=False)
    for axis in (ax.xaxis, ax.yaxis):
        if axis is ax.xaxis or title == "trace":
            localise(axis, lang)
    tidy(ax)
