"""Maps: every unit's polygon has its colour, areas are true, what is missing is said."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn_maps import colour_bar, coloured, filled, hatched, legend, make_ranking
from grid import CODES, NAMES, geopandas, grid
from matplotlib.colors import to_hex
from outside import POLYGONS, outside
from pyproj import Geod
from shapely.geometry import Point, Polygon, box

from bayes_saude.data.areas import dissolve
from bayes_saude.data.geography import polygons_of, read_polygons
from bayes_saude.data.territory import territory
from bayes_saude.errors import BayesSaudeError, DataError
from bayes_saude.plots import maps
from bayes_saude.plots._map import joined_map
from bayes_saude.plots.maps import (
    plot_class_map,
    plot_probability_map,
    plot_rank_width_map,
    plot_value_map,
)
from bayes_saude.plots.style import CLASS_COLOURS, COLUMN, PAGE, PAGE_HEIGHT, plotted

ALL_MAPS = [plot_class_map, plot_value_map, plot_probability_map, plot_rank_width_map]


@pytest.fixture
def ranking():
    return make_ranking(NAMES)


@pytest.fixture
def comparison():
    table = pd.DataFrame({"level": "municipality", "unit": NAMES, "reml": 1.0, "bayes": 1.0})
    table["reml_class"] = ["above"] * 6 + ["none"] * 3
    table["bayes_class"] = ["above"] * 2 + ["below"] * 3 + ["none"] * 4
    return table.assign(parameter="slope")


@pytest.fixture
def polygons():
    return polygons_of(grid(), "mesh")


@pytest.fixture
def regions(polygons):
    members = pd.DataFrame({"municipality": CODES, "region": ["South"] * 3 + ["North"] * 6})
    return dissolve(polygons, "region", members)


def test_every_class_has_its_colour_and_only_below_is_hatched(ranking, polygons):
    ax = plot_class_map(ranking, polygons)
    assert filled(ax, CLASS_COLOURS["above"]) == 3
    assert filled(ax, CLASS_COLOURS["below"]) == 2
    assert filled(ax, "#E4E4E4") == 4
    assert list(hatched(ax).values()) == [2]
    assert legend(ax) == ["above the mean (3)", "below the mean (2)", "neither (4)"]
    assert ax.get_legend().get_title().get_text() == "intercept: posterior, 95% interval"


def test_classes_lie_where_their_municipalities_do(ranking, polygons):
    ax = plot_class_map(ranking, polygons)
    (above,) = [
        drawn
        for drawn in ax.collections
        if len(drawn.get_facecolor()) and to_hex(drawn.get_facecolor()[0]) == "#0072b2"
    ]
    south, middle = ax.get_ylim()[0], sum(ax.get_ylim()) / 2
    heights = [path.vertices[:, 1].mean() for path in above.get_paths()]
    # The first three squares are the southern row.
    assert all(south < height < middle for height in heights)


def test_classes_are_of_the_probability_of_the_table(polygons):
    ranking = make_ranking(NAMES, np.linspace(0.93, 0.07, 9))
    assert legend(plot_class_map(ranking, polygons))[-1] == "neither (9)"
    ranking.attrs["prob"] = 0.8
    ax = plot_class_map(ranking, polygons, lang="pt")
    assert legend(ax) == ["acima da média (1)", "abaixo da média (1)", "nem acima nem abaixo (7)"]
    assert ax.get_legend().get_title().get_text() == "intercepto: posteriori, intervalo de 80%"


def test_a_comparison_gives_the_classes_of_either_method(comparison, polygons):
    posterior = plot_class_map(comparison, polygons, by="slope")
    assert legend(posterior) == ["above the mean (2)", "below the mean (3)", "neither (4)"]
    reml = plot_class_map(comparison, polygons, by="slope", method="reml")
    assert legend(reml) == ["above the mean (6)", "below the mean (0)", "neither (3)"]
    assert reml.get_legend().get_title().get_text() == "slope: REML, 95% interval"


def test_a_level_in_a_year_has_its_own_classes(ranking, polygons):
    assert legend(plot_class_map(ranking, polygons, by="level:2014"))[-1] == "neither (9)"


def test_values_colour_their_polygons_and_the_unsure_are_hatched(ranking, polygons):
    ax = plot_value_map(ranking, polygons)
    assert coloured(ax) == pytest.approx(np.linspace(50, 90, 9))
    assert list(hatched(ax).values()) == [4]
    assert legend(ax) == ["side of the mean unsure (4)", "mean of all"]
    bar = colour_bar(ax)
    assert bar.get_xlabel() == "intercept, posterior mean"
    assert 70 in [line.get_xdata()[0] for line in bar.lines]


def test_a_far_unit_does_not_take_all_colours(polygons):
    ranking = make_ranking(NAMES)
    ranking.loc[ranking["mean"] == 90, "mean"] = 9000
    (drawn,) = [c for c in plot_value_map(ranking, polygons).collections if c.get_array() is not None]
    # The 99th percentile of nine values lies 0.92 of the way from the second largest to the largest.
    assert drawn.norm.vmax == pytest.approx(85 + 0.92 * (9000 - 85))


def test_probabilities_have_steps_in_per_cent(ranking, polygons):
    ax = plot_probability_map(ranking, polygons)
    assert coloured(ax) == pytest.approx(np.linspace(1, 0, 9))
    bar = colour_bar(ax)
    assert [tick.get_text() for tick in bar.get_xticklabels()] == [
        "0%",
        "5%",
        "20%",
        "50%",
        "80%",
        "95%",
        "100%",
    ]
    assert bar.get_xlabel() == "P(among the worst fifth), by intercept"
    top = plot_probability_map(ranking, polygons, column="p_top", lang="pt")
    assert colour_bar(top).get_xlabel() == "P(entre os 10 primeiros), por intercepto"


def test_the_size_of_the_group_is_the_tables(ranking, polygons):
    ranking.attrs["bottom"] = 3
    assert colour_bar(plot_probability_map(ranking, polygons)).get_xlabel().startswith("P(among the worst 3)")


def test_probabilities_that_are_not_there_are_refused(ranking, polygons):
    with pytest.raises(BayesSaudeError, match=r"no probability 'p_worst'. Use one of 'p_bottom', 'p_top'"):
        plot_probability_map(ranking, polygons, column="p_worst")
    with pytest.raises(BayesSaudeError, match="'p_meets_target' is empty"):
        plot_probability_map(ranking, polygons, column="p_meets_target")


def test_widths_of_rank_intervals_begin_at_none(ranking, polygons):
    ax = plot_rank_width_map(ranking, polygons)
    assert coloured(ax) == list(range(9))
    assert colour_bar(ax).get_xlim() == (0, 8)
    assert colour_bar(ax).get_xlabel() == "width of the 95% interval of the rank, by intercept"


@pytest.mark.parametrize("draw", ALL_MAPS)
def test_what_has_no_value_or_no_polygon_is_shown_and_counted(draw, polygons, caplog):
    ranking = make_ranking([*NAMES[2:], "Betim", "Ubá"])
    ax = draw(ranking, polygons)
    assert {"no value (2)", "not on the map: 2"} <= set(legend(ax))
    assert hatched(ax)[r"\\\\\\"] == 2
    numbers = plotted(ax)
    assert numbers["joined"].tolist() == ["no value"] * 2 + ["both"] * 7 + ["no polygon"] * 2
    assert set(numbers.attrs["without_polygon"]) == {"Betim", "Ubá"}
    assert "geometry" not in numbers
    assert "units without polygon: 2" in caplog.text


@pytest.mark.parametrize("draw", ALL_MAPS)
def test_regions_are_drawn_on_their_own_polygons(draw, regions):
    ranking = make_ranking(["South", "North"], [1, 0]).assign(level="region")
    numbers = plotted(draw(ranking, regions))
    assert numbers.set_index("unit")["mean"].to_dict() == {"North": 90, "South": 50}


def test_regions_are_not_drawn_on_municipalities(polygons):
    ranking = make_ranking(["Betim", "Ubá"], [1, 0]).assign(level="region")
    with pytest.raises(DataError, match="dissolve"):
        plot_class_map(ranking, polygons)


@pytest.mark.parametrize(("lang", "words"), [("en", "borders of regions"), ("pt", "limites de regiões")])
@pytest.mark.parametrize("draw", ALL_MAPS)
def test_borders_are_drawn_over_the_fills(draw, ranking, polygons, regions, lang, words):
    ax = draw(ranking, polygons, borders=regions, lang=lang)
    assert len(ax.collections[-1].get_paths()) == 2
    assert legend(ax)[-1] == words


def test_areas_are_true_from_the_north_to_the_south():
    squares = geopandas.GeoDataFrame(
        {"code": ["110001", "430003"]},
        geometry=[box(-65, -1, -64, 0), box(-52, -30, -51, -29)],
        crs="EPSG:4674",
    )
    joined = joined_map(pd.DataFrame({"unit": ["110001", "430003"], "level": "municipality"}), squares)
    true = [abs(Geod(ellps="GRS80").geometry_area_perimeter(square)[0]) for square in squares.geometry]
    # The edges of the squares are parallels on one side and geodesics on the other.
    assert [shape.area for shape in joined.geometry] == pytest.approx(true, rel=2e-3)


def test_one_metre_is_as_long_in_both_directions_and_there_are_no_axes(ranking, polygons):
    ax = plot_class_map(ranking, polygons)
    assert ax.get_aspect() == 1
    assert not ax.axison


def test_a_tall_map_stays_on_the_page(polygons):
    tall = polygons.assign(geometry=[box(-45, -30 + 2 * row, -44, -29 + 2 * row) for row in range(9)])
    figure = plot_value_map(make_ranking(NAMES), tall).figure
    assert figure.get_size_inches()[1] < PAGE_HEIGHT


def test_a_hole_stays_open(polygons):
    # The hole runs round the same way as the polygon, as files have it.
    shell, hole = box(-45, -19, -43.5, -17.5), box(-44.5, -18.5, -44, -18)
    ring = polygons.iloc[:1].assign(geometry=[Polygon(shell.exterior, [hole.exterior])])
    ax = plot_class_map(make_ranking(NAMES[:1], [1]), ring)
    ax.figure.canvas.draw()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())
    column, row = ax.transData.transform([np.mean(ax.get_xlim()), np.mean(ax.get_ylim())]).astype(int)
    assert pixels[-row, column, :3].tolist() == [255, 255, 255]


def test_outlines_are_as_fine_as_print_shows(ranking, polygons):
    # A circle of 40,000 corners; at 200 dots to an inch 84 mm have 661.
    round_ = Point(-44.25, -18.25).buffer(0.2, quad_segs=10_000)
    polygons.loc[4, "geometry"] = round_
    ax = plot_class_map(ranking, polygons)
    assert max(len(path.vertices) for drawn in ax.collections for path in drawn.get_paths()) < 1000


def test_axes_given_are_used_at_any_size(ranking, polygons):
    _, ax = plt.subplots(figsize=(PAGE, 6), layout="constrained")
    assert plot_value_map(ranking, polygons, ax=ax) is ax
    assert ax.figure.get_size_inches() == pytest.approx([PAGE, 6])


def test_portuguese_has_its_decimal_comma(ranking, polygons):
    ranking["mean"] /= 100
    ax = plot_value_map(ranking, polygons, lang="pt")
    ax.figure.canvas.draw()
    assert "0,60" in [tick.get_text() for tick in colour_bar(ax).get_xticklabels()]


def test_money_is_no_mathematics(ranking, polygons):
    ax = plot_class_map(ranking, polygons, label="R$ per R$")
    assert ax.get_legend().get_title().get_text().startswith("R$ per R$")
    assert not ax.get_legend().get_title().get_parse_math()
    assert not colour_bar(plot_value_map(ranking, polygons, label="R$ per R$")).xaxis.label.get_parse_math()


def test_other_methods_and_languages_are_refused(ranking, polygons):
    with pytest.raises(BayesSaudeError, match="'posterior' or 'reml'"):
        plot_class_map(ranking, polygons, method="ols")
    with pytest.raises(BayesSaudeError, match="'en' or 'pt'"):
        plot_class_map(ranking, polygons, lang="fr")


def test_importing_maps_needs_no_geopandas():
    assert "geopandas" not in vars(maps)


@pytest.mark.parametrize("lang", ["en", "pt"])
@pytest.mark.parametrize("draw", [plot_class_map, plot_value_map])
def test_853_municipalities_fill_a_column_and_nothing_is_cut(draw, lang, tmp_path):
    names = territory()["municipality"]
    ranking = make_ranking(names, np.linspace(1, 0, 853)).iloc[3:853]
    polygons = read_polygons(outside(POLYGONS))
    ax = draw(ranking, polygons.iloc[2:], borders=dissolve(polygons, "region"), lang=lang)
    figure = ax.figure
    figure.savefig(tmp_path / "map.pdf")
    assert (tmp_path / "map.pdf").stat().st_size < 1_000_000
    assert figure.get_size_inches()[0] == pytest.approx(COLUMN)
    assert ax.get_window_extent().width > 0.93 * figure.bbox.width
    for box_ in (ax.get_legend().get_window_extent(), ax.get_window_extent()):
        assert figure.bbox.x0 <= box_.x0
        assert box_.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box_.y0
        assert box_.y1 <= figure.bbox.y1
