"""The commands `rank` and `compare`, as their user sees them."""

import pandas as pd
from command_line import run

from bayes_saude.console import console
from bayes_saude.screen_tables import hyperparameter_table


def test_rank_prints_the_best_units_and_writes_every_ranking(result):
    done = run("rank", result, "--by", "level:2015", "--top", 3)
    assert done.exit_code == 0
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("Region")] == [
        "J",
        "I",
        "H",
    ]
    ranking = pd.read_csv(result / "ranking.csv")
    assert set(ranking["by"]) == {"intercept", "slope", "level:2015"}


def test_options_of_rank_are_about_the_screen_and_leave_the_file_at_its_defaults(result):
    run("rank", result)
    written = (result / "ranking.csv").read_text()
    shown = run("rank", result, "--top", 3, "--prob", 0.5, "--target", 70).stdout
    assert "[50%]" in shown
    assert (result / "ranking.csv").read_text() == written


def test_what_options_ask_for_is_checked_before_it_is_shown(result):
    done = run("rank", result, "--prob", 0.999)
    assert done.exit_code == 2
    assert "error of interval ends" in done.stderr
    despite = run("rank", result, "--prob", 0.999, "--despite-checks")
    assert despite.exit_code == 0
    assert "DESPITE FAILED CHECKS: error of interval ends" in despite.stdout
    assert "despite_failed_checks" not in (result / "ranking.csv").read_text()
    assert "DESPITE" not in run("rank", result).stdout


def test_rank_shows_the_last_units_too_where_they_are_asked_for(result):
    lines = run("rank", result, "--top", 2, "--bottom", 3).stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("Region")] == ["J", "I", "C", "B", "A"]
    assert "P(bottom 3)" in lines[0]
    # Those of the two ends do not meet: the units are ten apart in level and far from each other.
    assert all(">0.99" in line for line in lines[3:6])


def test_a_narrow_screen_has_the_ranks_without_their_side_columns(result, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("rank", result).stdout.splitlines()
    assert "MC error" not in lines[0]
    assert "P(best)" not in lines[0]
    assert max(map(len, lines)) <= 80


def test_a_column_of_a_ranking_has_one_number_of_decimals(result):
    lines = [line for line in run("rank", result).stdout.splitlines() if line.startswith("Region")]
    assert len({len(line.split()[2].partition(".")[2]) for line in lines}) == 1


def test_rank_shows_monte_carlo_errors_and_no_probability_to_be_among_all_units(result, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    of_ten, of_three = (run("rank", result, "--top", top).stdout.splitlines()[0] for top in (10, 3))
    assert "MC error" in of_ten
    assert "P(top" not in of_ten
    assert "P(top 3)" in of_three


def test_rank_names_what_it_does_not_know(result):
    done = run("rank", result, "--level", "regoin")
    assert done.exit_code == 2
    assert "regoin" in done.stderr
    assert "'region'" in done.stderr


def test_names_with_brackets_are_shown_whole():
    numbers = ["reml", "reml_se", "bayes_mean", "bayes_sd", "bayes_low", "bayes_high", "rhat", "ess_bulk"]
    row = {"parameter": "corr[region]", **dict.fromkeys(numbers, 1.0), "note": "boundary"}
    screen = console()
    with screen.capture() as capture:
        screen.print(hyperparameter_table(pd.DataFrame([row])))
    assert "corr[region]" in capture.get()


def test_compare_writes_units_and_hyperparameters(result):
    done = run("compare", result)
    assert done.exit_code == 0
    assert "sd_intercept" in done.stdout
    assert len(pd.read_csv(result / "comparison.csv")) == 20  # ten regions, intercept and slope
    assert len(pd.read_csv(result / "hyperparameters.csv")) == 6
