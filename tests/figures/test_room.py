"""The figures of a result folder fit the page: titles, legends and notes clear of one another."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from events import simulate_events
from known_fits import fit_at_truth, with_scatter
from result_figures import NESTED, SHARES, draw, inside
from small_fits import build_fit
from trends import simulate as simulate_trend

from bayes_saude.data.geography import polygons_of
from bayes_saude.data.shipped import RECONSTRUCTION
from bayes_saude.figures.result import each_figure
from bayes_saude.inference.simulate import simulate
from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.plots.style import COLUMN, PAGE, PAGE_HEIGHT, plotted
from bayes_saude.summaries.comparison import compare
from bayes_saude.summaries.ranking import all_rankings
from bayes_saude.summaries.reml import reml

SHIPPED = [read_model(name) for name in catalogue()]


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_the_longest_title_and_the_legends_fit_the_column(lang):
    longest = max(SHIPPED, key=lambda spec: len(spec.title_in(lang)))
    for figure in draw(longest, lang=lang, note=RECONSTRUCTION, n=28).values():
        assert figure.get_suptitle().replace("\n", " ") == longest.title_in(lang)
        assert inside(figure, figure._suptitle)
        assert inside(figure, figure._supxlabel)
        assert inside(figure, figure.axes[0].get_legend())


@pytest.mark.parametrize("n", [2, 6, 28, 853])
def test_names_legend_title_and_note_have_room_for_any_number_of_units(n):
    figures = draw(note="A word of four lines. " * 16, n=n)
    figure = figures["caterpillar-region-slope"]
    (ax,) = figure.axes
    texts = [figure._suptitle, ax.get_legend(), *ax.get_yticklabels(), figure._supxlabel]
    assert all(inside(figure, text) for text in texts)
    boxes = [ax.xaxis.get_tightbbox(), *(text.get_window_extent() for text in texts)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


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
