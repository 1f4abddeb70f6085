"""The gallery of the documentation: every figure has an example, and every example draws."""

import importlib.util
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import bayes_saude as bs

pytest.importorskip("geopandas", reason="maps need the extra 'maps': pip install -e '.[maps]'")

DOCS = Path(__file__).parents[2] / "docs"


def of_docs(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery, pages = of_docs("make_gallery"), of_docs("make_pages")
PLOTS = [name.removeprefix("plot_") for name in dir(bs) if name.startswith("plot_")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make what the examples read, once."""
    made = tmp_path_factory.mktemp("gallery")
    gallery.prepare(made, draws=40, tune=150, chains=1, seed=1)
    return made


@pytest.fixture(autouse=True)
def closed_figures():
    mpl.use("Agg")
    yield
    plt.close("all")


def test_every_public_figure_has_its_example_on_the_page_and_no_other_is_there():
    assert sorted(gallery.NAMES) == sorted(PLOTS)
    assert sorted(file.stem for file in gallery.EXAMPLES.glob("*.py")) == sorted(PLOTS)


@pytest.mark.parametrize("name", gallery.NAMES)
def test_the_example_calls_its_function_and_draws(name, folder):
    assert f"bs.plot_{name}(" in (gallery.EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    drawn = gallery.draw(name, folder)
    assert all(len(bs.plotted(ax)) for ax in np.ravel(drawn))


def test_the_made_up_polygons_are_those_of_all_municipalities_side_by_side():
    polygons = gallery.made_up_polygons()
    assert sorted(polygons["code"].astype(int)) == sorted(bs.territory()["ibge_code"].astype(int))
    # Cells that do not overlap have the area of their union.
    metres = polygons.geometry.to_crs(gallery.METRES)
    assert metres.area.sum() == pytest.approx(metres.union_all().area, rel=1e-6)


def test_the_reference_names_every_public_name_once():
    names = [name for _, name in pages.public_names()]
    public = [name for name in dir(bs) if not name.startswith("_")]
    assert sorted(names) == sorted(public)
    assert all(pages.api().count(f"\n   {name}\n") == 1 for name in names)


def test_the_page_of_model_files_has_every_key_with_what_it_is():
    page = pages.model_files()
    for key in ("title", "data.panel", "data.label", "model.family", "priors", "ranking.direction"):
        assert f"| `{key}` |" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert all(line.split("|")[-2].strip() for line in rows)
