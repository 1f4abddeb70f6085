"""Reading polygons of municipalities: any format, codes found and checked, faults told."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from grid import CODES, NAMES, grid
from outside import POLYGONS, outside
from shapely.geometry import LineString, Polygon
from shapely.geometry import mapping as as_json

from bayes_saude.data import geography
from bayes_saude.data.geography import download_polygons, polygons_of, read_polygons
from bayes_saude.data.territory import territory
from bayes_saude.errors import DataError, MissingExtra

SIX = [code[:6] for code in CODES]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_geojson_geopackage_and_shapefile_give_the_same(tmp_path, suffix):
    grid(NM_MUN=NAMES).to_file(tmp_path / f"mesh.{suffix}")
    polygons = read_polygons(tmp_path / f"mesh.{suffix}")
    assert list(polygons) == ["code", "geometry"]
    assert polygons["code"].tolist() == SIX
    assert polygons.total_bounds == pytest.approx([-45, -19, -43.5, -17.5])
    assert polygons.attrs == {"source": str(tmp_path / f"mesh.{suffix}"), "notes": []}


@pytest.mark.parametrize("kind", [int, str])
def test_codes_may_be_the_ids_of_geojson_features(tmp_path, kind):
    features = [
        {"type": "Feature", "id": kind(code), "properties": {"nome": name}, "geometry": as_json(square)}
        for code, name, square in zip(CODES, NAMES, grid().geometry, strict=True)
    ]
    file = tmp_path / "mesh.json"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert read_polygons(file)["code"].tolist() == SIX


def test_a_shapefile_in_latin_1_that_does_not_say_so_is_read(tmp_path):
    grid(NM_MUN=NAMES).to_file(tmp_path / "mesh.shp", encoding="latin1")
    (tmp_path / "mesh.cpg").unlink()
    assert read_polygons(tmp_path / "mesh.shp")["code"].tolist() == SIX


def test_numbers_of_immediate_regions_are_not_taken_for_codes():
    # They have six digits too, and begin with the state's.
    assert polygons_of(grid(A_RGI=["310001"] * 9), "mesh")["code"].tolist() == SIX


def test_of_two_columns_that_may_be_the_codes_one_has_to_be_named():
    frame = grid(other=CODES[::-1])
    with pytest.raises(DataError, match="several columns that may be the IBGE codes: 'CD_MUN', 'other'"):
        polygons_of(frame, "mesh")
    assert polygons_of(frame, "mesh", code="other")["code"].tolist() == SIX[::-1]
    with pytest.raises(DataError, match=r"no column 'CD_MUM'. Did you mean 'CD_MUN'"):
        polygons_of(frame, "mesh", code="CD_MUM")


def test_names_alone_are_refused():
    with pytest.raises(DataError, match="never matched by name"):
        polygons_of(grid(NAMES), "mesh")


def test_a_wrong_check_digit_is_told_with_its_feature():
    with pytest.raises(DataError, match="row 2, column 'CD_MUN': the check digit of '3100204' is wrong"):
        polygons_of(grid([CODES[0], "3100204", *CODES[2:]]), "mesh")


def test_a_code_that_is_there_twice_is_refused():
    with pytest.raises(DataError, match="row 9: 310010 is there already, in row 1"):
        polygons_of(grid([*CODES[:8], CODES[0]]), "mesh")


@pytest.mark.parametrize(
    ("shape", "message"),
    [(None, "has no polygon"), (Polygon(), "has no polygon"), (LineString([(0, 0), (1, 1)]), "LineString")],
)
def test_a_feature_without_polygon_is_refused(shape, message):
    frame = grid()
    frame.loc[3, "geometry"] = shape
    with pytest.raises(DataError, match=f"row 4: 310040 .*{message}"):
        polygons_of(frame, "mesh")


def test_polygons_that_cross_themselves_are_repaired_and_counted(caplog):
    frame = grid()
    frame.loc[0, "geometry"] = Polygon([(-45, -19), (-44.5, -18.5), (-44.5, -19), (-45, -18.5)])
    polygons = polygons_of(frame, "mesh")
    assert polygons.geometry.is_valid.all()
    # The two triangles of a bow tie have half of its square.
    assert polygons.geometry.iloc[0].area == pytest.approx(0.5 * 0.5**2)
    assert polygons.attrs["notes"] == ["polygons that crossed themselves, repaired: 1"]
    assert "repaired" in caplog.text


def test_degrees_without_reference_system_are_taken_for_sirgas_and_said_so():
    polygons = polygons_of(grid().set_crs(None, allow_override=True), "mesh")
    assert polygons.crs == "EPSG:4674"
    assert "taken for SIRGAS 2000" in polygons.attrs["notes"][0]


def test_metres_without_reference_system_are_refused_until_it_is_given():
    metres = grid().to_crs("EPSG:31983").set_crs(None, allow_override=True)
    with pytest.raises(DataError, match="does not say what its coordinates refer to"):
        polygons_of(metres, "mesh")
    assert polygons_of(metres, "mesh", crs="EPSG:31983").to_crs("EPSG:4674").total_bounds == pytest.approx(
        [-45, -19, -43.5, -17.5]
    )


def test_latitude_before_longitude_is_found_out():
    swapped = grid()
    swapped["geometry"] = swapped.geometry.affine_transform([0, 1, 1, 0, 0, 0])
    with pytest.raises(DataError, match=r"do not lie in Brazil \(longitude -19.0 to -17.5"):
        polygons_of(swapped, "mesh")


def test_a_state_is_taken_from_a_file_of_all_brazil_without_its_lagoons():
    frame = grid([*CODES[:7], "3550308", "4300001"])
    assert polygons_of(frame, "mesh", state="mg")["code"].tolist() == SIX[:7]
    whole = polygons_of(frame, "mesh")
    assert whole["code"].tolist() == [*SIX[:7], "355030"]
    assert "lagoons" in whole.attrs["notes"][0]
    with pytest.raises(DataError, match="no municipality of PR"):
        polygons_of(frame, "mesh", state="PR")
    with pytest.raises(DataError, match="no state 'XX'"):
        polygons_of(frame, "mesh", state="XX")


def test_of_several_layers_one_has_to_be_named(tmp_path):
    file = tmp_path / "mesh.gpkg"
    for layer in ("y2010", "y2020"):
        grid().to_file(file, layer=layer)
    with pytest.raises(DataError, match="several layers of polygons: 'y2010', 'y2020'"):
        read_polygons(file)
    assert len(read_polygons(file, layer="y2020")) == 9


def test_points_beside_the_polygons_do_not_matter(tmp_path):
    file = tmp_path / "mesh.gpkg"
    seats = grid().to_crs("EPSG:31983")
    seats.set_geometry(seats.geometry.centroid).to_file(file, layer="seats")
    grid().to_file(file, layer="mesh")
    assert len(read_polygons(file)) == 9


def test_a_file_that_is_not_there_or_is_no_polygons_is_told(tmp_path):
    (tmp_path / "mesh.geojson").write_text("{not json", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read as polygons"):
        read_polygons(tmp_path / "mesh.geojson")
    with pytest.raises(DataError, match=r"does not exist. Did you mean 'mesh.geojson'"):
        read_polygons(tmp_path / "mesh.geojso")


def test_a_table_without_polygons_is_no_file_of_them(tmp_path):
    file = tmp_path / "mesh.csv"
    file.write_text("code\n3100104\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"mesh\.csv is no file of polygons that is read here"):
        read_polygons(file)


def test_without_geopandas_the_error_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "geopandas", None)
    with pytest.raises(MissingExtra, match=r"pip install 'bayes_saude\[maps\]'"):
        read_polygons(tmp_path / "mesh.gpkg")


def test_without_geobr_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "geobr", None)
    with pytest.raises(MissingExtra, match=r"pip install 'bayes_saude\[maps-download\]'"):
        download_polygons()


def test_downloaded_polygons_are_as_those_read(monkeypatch):
    asked = {}

    def read_municipality(**options):
        asked.update(options)
        return grid().rename(columns={"CD_MUN": "code_muni"}).astype({"code_muni": np.float64})

    monkeypatch.setitem(sys.modules, "geobr", SimpleNamespace(read_municipality=read_municipality))
    assert download_polygons("mg", 2010)["code"].tolist() == SIX
    assert (asked["code_muni"], asked["year"]) == ("MG", 2010)


def test_no_network_is_told(monkeypatch):
    def read_municipality(**options):
        raise ConnectionError("no route to host")

    monkeypatch.setitem(sys.modules, "geobr", SimpleNamespace(read_municipality=read_municipality))
    with pytest.raises(DataError, match=r"could not be downloaded: no route to host. Check the network"):
        download_polygons()


def test_importing_needs_neither_geopandas_nor_a_network():
    assert "geopandas" not in vars(geography)
    assert "geobr" not in vars(geography)


def test_the_853_polygons_of_minas_gerais():
    polygons = read_polygons(outside(POLYGONS))
    assert set(polygons["code"]) == set(territory()["ibge_code"].astype(str).str[:6])
    assert polygons.attrs["notes"] == []
