"""A report and its result folders: failed checks, tables that are there or not, notes, no folder at all."""

import shutil

import pandas as pd
import pytest
from pages import text_of, tree, written

from bayes_saude import write_report
from bayes_saude.data.shipped import RECONSTRUCTION
from bayes_saude.errors import ConvergenceError, DataError
from bayes_saude.figures.words import NOTES_PT
from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import FIT, STAMP, load, save
from bayes_saude.models.catalogue import read_model
from bayes_saude.models.generative import priors_from_json
from bayes_saude.report.terms import ADVICE_PT, GATES, QUESTIONS
from bayes_saude.result_report import read_result
from bayes_saude.results import write_table
from bayes_saude.summaries.checks import ADVICE, OF_PRIORS, check


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
