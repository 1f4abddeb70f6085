"""The figures of a result folder."""

import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bayes_saude.data.shipped import IMPLIED, RECONSTRUCTION
from bayes_saude.models.outcomes import FAMILIES, IDENTITY, LOG, LOGIT
from bayes_saude.models.spec import ModelSpec
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.style import (
    FONT_SIZE,
    Lang,
    level_word,
    percent,
    quantity_word,
    save_figure,
    word,
)
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.ranked import ALL
from bayes_saude.summaries.ranking import ABOVE, BELOW, NONE, classes, select

# Characters to a line of the title and of the small print in a figure that is one column wide.
TITLE_WIDTH, NOTE_WIDTH = 55, 84
LINE_SPACING = 1.25
# What a figure shows, in a few words and, for who cannot see it, in a sentence or two.
WORDS = {
    "caterpillar_title": ("{units} by {what}", "{units} por {what}"),
    "caterpillar_alt": (
        "{units} ({n}) from best to worst by {what}, with posterior means and {prob} intervals: "
        "{above} above the mean of all, {below} below, {none} neither. First {first}, last {last}.",
        "{units} ({n}) do melhor ao pior por {what}, com médias a posteriori e intervalos de {prob}: "
        "{above} acima da média de todos, {below} abaixo, {none} nem acima nem abaixo. "
        "Primeiro: {first}; último: {last}.",
    ),
    "reml_posterior_title": (
        "{units} by {what}: REML against posterior",
        "{units} por {what}: REML e posteriori",
    ),
    "reml_posterior_alt": (
        "Posterior mean against REML estimate of each of {n} {units}, by {what}. "
        "Their class (above the mean, below, neither) differs in {differ}.",
        "Média a posteriori contra a estimativa REML de cada unidade ({units}: {n}), por {what}. "
        "A classe (acima da média, abaixo, nem acima nem abaixo) difere em {differ}.",
    ),
}
TREND = {IDENTITY: "of_value", LOGIT: "of_share", LOG: "of_rate"}
# A fit keeps its panel's note in English.
NOTES_PT = {
    RECONSTRUCTION: (
        "O painel é uma reconstrução, não os registros: devolve o que Sá (2015) imprime dos modelos "
        "(parâmetros, efeitos das regiões e dos municípios listados) e dos anos (médias, quartis). O resto é "
        "sorteado dentro do que o impresso permite: efeitos dos demais municípios, valores individuais, "
        "relações entre indicadores."
    ),
    IMPLIED: (
        "Costa (2014) imprime as internações por condições sensíveis à atenção primária por faixa etária "
        "(tabela 9) e sua proporção em todas as internações exceto partos (tabela 5), não os totais: estes "
        "são contagem/proporção, conhecidos com precisão de 0,04%. Os totais de 2008 são altos, e os de 2012 "
        "baixos, em relação aos anos intermediários."
    ),
}


class ResultFigure(NamedTuple):
    """A figure of a result, drawn when it is asked for.

    Parameters
    ----------
    name : str
        Stem of a file's name, such as "caterpillar-municipality-slope".
    title : str
        What it shows, in a few words.
    alt : str
        What is drawn, in one or two sentences for who cannot see it.
    draw : callable
        Makes the figure, with the model's title above and the panel's note below.
    """

    name: str
    title: str
    alt: str
    draw: Callable[[], Figure]


