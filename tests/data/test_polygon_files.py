"""A file of polygons is opened as what it is, and leads neither to other files nor to a network."""

import json
import sqlite3
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from zipfile import ZipFile

import pytest
from grid import CODES, NAMES, geopandas, grid

from bayes_saude.data.geography import read_polygons
from bayes_saude.errors import DataError

SIX = [code[:6] for code in CODES]
COLLECTION = json.loads(grid(NM_MUN=NAMES).to_json())


@pytest.fixture
def asked():
    """Serve on this machine whatever is asked for, and list it."""
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_GET

        def log_message(self, *args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        paths.append(server.server_port)
        yield paths
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path):
    """Write what a map should not lead to: it would be read, could it be reached."""
    path = tmp_path / "elsewhere" / "secret.json"
    path.parent.mkdir()
    path.write_text(json.dumps(COLLECTION), encoding="utf-8")
    assert read_polygons(path)["code"].tolist() == SIX
    return path


def virtual_layer(source):
    layer = f'<OGRVRTLayer name="secret"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"


def commands(source):
    line = f"gdal vector pipeline ! read {source} ! write --output-format stream streamed_dataset"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": line})


TRAPS = {
    "map.geojson": lambda source: virtual_layer(source).encode(),
    "map.vrt": lambda source: virtual_layer(source).encode(),
    "map.gpkg": lambda source: b"SQLite format 3" + virtual_layer(source).encode(),
    "map.shp": lambda source: b"\x27\x0a" + virtual_layer(source).encode(),
    "map.fgb": lambda source: b"fgb\x03fgb\x01" + virtual_layer(source).encode(),
    "map.zip": lambda source: b"PK\x03\x04" + virtual_layer(source).encode(),
    "leading.geojson": lambda source: b'{"type": "FeatureCollection"}' + virtual_layer(source).encode(),
    "map.json": lambda source: commands(source).encode(),
    "map.gdalg.json": lambda source: commands(source).encode(),
}


@pytest.mark.parametrize("where", ["file", "network"])
@pytest.mark.parametrize("name", TRAPS)
def test_no_file_leads_elsewhere(tmp_path, asked, secret, name, where):
    source = secret if where == "file" else f"/vsicurl/http://127.0.0.1:{asked[0]}/leak.json"
    (tmp_path / name).write_bytes(TRAPS[name](source))
    with pytest.raises(DataError, match=name):
        read_polygons(tmp_path / name)
    with pytest.raises(DataError, match=name):
        read_polygons(tmp_path / name, layer="secret")
    assert asked[1:] == []


@pytest.mark.parametrize("member", ["map.vrt", "map.shp", "map.geojson", "map.json"])
def test_no_file_in_a_zip_file_leads_elsewhere(tmp_path, asked, secret, member):
    for place, source in enumerate([secret, f"/vsicurl/http://127.0.0.1:{asked[0]}/leak.json"]):
        with ZipFile(tmp_path / f"{place}.zip", "w") as packed:
            packed.writestr(member, virtual_layer(source))
        with pytest.raises(DataError, match=rf"{place}\.zip"):
            read_polygons(tmp_path / f"{place}.zip")
    assert asked[1:] == []


def test_an_address_is_no_file(asked):
    for start in ("", "/vsicurl/", "/vsizip//vsicurl/", "GeoJSON:"):
        with pytest.raises(DataError, match="does not exist"):
            read_polygons(f"{start}http://127.0.0.1:{asked[0]}/map.geojson")
    assert asked[1:] == []


@pytest.mark.parametrize(("kind", "key"), [("link", "href"), ("url", "url"), ("name", "name")])
def test_the_reference_system_of_geojson_is_not_asked_for(tmp_path, asked, kind, key):
    system = {"type": kind, "properties": {key: f"http://127.0.0.1:{asked[0]}/crs"}}
    (tmp_path / "map.geojson").write_text(json.dumps({**COLLECTION, "crs": system}), encoding="utf-8")
    if kind == "name":
        with pytest.raises(DataError, match="cannot be read as polygons: Invalid projection"):
            read_polygons(tmp_path / "map.geojson")
    else:
        notes = read_polygons(tmp_path / "map.geojson").attrs["notes"]
        assert notes == ["no reference system in the file: its degrees are taken for SIRGAS 2000"]
    assert asked[1:] == []


# GDAL has tables that are other files in SQLite of its own kind; a comment may stand between any two words.
@pytest.mark.parametrize(("kind", "suffix"), [("GPKG", "gpkg"), ("SQLite", "sqlite")])
@pytest.mark.parametrize(
    "words", ['CREATE VIRTUAL TABLE "rtree_x using rtree("', "create /**/ virtual/**/table leak"]
)
def test_a_database_has_no_tables_of_other_files(tmp_path, secret, kind, suffix, words):
    file = tmp_path / f"map.{suffix}"
    grid(NM_MUN=NAMES).to_file(file, driver=kind, layer="mesh")
    assert len(read_polygons(file)) == 9
    name = "rtree_x using rtree(" if "rtree" in words else "leak"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA writable_schema = 1")
        row = (name, name, f"{words} USING VirtualOGR('{secret}')")
        database.execute("INSERT INTO sqlite_master VALUES ('table', ?, ?, 0, ?)", row)
        database.commit()
    for layer in (None, "mesh", name):
        with pytest.raises(DataError, match="has tables of what stands in other files"):
            read_polygons(file, layer=layer)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "fgb"])
