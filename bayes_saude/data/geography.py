"""Polygons of municipalities, from a file or from IBGE by way of `geobr`, known by their IBGE codes."""

import importlib
import logging
import os
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pandas as pd

from bayes_saude.data.files import names_beside
from bayes_saude.data.ibge_codes import LAGOONS, STATES, as_code, fault_of, six_digit_codes
from bayes_saude.data.polygon_files import KINDS, read_features
from bayes_saude.errors import BayesSaudeError, DataError, Fault, MissingExtra, did_you_mean, listed

if TYPE_CHECKING:
    import geopandas as gpd

logger = logging.getLogger(__name__)

# SIRGAS 2000, in which IBGE publishes; for a map it is the same as WGS 84.
SIRGAS_2000 = "EPSG:4674"
# Degrees around Brazil with its islands: west, south, east, north.
BRAZIL = (-75.0, -35.0, -28.0, 6.0)
POLYGONAL = ("Polygon", "MultiPolygon")
FEATURE_ID = "fid"


def read_polygons(
    path: str | Path,
    code: str | None = None,
    *,
    state: str | None = None,
    layer: str | None = None,
    crs: str | int | None = None,
) -> "gpd.GeoDataFrame":
    """Read the polygons of municipalities, with their IBGE codes.

    Parameters
    ----------
    path : str or Path
        GeoJSON, GeoPackage, shapefile or FlatGeobuf, or one of these in a zip file. Its first bytes say what
        it is, whatever its name; nothing that it names is looked for in other files or on a network.
    code : str, optional
        The column of IBGE codes; found by what it holds if left out. The features' own ids, as GeoJSON has
        them, are called "fid".
    state : str, optional
        Such as "MG": only its municipalities are kept, of a file of all Brazil.
    layer : str, optional
        Which layer of a file that has several with polygons.
    crs : str or int, optional
        The coordinates' reference system, such as "EPSG:4674", where the file does not say. Degrees within
        Brazil are taken for SIRGAS 2000.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per municipality, in the order of the file: `code` (six digits), `geometry` (valid polygons).
        `attrs` has `source` and `notes` (list of str: what was repaired or left out; it is logged too).

    Raises
    ------
    DataError
        No such file, none of these kinds, no single column of codes, a code that is none or repeated, a
        geometry that is empty or no polygon, no reference system, or polygons that are not in Brazil.
    MissingExtra
        If geopandas is not installed.
    """
    geopandas = _library("geopandas", f"Reading {path}", "maps")
    path = Path(path)
    if not os.path.exists(path):
        raise DataError(
            f"The file of polygons {path} does not exist.{did_you_mean(path.name, names_beside(path))}",
            f"Give the path of a {KINDS}.",
        )
    try:
        with warnings.catch_warnings(record=True) as caught:
            # none is ignored: what GDAL warns of becomes a note of the polygons
            warnings.simplefilter("always")
            frame = read_features(geopandas, path, layer, str(path))
    except BayesSaudeError:
        raise
    except Exception as error:  # a damaged file fails in any way, in GDAL, GEOS or on the way to pandas
        raise DataError(
            f"{path} cannot be read as polygons: {str(error).rstrip('.')}.",
            f"Give a {KINDS}; a shapefile needs its .shx and .dbf files beside it.",
        ) from error
    told = [str(warning.message) for warning in caught]
    return polygons_of(frame, str(path), code=code, state=state, crs=crs, notes=told)


def download_polygons(state: str = "MG", year: int = 2020) -> "gpd.GeoDataFrame":
    """Download the polygons of a state's municipalities, simplified, from IBGE by way of `geobr`.

    Parameters
    ----------
    state : str
        Two letters, or "all".
    year : int
        Of IBGE's territorial mesh.

    Returns
    -------
    geopandas.GeoDataFrame
        As `read_polygons` gives. Save it by `.to_file("polygons.gpkg")`, to need no network again.

    Raises
    ------
    DataError
        If there is no network, or no mesh of that year.
    MissingExtra
        If geobr is not installed.
    """
    geobr = _library("geobr", "Downloading polygons", "maps-download")
    wanted = state if state == "all" else _known_state(state)
    try:
        frame = geobr.read_municipality(year=year, code_muni=wanted, show_progress=False)
    except (OSError, ValueError) as error:  # requests' own errors are OSErrors
        raise DataError(
            f"The polygons of {wanted} in {year} could not be downloaded: {str(error).rstrip('.')}.",
            "Check the network and the year, or download a file from IBGE and give it to `read_polygons`.",
        ) from error
    return polygons_of(frame, f"geobr, {wanted}, {year}", code="code_muni")


