"""The maps of a result, for which its polygons of municipalities are joined to the units of each level."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from bayes_saude.data.areas import dissolve
from bayes_saude.data.ibge_codes import any_municipality
from bayes_saude.figures.frame import ResultFigure, ShownResult
from bayes_saude.models.predictor import INTERCEPT, SLOPE
from bayes_saude.plots.maps import (
    plot_class_map,
    plot_probability_map,
    plot_rank_width_map,
    plot_value_map,
)
from bayes_saude.summaries.coefficients import panel_of, spec_of

if TYPE_CHECKING:
    import geopandas as gpd

UNIT = "unit"


def maps(result: ShownResult) -> Iterator[ResultFigure]:
    """Map the classes of each level's units by the posterior and by REML, values, and how sure ranks are."""
    if result.polygons is None:
        return
    areas = _areas(result, result.polygons)
    levels = result.spec.data.levels
    for depth, level in enumerate(levels):
        # Of regions themselves the borders are their outlines.
        borders = areas[levels[depth - 1]] if depth else None
        for by in [by for by in result.of(level) if by in (INTERCEPT, SLOPE)]:
            shared: dict[str, Any] = {"by": by, "level": level, "borders": borders}
            named = shared | {"label": result.label(by)}
            valued = shared | {"label": result.axis(by)}
            ranking, polygons = result.ranking, areas[level]
            told = result.told(level, by)
            for name, key, draw in (
                ("class", "class_map", partial(plot_class_map, ranking, polygons, **named)),
                (
                    "class-reml",
                    "class_map_reml",
                    partial(plot_class_map, result.comparison, polygons, method="reml", **named),
                ),
                ("value", "value_map", partial(plot_value_map, ranking, polygons, **valued)),
                ("worst-fifth", "worst_fifth_map", partial(plot_probability_map, ranking, polygons, **named)),
                ("rank-width", "rank_width_map", partial(plot_rank_width_map, ranking, polygons, **named)),
            ):
                yield result.figure(f"map-{name}-{level}-{by}", key, draw, told)


def has_places(fit: xr.DataTree) -> bool:
    """Tell whether a panel is of municipalities, which have a place on a map, and not of age groups.

    One municipality is enough: where others are misspelt, that is for the maps to say.
    """
    panel = panel_of(fit)
    return any_municipality(panel[_finest(panel, spec_of(fit).data.levels)].drop_duplicates().astype(str))


def _finest(panel: pd.DataFrame, levels: Sequence[str]) -> str:
    # In a model of regions alone, the rows of a region are those of its municipalities.
    return UNIT if UNIT in panel else levels[-1]


def _areas(result: ShownResult, polygons: "gpd.GeoDataFrame") -> dict[str, "gpd.GeoDataFrame"]:
    """Make the polygons of each level: those of municipalities, or dissolved from them as the panel says."""
    panel = panel_of(result.fit)
    levels = result.spec.data.levels
    finest = _finest(panel, levels)
    return {
        level: polygons if level == finest else dissolve(polygons, level, panel, municipality=finest)
        for level in levels
    }
