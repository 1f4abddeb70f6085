"""Joining units to polygons by code, and dissolving regions."""

import pandas as pd
import pytest
from grid import CODES, NAMES, grid
from outside import POLYGONS, outside

from bayes_saude.data.areas import dissolve, join_polygons
from bayes_saude.data.geography import polygons_of, read_polygons
from bayes_saude.errors import DataError

SIX = [code[:6] for code in CODES]


@pytest.fixture
def polygons():
    return polygons_of(grid(), "mesh")


def members(**columns):
    """Put the southern row of squares into the region South, the two others into North."""
    return pd.DataFrame({"municipality": NAMES, "region": ["South"] * 3 + ["North"] * 6, **columns})


@pytest.mark.parametrize("units", [NAMES, CODES, SIX], ids=["names", "seven digits", "six digits"])
def test_units_meet_their_polygons_however_they_are_called(polygons, units):
    table = pd.DataFrame({"unit": units, "mean": range(9)}).sample(frac=1, random_state=1)
    joined = join_polygons(table, polygons)
    assert joined["code"].tolist() == SIX
    assert joined["mean"].tolist() == list(range(9))
    assert set(joined["joined"]) == {"both"}
    assert joined.attrs == {"without_polygon": [], "without_value": []}


def test_what_is_left_alone_is_said_of_either_side(polygons, caplog):
    table = pd.DataFrame({"unit": [*NAMES[2:], "Betim"], "mean": 1.0})
    joined = join_polygons(table, polygons)
    assert joined["joined"].tolist() == ["no value"] * 2 + ["both"] * 7 + ["no polygon"]
    assert joined.attrs == {"without_polygon": ["Betim"], "without_value": SIX[:2]}
    assert joined["unit"].tolist()[-1] == "Betim"
    assert joined.geometry.isna().tolist() == [False] * 9 + [True]
    assert joined.crs == polygons.crs
    assert "units without polygon: 1 (Betim)" in caplog.text
    assert "polygons without value: 2 (310010, 310020)" in caplog.text


def test_names_in_the_file_of_polygons_do_not_matter():
    # Names in the wrong order: a join by name would follow them.
    polygons = polygons_of(grid(NM_MUN=NAMES[::-1]), "mesh")
    joined = join_polygons(pd.DataFrame({"unit": NAMES, "mean": range(9)}), polygons)
    assert joined["mean"].tolist() == list(range(9))


def test_a_region_is_not_drawn_on_the_municipality_of_its_name(polygons):
    regions = pd.DataFrame({"unit": ["Belo Horizonte", "Ubá"], "mean": 1.0})
    with pytest.raises(
        DataError, match=r"Give the polygons of 'region': `dissolve\(polygons, 'region', members\)`"
    ):
        join_polygons(regions, polygons, level="region")


def test_a_name_that_is_no_municipality_is_refused(polygons):
    with pytest.raises(DataError, match="'Curitiba' is unknown"):
        join_polygons(pd.DataFrame({"unit": [*NAMES, "Curitiba"]}), polygons)


def test_two_units_of_one_code_are_refused(polygons):
    with pytest.raises(DataError, match="More than one unit is '310010'"):
        join_polygons(pd.DataFrame({"unit": ["310010", "3100104"]}), polygons)


def test_polygons_of_another_state_are_refused(polygons):
    with pytest.raises(DataError, match="No unit has a polygon: units are such as '355030'"):
        join_polygons(pd.DataFrame({"unit": ["3550308"]}), polygons)


def test_regions_are_dissolved_from_their_municipalities(polygons):
    regions = dissolve(polygons, "region", members())
    assert regions[["level", "unit", "municipalities"]].to_numpy().tolist() == [
        ["region", "North", 6],
        ["region", "South", 3],
    ]
    assert set(regions.geom_type) == {"Polygon"}
    assert [shape.area for shape in regions.geometry] == pytest.approx([6 * 0.25, 3 * 0.25])
    joined = join_polygons(
        pd.DataFrame({"unit": ["South", "North"], "mean": [1, 2]}), regions, level="region"
    )
    assert joined["mean"].tolist() == [2, 1]


def test_a_panel_of_many_years_serves_as_the_table_of_regions(polygons):
    panel = pd.concat([members(code=CODES, year=year) for year in (2011, 2012)])
    assert dissolve(polygons, "region", panel, municipality="code")["municipalities"].tolist() == [6, 3]


def test_municipalities_without_polygon_and_polygons_without_region_are_counted(polygons, caplog):
    regions = dissolve(polygons.iloc[1:], "region", members().iloc[:6])
    assert regions["municipalities"].tolist() == [3, 2]
    assert regions.attrs["notes"] == [
        "municipalities of the regions without polygon: 1",
        "polygons in no region, left out: 3",
    ]
    assert "in no region" in caplog.text


def test_a_municipality_in_two_regions_is_refused(polygons):
    twice = pd.concat([members(), members().iloc[:1].assign(region="North")])
    with pytest.raises(DataError, match="310010 is in 'South', 'North'"):
        dissolve(polygons, "region", twice)


def test_a_column_that_is_not_there_is_told(polygons):
    with pytest.raises(DataError, match=r"no column 'regin'. Did you mean 'region'"):
        dissolve(polygons, "regin", members())


def test_polygons_of_another_level_are_refused(polygons):
    regions = dissolve(polygons, "region", members())
    with pytest.raises(DataError, match="polygons are of 'region', the units of 'municipality'"):
        join_polygons(pd.DataFrame({"unit": NAMES}), regions)


@pytest.mark.parametrize(
    "polygons", ["mesh.gpkg", grid(), pd.DataFrame({"code": SIX})], ids=["path", "raw", "table"]
)
def test_what_is_not_polygons_with_codes_is_refused(polygons):
    with pytest.raises(DataError, match="Read them by `read_polygons`"):
        join_polygons(pd.DataFrame({"unit": NAMES}), polygons)


def test_polygons_may_name_their_units_themselves():
    polygons = grid().assign(unit=[f"District {place}" for place in range(9)])
    table = pd.DataFrame({"unit": ["District 3", "District 0"], "mean": [3, 0]})
    joined = join_polygons(table, polygons, level="district")
    assert joined["mean"].dropna().to_dict() == {0: 0, 3: 3}


def test_the_28_regions_of_minas_gerais_cover_it():
    polygons = read_polygons(outside(POLYGONS))
    regions = dissolve(polygons, "region")
    assert len(regions) == 28
    assert regions["municipalities"].sum() == 853
    metres = "EPSG:5880"
    assert regions.to_crs(metres).area.sum() == pytest.approx(polygons.to_crs(metres).area.sum(), rel=1e-6)
