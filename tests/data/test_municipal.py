"""The panel of municipalities from causes, territory and population: what counts, and what is refused."""

import pandas as pd
import pytest
from outside import outside

from bayes_saude.data.municipal import municipal_panel
from bayes_saude.data.published import read_published
from bayes_saude.errors import DataError

ABADIA, BELO_HORIZONTE, CONTAGEM = "310010", "310620", "311860"
TERRITORY = [
    (ABADIA, "Abadia dos Dourados", "Patrocínio", "Triângulo do Norte"),
    (BELO_HORIZONTE, "Belo Horizonte", "Capital", "Centro"),
    (CONTAGEM, "Contagem", "Contagem", "Centro"),
]
# Asthma is ICSAP wholly, pneumonia in part, appendicitis not; caesareans are among the complications.
COUNTS = {
    "ASMA": 5,
    "PNEUMONIA": 7,
    "DOENÇAS_DO_APÊNDICE": 11,
    "PARTO_ÚNICO_ESPONTÂNEO": 100,
    "OUTRAS_COMPLICAÇÕES_DA_GRAVIDEZ_E_DO_PARTO": 50,
}
ROWS = [
    (code, year, cause, count)
    for code in (ABADIA, BELO_HORIZONTE, CONTAGEM)
    for year in (2011, 2012)
    for cause, count in COUNTS.items()
]
PEOPLE = [(ABADIA, 2012, 6743), (BELO_HORIZONTE, 2012, 2_395_785), (CONTAGEM, 2012, 20_000)]


@pytest.fixture
def files(tmp_path):
    """Give a function that writes files and makes their panel."""

    def make(rows=ROWS, territory=TERRITORY, people=None, **options):
        paths = {}
        for name, table, columns in (
            ("causes", rows, ["ibge6", "year", "cause", "admissions"]),
            ("territory", territory, ["ibge6", "municipality", "health_region", "macro_region"]),
            ("population", people, ["ibge6", "year", "population"]),
        ):
            if table is not None:
                paths[name] = tmp_path / f"{name}.csv"
                pd.DataFrame(table, columns=columns).to_csv(paths[name], index=False)
        return municipal_panel(paths["causes"], paths["territory"], paths.get("population"), **options)

    return make


def steps_of(provenance) -> dict[str, int]:
    """Give the steps that left something out, and how much."""
    return {step["step"]: step["dropped"] for step in provenance["steps"] if step["dropped"]}


def test_successes_are_of_categories_wholly_on_the_list_and_trials_all_but_deliveries(files):
    panel, provenance = files()
    assert panel.columns.tolist() == [
        "macro_region", "health_region", "municipality", "ibge6", "year", "successes", "trials",
    ]  # fmt: skip
    assert len(panel) == 6
    assert (panel["successes"] == 5).all()
    assert (panel["trials"] == 5 + 7 + 11).all()
    assert panel.iloc[0, :5].tolist() == [
        "Triângulo do Norte", "Patrocínio", "Abadia dos Dourados", ABADIA, 2011,
    ]  # fmt: skip
    assert steps_of(provenance) == {
        "delivery: Outras complicações da gravidez e do parto": 300,
        "delivery: Parto único espontâneo": 600,
    }
    assert provenance["records"] - 900 == provenance["kept"] == panel["trials"].sum()


def test_the_category_that_mixes_caesareans_with_others_may_be_kept(files):
    panel, _ = files(deliveries="O80")
    assert (panel["trials"] == 5 + 7 + 11 + 50).all()


def test_groups_may_be_chosen(files):
    rows = [*ROWS, (ABADIA, 2012, "DIABETES_MELLITUS", 3)]
    panel, _ = files(rows, groups=[13])
    assert panel["successes"].tolist() == [0, 3, 0, 0, 0, 0]


def test_the_population_band_is_that_of_the_last_year(files):
    panel, _ = files(people=[*PEOPLE, (ABADIA, 2011, 30_000)])
    bands = panel.set_index(["ibge6", "year"])["population_band"]
    assert bands[ABADIA].tolist() == ["up to 20 thousand"] * 2
    assert bands[CONTAGEM, 2012] == "up to 20 thousand"
    assert bands[BELO_HORIZONTE, 2012] == "over 200 thousand"
    assert set(bands) <= set(read_published("costa2014/table_01_population_bands")["population_band"])


def test_population_may_stand_in_columns_of_years(files, tmp_path):
    wide = tmp_path / "wide.csv"
    people = pd.DataFrame(PEOPLE, columns=["MUNCOD", "year", "POP_12"]).drop(columns="year")
    people.assign(POP_11=1).to_csv(wide, index=False)
    files()
    panel, _ = municipal_panel(tmp_path / "causes.csv", tmp_path / "territory.csv", wide)
    assert panel["population_band"].tolist()[2:4] == ["over 200 thousand"] * 2


def test_a_municipality_without_population_is_refused(files):
    with pytest.raises(DataError, match=r"no population in 2012 for 1 municipalities: 'Contagem'"):
        files(people=PEOPLE[:2])


def test_unknown_residences_and_other_states_are_left_out_and_counted(files):
    rows = [*ROWS, ("000000", 2012, "ASMA", 2), ("310000", 2012, "ASMA", 3), ("355030", 2012, "ASMA", 9)]
    panel, provenance = files(rows)
    assert panel["successes"].sum() == 30
    assert steps_of(provenance) == {
        "residence is no municipality (000000, 310000 and the like)": 5,
        "residence is in a state that the territory has not": 9,
        "delivery: Outras complicações da gravidez e do parto": 300,
        "delivery: Parto único espontâneo": 600,
    }


