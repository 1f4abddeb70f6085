"""Maps of units: their class, their value, a probability, and how well their rank is known."""

from typing import TYPE_CHECKING, Literal

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, Normalize
from matplotlib.ticker import MaxNLocator

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.plots._data import comparison_of, ranking_of
from bayes_saude.plots._map import SCALE, Sheet, joined_map, missing_value
from bayes_saude.plots._map_marks import Hatching, mean_line, swatch
from bayes_saude.plots.style import CLASS_COLOURS, Lang, percent, quantity_word, remember, word
from bayes_saude.summaries.ranking import ABOVE, BELOW, NONE, classes

if TYPE_CHECKING:
    import geopandas as gpd

WORDS = {
    "class_posterior": ("{what}: posterior, {prob} interval", "{what}: posteriori, intervalo de {prob}"),
    "class_reml": ("{what}: REML, {prob} interval", "{what}: REML, intervalo de {prob}"),
    "count": ("{what} ({n})", "{what} ({n})"),
    "value": ("{what}, posterior mean", "{what}, média a posteriori"),
    "unsure": ("side of the mean unsure ({n})", "lado da média incerto ({n})"),
    "width": ("width of the {prob} interval of the rank", "amplitude do intervalo de {prob} do posto"),
    "p_bottom": ("P(among the worst {n})", "P(entre os {n} piores)"),
    "p_bottom_fifth": ("P(among the worst fifth)", "P(no pior quinto)"),
    "p_top": ("P(among the first {n})", "P(entre os {n} primeiros)"),
    "p_above_mean": ("P(above the mean)", "P(acima da média)"),
    "p_meets_target": ("P(meets the target)", "P(cumpre a meta)"),
    "p_best": ("P(first)", "P(primeiro)"),
    "by": ("{what}, by {by}", "{what}, por {by}"),
}
# Colour and hatching of each class: dark, hatched and light tell them apart in grey.
CLASS_FILLS = {
    ABOVE: (CLASS_COLOURS[ABOVE], None),
    BELOW: (CLASS_COLOURS[BELOW], Hatching("//////", "#FFFFFF", 0.6)),
    NONE: ("#E4E4E4", None),
}
UNSURE = Hatching("//////", "#202020", 0.3)
# Where colours change on the scale of probabilities, which are mostly near one of its ends.
STEPS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0)
# Of the values: those beyond have the colour of the ends, so that few far ones do not take all colours.
SHOWN = (0.01, 0.99)


