"""The figures of a result folder."""

import textwrap
from pathlib import Path
from typing import Any, Literal, cast

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from bayes_saude.data.shipped import IMPLIED, RECONSTRUCTION
from bayes_saude.models.outcomes import FAMILIES, IDENTITY, LOG, LOGIT
from bayes_saude.models.spec import ModelSpec
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.style import FONT_SIZE, Lang, quantity_word, word
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.ranking import ALL

# Characters to a line of the title and of the small print in a figure that is one column wide.
TITLE_WIDTH, NOTE_WIDTH = 55, 84
LINE_SPACING = 1.25
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
    """Draw, for every level, caterpillars by intercept and slope and REML against posterior.

    Parameters
    ----------
    fit : xarray.DataTree
    report : dict
        From `checked`.
    ranking, comparison : DataFrame
        From `all_rankings` and `compare`; no comparison where the family has no REML.
    folder : Path
        The result folder; the figures go to `figures/` inside it.
    lang : {"en", "pt"}
        Of everything but the model's title and its names. The names of Portuguese files end in "-pt".
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    spec = spec_of(fit)
    note = fit.attrs["panel_note"]
    note = textwrap.fill(NOTES_PT.get(note, note) if lang == "pt" else note, NOTE_WIDTH)
    title = textwrap.fill(spec.title, TITLE_WIDTH) + (
        "" if report["passed"] else "\n" + word("despite", lang)
    )
    ending = f"-pt.{format}" if lang == "pt" else f".{format}"
    files = []
    for level in spec.data.levels:
        for by in ranking.loc[(ranking["level"] == level) & (ranking["within"] == ALL), "by"].unique():
            label = _label(spec, by, lang)
            axes = {"caterpillar": plot_caterpillar(ranking, by=by, level=level, label=label, lang=lang)}
            if comparison is not None and by in set(comparison["parameter"]):
                axes["reml-posterior"] = plot_reml_posterior(
                    comparison, parameter=by, level=level, label=label, lang=lang
                )
            for kind, ax in axes.items():
                files.append(figures / f"{kind}-{level}-{by.replace(':', '-')}{ending}")
                figure = cast(Figure, ax.figure)
                _surround(figure, title, note)
                figure.savefig(files[-1], dpi=300)
                plt.close(figure)
    return files


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
