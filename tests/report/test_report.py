"""What a report says of result folders, before any browser reads it."""

import json
import re
import shutil
from html import unescape
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest
from hostile_names import HOSTILE, SCRIPT

from bayes_saude import write_report
from bayes_saude.data.shipped import RECONSTRUCTION
from bayes_saude.errors import ConvergenceError, DataError
from bayes_saude.figures.result import each_figure
from bayes_saude.figures.words import NOTES_PT
from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import FIT, STAMP, load, save
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.generative import priors_from_json
from bayes_saude.report import page
from bayes_saude.report.page import PARTS, chapter
from bayes_saude.report.terms import ADVICE_PT, GATES, QUESTIONS
from bayes_saude.result_report import read_result
from bayes_saude.results import write_table
from bayes_saude.summaries.checks import ADVICE, OF_PRIORS, check

SCRIPTS = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL)
HEADING = re.compile(r"<h([1-6])")


def written(folders, out, **kwargs) -> str:
    return write_report(folders, out / "report.html", **kwargs).read_text(encoding="utf-8")


def tree(html: str) -> ElementTree.Element:
    """Parse a page as XML, which forgives nothing; what scripts and styles hold is left out."""
    return ElementTree.fromstring(SCRIPTS.sub(r"<\1\2></\1>", html.removeprefix("<!DOCTYPE html>")))


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def data_of(html: str) -> list[dict]:
    return [
        json.loads(body)
        for kind, attributes, body in SCRIPTS.findall(html)
        if "application/json" in attributes
    ]


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


@pytest.mark.usefixtures("one_figure")
def test_a_failing_fit_has_no_report_unless_asked_for(failing, result, tmp_path):
    with pytest.raises(ConvergenceError, match=r"coverage-region: The fit fails its checks"):
        write_report([result, failing], tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lang", "stamp"), [("en", "DESPITE FAILED CHECKS"), ("pt", "APESAR DE VERIFICAÇÕES REPROVADAS")]
)
@pytest.mark.usefixtures("one_figure")
def test_a_report_despite_failing_checks_says_so_everywhere(failing, result, tmp_path, lang, stamp):
    folder = tmp_path / "failing"
    shutil.copytree(failing, folder)
    html = written([result, folder], tmp_path, lang=lang, despite=True)
    root = tree(html)
    assert root.find("head/title").text.startswith(stamp)
    stamps = [text_of(p) for p in root.iter("p") if p.get("class") == "stamp"]
    # At the head, at the model, and where it stands beside another of its panel.
    assert len(stamps) == 3
    assert all(text.startswith(stamp) for text in stamps)
    assert f'@top-right {{ content: "{stamp}"' in html
    verdicts = [text_of(p) for p in root.iter("p") if (p.get("class") or "").startswith("verdict")]
    assert verdicts[0].startswith(("✗ Fits that fail their checks: 1 of 2", "✗ Ajustes reprovados nas"))
    assert [text[0] for text in verdicts[1:]] == ["✓", "✗"]
    assert "--draws 4000" in text_of(root)
    assert "report results/coverage-region results/failing" not in html
    assert (folder / STAMP).exists()


def test_tables_of_the_folder_are_used_and_missing_ones_computed(result, tmp_path):
    folder = tmp_path / "coverage-region"
    shutil.copytree(result, folder)
    computed = read_result(folder)
    tables = ("ranking", "comparison", "hyperparameters")
    for name in tables:
        write_table(getattr(computed, name), computed.report, computed.fit, folder, name)
    read = read_result(folder)
    for name in tables:
        pd.testing.assert_frame_equal(
            getattr(read, name), getattr(computed, name), check_dtype=False, rtol=1e-8
        )
    write_table(computed.ranking.assign(mean=-1.0), computed.report, computed.fit, folder, "ranking")
    assert (read_result(folder).ranking["mean"] == -1).all()


def test_a_table_with_the_stamp_of_failed_checks_is_used_too(failing, tmp_path):
    folder = shutil.copytree(failing, tmp_path / "failing")
    found = read_result(folder, despite=True)
    write_table(found.ranking.assign(mean=-1.0), found.report, found.fit, folder, "ranking")
    assert "despite_failed_checks" in (folder / "ranking.csv").read_text()
    ranking = read_result(folder, despite=True).ranking
    assert (ranking["mean"] == -1).all()
    assert list(ranking) == list(found.ranking)