def plot_class_map(
    data: pd.DataFrame | xr.DataTree,
    polygons: "gpd.GeoDataFrame",
    *,
    by: str = "intercept",
    level: str | None = None,
    method: Literal["posterior", "reml"] = "posterior",
    borders: "gpd.GeoDataFrame | None" = None,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw which units lie above the mean of all, which below, and which cannot be told from it.

    The maps of Sá (2015), figures 7 to 14, by REML as there, or by the posterior. Areas are true to scale.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `compare`, or by the posterior also from `rank` or `all_rankings`; or a fit.
    polygons : geopandas.GeoDataFrame
        From `read_polygons` for municipalities, from `dissolve` for levels around them. Polygons without
        value are dotted; units without polygon are counted in the legend.
    by : str
        "intercept", "slope" or, of a ranking or a fit, "level:YEAR".
    level : str, optional
        The innermost, as the last in the table, if left out.
    method : {"posterior", "reml"}
        Whose intervals decide.
    borders : geopandas.GeoDataFrame, optional
        Outlines to draw over the fills, such as those of regions from `dissolve`.
    ci_prob : float, optional
        Probability of the intervals: 0.95 for a fit if left out. A table has its own.
    label : str, optional
        What is mapped, best the indicator; the quantity's name if left out.
    lang : {"en", "pt"}
    ax : matplotlib.axes.Axes, optional
        A figure one column wide is made if left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = _classes(data, by, level, method, ci_prob)
    sheet = Sheet(joined_map(units, polygons), borders, ax, lang)
    for name in (ABOVE, BELOW, NONE):
        chosen = sheet.shapes["side"] == name
        colour, hatching = CLASS_FILLS[name]
        sheet.fill(chosen, colour)
        if hatching:
            sheet.hatch(chosen, hatching)
        counted = word("count", lang, WORDS, what=word(name, lang), n=int(chosen.sum()))
        sheet.handles.append(swatch(colour, counted, hatching))
    what = label or quantity_word(by, lang)
    title = word(f"class_{method}", lang, WORDS, what=what, prob=percent(units.attrs["prob"], lang))
    return remember(sheet.ax, sheet.finish(missing_value(sheet.shapes, "side"), title))


def plot_value_map(
    data: pd.DataFrame | xr.DataTree,
    polygons: "gpd.GeoDataFrame",
    *,
    by: str = "intercept",
    level: str | None = None,
    borders: "gpd.GeoDataFrame | None" = None,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the units' posterior means, hatched where it is unsure on which side of the mean of all they lie.

    Unsure is a unit whose difference from the mean has an interval with zero in it. The scale ends where one
    in a hundred units lies beyond, and is then pointed; the mean of all is marked on it.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `rank` or `all_rankings`, or a fit.
    polygons, by, level, borders, ci_prob, label, lang, ax
        As for `plot_class_map`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = _with_sides(ranking_of(data, by=by, level=level, ci_prob=ci_prob))
    low, high = units["mean"].quantile(SHOWN)
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max"}.get(
        (bool(units["mean"].min() < low), bool(units["mean"].max() > high)), "both"
    )
    sheet = Sheet(joined_map(units, polygons), borders, ax, lang)
    norm = Normalize(low, high)
    sheet.fill_by("mean", norm)
    unsure = sheet.shapes["side"] == NONE
    sheet.hatch(unsure, UNSURE)
    what = word("value", lang, WORDS, what=label or quantity_word(by, lang))
    bar = sheet.colour_bar(norm, what, extend=extend)
    hatched = swatch("white", word("unsure", lang, WORDS, n=int(unsure.sum())), UNSURE)
    sheet.handles += [hatched, mean_line(bar, units["mean"].mean(), lang)]
    return remember(sheet.ax, sheet.finish(missing_value(sheet.shapes, "mean")))


def plot_probability_map(
    data: pd.DataFrame | xr.DataTree,
    polygons: "gpd.GeoDataFrame",
    *,
    column: str = "p_bottom",
    by: str = "intercept",
    level: str | None = None,
    borders: "gpd.GeoDataFrame | None" = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw a probability of each unit: that it is among the worst fifth, or another of a ranking's columns.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `rank` or `all_rankings`, or a fit.
    column : str
        Such as "p_bottom", "p_top", "p_above_mean", "p_meets_target" or "p_best".
    polygons, by, level, borders, label, lang, ax
        As for `plot_class_map`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    BayesSaudeError
        If the ranking has no such column of probabilities, or it is empty, as "p_meets_target" is without a
        target.
    """
    units = ranking_of(data, by=by, level=level)
    known = [name for name in units if str(name).startswith("p_")]
    if column not in known:
        raise BayesSaudeError(
            f"The ranking has no probability '{column}'. Use one of {listed(map(str, known))}."
        )
    if units[column].isna().all():
        raise BayesSaudeError(
            f"The ranking's '{column}' is empty. Make it with what it is about, such as a target, "
            "or use another column."
        )
    sheet = Sheet(joined_map(units, polygons), borders, ax, lang)
    norm = BoundaryNorm(STEPS, SCALE.N)
    sheet.fill_by(column, norm)
    what = word(
        "by", lang, WORDS, what=_probability_word(column, units, lang), by=label or quantity_word(by, lang)
    )
    bar = sheet.colour_bar(norm, what, spacing="uniform")
    bar.set_xticks(STEPS, [percent(step, lang) for step in STEPS])
    return remember(sheet.ax, sheet.finish(missing_value(sheet.shapes, column)))


def plot_rank_width_map(
    data: pd.DataFrame | xr.DataTree,
    polygons: "gpd.GeoDataFrame",
    *,
    by: str = "intercept",
    level: str | None = None,
    borders: "gpd.GeoDataFrame | None" = None,
    ci_prob: float | None = None,
    label: str | None = None,
    lang: Lang = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how wide the interval of each unit's rank is, in ranks: 0 where the rank is known.

    Parameters
    ----------
    data : pandas.DataFrame or xarray.DataTree
        From `rank` or `all_rankings`, or a fit.
    polygons, by, level, borders, ci_prob, label, lang, ax
        As for `plot_class_map`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    units = ranking_of(data, by=by, level=level, ci_prob=ci_prob)
    units["rank_width"] = units["rank_high"] - units["rank_low"]
    sheet = Sheet(joined_map(units, polygons), borders, ax, lang)
    norm = Normalize(0, max(float(units["rank_width"].max()), 1.0))
    sheet.fill_by("rank_width", norm)
    width = word("width", lang, WORDS, prob=percent(units.attrs["prob"], lang))
    what = word("by", lang, WORDS, what=width, by=label or quantity_word(by, lang))
    sheet.colour_bar(norm, what, ticks=MaxNLocator(nbins=6, integer=True))
    return remember(sheet.ax, sheet.finish(missing_value(sheet.shapes, "rank_width")))


def _classes(
    data: pd.DataFrame | xr.DataTree, by: str, level: str | None, method: str, ci_prob: float | None
) -> pd.DataFrame:
    """Give the units with their class, `side`, by the posterior or by REML."""
    if method not in ("posterior", "reml"):
        raise BayesSaudeError(f"There are no classes by '{method}'. Use 'posterior' or 'reml'.")
    compared = isinstance(data, pd.DataFrame) and "parameter" in data
    if method == "posterior" and not compared:
        return _with_sides(ranking_of(data, by=by, level=level, ci_prob=ci_prob))
    units = comparison_of(data, parameter=by, level=level, ci_prob=ci_prob)
    prob = units.attrs.get("prob", 0.95)
    units = units.assign(side=units["reml_class" if method == "reml" else "bayes_class"])
    units.attrs["prob"] = prob
    return units


def _with_sides(ranking: pd.DataFrame) -> pd.DataFrame:
    return ranking.assign(side=classes(ranking["p_above_mean"], ranking.attrs["prob"]))


def _probability_word(column: str, ranking: pd.DataFrame, lang: Lang) -> str:
    if column == "p_bottom" and ranking.attrs["bottom"] is None:
        column = "p_bottom_fifth"
    if column not in WORDS:
        return column
    n = ranking.attrs["top" if column == "p_top" else "bottom"]
    return word(column, lang, WORDS, n=n)