def test_seven_digits_are_read_beside_six_by_their_check_digit(files):
    # Abadia dos Dourados is 3100104 with the check digit.
    rows = [("3100104" if code == ABADIA else code, *rest) for code, *rest in ROWS]
    pd.testing.assert_frame_equal(files(rows)[0], files()[0])
    with pytest.raises(DataError, match="check digit of '3100109' is wrong"):
        files([*ROWS, ("3100109", 2012, "ASMA", 1)])


def test_a_municipality_in_six_digits_and_in_seven_is_there_twice(files):
    with pytest.raises(DataError, match="a cause twice"):
        files([*ROWS, ("3100104", 2012, "ASMA", 5)])


def test_a_municipality_of_the_state_without_a_place_is_refused(files):
    with pytest.raises(DataError, match="313670 is not in it"):
        files([*ROWS, ("313670", 2012, "ASMA", 1)])


def test_a_code_that_is_none_is_refused(files):
    with pytest.raises(DataError, match="'999999' is no IBGE code"):
        files([*ROWS, ("999999", 2012, "ASMA", 1)])


def test_a_cause_that_is_no_category_is_refused(files):
    with pytest.raises(DataError, match="'TOTAL' is no category"):
        files([*ROWS, (ABADIA, 2012, "TOTAL", 1)])


def test_overlapping_exports_are_refused(files):
    with pytest.raises(DataError, match="a cause twice for a municipality and year") as caught:
        files([*ROWS, ROWS[0]])
    assert "it repeats row 2" in str(caught.value)


@pytest.mark.parametrize("count", [-1, 2.5, "1.234", "many"])
def test_admissions_that_are_no_whole_numbers_are_refused(files, count):
    with pytest.raises(DataError, match="numbers that none can be"):
        files([*ROWS, (ABADIA, 2012, "CISTITE", count), (CONTAGEM, 2012, "CISTITE", "2.000")])


def test_a_missing_year_is_refused(files):
    with pytest.raises(DataError, match="2011 to 2014 without 2013"):
        files([*ROWS, (ABADIA, 2014, "ASMA", 1)])


def test_a_municipality_without_admissions_in_a_year_has_no_row_and_is_noted(files):
    rows = [row for row in ROWS if row[:2] != (CONTAGEM, 2011)]
    panel, provenance = files(rows)
    assert len(panel) == 5
    assert provenance["notes"] == ["1 times a municipality has no admissions in a year, and so no share"]
    _, provenance = files([row for row in ROWS if row[0] != CONTAGEM])
    assert provenance["notes"] == ["1 municipalities have no admissions in any year: 'Contagem'"]


def test_a_cell_of_deliveries_alone_has_no_share(files):
    rows = [row for row in ROWS if row[:2] != (CONTAGEM, 2011)]
    panel, _ = files([*rows, (CONTAGEM, 2011, "PARTO_ÚNICO_ESPONTÂNEO", 4)])
    assert len(panel) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({0: TERRITORY[1]}, "repeats row"),
        ({0: (ABADIA, "Contagem", "Patrocínio", "Triângulo do Norte")}, "repeats row"),
        ({0: (ABADIA, "Abadia dos Dourados", "Contagem", "Oeste")}, "more than one macro_region"),
    ],
)
def test_a_territory_with_two_places_for_one_unit_is_refused(files, change, message):
    territory = [change.get(place, row) for place, row in enumerate(TERRITORY)]
    with pytest.raises(DataError, match=message):
        files(territory=territory)


def test_empty_cells_and_missing_columns_and_files_are_refused(files, tmp_path):
    with pytest.raises(DataError, match="empty cells"):
        files([*ROWS, (ABADIA, None, "CISTITE", 1)])
    files()
    swapped = (tmp_path / "territory.csv", tmp_path / "causes.csv")
    with pytest.raises(DataError, match="lacks columns"):
        municipal_panel(*swapped)
    with pytest.raises(DataError, match="There is no file"):
        municipal_panel(tmp_path / "nothing.csv", swapped[0])
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match=r"empty\.csv is empty"):
        municipal_panel(tmp_path / "empty.csv", swapped[0])


def test_a_population_of_other_years_is_refused(files):
    people = [(code, 2010, population) for code, _, population in PEOPLE]
    with pytest.raises(DataError, match="no population in 2012 for 3 municipalities"):
        files(people=people)


def test_latin_1_and_semicolons_are_read(files, tmp_path):
    panel, _ = files()
    text = (tmp_path / "causes.csv").read_text(encoding="utf-8")
    (tmp_path / "causes.csv").write_bytes(text.replace(",", ";").encode("latin-1"))
    again, _ = municipal_panel(tmp_path / "causes.csv", tmp_path / "territory.csv")
    pd.testing.assert_frame_equal(again, panel)


@pytest.fixture(scope="module")
def real():
    names = ("sih_mg_cause_2008_2012.csv.gz", "territory_mg.csv", "population_mg_2008_2018.csv")
    return municipal_panel(*(outside(f"real/{name}") for name in names))


def test_of_minas_gerais_every_municipality_has_every_year(real):
    panel, provenance = real
    assert len(panel) == 853 * 5
    assert provenance["records"] == 5_732_116
    assert provenance["notes"] == []
    assert panel[["macro_region", "health_region", "municipality"]].nunique().tolist() == [13, 77, 853]


def test_of_minas_gerais_bands_hold_as_many_municipalities_as_in_costas_table_1(real):
    table = read_published("costa2014/table_01_population_bands").query("year == 2012")
    printed = table.set_index("population_band")["municipalities"].to_dict()
    assert real[0].drop_duplicates("ibge6")["population_band"].value_counts().to_dict() == printed
