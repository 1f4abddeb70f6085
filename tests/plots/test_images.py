"""A few figures compared with pictures that were looked at and found good.

After a change that is meant, look at the picture that the failure names and copy it to `baseline/`.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.testing.compare import compare_images
from small_fits import build_fit

from bayes_saude.plots.boxes import plot_boxes
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.funnel import plot_funnel
from bayes_saude.plots.style import save_figure
from bayes_saude.plots.trends import plot_trends

BASELINE = Path(__file__).parent / "baseline"
# Root mean square of the differences of pixels, of 255: what versions of the libraries smooth otherwise. A
# single mark that moves by a few of its widths makes more, see the last test.
TOLERANCE = 2.5


@pytest.fixture(autouse=True)
def plain_style():
    """Draw with the font that matplotlib brings along, whatever a user's settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.use("Agg")
        mpl.rcParams["font.family"] = "DejaVu Sans"
        yield


def caterpillar(make_ranking, shift=0.0):
    ranking = make_ranking(12)
    ranking.loc[
        (ranking["by"] == "intercept") & (ranking["unit"] == "Unit 005"), ["mean", "low", "high"]
    ] += shift
    return plot_caterpillar(ranking, lang="pt")


def trends(make_ranking):
    effects = np.zeros((1, 40, 3, 2))
    effects[..., 0] = np.linspace(-1, 1, 40)[:, None] / 4 + [2, 0, -2]
    panel = pd.DataFrame(
        [
            {"city": city, "time": year, "successes": 6 - 2 * place + year % 3, "trials": 9, "replicate": 1}
            for place, city in enumerate("ABC")
            for year in (2011, 2012, 2013, 2014)
        ]
    )
    return plot_trends(build_fit({"city": effects}, {"city": list("ABC")}, family="binomial", panel=panel))


def boxes(make_ranking):
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"region": np.repeat(["Centro", "Norte", "Sul"], 60), "year": [2008, 2012] * 90})
    shift = table["region"].map({"Centro": 0.0, "Norte": 1.0, "Sul": -0.5})
    return plot_boxes(table.assign(value=rng.normal(size=180) + shift), group="region", lang="pt")


def funnel(make_ranking):
    rng = np.random.default_rng(6)
    trials = np.round(np.geomspace(20, 5000, 120)).astype(int)
    table = pd.DataFrame({"city": [f"City {place}" for place in range(120)], "year": 2014, "trials": trials})
    return plot_funnel(table.assign(successes=rng.binomial(trials, rng.beta(60, 40, 120))), level="city")


def difference(drawn, name, folder) -> str | None:
    written = save_figure(drawn, folder / f"{name}.png", dpi=80)
    return compare_images(str(BASELINE / f"{name}.png"), str(written), tol=TOLERANCE)


@pytest.mark.parametrize("draw", [caterpillar, trends, boxes, funnel], ids=lambda draw: draw.__name__)
def test_the_figure_looks_as_it_did(draw, make_ranking, tmp_path):
    assert difference(draw(make_ranking), draw.__name__, tmp_path) is None


def test_one_unit_out_of_its_place_is_seen(make_ranking, tmp_path):
    assert "RMS" in difference(caterpillar(make_ranking, shift=4.0), "caterpillar", tmp_path)