def each_figure(
    fit: xr.DataTree,
    report: dict[str, Any],
    ranking: pd.DataFrame,
    comparison: pd.DataFrame | None,
    *,
    lang: Lang = "en",
) -> Iterator[ResultFigure]:
    """Give, for every level, caterpillars by intercept and slope and REML against posterior.

    Parameters
    ----------
    fit : xarray.DataTree
    report : dict
        From `checked`.
    ranking, comparison : DataFrame
        From `all_rankings` and `compare`; no comparison where the family has no REML.
    lang : {"en", "pt"}
        Of everything but the model's title and its names.

    Yields
    ------
    ResultFigure
    """
    spec = spec_of(fit)
    note = fit.attrs["panel_note"]
    note = textwrap.fill(NOTES_PT.get(note, note) if lang == "pt" else note, NOTE_WIDTH)
    title = textwrap.fill(spec.title, TITLE_WIDTH) + (
        "" if report["passed"] else "\n" + word("despite", lang)
    )

    def figure(
        name: str, key: str, draw: Callable[..., Axes], table: pd.DataFrame, **told: object
    ) -> ResultFigure:
        def drawn() -> Figure:
            made = cast(Figure, draw(table, label=told["what"], lang=lang).figure)
            _surround(made, title, note)
            return made

        return ResultFigure(
            name,
            _sentence(word(f"{key}_title", lang, WORDS, **told)),
            _sentence(word(f"{key}_alt", lang, WORDS, **told)),
            drawn,
        )

    for level in spec.data.levels:
        for by in ranking.loc[(ranking["level"] == level) & (ranking["within"] == ALL), "by"].unique():
            told: dict[str, object] = {"units": level_word(level, lang), "what": _label(spec, by, lang)}
            ending = f"{level}-{by.replace(':', '-')}"
            units = select(ranking, level, by)
            sides = list(classes(units["p_above_mean"], ranking.attrs.get("prob", 0.95)))
            told |= {"n": len(units), "prob": percent(ranking.attrs.get("prob", 0.95), lang)}
            told |= {side: sides.count(side) for side in (ABOVE, BELOW, NONE)}
            told |= {"first": units["unit"].iloc[0], "last": units["unit"].iloc[-1]}
            caterpillar = partial(plot_caterpillar, by=by, level=level)
            yield figure(f"caterpillar-{ending}", "caterpillar", caterpillar, ranking, **told)
            if comparison is not None and by in set(comparison["parameter"]):
                pairs = comparison[(comparison["level"] == level) & (comparison["parameter"] == by)]
                told |= {"n": len(pairs), "differ": int((~pairs["agrees"].astype(bool)).sum())}
                against = partial(plot_reml_posterior, parameter=by, level=level)
                yield figure(f"reml-posterior-{ending}", "reml_posterior", against, comparison, **told)


def write_figures(
    fit: xr.DataTree,
    report: dict[str, Any],
    ranking: pd.DataFrame,
    comparison: pd.DataFrame | None,
    folder: Path,
    *,
    lang: Lang = "en",
    format: Literal["pdf", "svg", "png"] = "pdf",
) -> list[Path]:
    """Draw all figures of a result into its folder.

    Parameters
    ----------
    fit, report, ranking, comparison, lang
        As for `each_figure`. The names of Portuguese files end in "-pt".
    folder : Path
        The result folder; the figures go to `figures/` inside it.
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    ending = f"-pt.{format}" if lang == "pt" else f".{format}"
    files = []
    for each in each_figure(fit, report, ranking, comparison, lang=lang):
        files.append(figures / f"{each.name}{ending}")
        figure = each.draw()
        save_figure(figure, files[-1])
        plt.close(figure)
    return files


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _label(spec: ModelSpec, by: str, lang: Lang) -> str:
    """Name a quantity with its scale and the time that it is of."""
    what = word(TREND[FAMILIES[spec.model.family].link], lang)
    if by == "intercept":
        return word("at_origin", lang, what=what, time=f"{spec.data.origin:.15g}")
    if by == "slope":
        time = spec.data.time
        return word("per_time", lang, what=what, time=word("year", lang) if time == "year" else time)
    return quantity_word(by, lang)


def _surround(figure: Figure, title: str, note: str) -> None:
    """Write a title above and a note below, and make the figure taller by as much."""
    figure.suptitle(title, size=FONT_SIZE, parse_math=False)
    figure.supxlabel(note, size=FONT_SIZE - 2, parse_math=False)
    points = LINE_SPACING * (FONT_SIZE * len(title.splitlines()) + (FONT_SIZE - 2) * len(note.splitlines()))
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + points / 72)
