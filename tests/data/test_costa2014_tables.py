"""The transcription of Costa (2014) has the rows, the names and the order that the print has."""

import pytest

from bayes_saude.data.published import published_tables, read_published

TABLES = sorted(name for name in published_tables() if name.startswith("costa2014/table_"))
BY = {"macro_region": 13, "health_region": 77, "population_band": 5, "age_group": 9}
YEARS = [2008, 2009, 2010, 2011, 2012]
STATE = "Minas Gerais"
VARIANTS = read_published("costa2014/name_variants", as_text=True)


def level(name: str) -> str:
    return name.partition("_by_")[2]


def test_there_are_21_tables():
    assert [name.removeprefix("costa2014/table_")[:2] for name in TABLES] == [
        f"{n:02d}" for n in range(1, 22)
    ]


def test_table_1_has_five_bands_in_five_years():
    table = read_published(TABLES[0])
    assert table.groupby("year")["population_band"].agg(list).map(len).to_dict() == dict.fromkeys(YEARS, 5)


@pytest.mark.parametrize("name", TABLES[1:])
def test_every_unit_has_five_years_and_the_state_comes_last(name):
    table = read_published(name, as_text=True)
    assert table.columns[0] == level(name)
    units = table.iloc[:, 0].drop_duplicates()
    assert len(units) == BY[level(name)] + 1
    assert units.iloc[-1] == STATE
    assert table.iloc[:, 0].tolist() == units.repeat(5).tolist()
    assert table["year"].tolist() == [str(year) for year in YEARS] * len(units)
    assert (table["change"] != "").tolist() == (table["year"] == "2012").tolist()
    assert (table.drop(columns="change") != "").all(axis=None)


@pytest.mark.parametrize("by", BY)
def test_the_tables_by_one_level_have_the_same_names_in_the_same_order(by):
    units = [read_published(name).iloc[:, 0].tolist() for name in TABLES[1:] if level(name) == by]
    assert len(units) == 5
    assert units.count(units[0]) == 5


def test_every_name_that_is_printed_otherwise_is_the_name_of_a_unit():
    names = {by: set(read_published(name).iloc[:, 0]) for name in TABLES[1:6] for by in [level(name)]}
    for variant in VARIANTS.itertuples():
        assert variant.name in names[variant.kind]
        assert variant.name != variant.printed
    assert not VARIANTS.duplicated(["kind", "printed"]).any()


def test_decimals_are_those_of_the_print():
    bands = read_published("costa2014/table_04_share_by_population_band", as_text=True)
    assert bands.loc[bands["population_band"] == "100 to 200 thousand", "median_share"].iloc[0] == "32.1"
    macro = read_published("costa2014/table_06_count_by_macro_region", as_text=True)
    assert macro.query("macro_region == 'Sudeste' and year == '2010'")["share_of_state"].item() == "10"


@pytest.mark.parametrize("name", [name for name in TABLES[1:] if level(name) != "age_group"])
def test_a_table_by_place_warns_that_its_places_are_doubtful(name, caplog):
    table = read_published(name)
    assert "cannot be taken at face value" in table.attrs["warning"]
    assert table.attrs["warning"] in caplog.text


def test_a_table_has_all_its_warnings_and_they_travel():
    table = read_published("costa2014/table_12_cost_share_by_population_band")
    kept = table[table["year"] == 2012].set_index("population_band")
    assert "cannot be taken at face value" in kept.attrs["warning"]
    assert "copies the state's" in kept.attrs["warning"]


def test_every_warning_is_of_a_table():
    warned = read_published("costa2014/warnings")["table"]
    assert set("costa2014/" + warned) <= set(TABLES)


def test_a_table_with_nothing_to_warn_of_says_so(caplog):
    assert read_published("sa2015/territory").attrs["warning"] == ""
    assert caplog.text == ""


def test_every_contradiction_has_two_sides_and_a_resolution():
    table = read_published("costa2014/contradictions", as_text=True)
    assert (table != "").all(axis=None)
