"""Run the examples of `docs/gallery`, each a few lines that draw a figure, and write their page.

The tests run the same files by the same functions, so that the page shows what works.
"""

import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import bayes_saude as bs

EXAMPLES = Path(__file__).parent / "gallery"
# In the order of the page.
NAMES = (
    "yearly_means", "boxes", "caterpillar", "overview", "overview_by_group", "trends", "funnel",
    "rank_intervals", "rank_matrix", "top_probabilities",
    "class_map", "value_map", "probability_map", "rank_width_map",
    "reml_posterior", "slopegraph", "shrinkage", "correlation", "ranking_moves",
    "prior_posterior", "predictive", "predictive_checks", "diagnostics",
    "sensitivity", "calibration", "coverage", "reliability",
)  # fmt: skip
MODEL, POLYGONS = "sa2015-esf-nested", "municipalities.geojson"
# For looking at, not for concluding from.
FEW_DRAWS = {"draws": 500, "tune": 400, "chains": 2, "seed": 1}
# Metres around the outermost seats, how closely the border follows them, and the metres' projection.
AROUND, FOLLOWING, METRES = 15_000, 0.25, "EPSG:5880"
HEAD = """# Gallery

Every figure, with the lines that draw it. Those of the Family Health Strategy are of the model `{model}`,
here with so few draws that nothing should be concluded from them, and of a reconstructed panel. The polygons
are not the municipalities' own, but the places nearer to their seat than to any other's;
[maps](../../maps.md) tells where to get the real ones.

All take `lang="pt"`; those that draw into one pair of axes take `ax`. `bs.plotted(ax)` gives the numbers
drawn, and `bs.save_figure(ax, "figure.pdf")` writes them with all that print needs.
"""


def prepare(folder: Path, **sampling: int) -> None:
    """Make what the examples read: a fit of few draws, and polygons.

    Parameters
    ----------
    folder : Path
        Where they run.
    **sampling
        Draws, tune, chains and seed of the fit; `FEW_DRAWS` if left out.
    """
    bs.fit_or_load(bs.read_model(MODEL), folder / "results" / MODEL, **(sampling or FEW_DRAWS))
    made_up_polygons().to_file(folder / POLYGONS, driver="GeoJSON")


def made_up_polygons() -> gpd.GeoDataFrame:
    """Give each municipality of Minas Gerais the points that are nearest to its seat."""
    towns = bs.territory()
    seats = gpd.GeoSeries(gpd.points_from_xy(towns["longitude"], towns["latitude"]), crs="EPSG:4674").to_crs(
        METRES
    )
    border = gpd.GeoSeries(seats.union_all(), crs=seats.crs).concave_hull(FOLLOWING).buffer(AROUND)
    cells = gpd.GeoDataFrame(geometry=seats.voronoi_polygons(), crs=seats.crs).clip(border)
    named = gpd.GeoDataFrame({"code": towns["ibge_code"].astype(str)}, geometry=seats)
    cells = cells.sjoin(named, predicate="contains")[["code", "geometry"]].reset_index(drop=True)
    return cells.to_crs("EPSG:4674")


def draw(name: str, folder: Path) -> Any:
    """Run an example.

    Parameters
    ----------
    name : str
        Of a file in `docs/gallery`, without its ending.
    folder : Path
        From `prepare`.

    Returns
    -------
    Axes or array of Axes
        What its last line gave.
    """
    with chdir(folder):
        made = runpy.run_path(str(EXAMPLES / f"{name}.py"))
    return made["ax"] if "ax" in made else made["axes"]


def write(folder: Path, out: Path) -> None:
    """Draw all examples and write the page.

    Parameters
    ----------
    folder : Path
        For what `prepare` makes; it may be kept for the next time.
    out : Path
        Gets `index.md` and the pictures.
    """
    out.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    (out / "index.md").write_text(
        "".join([HEAD.format(model=MODEL), *_sections(folder, out)]), encoding="utf-8"
    )


def _sections(folder: Path, out: Path) -> Iterator[str]:
    for name in NAMES:
        title, _, code = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").partition("\n\n")
        title = title.strip('"')
        figure = np.ravel(draw(name, folder))[0].figure
        bs.save_figure(figure, out / f"{name}.png", dpi=200)
        width = round(figure.get_size_inches()[0] * 110)
        plt.close(figure)
        yield f"\n## plot_{name}\n\n{title}\n\n```python\n{code.strip()}\n```\n\n"
        yield f"```{{image}} {name}.png\n:alt: {title}\n:width: {width}px\n```\n"
        yield f"\nSee {{func}}`bayes_saude.plot_{name}`.\n"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    mpl.use("Agg")
    write(Path(sys.argv[1]), Path(sys.argv[2]))
