"""What a report says of several models of one panel."""

import re
import shutil
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from bayes_saude import compare_rankings, load, write_report
from bayes_saude.report import page
from bayes_saude.report.moves import misfits_beside
from bayes_saude.report.one_panel import Member, member, sections_of
from bayes_saude.result_report import read_result
from bayes_saude.results import write_table
from bayes_saude.summaries.cross_validation import cross_validate, read_cross_validation

SCRIPTS = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL)


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(SCRIPTS.sub(r"<\1\2></\1>", html.removeprefix("<!DOCTYPE html>")))


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def section_of(html: str) -> ElementTree.Element | None:
    return tree(html).find(".//section[@aria-labelledby='panel-1']")


def rows_of(section: ElementTree.Element, table: str) -> list[list[str]]:
    body = section.find(f".//tbody[@id='panel-1-{table}-body']")
    return [[text_of(cell) for cell in row] for row in body]


def written(folders, out, **kwargs) -> str:
    return write_report(folders, out / "report.html", **kwargs).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sections(tmp_path_factory, result, rival) -> dict[str, ElementTree.Element]:
    """Write reports without the models' own figures, and give the section of each language."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "each_figure", lambda *args, **kwargs: iter(()))
        return {
            lang: section_of(written([result, rival], tmp_path_factory.mktemp(lang), lang=lang))
            for lang in ("en", "pt")
        }


@pytest.fixture
def english(sections) -> ElementTree.Element:
    return sections["en"]


@pytest.fixture
def portuguese(sections) -> ElementTree.Element:
    return sections["pt"]


def standing(ranks, named="none"):
    """A standing of units A, B, ... with these expected ranks."""
    index = pd.Index([chr(ord("A") + place) for place in range(len(ranks))], name="unit")
    return pd.DataFrame({"expected_rank": np.asarray(ranks, float), "error": 0.1, "named": named}, index)


def a_member(name, standings, key="same", passed=True, warnings=()):
    return Member(name, name, f"Title of {name}", "panel.csv", key, ["city"], passed, standings, warnings)


def test_the_table_says_how_rankings_move(english, result, rival):
    found = compare_rankings({"coverage-region": load(result), "coverage-flat": load(rival)})
    slope = found[found["by"] == "slope"].iloc[0]
    rows = rows_of(english, "shifts")
    assert [row[1] for row in rows] == ["10 regions by intercept", "10 regions by slope"]
    assert rows[1] == [
        "coverage-region → coverage-flat", "10 regions by slope", f"{slope['rank_correlation']:.3f}",
        f"{slope['mean_shift']:.1f} ({slope['mean_by_chance']:.1f})",
        f"{slope['largest_shift']:.1f} ({slope['largest_by_chance']:.1f})", slope["shifted_unit"],
        f"{slope['named_first']} → {slope['named']} ({slope['changed']})",
    ]  # fmt: skip


def test_the_units_that_move_farthest_come_first(english, result, rival):
    rows = rows_of(english, "movers-2")
    apart = [float(row[3]) for row in rows]
    assert apart == sorted(apart, reverse=True)
    first, second = (
        read_result(folder).ranking.query("by == 'slope' and within == 'all'").set_index("unit")
        for folder in (result, rival)
    )
    unit = rows[0][0]
    assert rows[0][1:3] == [f"{table.loc[unit, 'expected_rank']:.1f}" for table in (first, second)]


def test_figures_are_told_in_words(english):
    pictures = list(english.iter("img"))
    assert len(pictures) == 2
    assert "by slope from coverage-region to coverage-flat" in pictures[1].get("alt")
    assert [text_of(caption) for caption in english.iter("figcaption")] == [
        "Regions by intercept: coverage-region → coverage-flat",
        "Regions by slope: coverage-region → coverage-flat",
    ]


def test_headings_tables_and_contents_are_accessible(english):
    assert [text_of(heading) for heading in english.iter("h2")] == ["Models of one panel: coverage.csv"]
    assert {heading.get("id") for heading in english.iter("h3")} == {
        "panel-1-moves", "panel-1-misfits", "panel-1-predictions",
    }  # fmt: skip
    for table in english.iter("table"):
        assert text_of(table.find("caption"))
        assert all(len(row.findall("th")) == 1 for row in table.find("tbody"))
    # Nothing to sort or to search.
    assert not list(english.iter("script"))
    assert not list(english.iter("button"))


def test_portuguese_says_the_same(portuguese, english):
    text = text_of(portuguese)
    assert text.startswith("Modelos do mesmo painel: coverage.csv")
    assert not re.search(r"\b(the|rank|change|draws|models|slope)\b", text)
    in_english, in_portuguese = (rows_of(section, "shifts") for section in (english, portuguese))
    assert [row[2].replace(",", ".") for row in in_portuguese] == [row[2] for row in in_english]


@pytest.mark.usefixtures("one_figure")
def test_models_of_other_panels_have_no_section(result, hostile, tmp_path):
    html = written([result, hostile], tmp_path)
    assert section_of(html) is None
    assert "panel-1" not in html


def test_one_model_alone_is_not_looked_at(result, tmp_path, monkeypatch):
    monkeypatch.setattr("bayes_saude.result_report.member", lambda result: pytest.fail("not needed"))
    monkeypatch.setattr(page, "each_figure", lambda *args, **kwargs: iter(()))
    assert section_of(written([result], tmp_path)) is None


@pytest.mark.usefixtures("one_figure")
def test_a_section_with_a_failing_fit_says_so(failing, rival, tmp_path):
    section = section_of(written([rival, failing], tmp_path, despite=True))
    (stamp,) = section.findall("p[@class='stamp']")
    assert text_of(stamp) == "DESPITE FAILED CHECKS"


def test_the_rows_make_the_panel_whatever_the_levels(result, rival, hostile):
    first, second, other = (member(read_result(folder), "en") for folder in (result, rival, hostile))
    assert first.key == second.key != other.key
    assert first.panel == "coverage.csv"


def test_only_levels_that_several_have_are_compared():
    inner, outer = standing([1, 2, 3, 4]), standing([1, 2])
    nested = a_member(
        "nested", {("region", "slope"): outer, ("city", "slope"): inner, ("city", "intercept"): inner}
    )
    alone = a_member("alone", {("city", "slope"): standing([2, 1, 3, 4])})
    region = a_member("region", {("region", "intercept"): outer})
    (section,) = sections_of([region, nested, alone], "en")
    assert [name for name, _ in section.models] == ["nested", "alone"]
    assert [row[:2] for row in section.moves.rows] == [["nested → alone", "4 city by slope"]]
    assert len(section.pictures) == len(section.movers) == 1


def test_three_models_are_compared_two_by_two_and_drawn_beside_the_first():
    models = [
        a_member(name, {("city", "slope"): standing(ranks)})
        for name, ranks in (("a", [1, 2, 3]), ("b", [2, 1, 3]), ("c", [3, 2, 1]))
    ]
    (section,) = sections_of(models, "en")
    assert [row[0] for row in section.moves.rows] == ["a → b", "a → c", "b → c"]
    # A turned ranking of three: two of them move by two places each, one stays.
    # Both ranks have an error of 0.1; the largest of three such differences is 0.19 on average.
    assert section.moves.rows[1][2:5] == ["−1.000", "1.3 (0.1)", "2.0 (0.2)"]
    assert [picture.title for picture in section.pictures] == [
        "City by slope: a → b", "City by slope: a → c",
    ]  # fmt: skip
    (movers,) = section.movers
    assert [column.heading for column in movers.columns] == [
        "city", "rank, a", "rank, b", "rank, c", "difference",
    ]  # fmt: skip
    assert movers.rows[0] == ["A", "1.0", "2.0", "3.0", "2.0"]
    assert movers.note.startswith("Each of these units has the same class")


def test_classes_are_shown_where_they_differ_and_the_ends_where_they_are_not_all():
    before, after = standing(np.arange(1, 13)), standing(np.arange(12, 0, -1), named=["above"] * 12)
    models = [a_member(name, {("city", "slope"): own}) for name, own in (("a", before), ("b", after))]
    (section,) = sections_of(models, "en")
    assert section.movers[0].rows[0] == ["A", "1.0", "12.0", "11.0", "○ neither", "▲ above"]
    assert section.moves.columns[-1].heading == "same first; last 10"
    # Of twelve turned around, two are not among the first ten before, and two others after.
    assert section.moves.rows[0][-2:] == ["0 → 12 (12)", "8; 8"]


@pytest.mark.parametrize(
    "other",
    [
        a_member("other", {("city", "slope"): standing([1, 2, 3])}, key="another"),
        a_member("other", {("city", "slope"): standing([1, 2])}),
        a_member("other", {("region", "slope"): standing([1, 2, 3])}),
    ],
)
def test_what_cannot_be_compared_makes_no_section(other):
    one = a_member("one", {("city", "slope"): standing([1, 2, 3])})
    assert list(sections_of([one, other], "en")) == []


def test_two_fits_of_one_model_file_are_told_apart():
    twice = [a_member("same", {("city", "slope"): standing(ranks)}) for ranks in ([1, 2, 3], [3, 2, 1])]
    (section,) = sections_of(twice, "en")
    assert [name for name, _ in section.models] == ["same (1)", "same (2)"]
    assert section.predictions.without == ["same (1)", "same (2)"]
    assert section.cross_validate == ["bayes-saude check results/same --cross-validate"] * 2
    assert section.moves.rows[0][0] == "same (1) → same (2)"


def test_misfits_stand_side_by_side():
    warned = {
        "plain": [
            {"statistic": "mean[2012]", "value": 1.0},
            {"statistic": "residual_kurtosis", "value": 0.0},
        ],
        "years": [{"statistic": "residual_kurtosis", "value": 0.004}],
    }
    levels = {"plain": ["city"], "years": ["city"]}
    table = misfits_beside(warned, levels, "en")
    assert [column.heading for column in table.columns] == ["statistic", "plain", "years"]
    assert [row[1:] for row in table.rows] == [["1.000", "no warning"], ["0.000", "0.004"]]
    assert misfits_beside(warned, levels, "pt").rows[1][2] == "0,004"
    assert misfits_beside({"plain": [], "years": []}, levels, "en") is None


def test_a_statistic_of_units_is_of_its_level_where_models_have_others():
    alone = [{"statistic": "largest_unit_mean", "value": 0.0}]
    nested = [{"statistic": "largest_unit_mean[region]", "value": 0.001}]
    levels = {"region": ["region"], "city": ["city"], "nested": ["region", "city"]}
    table = misfits_beside({"region": [], "city": alone, "nested": nested}, levels, "en")
    assert table.rows == [
        ["largest unit mean, city", "does not apply", "0.000", "no warning"],
        ["largest unit mean, regions", "no warning", "does not apply", "0.001"],
    ]


@pytest.mark.usefixtures("one_figure")
def test_scores_in_the_folders_are_told_and_missing_ones_asked_for(
    english, portuguese, result, rival, tmp_path
):
    asked = "bayes-saude check results/coverage-flat --cross-validate"
    assert "have not been cross-validated: coverage-region, coverage-flat." in text_of(english)
    assert "validação cruzada: coverage-region, coverage-flat." in text_of(portuguese)
    assert all(asked in text_of(section) for section in (english, portuguese))
    folders = [tmp_path / folder.name for folder in (result, rival)]
    for source, folder in zip((result, rival), folders, strict=True):
        shutil.copytree(source, folder)
        fitted = load(folder)
        write_table(cross_validate(fitted, refits=0), {"passed": True}, fitted, folder, "cross_validation")
    section = section_of(written(folders, tmp_path))
    assert "--cross-validate" not in text_of(section)
    (row,) = rows_of(section, "scores")
    assert row[:2] == ["coverage-region − coverage-flat", "each unit (10)"]
    # Scores of fewer units are not compared.
    fewer = read_cross_validation(folders[1] / "cross_validation.csv")[1:]
    write_table(fewer, {"passed": True}, fitted, folders[1], "cross_validation")
    section = section_of(written(folders, tmp_path))
    assert "not of the same rows: coverage-region − coverage-flat (each unit)." in text_of(section)
    assert "--cross-validate" not in text_of(section)
    # A table that was changed since is not this fit's.
    (folders[0] / "cross_validation.csv").write_text("by\n", encoding="utf-8")
    section = section_of(written(folders, tmp_path))
    assert "have not been cross-validated: coverage-region." in text_of(section)
    assert [text_of(command) for command in section.iter("pre")] == [
        "bayes-saude check results/coverage-region --cross-validate"
    ]