def polygons_of(
    frame: "gpd.GeoDataFrame",
    source: str,
    *,
    code: str | None = None,
    state: str | None = None,
    crs: str | int | None = None,
    notes: list[str] | None = None,
) -> "gpd.GeoDataFrame":
    """Make the polygons that `read_polygons` gives of a frame that is at hand.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    source : str
        What messages call it.
    code, state, crs
        As for `read_polygons`.
    notes : list of str, optional
        What is already known to be worth telling.

    Returns
    -------
    geopandas.GeoDataFrame
    """
    notes = list(notes or [])
    if getattr(frame, "geometry", None) is None or frame.empty:
        raise DataError(f"{source} has no polygons.", "Give a file of the municipalities' polygons.")
    # Features are counted from 1 in messages; their own ids are one more column that may hold the codes.
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns = columns.assign(**{FEATURE_ID: frame.index}).set_axis(range(1, len(frame) + 1))
    codes = six_digit_codes(columns[_code_column(columns, code, source)], source)
    tidy = frame.geometry.set_axis(codes.index).to_frame("geometry")
    tidy.insert(0, "code", codes)
    lagoons = tidy["code"].isin(LAGOONS)
    if lagoons.any():
        notes.append("the lagoons of Rio Grande do Sul, which are no municipality, are left out")
    tidy = tidy[~lagoons]
    if state is not None:
        tidy = tidy[tidy["code"].str.startswith(STATES[_known_state(state)])]
        if tidy.empty:
            raise DataError(f"{source} has no municipality of {state}.", "Give a file that has.")
    _refuse_unusable(tidy, source)
    tidy = _referenced(_repaired(tidy, notes), source, crs, notes).reset_index(drop=True)
    tidy.attrs = {"source": source, "notes": notes}
    if notes:
        logger.warning("%s: %s", source, "; ".join(notes))
    return tidy


def _library(name: str, doing: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(doing, extra) from error


def _known_state(state: str) -> str:
    if state.upper() not in STATES:
        raise DataError(f"There is no state '{state}'.", f"Use one of {', '.join(STATES)}.")
    return state.upper()


def _code_column(columns: pd.DataFrame, code: str | None, source: str) -> str:
    """Name the column of codes: that whose every second value is one at least, best with check digits."""
    names = [str(name) for name in columns]
    if code is not None:
        if code not in columns:
            raise DataError(
                f"{source} has no column '{code}'.{did_you_mean(code, names)}", f"It has {listed(names)}."
            )
        return code
    found: dict[tuple[bool, bool], list[str]] = {}
    for name in names:
        codes = [str(as_code(value)) for value in columns[name] if fault_of(value) is None]
        if 2 * len(codes) >= len(columns):
            # Six digits alone may be another area's number, such as that of an immediate region.
            found.setdefault((all(len(c) == 6 for c in codes), len(set(codes)) < len(codes)), []).append(name)
    best = found[min(found)] if found else []
    if not best:
        raise DataError(
            f"{source} has no column of IBGE codes of municipalities. It has {listed(names)}.",
            "Give the file a column of codes of six or seven digits; polygons are never matched by name.",
        )
    alike = [name for name in best if columns[name].map(as_code).equals(columns[best[0]].map(as_code))]
    if len(alike) < len(best):
        raise DataError(
            f"{source} has several columns that may be the IBGE codes: {listed(best)}.",
            "Say which, by `code`.",
        )
    return best[0]


def _refuse_unusable(tidy: "gpd.GeoDataFrame", source: str) -> None:
    shapes = tidy.geometry
    empty = shapes.isna() | shapes.is_empty
    kinds = dict(zip(tidy["code"], shapes.geom_type, strict=True))
    first = {code: row for row, code in reversed(list(tidy["code"].items()))}
    faults = [
        *(Fault(f"{tidy['code'][row]} has no polygon", str(row)) for row in tidy.index[empty]),
        *(
            Fault(f"{code} is a {kinds[code]}, not a polygon", str(row))
            for row, code in tidy["code"][~empty & ~shapes.geom_type.isin(POLYGONAL)].items()
        ),
        *(
            Fault(f"{code} is there already, in row {first[code]}", str(row))
            for row, code in tidy["code"][tidy["code"].duplicated()].items()
        ),
    ]
    if faults:
        raise DataError(
            f"{source}: not every municipality has one polygon.",
            "Give each one feature; one of several parts is a MultiPolygon.",
            faults,
        )


def _repaired(tidy: "gpd.GeoDataFrame", notes: list[str]) -> "gpd.GeoDataFrame":
    tidy = tidy.set_geometry(tidy.geometry.force_2d())
    invalid = ~tidy.geometry.is_valid
    if invalid.any():
        tidy = tidy.set_geometry(tidy.geometry.make_valid(method="structure", keep_collapsed=False))
        notes.append(f"polygons that crossed themselves, repaired: {invalid.sum()}")
    return tidy


def _referenced(
    tidy: "gpd.GeoDataFrame", source: str, crs: str | int | None, notes: list[str]
) -> "gpd.GeoDataFrame":
    """Give the polygons their reference system, and make sure that it puts them into Brazil."""
    if tidy.crs is None and crs is not None:
        tidy = tidy.set_crs(crs)
    elif tidy.crs is None:
        if not _in_brazil(tidy.total_bounds):
            raise DataError(
                f"{source} does not say what its coordinates refer to, and they are no degrees in Brazil.",
                "Give it by `crs`, such as 'EPSG:31983', SIRGAS 2000 / UTM 23S; a shapefile has its .prj.",
            )
        tidy = tidy.set_crs(SIRGAS_2000)
        notes.append("no reference system in the file: its degrees are taken for SIRGAS 2000")
    bounds = tidy.to_crs(SIRGAS_2000).total_bounds
    if not _in_brazil(bounds):
        west, south, east, north = bounds
        raise DataError(
            f"{source}: its polygons do not lie in Brazil (longitude {west:.1f} to {east:.1f}, latitude "
            f"{south:.1f} to {north:.1f}).",
            "Check the file's reference system, and that longitude comes before latitude.",
        )
    return tidy


def _in_brazil(bounds: "pd.Series") -> bool:
    west, south, east, north = bounds
    return BRAZIL[0] <= west and BRAZIL[1] <= south and east <= BRAZIL[2] and north <= BRAZIL[3]
