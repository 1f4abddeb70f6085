"""A panel from a text."""

import pytest
from panel_texts import NESTED

from bayes_saude.data.panel import read_panel, validate_panel


@pytest.fixture
def panel_of(tmp_path):
    """Read and validate a text as a file `panel.csv`."""

    def panel_of(text, **options):
        path = tmp_path / "panel.csv"
        path.write_text(text, encoding="utf-8")
        return validate_panel(read_panel(path), **{**NESTED, "source": "panel.csv", **options})

    return panel_of
