"""The figure of REML against posterior."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.reml_posterior import plot_reml_posterior


def drawn(ax, label):
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line


def test_units_stand_at_their_two_estimates(comparison):
    ax = plot_reml_posterior(comparison)
    differs = comparison[~comparison["agrees"]]
    assert drawn(ax, "class differs").get_xdata().tolist() == differs["reml"].tolist()
    assert drawn(ax, "class differs").get_ydata().tolist() == differs["bayes"].tolist()
    assert len(drawn(ax, "same class").get_xdata()) == 27


def test_the_line_of_equality_is_the_diagonal_of_square_axes(comparison):
    ax = plot_reml_posterior(comparison)
    assert ax.get_xlim() == ax.get_ylim()
    line = drawn(ax, "REML = posterior")
    assert line.get_xdata().tolist() == line.get_ydata().tolist()


def test_units_whose_class_differs_are_named_the_farthest_first(comparison):
    assert {text.get_text() for text in plot_reml_posterior(comparison).texts} == {
        "Unit 02",
        "Unit 20",
        "Unit 29",
    }
    # Unit 29 lies 0.05 from equality, unit 02 somewhat less.
    assert [text.get_text() for text in plot_reml_posterior(comparison, names=1).texts] == ["Unit 29"]


def test_the_legend_names_no_difference_where_there_is_none(comparison):
    ax = plot_reml_posterior(comparison.assign(agrees=True))
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["REML = posterior", "same class"]


def test_names_do_not_cover_one_another(comparison):
    crowd = comparison.assign(
        reml=comparison["reml"] / 100 + 0.2, bayes=comparison["bayes"] / 100 + 0.2, agrees=False
    )
    crowd.loc[0, ["reml", "bayes"]] = 1.0
    ax = plot_reml_posterior(crowd)
    ax.figure.canvas.draw()
    # The extent of an annotation would include its line.
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert len(boxes) == 10
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    frame = ax.get_window_extent()
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)


def test_a_long_name_stays_within_the_axes(comparison):
    units = comparison.assign(unit="Consórcio Intermunicipal de Saúde " + comparison["unit"])
    ax = plot_reml_posterior(units)
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert len(boxes) == 3
    assert all(frame.x0 <= box.x0 and box.x1 <= ax.figure.bbox.width for box in boxes)


def test_portuguese_has_its_words_and_its_decimal_comma(comparison):
    ax = plot_reml_posterior(comparison, lang="pt")
    assert ax.get_ylabel() == "intercepto, média a posteriori"
    ax.figure.canvas.draw()
    for ticks in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert {"0,2", "0,4", "0,6"} <= {tick.get_text() for tick in ticks}


def test_money_in_names_is_no_mathematics(comparison):
    ax = plot_reml_posterior(comparison, label="R$ per R$")
    assert len(ax.texts) == 3
    assert not any(text.get_parse_math() for text in (*ax.texts, ax.xaxis.label, ax.yaxis.label))


def test_axes_given_are_used(comparison):
    _, ax = plt.subplots()
    assert plot_reml_posterior(comparison, ax=ax) is ax


def test_a_level_that_is_not_there_is_refused(comparison):
    with pytest.raises(BayesSaudeError, match="no intercept of 'city'"):
        plot_reml_posterior(comparison, level="city")
