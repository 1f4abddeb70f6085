"""What all figures of a result have around them: names, titles, alternative texts, and the model's name."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bayes_saude.figures.words import NOTES_PT, WORDS
from bayes_saude.models.outcomes import FAMILIES, IDENTITY, LOG, LOGIT
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.models.spec import ModelSpec
from bayes_saude.plots.style import COLUMN, FONT_SIZE, Lang, level_word, percent, quantity_word, word
from bayes_saude.summaries.coefficients import panel_of, spec_of
from bayes_saude.summaries.comparison import hyperparameters
from bayes_saude.summaries.ranked import ALL
from bayes_saude.summaries.ranking import ABOVE, BELOW, NONE, classes, select
from bayes_saude.summaries.reml import reml

if TYPE_CHECKING:
    import geopandas as gpd

# Characters to a line of the title and of the small print in a figure that is one column wide.
TITLE_WIDTH, NOTE_WIDTH = 55, 84
# Characters to a line of the label of a horizontal axis so wide, and of the vertical axis of a low figure.
ACROSS_WIDTH, UP_WIDTH = 52, 36
LINE_SPACING = 1.25
# Inches between the title and the edge, and what is below it.
PAD = 0.07
TREND = {IDENTITY: "of_value", LOGIT: "of_share", LOG: "of_rate"}


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


@dataclass(frozen=True)
class ShownResult:
    """A result and the language it is shown in: what the kinds of figure have in common.

    Parameters
    ----------
    fit : xarray.DataTree
    passed : bool
        Whether it passes its checks.
    ranking, comparison : DataFrame
        From `all_rankings` and `compare`.
    lang : {"en", "pt"}
    frequentist : xarray.Dataset, optional
        From `reml`; computed when a figure needs it, if left out.
    table : DataFrame, optional
        From `hyperparameters`, likewise.
    polygons : geopandas.GeoDataFrame, optional
        Of municipalities. There are maps only where they are given.
    """

    fit: xr.DataTree
    passed: bool
    ranking: pd.DataFrame
    comparison: pd.DataFrame
    lang: Lang
    frequentist: xr.Dataset | None = None
    table: pd.DataFrame | None = None
    polygons: "gpd.GeoDataFrame | None" = None

    @cached_property
    def spec(self) -> ModelSpec:
        """Read the model once."""
        return spec_of(self.fit)

    @cached_property
    def estimates(self) -> xr.Dataset:
        """REML of the same panel."""
        return reml(self.fit) if self.frequentist is None else self.frequentist

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """The table of hyperparameters."""
        return hyperparameters(self.fit, self.estimates) if self.table is None else self.table

    @property
    def prob(self) -> float:
        """Probability of the ranking's intervals, as of all others."""
        return self.ranking.attrs.get("prob", 0.95)

    @cached_property
    def span(self) -> dict[str, str]:
        """First and last time of the panel."""
        times = panel_of(self.fit)["time"]
        return {"first": f"{times.min():.15g}", "last": f"{times.max():.15g}"}

    def of(self, level: str) -> list[str]:
        """List what the units of a level are ranked by."""
        ranked = (self.ranking["level"] == level) & (self.ranking["within"] == ALL)
        return self.ranking.loc[ranked, "by"].unique().tolist()

    def label(self, by: str) -> str:
        """Name a quantity with its scale and the time that it is of."""
        spec, lang = self.spec, self.lang
        what = word(TREND[FAMILIES[spec.model.family].link], lang)
        if by == INTERCEPT:
            return word("at_origin", lang, what=what, time=f"{spec.data.origin:.15g}")
        if by == SLOPE:
            time = spec.data.time
            return word("per_time", lang, what=what, time=word("year", lang) if time == "year" else time)
        return quantity_word(by, lang)

    def outcome(self, width: int = ACROSS_WIDTH) -> str | None:
        """Give what the model file calls the outcome, in lines of so many characters; None if nothing."""
        return textwrap.fill(self.spec.data.label_in(self.lang), width) or None

    def axis(self, by: str) -> str:
        """Label an axis of a quantity: the outcome's name above the quantity's."""
        return "\n".join(line for line in (self.outcome(), self.label(by)) if line)

    def told(self, level: str, by: str) -> dict[str, object]:
        """Say of a ranking what titles and alternative texts are made of."""
        units = select(self.ranking, level, by)
        sides = list(classes(units["p_above_mean"], self.prob))
        return {
            "units": level_word(level, self.lang),
            "what": self.label(by),
            "n": len(units),
            "first": units["unit"].iloc[0],
            "last": units["unit"].iloc[-1],
            **{side: sides.count(side) for side in (ABOVE, BELOW, NONE)},
        }

    def figure(
        self,
        name: str,
        key: str,
        draw: Callable[..., Any],
        told: Mapping[str, object] = MappingProxyType({}),
        *,
        lines: int = 0,
    ) -> ResultFigure:
        """Put texts to a function that draws in a language.

        Parameters
        ----------
        name : str
        key : str
            Of its title and its alternative text in `WORDS`.
        draw : callable
        told : mapping
            What the texts are made of.
        lines : int
            Of the label of the horizontal axis, those that the figure's height does not reckon with.

        Returns
        -------
        ResultFigure
        """
        values = {**told, "prob": percent(self.prob, self.lang)}

        def drawn() -> Figure:
            made = cast(Figure, np.ravel(draw(lang=self.lang))[0].figure)
            surround(made, self.fit, passed=self.passed, lang=self.lang, lines=lines)
            return made

        title, alt = (word(f"{key}_{part}", self.lang, WORDS, **values) for part in ("title", "alt"))
        return ResultFigure(name, title[0].upper() + title[1:], alt[0].upper() + alt[1:], drawn)


def note_of(fit: xr.DataTree, lang: Lang) -> str:
    """Give what must be said of a fit's panel, in the language where the note ships with the package."""
    note = str(fit.attrs["panel_note"])
    return NOTES_PT.get(note, note) if lang == "pt" else note


def surround(figure: Figure, fit: xr.DataTree, *, passed: bool, lang: Lang, lines: int = 0) -> None:
    """Write the model's title above and the panel's note below, and make the figure taller by as much.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    fit : xarray.DataTree
    passed : bool
        Whether it passes its checks; the title says so where not.
    lang : {"en", "pt"}
    lines : int
        Of the label of the horizontal axis, those that the figure's height does not reckon with.
    """
    width, height = figure.get_size_inches()
    note = textwrap.fill(note_of(fit, lang), int(NOTE_WIDTH * width / COLUMN))
    title = textwrap.fill(spec_of(fit).title_in(lang), int(TITLE_WIDTH * width / COLUMN))
    title += "" if passed else "\n" + word("despite", lang)
    above = LINE_SPACING * FONT_SIZE * len(title.splitlines()) / 72
    height += LINE_SPACING * (FONT_SIZE + 1) * lines / 72
    height += above + PAD + LINE_SPACING * (FONT_SIZE - 2) * len(note.splitlines()) / 72
    figure.set_size_inches(width, height)
    figure.supxlabel(note, size=FONT_SIZE - 2, parse_math=False)
    figure.suptitle(title, size=FONT_SIZE, y=1 - PAD / height, parse_math=False).set_in_layout(False)
    # The layout engine would put the title upon a figure's own legend, and so is given the room below both.
    room = 1 - (above + 2 * PAD) / height
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0, 0, 1, room), transform=figure.transFigure)
        room -= (legend.get_window_extent().height / figure.dpi + PAD) / height
    cast(ConstrainedLayoutEngine, figure.get_layout_engine()).set(rect=(0, 0, 1, room))
