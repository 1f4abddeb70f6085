"""The figures of a result folder: which there are, and what they say around the data."""

import matplotlib.pyplot as plt
import pytest
from result_figures import NESTED, SHARES, draw, figures, fit_of, hyperparameters, labels, read, tables

from bayes_saude.data.shipped import IMPLIED, RECONSTRUCTION
from bayes_saude.errors import DataError
from bayes_saude.figures.kinds import KINDS
from bayes_saude.figures.result import each_figure, write_figures
from bayes_saude.models.catalogue import read_model


def test_the_title_says_that_checks_failed():
    assert all("DESPITE FAILED CHECKS" in f.get_suptitle() for f in draw(passed=False).values())


def test_the_title_says_so_in_portuguese():
    figures = draw(passed=False, lang="pt")
    assert all("APESAR DE VERIFICAÇÕES REPROVADAS" in f.get_suptitle() for f in figures.values())


def test_axes_name_the_outcome_the_quantity_and_its_year_in_either_language():
    in_english = draw()
    what = "Live births with 7 or more prenatal visits (%)"
    assert labels(in_english) == [
        f"{what}\n{quantity}"
        for quantity in ("intercept (level in 2011)", "slope (level per year)", "level in 2014")
    ]
    compared = in_english["reml-posterior-region-intercept"].axes[0]
    assert compared.get_ylabel() == "intercept (level in 2011), posterior mean"
    what = "Nascidos vivos com 7 ou mais consultas (%)"
    assert labels(draw(lang="pt")) == [
        f"{what}\n{quantity}"
        for quantity in ("intercepto (nível em 2011)", "inclinação (nível por ano)", "nível em 2014")
    ]


def test_without_a_label_axes_name_the_quantity_alone_and_one_label_serves_both_languages(tmp_path):
    def first(lines, lang):
        path = tmp_path / "model.toml"
        kept = [line for line in NESTED.text.splitlines() if not line.startswith("label")]
        path.write_text("\n".join(kept).replace('time = "year"', f'{lines}\ntime = "year"'), encoding="utf-8")
        drawn = figures(read_model(path), lang=lang)["caterpillar-region-intercept"].draw()
        return drawn.axes[0].get_xlabel()

    assert first("", "en") == "intercept (level in 2011)"
    assert first('label = "Visits"', "pt") == "Visits\nintercepto (nível em 2011)"
    assert first('label_pt = "Consultas"', "en") == "Consultas\nintercept (level in 2011)"


def test_axes_name_the_scale_of_a_share():
    found = [label.splitlines()[-1] for label in labels(draw(SHARES), level="age_group")]
    assert found[1:] == ["slope (log-odds per year)", "level in 2014"]


@pytest.mark.parametrize("note", [RECONSTRUCTION, IMPLIED])
def test_notes_of_shipped_panels_are_in_the_figures_language(note):
    def written(lang):
        figures = draw(note=note, lang=lang).values()
        return {figure.get_supxlabel().replace("\n", " ") for figure in figures}

    assert written("en") == {note}
    (portuguese,) = written("pt")
    assert "não os " in portuguese


def test_any_other_note_stays_as_it_is():
    figures = draw(note="My own note.", lang="pt")
    assert {figure.get_supxlabel() for figure in figures.values()} == {"My own note."}


def test_one_language_leaves_the_others_files(tmp_path):
    def write(lang):
        fit, made = fit_of(NESTED), tables(NESTED.data.levels)
        files = write_figures(
            fit, {"passed": True}, *made, tmp_path, only=["caterpillar", "trends"], lang=lang, format="png"
        )
        return {file.stem for file in files}

    english = write("en")
    assert english == {name for name in figures() if name.startswith(("caterpillar", "trends"))}
    portuguese = write("pt")
    assert portuguese == {f"{name}-pt" for name in english}
    assert {file.stem for file in (tmp_path / "figures").iterdir()} == english | portuguese


