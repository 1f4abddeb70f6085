"""Municipalities get their places by code."""

import pandas as pd
import pytest

from bayes_saude.data.places import with_territory
from bayes_saude.errors import DataError

ABADIA, BELO_HORIZONTE = 310010, 310620


@pytest.fixture
def territory(tmp_path):
    """Write the places of two municipalities."""
    places = pd.DataFrame(
        [(BELO_HORIZONTE, "Belo Horizonte", "Capital", "Centro"), (ABADIA, "Abadia", "Patrocínio", "Norte")],
        columns=["ibge6", "municipality", "health_region", "macro_region"],
    )
    places.to_csv(tmp_path / "territory.csv", index=False)
    return tmp_path / "territory.csv"


@pytest.fixture
def panel():
    """Make a panel as `bayes-saude icsap` writes it, by age group."""
    rows = [(ABADIA, 2011, "1-4", 3, 9), (BELO_HORIZONTE, 2011, "1-4", 5, 50), (ABADIA, 2012, "1-4", 2, 8)]
    return pd.DataFrame(rows, columns=["municipality", "year", "age_group", "successes", "trials"])


@pytest.mark.parametrize("kind", [int, str])
def test_rows_keep_their_order_and_columns(panel, territory, kind):
    placed = with_territory(panel.astype({"municipality": kind}), territory)
    assert placed.columns.tolist() == [
        "macro_region", "health_region", "municipality", "ibge6", "year", "age_group", "successes", "trials",
    ]  # fmt: skip
    assert placed["municipality"].tolist() == ["Abadia", "Belo Horizonte", "Abadia"]
    assert placed["ibge6"].tolist() == ["310010", "310620", "310010"]
    assert placed["macro_region"].tolist() == ["Norte", "Centro", "Norte"]
    pd.testing.assert_frame_equal(placed[panel.columns[1:]], panel[panel.columns[1:]])


def test_what_is_known_of_the_panel_stays_with_it(panel, territory):
    panel.attrs.update(source="panel.csv", note="a note")
    assert with_territory(panel, territory).attrs == {"source": "panel.csv", "note": "a note"}


def test_a_band_is_that_of_the_population_in_the_last_year(panel, territory, tmp_path):
    people = [(ABADIA, 2011, 99_000), (ABADIA, 2012, 20_001), (BELO_HORIZONTE, 2012, 2_395_785)]
    file = tmp_path / "population.csv"
    pd.DataFrame(people, columns=["ibge6", "year", "population"]).to_csv(file, index=False)
    placed = with_territory(panel, territory, file)
    assert placed["population_band"].tolist() == [
        "20 to 50 thousand", "over 200 thousand", "20 to 50 thousand",
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "message"), [(311860, "311860 is not in it"), (999999, "no IBGE code")])
def test_a_code_without_a_place_is_refused(panel, territory, code, message):
    with pytest.raises(DataError, match=message):
        with_territory(panel.replace({"municipality": {ABADIA: code}}), territory)


def test_a_panel_without_municipalities_is_refused(panel, territory):
    with pytest.raises(DataError, match="no municipalities and years"):
        with_territory(panel.rename(columns={"municipality": "unit"}), territory)
