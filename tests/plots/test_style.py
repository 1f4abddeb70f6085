"""What all figures share."""

import matplotlib.pyplot as plt
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.caterpillar import plot_caterpillar
from bayes_saude.plots.style import comma, level_word, percent, plotted, save_figure


def test_a_pdf_embeds_truetype_fonts_and_no_type_3(make_ranking, tmp_path):
    ax = plot_caterpillar(make_ranking(5))
    written = save_figure(ax, tmp_path / "figure.pdf").read_bytes()
    assert b"/FontFile2" in written
    assert b"/Type3" not in written


def test_several_axes_are_saved_as_the_figure_that_holds_them(tmp_path):
    _, axes = plt.subplots(2, 2)
    assert save_figure(axes, tmp_path / "figure.svg").read_text(encoding="utf-8").count('id="axes_') == 4


def test_the_numbers_drawn_are_a_copy(make_ranking):
    ax = plot_caterpillar(make_ranking(5))
    numbers = plotted(ax)
    numbers["mean"] = 0.0
    assert plotted(ax)["mean"].tolist() == make_ranking(5)["mean"].tolist()[:5]


def test_axes_of_others_have_no_numbers():
    with pytest.raises(BayesSaudeError, match="not drawn by a function of bayes_saude"):
        plotted(plt.subplots()[1])


def test_levels_have_words_and_any_other_its_own_name():
    assert (level_word("municipality", "pt"), level_word("hospital", "pt")) == ("municípios", "hospital")


def test_numbers_have_the_languages_decimal_sign():
    assert (comma("0.5", "en"), comma("0.5", "pt"), percent(0.998, "pt")) == ("0.5", "0,5", "99,8%")
    # A hyphen is no minus.
    assert (comma("-0.5", "en"), comma("-1e-05", "pt")) == ("−0.5", "−1e−05")
