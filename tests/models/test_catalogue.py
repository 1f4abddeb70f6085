"""The catalogue: Sá's eight models and four nested ones, Costa's of age groups, files of one's own."""

import re

import pytest

from bayes_saude.data.panel import read_panel
from bayes_saude.data.shipped import SHIPPED
from bayes_saude.errors import DataError, ModelFileError
from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.models.spec import parse_model, prior_distributions

# Sá (2015): number and page of the table of each model
TABLES = {
    "sa2015-esf-region": "table 3, p. 61",
    "sa2015-esf-municipality": "table 4, p. 64",
    "sa2015-prenatal-region": "table 5, p. 66",
    "sa2015-prenatal-municipality": "table 6, p. 69",
    "sa2015-vaccine-region": "table 7, p. 71",
    "sa2015-vaccine-municipality": "table 8, p. 74",
    "sa2015-pap-region": "table 9, p. 76",
    "sa2015-pap-municipality": "table 10, p. 79",
}
NESTED = ["sa2015-esf-nested", "sa2015-pap-nested", "sa2015-prenatal-nested", "sa2015-vaccine-nested"]
AGE = "costa2014-share-age"
ROBUST = ["robust-vaccine-student", "robust-vaccine-years"]
# Costa (2014) by age group: outcome and family
OF_AGES = {
    "share": (("successes", "trials"), "beta_binomial"),
    "number": (("count", "exposure"), "negative_binomial"),
    "cost": ("cost", "lognormal"),
    "cost-share": ("cost_share", "logit_normal"),
}
# Of municipalities in a panel that a user makes
OF_PLACES = {"share-bands": "share", "share-nested": "share", "number-nested": "number"}
OF_PLACES |= {"cost-nested": "cost", "cost-share-nested": "cost-share"}
LEVELS = {"region": ("region",), "municipality": ("municipality",), "nested": ("region", "municipality")}
PANELS = {"esf": "esf_coverage", "prenatal": "prenatal7", "vaccine": "vaccine", "pap": "pap"}


def test_the_catalogue_has_the_models_of_the_thesis_and_the_nested_ones_in_order():
    ages = [f"costa2014-{outcome}-age{smooth}" for outcome in OF_AGES for smooth in ("", "-smooth")]
    places = [f"icsap-{name}" for name in OF_PLACES]
    assert set(catalogue()) == {*TABLES, *NESTED, *ROBUST, *ages, *places}


@pytest.mark.parametrize("name", catalogue())
def test_a_shipped_model_has_words_in_both_languages(name):
    spec = read_model(name)
    for said in (spec.title_in, spec.source_in, spec.data.label_in):
        assert len({"", said("en"), said("pt")}) == 3


@pytest.mark.parametrize("name", [*TABLES, *NESTED])
def test_a_shipped_model_says_what_its_name_says(name):
    _, indicator, kind = name.split("-")
    spec = read_model(name)
    assert spec.name == name
    assert spec.text == catalogue()[name].read_text(encoding="utf-8")
    assert spec.data.panel == f"sa2015/{PANELS[indicator]}"
    assert spec.data.panel in SHIPPED
    assert spec.data.levels == LEVELS[kind]
    assert (spec.data.outcome, spec.data.time, spec.data.origin) == ("value", "year", 2011)
    assert spec.model.slopes
    assert spec.priors == {}
    assert (spec.ranking.direction, spec.ranking.target) == ("higher_is_better", None)


@pytest.mark.parametrize("name", TABLES)
def test_a_shipped_model_names_its_table_and_page(name):
    assert read_model(name).source == f"Sá (2015), {TABLES[name]}"


def test_the_robust_models_are_of_the_thesis_panel_and_no_prefix_takes_them_for_the_thesis():
    years = read_model("robust-vaccine-years")
    assert (years.data.panel, years.data.levels) == ("sa2015/vaccine", ("municipality",))
    assert years.model.year_effects
    student = read_model("robust-vaccine-student")
    assert (student.data.panel, student.model.family) == ("sa2015/vaccine", "student_t")
    assert not any(name.startswith("sa2015") for name in ROBUST)


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("outcome", OF_AGES)
def test_a_model_of_age_groups_is_of_a_shipped_panel_and_exchangeable_or_smooth(outcome, smooth):
    spec = read_model(f"costa2014-{outcome}-age{'-smooth' if smooth else ''}")
    assert spec.data.panel in SHIPPED
    assert (spec.data.outcome, spec.model.family) == OF_AGES[outcome]
    assert spec.data.levels == ("age_group",)
    assert spec.model.sequence == ("age_group" if smooth else None)
    assert spec.ranking.direction == "lower_is_better"
    assert spec.data.origin == 2012


