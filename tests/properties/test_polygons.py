"""Whatever stands in a file of polygons: what is there, or an error that says what is not."""

import json

from damage import damaged, valid_or_told
from grid import grid
from hypothesis import strategies as st

from bayes_saude.data.geography import read_polygons


def test_damaged_polygons_are_read_or_refused(hold, tmp_path):
    path = tmp_path / "damaged.geojson"
    grid().to_file(tmp_path / "whole.geojson")
    whole = (tmp_path / "whole.geojson").read_bytes()

    def read_or_refused(content):
        path.write_bytes(content)
        valid_or_told(read_polygons, path, named="damaged.geojson")

    hold(read_or_refused, damaged(whole), few=15, many=600)


LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["Polygon", "MultiPolygon", "Point", "GeometryCollection", "3100104", 3100104, 1e400]),
)
PAIRS = st.lists(LEAF, max_size=4)
RINGS = st.lists(PAIRS, max_size=4)
OBJECT = st.dictionaries(st.sampled_from(["type", "coordinates", "geometries"]), st.one_of(LEAF, RINGS))
JSON = st.one_of(LEAF, PAIRS, RINGS, st.lists(RINGS, max_size=2), OBJECT, st.lists(OBJECT, max_size=2))


def test_polygons_of_any_json_are_read_or_refused(hold, tmp_path):
    path = tmp_path / "any.geojson"
    grid().to_file(tmp_path / "whole.geojson")
    whole = (tmp_path / "whole.geojson").read_text(encoding="utf-8")
    places = st.sampled_from(
        [
            ("crs",),
            ("features",),
            ("type",),
            ("features", 0),
            ("features", 0, "geometry"),
            ("features", 0, "id"),
            ("features", 0, "properties"),
            ("features", 0, "properties", "CD_MUN"),
            ("features", 1, "geometry", "type"),
            ("features", 1, "geometry", "coordinates"),
            ("features", 1, "geometry", "coordinates", 0),
            ("features", 1, "geometry", "coordinates", 0, 1),
            ("features", 1, "geometry", "coordinates", 0, 1, 0),
        ]
    )

    def read_or_refused(place, value):
        content = json.loads(whole)
        *above, last = place
        here = content
        for key in above:
            here = here[key]
        here[last] = value
        path.write_text(json.dumps(content), encoding="utf-8")
        valid_or_told(read_polygons, path, named="any.geojson")

    hold(read_or_refused, places, JSON, few=20, many=800)
