"""Where data lie that are not part of the repository: real records, and polygons of municipalities."""

import os
from pathlib import Path

import pytest

VARIABLE = "BAYES_SAUDE_DATA"
FOLDER = Path(os.environ.get(VARIABLE) or Path(__file__).parents[2].parent / "shared")
# The polygons of the 853 municipalities of Minas Gerais, below the folder.
POLYGONS = "geo/mg_municipalities.geojson"


def outside(name: str) -> Path:
    """Give a file or folder of the outside data, by its path below their folder, or skip who asks for it."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs {name}, which {FOLDER} lacks; {VARIABLE} names the folder of outside data")
    return path