def test_each_kind_is_read_plain_and_zipped(tmp_path, suffix):
    (tmp_path / "plain").mkdir()
    plain = tmp_path / "plain" / f"mesh.{suffix}"
    grid(NM_MUN=NAMES).to_file(plain, layer="mesh")
    with ZipFile(tmp_path / "mesh.zip", "w") as packed:
        for file in plain.parent.iterdir():
            packed.write(file, f"some folder/{file.name}")
            packed.writestr(f"__MACOSX/._{file.name}", b"\0\x05\x16\x07")
        packed.writestr("readme.pdf", b"%PDF")
    for path in (plain, tmp_path / "mesh.zip"):
        for layer in (None, "mesh"):
            polygons = read_polygons(path, layer=layer)
            order = polygons["code"].argsort()  # FlatGeobuf has its own, by place
            assert polygons["code"][order].tolist() == SIX
            assert polygons.crs == "EPSG:4674"
            assert polygons.geometry[order].reset_index(drop=True).geom_equals(grid().geometry).all()
            assert polygons.attrs == {"source": str(path), "notes": []}


def test_of_several_files_in_a_zip_file_one_has_to_be_named(tmp_path):
    with ZipFile(tmp_path / "mesh.zip", "w") as packed:
        for place, rows in enumerate([2, 5]):
            packed.writestr(f"y{place}.geojson", grid(CODES[:rows]).to_json())
    with pytest.raises(DataError, match=r"mesh\.zip has several layers of polygons: 'y0', 'y1'\. Say which"):
        read_polygons(tmp_path / "mesh.zip")
    assert len(read_polygons(tmp_path / "mesh.zip", layer="y1")) == 5
    with ZipFile(tmp_path / "mesh.zip", "w") as packed:
        packed.writestr("mesh.kml", "<kml/>")
    with pytest.raises(DataError, match=r"mesh\.zip has no file of polygons in it that is read here"):
        read_polygons(tmp_path / "mesh.zip")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4674", "EPSG:31983"])
def test_geojson_is_read_as_gdal_reads_it(tmp_path, crs):
    file = tmp_path / "mesh.geojson"
    grid(NM_MUN=NAMES).to_crs(crs).to_file(file)
    polygons = read_polygons(file)
    expected = geopandas.read_file(file)
    assert polygons.crs == expected.crs
    assert polygons.geometry.geom_equals(expected.geometry).all()


def test_geojson_without_reference_system_is_in_wgs_84_and_with_none_has_none(tmp_path):
    plain = {key: COLLECTION[key] for key in ("type", "features")}
    (tmp_path / "plain.json").write_text("\ufeff \n" + json.dumps(plain), encoding="utf-8")
    assert read_polygons(tmp_path / "plain.json").crs == "EPSG:4326"
    (tmp_path / "none.json").write_text(json.dumps({**plain, "crs": None}), encoding="utf-8")
    assert "no reference system" in read_polygons(tmp_path / "none.json").attrs["notes"][0]


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ({"type": "Topology", "objects": {}, "arcs": []}, "Export it as GeoJSON, not as TopoJSON"),
        ({"type": "FeatureCollection", "features": ["x"]}, "no collection of features"),
        ({"type": "FeatureCollection", "features": []}, "has no polygons"),
        ({"type": "FeatureCollection", "features": [{"id": 3100104}]}, "310010 has no polygon"),
        (
            {"type": "FeatureCollection", "features": [{"id": 3100104, "properties": {"nan": 1}}]},
            "310010 has no polygon",
        ),
        *(
            ({"type": "FeatureCollection", "features": [{}, {name: other}]}, f"feature 2: its {name} is no")
            for name in ("geometry", "properties")
            for other in ([[float("nan"), 1]], ["ab"], "ab", 1)
        ),
    ],
)
def test_json_that_has_no_polygons_is_told(tmp_path, whole, message):
    (tmp_path / "mesh.json").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_polygons(tmp_path / "mesh.json")


def test_geojson_has_one_layer(tmp_path):
    (tmp_path / "mesh.geojson").write_text(json.dumps({**COLLECTION, "name": "a"}), encoding="utf-8")
    assert len(read_polygons(tmp_path / "mesh.geojson", layer="a")) == 9
    with pytest.raises(DataError, match=r"mesh\.geojson has no layer 'b'\. GeoJSON has one"):
        read_polygons(tmp_path / "mesh.geojson", layer="b")
