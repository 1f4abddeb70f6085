"""What all maps share: an equal-area sheet, outlines as fine as print shows, borders, legends."""

import textwrap
from typing import TYPE_CHECKING, Any, cast

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from bayes_saude.data.areas import NO_POLYGON, NO_VALUE, join_polygons
from bayes_saude.plots._map_marks import Hatching, swatch
from bayes_saude.plots.style import (
    COLUMN,
    FONT_SIZE,
    PAGE_HEIGHT,
    Lang,
    level_word,
    localise,
    new_axes,
    tidy,
    word,
)

if TYPE_CHECKING:
    import geopandas as gpd

WORDS = {
    "no_value": ("no value ({n})", "sem valor ({n})"),
    "no_polygon": ("not on the map: {n}", "fora do mapa: {n}"),
    "borders": ("borders of {level}", "limites de {level}"),
}
# Light enough at the dark end for black hatching to be seen, and darkening evenly for grey print.
SCALE: Colormap = ListedColormap(mpl.colormaps["YlGnBu"](np.linspace(0.08, 0.72, 256)))
EDGE, OUTLINE, BORDER = "#FFFFFF", "#707070", "#1A1A1A"
OUTLINE_WIDTH, BORDER_WIDTH = 0.3, 0.55
# Points: outlines of hundreds of polygons are finer than those of a few.
EDGE_WIDTH, FEW_EDGE_WIDTH, FEW = 0.15, 0.4, 100
# Dots to an inch that outlines are drawn for.
PRINT_DPI = 200
# Inches: a line of the legend above the map or of the label below, the colour bar with its numbers, the rest.
LINE, COLOUR_BAR, MARGIN = 0.15, 0.3, 0.12
# A map that is taller is narrower than the column, so that all of it stays on the page.
TALLEST = PAGE_HEIGHT - 2.0
# Characters to a line of the legend's title and of the colour bar's label, in a figure one column wide.
TITLE_WIDTH, LABEL_WIDTH = 58, 54
# Of the axes' width, what a legend of two columns may take.
LEGEND_SHARE = 0.97
MISSING = Hatching(r"\\\\\\", "#8C8C8C", 0.3)