def test_money_in_the_title_and_the_note_is_no_mathematics(tmp_path):
    for figure in draw(read(tmp_path, "R$ per resident and R$ per visit"), note="R$ 1 = R$ 1").values():
        assert not any(text.get_parse_math() for text in (figure._suptitle, figure._supxlabel))


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_a_figure_has_a_title_and_says_what_is_drawn_before_it_is_drawn(lang):
    told = {name: (figure.title, figure.alt) for name, figure in figures(lang=lang).items()}
    assert not plt.get_fignums()
    # Of p_above_mean from 1 to 0 in steps of 1/5 only the ends lie outside the central 95%.
    assert (
        told["caterpillar-region-slope"]
        == {
            "en": (
                "Regions by slope (level per year)",
                "Regions (6) from best to worst by slope (level per year), with posterior means and 95% "
                "intervals: 1 above the mean of all, 1 below, 4 neither. First Unit 0, last Unit 5.",
            ),
            "pt": (
                "Regiões por inclinação (nível por ano)",
                "Regiões (6) do melhor ao pior por inclinação (nível por ano), com médias a posteriori e "
                "intervalos de 95%: 1 acima da média de todos, 1 abaixo, 4 nem acima nem abaixo. "
                "Primeiro: Unit 0; último: Unit 5.",
            ),
        }[lang]
    )
    compared = told["reml-posterior-region-intercept"][1]
    assert compared.endswith({"en": "differs in 1.", "pt": "difere em 1."}[lang])


def test_every_title_and_text_begins_with_a_capital_and_has_no_gap_left():
    for lang in ("en", "pt"):
        for figure in (*figures(lang=lang).values(), *figures(SHARES, lang=lang).values()):
            for text in (figure.title, figure.alt):
                assert text[0].isupper()
                assert "{" not in text
            assert figure.alt.endswith(".")


def test_a_result_has_the_kinds_of_figure_that_make_sense_for_it():
    def kinds(name, n=6):
        return {each.rpartition("-intercept")[0] or each for each in figures(read_model(name), n=n)}

    nested = kinds("sa2015-esf-nested")
    assert {
        "yearly-means",
        "overview-by-group-municipality-region",
        "rank-intervals-region",
        "rank-matrix-municipality",
        "top-probabilities-region",
        "slopegraph-municipality",
        "shrinkage-region",
        "correlation-municipality",
        "predictive",
        "predictive-checks",
        "prior-posterior",
        "trends-region",
        "boxes-region-posterior",
    } <= nested
    assert not any(name.startswith(("funnel", "overview-region", "map")) for name in nested)
    single = kinds("sa2015-esf-municipality")
    assert not any(name.startswith(("boxes", "overview")) for name in single)
    # More units than a caterpillar shows have an overview.
    assert "overview-municipality" in kinds("sa2015-esf-municipality", n=50)
    assert "funnel-age_group" in kinds("costa2014-share-age")


def test_names_of_figures_begin_with_their_kind():
    names = [kind.name for kind in KINDS]
    for name in figures():
        assert any(name == kind or name.startswith(f"{kind}-") for kind in names), name


def of_kinds(**chosen):
    made = fit_of(NESTED), {"passed": True}, *tables(NESTED.data.levels)
    table = hyperparameters(NESTED.data.levels)
    return {each.name for each in each_figure(*made, hyperparameters=table, **chosen)}


def test_some_kinds_may_be_chosen():
    assert of_kinds(only=["shrinkage", "correlation"]) == {
        f"{kind}-{level}" for kind in ("shrinkage", "correlation") for level in ("region", "municipality")
    }
    main = of_kinds(main=True)
    assert "yearly-means" in main
    assert main < of_kinds()
    assert of_kinds(only=["slopegraph"], main=True) == set()
    with pytest.raises(DataError, match=r"no kind of figure 'maps'\. Did you mean 'map'\?"):
        of_kinds(only=["maps"])
