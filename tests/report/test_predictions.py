"""The table of which model predicts better, with scores made by hand."""

import numpy as np
import pandas as pd

from bayes_saude.report.predictions import predictions
from bayes_saude.summaries.cross_validation import COLUMNS, compare_predictions


def scores(elpd, by="unit", khat=0.1):
    """What cross-validation says of units A, B, ... with these elpd."""
    units = [chr(ord("A") + place) for place in range(len(elpd))]
    left_out = units if by == "unit" else ["2011"] * len(units)
    table = pd.DataFrame({"by": by, "left_out": left_out, "unit": units, "elpd": elpd, "khat": khat})
    return table.assign(replicate=1, rows=4, mcse=0.01, refitted=by == "year")[list(COLUMNS)]


def verdicts(one, other, lang="en"):
    return [row[-1] for row in predictions({"one": one, "other": other}, lang).table.rows]


def test_a_difference_beyond_two_errors_names_the_better_and_no_other_does():
    base = np.array([-10.0, -12, -9, -11, -10])
    ahead = base - [2.0, 2.1, 1.9, 2, 2]
    assert verdicts(scores(base), scores(ahead)) == ["one predicts better"]
    assert verdicts(scores(ahead), scores(base)) == ["other predicts better"]
    # One unit that decides the sum decides nothing.
    outlier = base - [50, -1, -1, -1, -1]
    assert verdicts(scores(base), scores(outlier)) == ["no decisive difference"]
    assert verdicts(scores(base), scores(base)) == ["no decisive difference"]
    assert verdicts(scores(base), scores(ahead, khat=0.9)) == ["not to be trusted: 5 that a few draws decide"]
    assert verdicts(scores(base), scores(ahead), "pt") == ["one prediz melhor"]


def test_the_table_of_predictions_has_the_numbers_of_the_comparison():
    one = pd.concat([scores([-10.0, -12, -9]), scores([-30.0, -40, -20], by="year")])
    other = pd.concat([scores([-11.0, -12.5, -9.2]), scores([-150.0, -40, -20], by="year")])
    table, without, apart = predictions({"one": one, "none": None, "other": other}, "pt")
    found = compare_predictions(one, other, by="unit")
    assert table.rows[0][:5] == [
        "one − other", "cada unidade (3)", "1,7",
        f"{found['se']:.1f}".replace(".", ","), f"{found['mcse']:.1f}".replace(".", ","),
    ]  # fmt: skip
    assert table.rows[0][5] == "100%"
    assert table.rows[1][1:3] == ["cada tempo (1)", "120"]
    assert (without, apart) == (["none"], [])


def test_scores_of_other_rows_are_not_compared_and_are_told_of():
    one, fewer, by_year = scores([-1.0, -2, -3]), scores([-1.0, -2]), scores([-1.0, -2], by="year")
    assert predictions({"one": one, "fewer": fewer}, "en") == (None, [], ["one − fewer (each unit)"])
    assert predictions({"one": one, "years": by_year}, "pt") == (
        None, [], ["one − years (cada unidade, cada tempo)"],
    )  # fmt: skip
    # Years are left out of one alone: units of both are compared all the same.
    both = pd.concat([fewer, by_year])
    table, _, apart = predictions({"both": both, "fewer": fewer}, "en")
    assert [row[1] for row in table.rows] == ["each unit (2)"]
    assert apart == ["both − fewer (each time)"]


def test_models_without_scores_are_named():
    assert predictions({"one": scores([-1.0, -2]), "other": None}, "en") == (None, ["other"], [])
    assert predictions({"one": None, "other": None}, "en") == (None, ["one", "other"], [])
