"""The figures of a result folder: what they say around the data, and that it fits on the page."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from events import simulate_events
from known_fits import fit_at_truth, with_scatter
from small_fits import build_fit
from trends import simulate as simulate_trend

from bayes_saude.data.geography import polygons_of
from bayes_saude.data.shipped import IMPLIED, RECONSTRUCTION
from bayes_saude.errors import DataError
from bayes_saude.figures.kinds import KINDS
from bayes_saude.figures.result import each_figure, write_figures
from bayes_saude.inference.simulate import simulate
from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.plots.style import COLUMN, PAGE, PAGE_HEIGHT, plotted
from bayes_saude.summaries.comparison import compare
from bayes_saude.summaries.ranking import all_rankings
from bayes_saude.summaries.reml import reml

LONGEST = max((read_model(name) for name in catalogue()), key=lambda spec: len(spec.title))
NESTED = read_model("sa2015-prenatal-nested")
SHARES = read_model("costa2014-share-age")


@pytest.fixture(autouse=True)
def closed_figures():
    """Draw without a screen and leave no figure open."""
    mpl.use("Agg")
    yield
    plt.close("all")


def tables(levels, n=6):
    """Make a ranking and a comparison of n units per level, the inner ones in the outer ones in turn."""
    mean = np.linspace(90, 10, n)
    unit = [f"Unit {place}" for place in range(n)]
    ranking = pd.DataFrame({"within": "all", "unit": unit, "mean": mean, "low": mean - 7, "high": mean + 6})
    ranking = ranking.assign(expected_rank=np.arange(1.0, n + 1), p_above_mean=np.linspace(1, 0, n))
    ranking = ranking.assign(rank_low=1, rank_high=n)
    inside = [ranking.assign(level=levels[-1], within=unit)] if len(levels) > 1 else []
    compared = pd.DataFrame({"unit": unit, "reml": mean, "bayes": mean + 1, "agrees": np.arange(n) > 0})
    return (
        pd.concat(
            table.assign(by=by)
            for table in (*(ranking.assign(level=level) for level in levels), *inside)
            for by in ("intercept", "slope", "level:2014")
        ),
        pd.concat(compared.assign(level=level, parameter="intercept") for level in levels),
    )


def hyperparameters(levels):
    """Make the rows of a table of hyperparameters that texts are made of."""
    names = [f"corr[{level}]" for level in levels] if len(levels) > 1 else ["corr"]
    numbers = {"reml": np.nan, "bayes_mean": 0.25, "bayes_low": -0.5, "bayes_high": 0.75}
    return pd.DataFrame({"parameter": names, **numbers})


def fit_of(spec, n=6, note=""):
    """Make a fit of n units per level, whose draws are noise."""
    unit = [f"Unit {place}" for place in range(n)]
    rng = np.random.default_rng(1)
    family = spec.model.family
    outcome = {"value": 1.0} if family == "gaussian" else {"successes": 10, "trials": 40}
    rows = {**dict.fromkeys(spec.data.levels, unit * 2), "time": np.repeat([2011, 2014], n), "replicate": 1}
    fit = build_fit(
        {level: rng.normal(size=(1, 20, n, 2)) for level in spec.data.levels},
        dict.fromkeys(spec.data.levels, unit),
        parents=dict.fromkeys(spec.data.levels[1:], unit),
        family=family,
        panel=pd.DataFrame({**rows, **outcome}),
    )
    fit.attrs |= {"model_file": spec.text, "model": spec.name, "panel_note": note}
    return fit


def read(folder: Path, text: str):
    """Read a model with this for its title."""
    path = folder / "model.toml"
    path.write_text(NESTED.text.replace(NESTED.title, text), encoding="utf-8")
    return read_model(path)


def figures(spec=NESTED, *, note="", n=6, passed=True, lang="en"):
    fit = fit_of(spec, n, note)
    levels = spec.data.levels
    kinds = each_figure(
        fit, {"passed": passed}, *tables(levels, n), hyperparameters=hyperparameters(levels), lang=lang
    )
    return {figure.name: figure for figure in kinds}


def draw(*args, kinds=("caterpillar", "reml-posterior"), **kwargs):
    """Draw the figures of some kinds."""
    every = figures(*args, **kwargs)
    drawn = {name: figure.draw() for name, figure in every.items() if name.startswith(kinds)}
    for figure in drawn.values():
        figure.draw_without_rendering()
    return drawn


def inside(figure, text) -> bool:
    # As saved: drawing once more would lay it out anew.
    box = text.get_window_extent()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height


def labels(figures, kind="caterpillar", level="region"):
    return [
        figures[f"{kind}-{level}-{by}"].axes[0].get_xlabel() for by in ("intercept", "slope", "level-2014")
    ]


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_the_longest_title_and_the_legends_fit_the_column(lang):
    for figure in draw(LONGEST, lang=lang, note=RECONSTRUCTION, n=28).values():
        assert figure.get_suptitle().replace("\n", " ") == LONGEST.title
        assert inside(figure, figure._suptitle)
        assert inside(figure, figure._supxlabel)
        assert inside(figure, figure.axes[0].get_legend())


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


@pytest.mark.parametrize("n", [2, 6, 28, 853])
def test_names_legend_title_and_note_have_room_for_any_number_of_units(n):
    figures = draw(note="A word of four lines. " * 16, n=n)
    figure = figures["caterpillar-region-slope"]
    (ax,) = figure.axes
    texts = [figure._suptitle, ax.get_legend(), *ax.get_yticklabels(), figure._supxlabel]
    assert all(inside(figure, text) for text in texts)
    boxes = [ax.xaxis.get_tightbbox(), *(text.get_window_extent() for text in texts)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


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


def of_truth(spec, panel, **truth):
    """Make what figures are drawn from, of a fit whose draws scatter about what made its panel."""
    fit = with_scatter(fit_at_truth(simulate(spec, panel, truth=truth, seed=1)))
    fit.attrs["panel_note"] = RECONSTRUCTION
    ranking = all_rankings(fit)
    frequentist = reml(fit)
    return fit, ranking, compare(fit, frequentist, ranking=ranking)


@pytest.fixture(scope="module")
def nested():
    """Twenty-four municipalities in twelve regions."""
    scatter = {"region": (12, 2, 0.2), "municipality": (8, 1.5, 0.3)}
    panel = simulate_trend(1, fixed=(70, 2), scatter=scatter, sd_resid=4, regions=12, per_region=2)
    truth = {"intercept": 70, "slope": 2, "sd_intercept": 8, "sd_slope": 2, "corr": 0.2, "sd_resid": 4}
    return of_truth(NESTED, panel.rename(columns={"time": "year"}), **truth)


@pytest.fixture(scope="module")
def shares():
    """Shares of twenty-eight groups."""
    panel, _ = simulate_events(
        1, family="binomial", fixed=(-1, 0.1), scatter={"region": (0.5, 0.1, 0)}, regions=28, per_region=1
    )
    truth = {"intercept": -1, "slope": 0.1, "sd_intercept": 0.5, "sd_slope": 0.1, "corr": 0.2}
    return of_truth(SHARES, panel.rename(columns={"region": "age_group", "time": "year"}), **truth)


@pytest.mark.parametrize(("made", "lang"), [("nested", "pt"), ("shares", "en")])
def test_every_figure_keeps_to_the_page_and_its_title_and_note_clear_of_the_rest(made, lang, request):
    fit, *made_of_it = request.getfixturevalue(made)
    for each in each_figure(fit, {"passed": False}, *made_of_it, lang=lang):
        name, figure = each.name, each.draw()
        figure.draw_without_rendering()
        width, height = figure.get_size_inches()
        assert width == pytest.approx(PAGE) or width == pytest.approx(COLUMN), name
        assert height <= PAGE_HEIGHT, name
        texts = [figure._suptitle, figure._supxlabel, *figure.legends]
        assert all(inside(figure, text) for text in texts), name
        boxes = [text.get_window_extent() for text in texts]
        boxes += [ax.get_tightbbox() for ax in figure.axes]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes[: len(texts)]) for b in boxes[:i]), name
        assert not [(a, b) for a in boxes[: len(texts)] for b in boxes[len(texts) :] if a.overlaps(b)], name
        plt.close(figure)


def test_what_a_figure_tells_has_the_numbers_of_its_result(nested):
    fit, ranking, comparison = nested
    told = {each.name: each.alt for each in each_figure(fit, {"passed": True}, ranking, comparison)}
    units = ranking.query("level == 'region' and by == 'slope' and within == 'all'")
    width = (units["rank_high"] - units["rank_low"]).median()
    assert f"span more than {width:.0f} ranks" in told["rank-intervals-region-slope"]
    assert "for each of 9 hyperparameters" in told["prior-posterior"]
    assert "the years 2011 to 2014" in told["predictive"].lower()


def test_maps_are_of_the_levels_on_their_own_polygons():
    grid = pytest.importorskip("grid")
    n, regions = len(grid.NAMES), ["South", "Middle", "North"]
    home = np.repeat(regions, 3)
    effects = np.random.default_rng(1).normal(size=(1, 40, n, 2))
    fit = build_fit(
        {"region": effects[:, :, :3], "municipality": effects},
        {"region": regions, "municipality": list(grid.NAMES)},
        parents={"municipality": home},
    )
    fit.attrs |= {"panel_note": ""}
    ranking = all_rankings(fit)
    pairs = ranking[ranking["within"].eq("all") & ranking["by"].isin(["intercept", "slope"])]
    comparison = pairs.rename(columns={"by": "parameter", "mean": "reml"}).assign(
        reml_class="none", bayes_class="none", reml_low=0.0, reml_high=1.0, bayes=0.0
    )
    maps = {
        each.name: each
        for each in each_figure(
            fit,
            {"passed": True},
            ranking,
            comparison,
            polygons=polygons_of(grid.grid(), "the grid"),
            only=["map"],
        )
    }
    assert set(maps) == {
        f"map-{what}-{level}-{by}"
        for what in ("class", "class-reml", "value", "worst-fifth", "rank-width")
        for level in ("region", "municipality")
        for by in ("intercept", "slope")
    }
    of_regions = maps["map-value-region-slope"].draw().axes[0]
    assert sorted(plotted(of_regions)["unit"]) == sorted(regions)
    of_municipalities = maps["map-value-municipality-slope"].draw().axes[0]
    assert sorted(plotted(of_municipalities)["unit"]) == sorted(grid.NAMES)
    assert "9 municipalities" in maps["map-class-municipality-slope"].alt