@pytest.mark.parametrize("name", OF_PLACES)
def test_a_model_of_places_is_nested_and_says_in_one_sentence_that_its_panel_is_to_be_made(name):
    spec = read_model(f"icsap-{name}")
    assert spec.model.family == OF_AGES[OF_PLACES[name]][1]
    assert spec.data.levels == ("macro_region", "health_region", "municipality")
    assert spec.data.predictors == (("population_band",) if name == "share-bands" else ())
    with pytest.raises(DataError, match=r"icsap\.csv does not exist\."):
        read_panel(spec.data.panel)


@pytest.mark.parametrize(
    "name", [name for name in catalogue() if name.startswith(("costa2014", "icsap", "robust"))]
)
def test_what_other_models_have_commented_out_is_valid_when_uncommented(name):
    text = re.sub(r'^# (\[priors\]|"?\w+(\[\w+\])?"? = )', r"\1", read_model(name).text, flags=re.MULTILINE)
    spec = parse_model(text, name=name)
    assert len(spec.priors) >= 5
    assert spec.ranking.target is not None


@pytest.mark.parametrize("name", NESTED)
def test_a_nested_model_says_that_it_is_not_in_the_thesis(name):
    assert read_model(name).source.endswith("not in the thesis: municipality within region")


@pytest.mark.parametrize("name", [*TABLES, *NESTED])
def test_what_a_shipped_model_has_commented_out_is_valid_when_uncommented(name):
    text = re.sub(r'^# (\[priors\]|"?\w+(\[\w+\])?"? = )', r"\1", read_model(name).text, flags=re.MULTILINE)
    spec = parse_model(text, name=name)
    assert len(spec.priors) == 6
    assert set(spec.priors) <= set(prior_distributions(spec.data.levels, slopes=True))
    assert spec.ranking.target is not None


def test_the_model_of_age_groups_is_a_beta_binomial_of_a_shipped_panel():
    spec = read_model(AGE)
    assert spec.data.panel in SHIPPED
    assert (spec.data.outcome, spec.data.levels) == (("successes", "trials"), ("age_group",))
    assert (spec.model.family, spec.ranking.direction) == ("beta_binomial", "lower_is_better")
    text = re.sub(r"^# (\w+ = )", r"\1", spec.text, flags=re.MULTILINE)
    spec = parse_model(text, name=AGE)
    assert set(spec.priors) == set(prior_distributions(["age_group"], slopes=True, family="beta_binomial"))
    assert spec.ranking.target is not None


def test_a_file_of_one_s_own_is_read_by_its_path(tmp_path):
    path = tmp_path / "mine.toml"
    text = read_model("sa2015-pap-region").text.replace("sa2015/pap", "panel.csv")
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))  # as an editor on Windows saves it
    spec = read_model(path)
    assert spec.name == "mine"
    assert spec.data.panel == str(tmp_path / "panel.csv")


def test_an_unknown_name_is_answered_with_the_nearest_and_the_catalogue():
    with pytest.raises(ModelFileError, match=r"Did you mean 'sa2015-esf-municipality'\?") as caught:
        read_model("sa2015-esf-municipalty")
    assert all(f"'{name}'" in str(caught.value) for name in catalogue())
    assert "ending in .toml" in str(caught.value)


def test_a_missing_file_is_answered_with_its_neighbour(tmp_path):
    (tmp_path / "mine.toml").touch()
    with pytest.raises(ModelFileError, match=r"mein.toml does not exist. Did you mean '.*mine.toml'\?"):
        read_model(tmp_path / "mein.toml")


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ModelFileError, match=r"is a folder, not a model file. Name a TOML file inside it"):
        read_model(tmp_path)


def test_a_file_in_latin_1_is_answered_with_how_to_save_it(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes('title = "Saúde"\n'.encode("latin-1"))
    with pytest.raises(ModelFileError, match=r"mine.toml is not written in UTF-8. Save it as UTF-8 text"):
        read_model(path)


def test_faults_name_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(read_model("sa2015-pap-region").text.replace("[ranking]", "[rankin]"), encoding="utf-8")
    with pytest.raises(ModelFileError, match=f"^{re.escape(str(path))} has 2 faults"):
        read_model(path)
