"""Nine municipalities of Minas Gerais as nine squares, three by three: a map that can be checked by eye."""

from collections.abc import Sequence

import pytest

geopandas = pytest.importorskip("geopandas", reason="maps need the extra 'maps': pip install -e '.[maps]'")
from shapely.geometry import box  # noqa: E402 (it comes with geopandas)

# From the south west to the north east, row by row; their names in the same order.
CODES = ("3100104", "3100203", "3100302", "3100401", "3100500", "3100609", "3100708", "3100807", "3100906")
NAMES = (
    "Abadia dos Dourados", "Abaeté", "Abre Campo", "Acaiaca", "Açucena", "Água Boa", "Água Comprida",
    "Aguanil", "Águas Formosas",
)  # fmt: skip
# Degrees: the south-western corner and the side of a square.
WEST, SOUTH, SIDE = -45.0, -19.0, 0.5


def grid(codes: Sequence[object] = CODES, **columns: Sequence[object]):
    """Make a frame as a file has it: a column "CD_MUN", others as given, and one square for each code."""
    corners = [(WEST + SIDE * (i % 3), SOUTH + SIDE * (i // 3)) for i in range(len(codes))]
    squares = [box(west, south, west + SIDE, south + SIDE) for west, south in corners]
    return geopandas.GeoDataFrame({"CD_MUN": list(codes), **columns}, geometry=squares, crs="EPSG:4674")