def joined_map(units: pd.DataFrame, polygons: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Join the units of one ranking or comparison to their polygons, on an equal-area sheet.

    Parameters
    ----------
    units : pandas.DataFrame
        With the columns `level`, the same in all rows, and `unit`.
    polygons : geopandas.GeoDataFrame

    Returns
    -------
    geopandas.GeoDataFrame
        From `join_polygons`, in metres: Lambert's azimuthal equal-area projection about the map's middle.
    """
    joined = join_polygons(units.drop(columns="level"), polygons, level=units["level"].iloc[0])
    attrs = joined.attrs
    west, south, east, north = joined.to_crs("EPSG:4674").total_bounds
    middle = f"+lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f}"
    joined = joined.to_crs(f"+proj=laea {middle} +ellps=GRS80 +units=m")
    joined.attrs = attrs
    return joined


class Sheet:
    """A map being drawn.

    Parameters
    ----------
    joined : geopandas.GeoDataFrame
        From `joined_map`.
    borders : geopandas.GeoDataFrame or None
        Polygons whose outlines are drawn over the fills.
    ax : matplotlib.axes.Axes or None
        A figure one column wide is made where there are none.
    lang : {"en", "pt"}

    Attributes
    ----------
    shapes : geopandas.GeoDataFrame
        The rows of `joined` that have a polygon, with outlines as fine as print shows.
    """

    def __init__(
        self,
        joined: "gpd.GeoDataFrame",
        borders: "gpd.GeoDataFrame | None",
        ax: Axes | None,
        lang: Lang,
    ) -> None:
        west, south, east, north = joined.total_bounds
        # Of a new figure; what stands around the map is added as it is drawn.
        tall = min(COLUMN * (north - south) / (east - west), TALLEST)
        self._height = None if ax else MARGIN + tall
        self.ax = ax or _whole_figure()
        self.lang: Lang = lang
        self.handles: list[Patch | Line2D] = []
        self._joined = joined
        width = self.ax.get_window_extent().width / self.ax.figure.dpi
        self._dot = (east - west) / (width * PRINT_DPI)
        drawn = joined[joined["joined"] != NO_POLYGON]
        self.shapes = drawn.set_geometry(drawn.geometry.simplify_coverage(self._dot))
        self._edge_width = FEW_EDGE_WIDTH if len(drawn) < FEW else EDGE_WIDTH
        self._borders = borders
        self.ax.set(xlim=(west, east), ylim=(south, north), aspect="equal", anchor="N")
        self.ax.set_axis_off()

    def fill(self, chosen: pd.Series, colour: str, edge: str = EDGE) -> None:
        """Fill polygons with a colour."""
        self._draw(self.shapes[chosen], facecolor=colour, edgecolor=edge, linewidth=self._edge_width)

    def fill_by(self, column: str, norm: Normalize) -> None:
        """Fill the polygons that have a value with the colour of it."""
        valued = self.shapes[self.shapes[column].notna()]
        self._draw(
            valued, array=valued[column], cmap=SCALE, norm=norm, edgecolor=EDGE, linewidth=self._edge_width
        )

    def hatch(self, chosen: pd.Series, hatching: Hatching) -> None:
        """Draw a pattern over polygons."""
        # Hatching takes the colour of edges, which are not drawn: those of the fills are.
        drawn = self._draw(
            self.shapes[chosen],
            facecolor="none",
            edgecolor=hatching.colour,
            linewidth=0,
            hatch=hatching.pattern,
        )
        drawn.set_hatch_linewidth(hatching.width)

    def finish(self, missing: pd.Series, title: str | None = None) -> pd.DataFrame:
        """Draw what has no value, the borders and the legend, with the counts of what the join left alone.

        Parameters
        ----------
        missing : pandas.Series of bool
            Which of `shapes` have no value.
        title : str, optional
            Of the legend.

        Returns
        -------
        pandas.DataFrame
            What `plotted` gives: the rows drawn, and the units that have no polygon.
        """
        if missing.any():
            self.fill(missing, "white", edge=MISSING.colour)
            self.hatch(missing, MISSING)
            label = word("no_value", self.lang, WORDS, n=int(missing.sum()))
            self.handles.append(swatch("white", label, MISSING))
        # Where the fills are as light as the paper, the outline tells where the map ends.
        self._draw(self.shapes.dissolve(), facecolor="none", edgecolor=OUTLINE, linewidth=OUTLINE_WIDTH)
        self._draw_borders()
        if alone := len(self._joined.attrs["without_polygon"]):
            label = word("no_polygon", self.lang, WORDS, n=alone)
            self.handles.append(Line2D([], [], linestyle="none", label=label))
        title = textwrap.fill(title or "", TITLE_WIDTH)
        rows = self._legend(title) if self.handles else 0
        if self._height is not None:
            cast(Figure, self.ax.figure).set_size_inches(COLUMN, self._height + LINE * rows)
        numbers = pd.DataFrame(self._joined.drop(columns="geometry"))
        numbers.attrs = self._joined.attrs
        return numbers

    def colour_bar(self, norm: Normalize, label: str, **options: Any) -> Axes:
        """Draw the scale of colours below the map and give its axes."""
        label = textwrap.fill(label, LABEL_WIDTH)
        bar = self.ax.figure.colorbar(
            ScalarMappable(norm, SCALE),
            ax=self.ax,
            location="bottom",
            shrink=0.8,
            aspect=32,
            pad=0.02,
            **options,
        )
        bar.set_label(label, parse_math=False)
        bar.outline.set_linewidth(0.5)
        localise(bar.ax.xaxis, self.lang)
        tidy(bar.ax)
        if self._height is not None:
            self._height += COLOUR_BAR + LINE * len(label.splitlines())
        return bar.ax

    def _legend(self, title: str) -> int:
        """Draw the legend above the map, in two columns if there is room, and count its lines."""
        for columns in (2, 1):
            legend = self._legend_of(columns, title)
            if legend.get_window_extent().width < LEGEND_SHARE * self.ax.bbox.width:
                break
        return -(-len(self.handles) // columns) + len(title.splitlines())

    def _legend_of(self, columns: int, title: str) -> Legend:
        legend = self.ax.legend(
            handles=self.handles,
            title=title or None,
            title_fontsize=FONT_SIZE,
            fontsize=FONT_SIZE,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=columns,
            frameon=False,
            borderpad=0.2,
            borderaxespad=0.2,
            columnspacing=1.0,
            handlelength=1.7,
            handleheight=1.0,
            labelspacing=0.3,
            alignment="left",
        )
        for text in (legend.get_title(), *legend.get_texts()):
            text.set_parse_math(False)
        # A legend draws patches of its own, which do not take this over.
        patches = [handle for handle in self.handles if isinstance(handle, Patch)]
        for drawn, patch in zip(legend.get_patches(), patches, strict=True):
            drawn.set_hatch_linewidth(patch.get_hatch_linewidth())
        return legend

    def _draw(self, shapes: "gpd.GeoDataFrame", **options: Any) -> PathCollection:
        # Not by `shapes.plot`, which draws the whole figure again each time.
        paths = [_path(shape) for shape in shapes.geometry.orient_polygons()]
        collection = PathCollection(paths, **options)
        # They fill the axes, whose place the layout knows.
        collection.set_in_layout(False)
        self.ax.add_collection(collection, autolim=False)
        return collection

    def _draw_borders(self) -> None:
        if self._borders is None:
            return
        borders = self._borders.to_crs(self._joined.crs)
        borders = borders.set_geometry(borders.geometry.simplify_coverage(self._dot))
        self._draw(borders, facecolor="none", edgecolor=BORDER, linewidth=BORDER_WIDTH)
        if "level" in borders:
            level = level_word(str(borders["level"].iloc[0]), self.lang)
            label = word("borders", self.lang, WORDS, level=level)
            self.handles.append(Line2D([], [], color=BORDER, linewidth=BORDER_WIDTH, label=label))


def missing_value(shapes: pd.DataFrame, column: str) -> pd.Series:
    """Tell which polygons have no value: no unit, or one without a number."""
    return (shapes["joined"] == NO_VALUE) | shapes[column].isna()


def _whole_figure() -> Axes:
    """Make axes as wide as the column, from which the layout finds the room of a wide legend at once."""
    ax = new_axes(COLUMN, COLUMN)
    ax.set_subplotspec(cast(Figure, ax.figure).add_gridspec(1, 1, left=0, right=1)[0])
    return ax


def _path(shape: Any) -> Path:
    """Make one path of a polygon or several, with their holes, whose rings run the other way round."""
    polygons = getattr(shape, "geoms", [shape])
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return Path.make_compound_path(*(Path(np.asarray(ring.coords), closed=True) for ring in rings))
