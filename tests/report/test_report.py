"""What a report says of result folders, before any browser reads it."""

import re
from html import unescape
from itertools import pairwise

import pytest
from hostile_names import HOSTILE, SCRIPT
from pages import data_of, text_of, tree, written

from bayes_saude.figures.result import each_figure
from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import load, save
from bayes_saude.models.catalogue import read_model
from bayes_saude.report import page
from bayes_saude.report.page import PARTS, chapter
from bayes_saude.result_report import read_result

HEADING = re.compile(r"<h([1-6])")


@pytest.fixture(scope="module")
def english(tmp_path_factory, result) -> str:
    return written([result], tmp_path_factory.mktemp("en"))


@pytest.fixture(scope="module")
def portuguese(tmp_path_factory, result) -> str:
    return written([result], tmp_path_factory.mktemp("pt"), lang="pt")


@pytest.fixture(scope="module")
def names(tmp_path_factory, hostile) -> str:
    return written([hostile], tmp_path_factory.mktemp("names"))


@pytest.mark.parametrize("which", ["english", "portuguese", "names"])
def test_the_page_is_well_formed_and_its_ids_are_unique(request, which):
    root = tree(request.getfixturevalue(which))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a.get("href").removeprefix("#") for a in root.iter("a")]
    assert set(targets) <= set(ids)


def test_headings_go_down_one_step_at_a_time(english):
    levels = [int(level) for level in HEADING.findall(english)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_verdict_comes_first_and_in_words(english):
    sections = [heading.text for heading in tree(english).iter("h2")]
    assert sections[1:3] == ["The verdict of the checks", "How to read this report"]
    assert "The fit passes its sampling checks." in english


def test_what_was_fitted_is_told(english, result):
    fitted = load(result)
    text = text_of(tree(english))
    for told in (
        "coverage.csv", fitted.attrs["data_sha256"], "Rows50", "10 regions", "2011 to 2015 (5), column year",
        "Gaussian: values scatter about the line", "s.d. of intercepts", "half-normal, scale",
        "higher is better; target 60", "Seed3", "4 chains of 1000 draws after 1000 of tuning; 4,000 draws",
        "bayes-saude fit coverage-region.toml --seed 3 --draws 1000 --tune 1000 --chains 4", "pymc 6",
        "bayes-saude report results/coverage-region --lang en",
    ):  # fmt: skip
        assert told in text
    assert fitted.attrs["model_file"].strip() in unescape(english)


@pytest.mark.usefixtures("one_figure")
def test_a_fit_of_a_data_frame_tells_no_file(model_file, coverage, tmp_path):
    save(fit(read_model(model_file), coverage, seed=3, draws=20, tune=50), tmp_path / "frame")
    text = text_of(tree(written([tmp_path / "frame"], tmp_path, despite=True)))
    assert "bayes-saude fit coverage-region.toml --data PANEL --seed 3" in text


def test_a_full_path_is_not_told(english, result):
    assert str(result.parent) not in english
    assert str(load(result).attrs["data_source"]).rpartition("/")[0] not in english


def test_rankings_and_comparison_are_those_of_the_tables(english, result):
    found = read_result(result)
    tables = data_of(english)
    assert len(tables) == 3 + 2
    first = found.ranking[found.ranking["by"] == "intercept"].iloc[0]
    assert tables[0]["rows"][0][:2] == [f"{first['expected_rank']:.1f}", first["unit"]]
    # A sample gives no certainty.
    assert tables[0]["rows"][0][-2:] == [">0.99", ">0.99"]
    assert {row[1] for row in tables[3]["rows"]} == set(found.comparison["unit"])


def test_every_part_has_its_heading(english):
    ids = {heading.get("id") for heading in tree(english).iter("h3")}
    assert ids == {f"model-1-{part}" for part in PARTS}


def test_portuguese_has_decimal_commas_and_no_english(portuguese):
    root = tree(portuguese)
    assert root.get("lang") == "pt-BR"
    text = text_of(root).replace("ranking.csv", "")
    assert "O ajuste passa nas verificações da amostragem." in text
    assert not re.search(
        r"(?<!-)\b(the|posterior|ranking|checks|interval|draws)\b", text.partition("title =")[0]
    )
    (cells,) = {tuple(row[2:4]) for row in data_of(portuguese)[0]["rows"][:1]}
    assert re.fullmatch(r"\d+,\d+", cells[0])
    assert re.fullmatch(r"\[\d+,\d+; \d+,\d+\]", cells[1])


def test_pictures_are_inside_the_page_and_told_in_words(english, result):
    found = read_result(result)
    figures = each_figure(found.fit, found.report, found.ranking, found.comparison, main=True)
    pictures = list(tree(english).iter("img"))
    assert [picture.get("alt") for picture in pictures] == [figure.alt for figure in figures]
    for picture in pictures:
        assert picture.get("src").startswith("data:image/webp;base64,UklGR")
        assert len(picture.get("alt")) > 40
        assert int(picture.get("width")) > 300


def test_figures_about_details_are_drawn_when_asked_for(result, monkeypatch):
    asked = []
    monkeypatch.setattr(page, "each_figure", lambda *args, main, **kwargs: asked.append(main) or iter(()))
    for every in (False, True):
        chapter(read_result(result), "en", all_figures=every)
    assert asked == [True, False]


def test_tables_have_captions_and_headings_of_rows_and_columns(english):
    for table in tree(english).iter("table"):
        assert text_of(table.find("caption"))
        assert {th.get("scope") for th in table.find("thead").iter("th")} == {"col"}
        assert all(len(row.findall("th")) == 1 for row in table.find("tbody"))


def test_texts_from_data_and_model_file_are_never_markup(names):
    assert SCRIPT not in names
    assert names.count("<script") == names.count("</script>") == 1 + len(data_of(names))
    assert "alert(4)</script>" not in names
    root = tree(names)
    assert root.find("head/title").text.endswith("Coverage </title><script>alert(4)</script> & more")
    assert {th.text for th in root.iter("th")} >= set(HOSTILE) | {SCRIPT}
    assert set(HOSTILE) <= {row[1] for row in data_of(names)[0]["rows"]}
    assert "Nobody <nobody@example.org>" in {item.text for item in root.iter("li")}


def test_a_policy_lets_the_page_load_nothing_and_run_only_its_own_script(english):
    (policy,) = (m.get("content") for m in tree(english).iter("meta") if m.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"(src|href)=\"(?!#|data:)", english)


def test_a_long_table_shows_its_first_rows_and_holds_them_all(names):
    root = tree(names)
    (body,) = (element for element in root.iter("tbody") if element.get("id") == "model-1-ranking-1-body")
    assert len(body) == 10
    assert len(data_of(names)[0]["rows"]) == 35


def test_the_same_results_make_the_same_page(english, result, tmp_path):
    assert written([result], tmp_path) == english
