"""Units and their polygons: municipalities joined by IBGE code, regions dissolved from municipalities."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from bayes_saude.data.ibge_codes import as_code, municipality_codes
from bayes_saude.data.territory import territory
from bayes_saude.errors import DataError, Fault, did_you_mean, listed

if TYPE_CHECKING:
    import geopandas as gpd

logger = logging.getLogger(__name__)

MUNICIPALITY = "municipality"
# What a joined row has: a value and a polygon, or one of the two only.
JOINED, NO_VALUE, NO_POLYGON = "both", "no value", "no polygon"
# How many names a message lists.
MOST_LISTED = 10


def dissolve(
    polygons: "gpd.GeoDataFrame",
    level: str,
    members: pd.DataFrame | None = None,
    *,
    municipality: str = MUNICIPALITY,
) -> "gpd.GeoDataFrame":
    """Make the polygons of regions from those of their municipalities.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        From `read_polygons` or `download_polygons`.
    level : str
        Column of `members` that names each municipality's region, such as "region" or "macro_region".
    members : pandas.DataFrame, optional
        A table with the municipalities and their regions, such as a panel, where each may have many rows;
        `territory()`, the 28 regions of Minas Gerais, if left out.
    municipality : str
        Column of `members` with the municipalities: IBGE codes, or names of Minas Gerais.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per region, by name: `level`, `unit` (the region's name), `municipalities` (how many make it
        up), `geometry`. `attrs["notes"]` tells how many municipalities have no polygon, and how many polygons
        are in no region and left out; it is logged too.

    Raises
    ------
    DataError
        If a column is not there, or a municipality is none or is in two regions, or none has a polygon.
    """
    members = territory() if members is None else members
    names = [str(name) for name in members]
    for column in (level, municipality):
        if column not in members:
            raise DataError(
                f"The table of regions has no column '{column}'.{did_you_mean(column, names)}",
                f"Name two of its columns: {listed(names)}.",
            )
    pairs = members[[municipality, level]].dropna().drop_duplicates()
    pairs = pd.DataFrame(
        {
            "code": municipality_codes(pairs[municipality], "the table of regions"),
            "unit": pairs[level].astype(str),
        }
    ).drop_duplicates()
    if pairs["code"].duplicated().any():
        raise DataError(
            f"Some municipalities are in more than one '{level}'.",
            "Give each one only, those of one year for example.",
            [
                Fault(f"{code} is in {listed(units)}")
                for code, units in pairs[pairs["code"].duplicated(keep=False)].groupby("code")["unit"]
            ],
        )
    placed = polygons[["code", "geometry"]].merge(pairs, on="code")
    if placed.empty:
        raise _nothing_joined(list(pairs["code"]), list(polygons["code"]))
    dissolved = placed.dissolve("unit", aggfunc={"code": "count"}).reset_index()
    dissolved = dissolved.rename(columns={"code": "municipalities"}).assign(level=level)
    dissolved = dissolved[["level", "unit", "municipalities", "geometry"]]
    notes = []
    for count, what in (
        (len(pairs) - len(placed), "municipalities of the regions without polygon"),
        (len(polygons) - len(placed), "polygons in no region, left out"),
    ):
        if count:
            notes.append(f"{what}: {count}")
    dissolved.attrs = {"source": polygons.attrs.get("source", ""), "notes": notes}
    if notes:
        logger.warning("%s: %s", level, "; ".join(notes))
    return dissolved


def join_polygons(
    units: pd.DataFrame, polygons: "gpd.GeoDataFrame", *, level: str = MUNICIPALITY
) -> "gpd.GeoDataFrame":
    """Put units and polygons together, one to one, and say which of either are left alone.

    Municipalities are joined by IBGE code, never by the names in a file of polygons. Names of units have a
    code only where `level` is "municipality" and all are municipalities of Minas Gerais, as in the shipped
    panels; other levels need codes, or polygons with names of their own: those of `dissolve`.

    Parameters
    ----------
    units : pandas.DataFrame
        One row per unit, with a column `unit`: IBGE codes of six or seven digits, or names.
    polygons : geopandas.GeoDataFrame
        From `read_polygons` or `dissolve`; or any with a column `unit`, joined to the units' exactly.
    level : str
        What the units are.

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each polygon, in their order, and then for each unit without: the columns of both, with
        `code` or `unit` the key, and `joined`: "both", "no value" (a polygon alone) or "no polygon" (a unit
        alone). `attrs["without_value"]` and `attrs["without_polygon"]` list those; they are logged too.

    Raises
    ------
    DataError
        If a unit has no code, or two have the same, or the polygons are of another level, or no unit has a
        polygon.
    """
    if not hasattr(polygons, "geometry") or not {"unit", "code"} & set(polygons.columns):
        raise DataError(
            "The polygons are no table with their IBGE codes in a column 'code'.",
            "Read them by `read_polygons`, or name them in a column `unit` as the units are named.",
        )
    named = "unit" in polygons
    if named and "level" in polygons and set(polygons["level"]) != {level}:
        raise DataError(
            f"The polygons are of '{polygons['level'].iloc[0]}', the units of '{level}'.",
            f"Dissolve the municipalities' polygons by '{level}'.",
        )
    key = "unit" if named else "code"
    if not named:
        units = units.assign(code=_codes(units["unit"], level))
    for frame, what in ((units, "unit"), (polygons, "polygon")):
        twice = frame[key][frame[key].duplicated()]
        if len(twice):
            raise DataError(f"More than one {what} is '{twice.iloc[0]}'.", f"Give one {what} for each {key}.")
    joined = polygons.merge(units, on=key, how="left", suffixes=("_polygon", ""))
    alone = units[~units[key].isin(polygons[key])]
    if len(alone) == len(units):
        raise _nothing_joined(list(units[key]), list(polygons[key]))
    valued = polygons[key].isin(units[key]).to_numpy()
    joined["joined"] = pd.Series(valued, index=joined.index).map({True: JOINED, False: NO_VALUE})
    if len(alone):
        extra = type(polygons)(
            alone.assign(joined=NO_POLYGON, geometry=None), geometry="geometry", crs=joined.crs
        )
        joined = type(polygons)(pd.concat([joined, extra], ignore_index=True), crs=joined.crs)
    joined.attrs = {
        "without_polygon": alone["unit"].tolist(),
        "without_value": polygons[key][~valued].tolist(),
    }
    for name, missing in (
        ("units without polygon", "without_polygon"),
        ("polygons without value", "without_value"),
    ):
        if joined.attrs[missing]:
            logger.warning("%s: %s", name, _some(joined.attrs[missing]))
    return joined


def _codes(units: pd.Series, level: str) -> pd.Series:
    if level != MUNICIPALITY and units.map(as_code).isna().all():
        # A region is often called after one of its municipalities, whose polygon is not the region's.
        raise DataError(
            f"The units of '{level}' are not IBGE codes, and the polygons are of municipalities.",
            f"Give the polygons of '{level}': `dissolve(polygons, '{level}', members)`.",
        )
    return municipality_codes(units, f"units of '{level}'")


def _nothing_joined(wanted: list[str], there: list[str]) -> DataError:
    return DataError(
        f"No unit has a polygon: units are such as {listed(wanted[:3])}, polygons {listed(there[:3])}.",
        "Give the polygons of the same state and level.",
    )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:MOST_LISTED]))
    return f"{len(names)} ({shown}{', ...' if len(names) > MOST_LISTED else ''})"
