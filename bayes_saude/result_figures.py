"""The figures of a result folder."""

import textwrap
from pathlib import Path
from typing import Any, Literal, cast

import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.reml_posterior import plot_reml_posterior
from bayes_saude.plots.style import FONT_SIZE, Lang
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.ranking import ALL

# Characters to a line of the title and of the small print in a figure that is one column wide.
TITLE_WIDTH, NOTE_WIDTH = 55, 90
LINE_SPACING = 1.25


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
    format : {"pdf", "svg", "png"}

    Returns
    -------
    list of Path
        The files.
    """
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    spec = spec_of(fit)
    note = textwrap.fill(fit.attrs["panel_note"], NOTE_WIDTH)
    title = textwrap.fill(spec.title, TITLE_WIDTH) + ("" if report["passed"] else "\nDESPITE FAILED CHECKS")
    files = []
    for level in spec.data.levels:
        for by in ranking.loc[(ranking["level"] == level) & (ranking["within"] == ALL), "by"].unique():
            axes = {"caterpillar": plot_caterpillar(ranking, by=by, level=level, lang=lang)}
            if comparison is not None and by in set(comparison["parameter"]):
                axes["reml-posterior"] = plot_reml_posterior(comparison, parameter=by, level=level, lang=lang)
            for kind, ax in axes.items():
                files.append(figures / f"{kind}-{level}-{by.replace(':', '-')}.{format}")
                figure = cast(Figure, ax.figure)
                _surround(figure, title, note)
                figure.savefig(files[-1], dpi=300)
                plt.close(figure)
    return files


def _surround(figure: Figure, title: str, note: str) -> None:
    """Write a title above and a note below, and make the figure taller by as much."""
    figure.suptitle(title, size=FONT_SIZE, parse_math=False)
    figure.supxlabel(note, size=FONT_SIZE - 2, parse_math=False)
    points = LINE_SPACING * (FONT_SIZE * len(title.splitlines()) + (FONT_SIZE - 2) * len(note.splitlines()))
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + points / 72)
