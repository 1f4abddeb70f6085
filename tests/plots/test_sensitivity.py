"""The figure of what other priors would change."""

import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.plots.sensitivity import plot_sensitivity
from bayes_saude.plots.style import plotted


@pytest.fixture
def table():
    rows = [
        ("same, another seed", "region", "intercept", 28, 0, 0, 0, 0.25),
        ("LKJ(1.5)", "region", "intercept", 28, 3, 3, 0, 1.44),
        ("exponential", "region", "intercept", 28, 4, 1, 2, 2.04),
        ("half the scales", "region", "intercept", 28, 1, 1, 0, 0.96),
        ("exponential", "region", "slope", 28, 0, 0, 0, 0.5),
    ]
    frame = pd.DataFrame(
        rows, columns=["priors", "level", "by", "units", "changed", "gained", "lost", "largest_shift"]
    )
    turned = frame["changed"] - frame["gained"] - frame["lost"]
    return frame.assign(turned=turned, passed=frame["priors"] != "half the scales")


def test_gains_go_right_losses_left_and_units_that_turned_count_as_both(table):
    ax = plot_sensitivity(table)
    lost, gained = ([bar.get_width() for bar in bars] for bars in ax.containers)
    assert gained == [0, 3, 2, 1]
    assert lost == [0, 0, -3, 0]
    priors = ["same, another seed", "LKJ(1.5)", "exponential", "half the scales"]
    assert plotted(ax)["priors"].tolist() == priors


def test_words_and_numbers_are_in_the_language(table):
    ax = plot_sensitivity(table, lang="pt")
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[:3] == ["as mesmas, outra semente", "correlação: LKJ(1,5)", "d.p.: exponencial"]
    assert [text.get_text() for text in ax.texts][1:] == ["0,2", "1,4", "2,0", "1,0"]
    assert "28" in ax.get_xlabel()


@pytest.mark.parametrize(
    ("lang", "name"),
    [("en", "s.d.: half the scales (fails checks)"), ("pt", "d.p.: metade das escalas (reprovado)")],
)
def test_priors_whose_fit_fails_its_checks_say_so(table, lang, name):
    labels = [label.get_text() for label in plot_sensitivity(table, lang=lang).get_yticklabels()]
    assert [label for label in labels if label.endswith(")")][-1] == name
    assert name.partition(" (")[2] not in labels[0]


def test_ticks_count_units_to_both_sides(table):
    ax = plot_sensitivity(table)
    ax.figure.canvas.draw()
    assert not [label for label in ax.get_xticklabels() if "−" in label.get_text() or "-" in label.get_text()]


def test_a_coefficient_that_the_table_lacks_is_refused(table):
    with pytest.raises(BayesSaudeError, match="level 'municipality' by 'slope'"):
        plot_sensitivity(table, by="slope", level="municipality")