def test_a_table_of_other_columns_is_computed_again(result, tmp_path):
    folder = tmp_path / "coverage-region"
    shutil.copytree(result, folder)
    write_table(pd.DataFrame({"unit": ["Region A"]}), {"passed": True}, load(folder), folder, "ranking")
    assert len(read_result(folder).ranking) == 30


def test_units_named_like_numbers_or_like_nothing_keep_their_names(result, tmp_path):
    folder = tmp_path / "coverage-region"
    shutil.copytree(result, folder)
    called = {"unit": {"Region A": "NA", "Region B": "001"}}
    computed = read_result(folder)
    tables = {
        "ranking": computed.ranking.replace(called),
        "comparison": computed.comparison.replace(called),
        "hyperparameters": computed.hyperparameters,
    }
    for name, table in tables.items():
        write_table(table, computed.report, computed.fit, folder, name)
    read = read_result(folder)
    assert list(read.ranking["unit"]) == list(tables["ranking"]["unit"])
    assert list(read.comparison["unit"]) == list(tables["comparison"]["unit"])


@pytest.mark.usefixtures("one_figure")
def test_the_note_of_a_panel_is_told_in_the_language(result, tmp_path):
    noted = load(result)
    noted.attrs["panel_note"] = RECONSTRUCTION
    save(noted, tmp_path / "noted")
    assert RECONSTRUCTION in text_of(tree(written([tmp_path / "noted"], tmp_path)))
    assert NOTES_PT[RECONSTRUCTION] in text_of(tree(written([tmp_path / "noted"], tmp_path, lang="pt")))


def test_every_gate_of_the_checks_is_known(result):
    names = {gate["name"] for gate in check(load(result))["gates"]}
    assert names <= set(GATES)
    assert set(GATES) == set(QUESTIONS)
    assert set(ADVICE.values()) | set(OF_PRIORS.values()) <= set(ADVICE_PT)


def test_what_the_model_does_not_reproduce_is_told_and_stops_nothing(model_file, coverage, tmp_path):
    dipped = coverage.assign(value=coverage["value"] - 8.0 * (coverage["year"] == 2013))
    save(fit(read_model(model_file), dipped, seed=3), tmp_path / "dipped")
    page, portuguese = (tree(written([tmp_path / "dipped"], tmp_path, lang=lang)) for lang in ("en", "pt"))
    english, portuguese = text_of(page), text_of(portuguese)
    assert "The fit passes its sampling checks." in english
    assert "mean of 2013: Give the model year_effects = true." in english
    # At the top it is counted, with the way to it.
    overview = next(page.iter("table"))
    assert [text_of(cell) for cell in overview.find("thead/tr")][:3] == [
        "Analysis",
        "sampling",
        "not reproduced",
    ]
    _, sampling, count = list(overview.find("tbody/tr"))[:3]
    assert text_of(sampling) == "✓ passes"
    (warned,) = (each for each in page.iter("div") if each.get("id") == "model-1-warnings-1")
    assert count.find("a").get("href") == f"#{warned.get('id')}"
    assert text_of(count) == str(len(warned.findall(".//tbody/tr"))) != "0"
    assert "Avisos: o que o modelo não reproduz dos dados" in portuguese
    assert "média de 2013" in portuguese
    assert "média de 2013: Dê ao modelo year_effects = true." in portuguese


@pytest.mark.usefixtures("one_figure")
def test_what_moves_with_its_priors_is_told_and_stops_nothing(model_file, coverage, tmp_path):
    spec = read_model(model_file)
    far = priors_from_json('{"intercept": {"dist": "normal", "mu": 10, "sigma": 5}}')
    save(fit(spec.model_copy(update={"priors": far}), coverage, seed=3), tmp_path / "far")
    english, portuguese = (
        text_of(tree(written([tmp_path / "far"], tmp_path, lang=lang))) for lang in ("en", "pt")
    )
    assert "Warnings: which parameters' posteriors move with the priors" in english
    assert "Priors and data may be in conflict over it" in english
    assert "Prioris e dados podem estar em conflito sobre ele" in portuguese


def test_a_report_needs_a_folder_with_a_fit(tmp_path):
    with pytest.raises(DataError, match="one result folder or more"):
        write_report([], tmp_path / "report.html")
    with pytest.raises(DataError, match="no fit"):
        write_report([tmp_path], tmp_path / "report.html")
    assert not (tmp_path / FIT).exists()


def test_the_same_results_make_the_same_page(english, result, tmp_path):
    assert written([result], tmp_path) == english
