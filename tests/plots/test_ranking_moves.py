"""The figure of what another model changes of ranks."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from small_fits import build_fit

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.ranking_moves import BAND, plot_ranking_moves
from bayes_saude.plots.style import COLUMN, plotted
from bayes_saude.summaries.moves import ranking_moves


def table(shifts, by_chance=1.0):
    """Units of these moves, the farthest first, as `ranking_moves` orders them."""
    first = np.arange(1.0, len(shifts) + 1)
    moves = pd.DataFrame(
        {
            "unit": [f"Unit {place}" for place in range(len(shifts))],
            "first_rank": first,
            "second_rank": first + shifts,
            "shift": np.asarray(shifts, dtype=float),
            "by_chance": by_chance,
            "first_class": "none",
            "second_class": "none",
        }
    )
    moves = moves.sort_values("shift", key=abs, ascending=False, kind="stable", ignore_index=True)
    moves.attrs = {"first": "plain", "second": "years", "by": "slope"}
    return moves


def written(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_units_that_rank_better_by_the_second_model_stand_above():
    ax = plot_ranking_moves(table([-9, 0, 0, 6]))
    low, high = ax.get_ylim()
    assert low > 6 > -9 > high
    assert ax.get_ylabel() == "change of the expected rank\n(up: better by years)"
    assert "plain" in ax.get_xlabel()


def test_the_farthest_are_named_and_none_that_draws_alone_may_have_moved():
    ax = plot_ranking_moves(table([5, -4, 3, 1.9, -0.1]), names=2)
    assert written(ax) == ["Unit 0", "Unit 1"]
    ax = plot_ranking_moves(table([5, -4, 3, 1.9, -0.1]))
    assert written(ax) == ["Unit 0", "Unit 1", "Unit 2"]
    assert plotted(ax).set_index("unit")["named"].to_dict() == {
        "Unit 0": True, "Unit 1": True, "Unit 2": True, "Unit 3": False, "Unit 4": False,
    }  # fmt: skip


def test_a_name_that_would_cover_others_is_left_out():
    moves = table([20] * 30).assign(first_rank=5.0)
    moves["unit"] = "A municipality of a long name " + moves["unit"]
    drawn = plotted(plot_ranking_moves(moves, names=30))
    assert 1 <= drawn["named"].sum() < 20
    assert drawn["named"].iloc[0]


@pytest.mark.parametrize("n_units", [28, 853])
def test_names_cover_no_mark_and_stay_inside_the_axes(n_units):
    rng = np.random.default_rng(n_units)
    moves = table(n_units / 10 * rng.standard_t(4, n_units))
    moves["first_rank"] = rng.uniform(1, n_units, n_units)
    moves["unit"] = "Município de " + moves["unit"]
    ax = plot_ranking_moves(moves)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    frame = ax.get_window_extent()
    marks = ax.transData.transform(moves[["first_rank", "shift"]])
    assert sum(box.count_contains(marks) for box in boxes) == 0
    assert all(frame.containsx(x) and frame.containsy(y) for box in boxes for x, y in box.corners())
    # Not for want of names.
    assert len(boxes) >= 5


def test_the_band_is_that_of_the_median_units_error():
    ax = plot_ranking_moves(table([5, -4, 3, 2, 1], by_chance=[0.5, 9, 0.5, 2, 0.2]))
    (band,) = ax.patches
    assert (band.get_y(), band.get_height()) == pytest.approx((-BAND * 0.5, 2 * BAND * 0.5))


def test_units_of_another_class_are_singled_out_and_told_of_only_then():
    moves = table([5, -4, 3])
    legend = [text.get_text() for text in plot_ranking_moves(moves).get_legend().get_texts()]
    assert legend == ["95% of what draws alone change", "same class"]
    moves.loc[1, "second_class"] = "above"
    ax = plot_ranking_moves(moves)
    assert ax.get_legend().get_texts()[-1].get_text() == "class differs"
    (diamonds,) = [line for line in ax.lines if line.get_marker() == "D"]
    assert list(zip(*diamonds.get_data(), strict=True)) == [(2, -4)]


def test_two_fits_give_it_and_a_class_that_no_unit_has_is_left_out():
    draws = np.random.default_rng(0).normal(size=(2, 2, 100, 5, 2))
    units = {"region": list("ABCDE")}
    line = np.zeros((5, 2))
    line[:, 0] = [8, 6, 4, 2, 0]
    first = build_fit({"region": line + 0.1 * draws[0]}, units)
    second = build_fit({"region": line[[1, 0, 2, 3, 4]] + 0.1 * draws[1]}, units)
    moves = ranking_moves(first, second)
    drawn = plotted(plot_ranking_moves(moves))
    assert drawn["unit"].tolist() == moves["unit"].tolist()
    assert set(drawn.loc[drawn["named"], "unit"]) == {"A", "B"}


def test_words_are_in_the_language_and_money_is_no_mathematics():
    ax = plot_ranking_moves(table([2.5, -1]), models=("R$ a R$", "b"), label="custo em R$", lang="pt")
    assert ax.get_xlabel() == "posto esperado por custo em R$, R$ a R$"
    assert ax.get_ylabel().endswith("(acima: melhor por b)")
    assert not any(text.get_parse_math() for text in (*ax.texts, ax.xaxis.label, ax.yaxis.label))
    ax.figure.canvas.draw()
    assert any("," in label.get_text() for label in ax.get_xticklabels() + ax.get_yticklabels())


def test_axes_given_are_used_and_names_stay_in_the_figure():
    _, axes = plt.subplots(1, 2)
    assert plot_ranking_moves(table([3, 1]), ax=axes[1]) is axes[1]
    ax = plot_ranking_moves(table(np.linspace(30, -30, 100)), names=8)
    assert ax.figure.get_size_inches()[0] == pytest.approx(COLUMN)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(box.x0 >= 0 and box.x1 <= ax.figure.bbox.width for box in boxes)


def test_another_table_is_refused():
    with pytest.raises(BayesSaudeError, match="table of ranking_moves"):
        plot_ranking_moves(pd.DataFrame({"unit": ["A"]}))
