"""Opening a file of polygons as what its first bytes say that it is, and as nothing else.

GDAL takes a file for any of some eighty formats, whatever its name. Some of them tell it to read elsewhere, a
file of any path or an address on the network: a layer that is defined by another (VRT), a list of commands, a
virtual table in a database, the reference system of a JSON file. None of these is followed.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from bayes_saude.data import limits
from bayes_saude.errors import DataError, listed

if TYPE_CHECKING:
    import geopandas as gpd

KINDS = "GeoJSON, GeoPackage, shapefile or FlatGeobuf, or one of these in a zip file"
_GIVE = f"Give a {KINDS}."
_BINARY = (b"SQLite format 3\0", b"\0\0\x27\x0a", b"fgb\x03fgb")
_MAIN = (".geojson", ".json", ".gpkg", ".shp", ".fgb")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")
_WGS_84 = "urn:ogc:def:crs:OGC:1.3:CRS84"
# The spatial index of a GeoPackage; any other virtual table may be one of what stands elsewhere.
_INDEX = re.compile(
    r'create\s+virtual\s+table\s+("rtree_[^"]*"|rtree_\w+)\s+using\s+rtree\s*\(', re.IGNORECASE
)


def read_features(geopandas: ModuleType, path: Path, layer: str | None, source: str) -> "gpd.GeoDataFrame":
    """Read a layer of polygons, with the features' own ids as index.

    Parameters
    ----------
    geopandas : module
    path : Path
        An existing file, of one of `KINDS`.
    layer : str, optional
        Which of several.
    source : str
        What messages call the file.

    Returns
    -------
    geopandas.GeoDataFrame

    Raises
    ------
    DataError
        It is of no such kind, names what is elsewhere, or has no single layer of polygons.
    Exception
        Of any class, where it is damaged.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(geopandas, path, layer, source)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _geojson(geopandas, path, layer, source)
    # GDAL looks for other formats in the text up to the first zero byte: there is room for none.
    if not (head.startswith(_BINARY) and b"\0" in head[:16]):
        raise DataError(f"{source} is no file of polygons that is read here, by its first bytes.", _GIVE)
    if head.startswith(b"SQLite"):
        _refuse_virtual_tables(path, source)
    chosen = layer or _only_layer(geopandas, path, source)
    return geopandas.read_file(path, layer=chosen, fid_as_index=True)


def _zipped(geopandas: ModuleType, path: Path, layer: str | None, source: str) -> "gpd.GeoDataFrame":
    limits.refuse_large_zip(path)
    with TemporaryDirectory() as folder, ZipFile(path) as packed:
        names = [name for name in packed.namelist() if not name.startswith("__MACOSX")]
        packed.extractall(folder, [name for name in names if name.lower().endswith(_MAIN + _BESIDE)])
        found = sorted(file for file in Path(folder).rglob("*") if file.suffix.lower() in _MAIN)
        found = [file for file in found if file.stem == layer] or found
        if not found:
            raise DataError(f"{source} has no file of polygons in it that is read here.", _GIVE)
        if len(found) > 1:
            raise _several(source, (file.stem for file in found))
        (file,) = found
        return read_features(
            geopandas, file, None if file.stem == layer else layer, f"{source}, {file.relative_to(folder)}"
        )


def _geojson(geopandas: ModuleType, path: Path, layer: str | None, source: str) -> "gpd.GeoDataFrame":
    whole = json.loads(limits.contents(path))
    features = whole.get("features") if whole.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise DataError(
            f"{source} is JSON, but no collection of features as GeoJSON has it.",
            "Export it as GeoJSON, not as TopoJSON or another form of JSON.",
        )
    if layer not in (None, path.stem, whole.get("name")):
        raise DataError(f"{source} has no layer '{layer}'.", "GeoJSON has one: leave `layer` out.")
    _refuse_other_members(features, source)
    # A member that is missing is as one that is null.
    members = [{"geometry": None, "properties": None, **feature} for feature in features]
    frame = geopandas.GeoDataFrame.from_features(members, crs=_reference_system(whole))
    return frame.set_axis([feature.get("id", place) for place, feature in enumerate(features)])


def _refuse_other_members(features: Iterable[Mapping[str, Any]], source: str) -> None:
    for place, feature in enumerate(features, 1):
        for name in ("geometry", "properties"):
            if not isinstance(feature.get(name), dict | None):
                raise DataError(
                    f"{source}, feature {place}: its {name} is no JSON object of names and values.",
                    "Export it as GeoJSON again.",
                )


def _reference_system(whole: Mapping[str, Any]) -> str | None:
    """Name the reference system: WGS 84 where nothing is said (RFC 7946), None where that is elsewhere."""
    said = whole.get("crs", {"type": "name", "properties": {"name": _WGS_84}})
    name = said["properties"]["name"] if said and said["type"] == "name" else None
    return "EPSG:4326" if name == _WGS_84 else name


def _refuse_virtual_tables(path: Path, source: str) -> None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        made = [str(sql) for (sql,) in database.execute("SELECT CAST(sql AS TEXT) FROM sqlite_master")]
    virtual = [sql for sql in made if "virtual" in sql.lower() and "using" in sql.lower()]
    if not all(map(_INDEX.match, virtual)):
        raise DataError(f"{source} has tables of what stands in other files.", _GIVE)


def _only_layer(geopandas: ModuleType, path: Path, source: str) -> str:
    layers = geopandas.list_layers(path)
    polygonal = layers[layers["geometry_type"].fillna("").str.contains("Polygon|Unknown")]
    if len(polygonal) > 1:
        raise _several(source, polygonal["name"])
    return (layers if polygonal.empty else polygonal)["name"].iloc[0]


def _several(source: str, layers: Iterable[str]) -> DataError:
    return DataError(f"{source} has several layers of polygons: {listed(layers)}.", "Say which, by `layer`.")
