"""Maps of a report: of the models that are of municipalities, and of no others."""

import pytest

from bayes_saude.data.geography import read_polygons
from bayes_saude.errors import DataError
from bayes_saude.figures.result import each_figure
from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import save
from bayes_saude.models.catalogue import read_model
from bayes_saude.report import page
from bayes_saude.report.page import chapter
from bayes_saude.result_report import read_result

grid = pytest.importorskip("grid")


@pytest.fixture(autouse=True)
def maps_alone(monkeypatch):
    """Draw no other figures."""
    monkeypatch.setattr(
        page, "each_figure", lambda *args, **kwargs: each_figure(*args, **kwargs, only=["map"])
    )


@pytest.fixture(scope="module")
def polygons(tmp_path_factory):
    file = tmp_path_factory.mktemp("polygons") / "grid.geojson"
    grid.grid().to_file(file, driver="GeoJSON")
    return read_polygons(file)


@pytest.fixture
def towns(model_file, coverage, tmp_path):
    """Give a function that makes the result of nine regions that are called like municipalities."""

    def make(names):
        text = model_file.read_text(encoding="utf-8").replace('["region"]', '["municipality"]')
        (tmp_path / "towns.toml").write_text(text, encoding="utf-8")
        called = dict(zip(sorted(coverage["region"].unique()), names, strict=False))
        panel = coverage.assign(municipality=coverage["region"].map(called)).dropna()
        save(fit(read_model(tmp_path / "towns.toml"), panel, seed=3), tmp_path / "towns")
        return read_result(tmp_path / "towns")

    return make


def test_municipalities_have_maps(towns, polygons):
    pictures = chapter(towns(grid.NAMES), "en", polygons=polygons).pictures
    assert len(pictures) == 10
    assert all(picture.title.startswith("Map") for picture in pictures)


def test_units_that_are_no_places_have_none_and_that_is_said(result, polygons, caplog):
    assert chapter(read_result(result), "en", polygons=polygons).pictures == []
    assert "coverage-region: its units are no municipalities, so that it has no maps" in caplog.text


def test_a_municipality_that_is_misspelt_among_others_is_still_an_error(towns, polygons):
    with pytest.raises(DataError, match="not all names are municipalities"):
        chapter(towns([*grid.NAMES[:-1], "Aguas Formozas"]), "en", polygons=polygons)
