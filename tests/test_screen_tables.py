"""Tables at the terminal."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rich.table import Table
from small_fits import build_fit, seven_in_three

from bayes_saude.cli.check import print_checks
from bayes_saude.console import console, text_table
from bayes_saude.screen_tables import (
    checks_table,
    hyperparameter_table,
    misfits_advice,
    misfits_table,
    priors_advice,
    priors_table,
    ranking_table,
    scores_table,
)
from bayes_saude.summaries.ranking import rank


@pytest.fixture(autouse=True)
def _room(monkeypatch):
    """Have room for all, whatever the terminal that the tests run in."""
    monkeypatch.setenv("COLUMNS", "160")


def headings(table: Table) -> list[str]:
    """Give a table's headings."""
    return [str(column.header) for column in table.columns]


@pytest.fixture(scope="module")
def shares() -> xr.DataTree:
    """Make a fit of three age groups, on the scale of log-odds."""
    effects = np.random.default_rng(2).normal(size=(2, 50, 3, 2))
    return build_fit({"age_group": effects}, {"age_group": ["0", "1", "2"]}, family="binomial")


def test_an_intercept_of_shares_says_that_it_is_log_odds(shares):
    assert "intercept (log-odds)" in headings(ranking_table(rank(shares)))
    assert "slope (log-odds)" in headings(ranking_table(rank(shares, by="slope")))


def test_a_level_is_in_the_outcomes_own_unit(shares):
    assert "level:2012" in headings(ranking_table(rank(shares, by="level:2012")))


def test_a_gaussian_trend_has_no_scale_of_its_own():
    assert "intercept" in headings(ranking_table(rank(seven_in_three())))


def test_a_parameter_without_counterpart_has_an_empty_cell():
    numbers = ["bayes_mean", "bayes_sd", "bayes_low", "bayes_high", "rhat", "ess_bulk"]
    row = {"parameter": "dispersion", "reml": np.nan, "reml_se": np.nan, **dict.fromkeys(numbers, 1.0)}
    parameters = pd.DataFrame([{**row, "note": ""}])
    parameters.attrs["scale"] = "log-odds"
    table = hyperparameter_table(parameters)
    cells = {str(column.header): [str(cell) for cell in column.cells] for column in table.columns}
    assert cells["parameter (log-odds)"] == ["dispersion"]
    assert (cells["REML"], cells["se"], cells["posterior"]) == ([""], [""], ["1.0"])


def shown(table: Table) -> list[str]:
    """Give the lines that are printed."""
    screen = console()
    with screen.capture() as capture:
        screen.print(table)
    return capture.get().splitlines()


def printed(table: Table) -> list[list[str]]:
    """Give the words of each line."""
    return [line.split() for line in shown(table)]


def test_what_the_model_does_not_reproduce_is_shown_with_each_advice_once():
    warning = {"statistic": "mean[2012]", "observed": 86.04, "low": 104.93, "high": 112.71, "value": 1.0}
    warning |= {"mcse": 0.0025, "clear": True}
    report = {
        "warnings": [{**warning, "advice": "Do."}, {**warning, "advice": "Do."}, {**warning, "advice": ""}]
    }
    assert misfits_advice(report) == ["Do."]
    lines = printed(misfits_table(report))
    assert lines[0] == ["not", "reproduced", "observed", "predicted", "(95%)", "p", "MC", "error"]
    assert lines[1] == ["mean", "of", "2012", "86.04", "104.9", "to", "112.7", "1.000", "0.003"]
    report["warnings"][1] |= {"value": 0.992, "clear": False}
    assert printed(misfits_table(report))[2][-2:] == ["near", "limit"]


def test_what_moves_with_its_priors_is_shown_with_whose_advice_it_is():
    found = {"replicate": 1, "prior": 0.09, "prior_error": 0.008, "likelihood": 0.3, "likelihood_error": 0.03}
    found |= {"clear": True}
    report = {
        "prior_sensitivity": [
            {**found, "parameter": "corr[region]", "advice": "Look."},
            {**found, "parameter": "slope", "advice": ""},
            {**found, "parameter": "sd_year", "likelihood": None, "likelihood_error": 1.5, "advice": "Look."},
        ]
    }
    assert priors_advice(report) == ["corr[region], sd_year: Look."]
    lines = printed(priors_table(report))
    assert lines[1:] == [
        ["corr[region]", "0.090", "±0.008", "0.300", "±0.030"],
        ["sd_year", "0.090", "±0.008", "not", "told", "±1.5"],
    ]
    report["prior_sensitivity"][1]["replicate"] = 2
    report["prior_sensitivity"][0]["clear"] = False
    assert printed(priors_table(report))[1][-3:] == ["1", "near", "limit"]


def test_a_name_with_brackets_is_told_whole(capsys):
    found = {"replicate": 1, "prior": 0.09, "prior_error": 0.008, "likelihood": 0.3, "likelihood_error": 0.03}
    found |= {"parameter": "corr[region]", "clear": True, "advice": "Look."}
    print_checks({"gates": [], "warnings": [], "prior_sensitivity": [found], "cross_validation": []})
    assert "corr[region]: Look." in capsys.readouterr().out


def test_a_name_is_on_one_line_and_no_command_to_the_terminal():
    names = ["A\x1b[31m", "B\nb", "C\u202ec", "São João", "[bold]D"]
    lines = [line.rstrip() for line in shown(text_table([[name] for name in names], ["E\x07"]))]
    assert lines == ["E\\x07", "A\\x1b[31m", "B b", "C\\u202ec", "São João", "[bold]D"]


def test_scores_of_cross_validation_are_shown_with_their_errors():
    score = {"by": "unit", "elpd": -18794.2, "se": 854.4, "mcse": None, "units": 853, "left_out": 853}
    lines = printed(scores_table({"cross_validation": [{**score, "refitted": 5, "unreliable": 2}]}))
    assert lines[1] == ["each", "unit", "853", "-18794", "854", "5", "2"]


def wide_report():
    """What check says of two levels: parameters, units and statistics of long names."""
    gates = [
        ("R-hat", "sd_intercept[municipality]"),
        ("error of standard deviations", "slope of Ubá"),
        ("error of probabilities", "p_above_mean, slope of Bom Jesus do Galho in Coronel Fabriciano"),
    ]
    warning = {"observed": 71.48, "low": -34.49, "high": 19.22, "value": 0.992, "mcse": 0.0013}
    statistics = ("mean[2012]", "residuals_beyond_3", "smallest_unit_mean[municipality]")
    moved = {"prior": 0.218, "prior_error": 0.014, "likelihood": None, "likelihood_error": 0.031}
    score = {"by": "unit", "elpd": -188794.2, "se": 4672.4, "mcse": 23.7, "left_out": 853}
    return {
        "gates": [
            {"passed": True, "name": name, "parameter": parameter, "value": 0.0084421, "threshold": 0.025}
            for name, parameter in gates
        ],
        "warnings": [{**warning, "statistic": name, "clear": False, "advice": ""} for name in statistics],
        "prior_sensitivity": [
            {**moved, "parameter": name, "replicate": place, "clear": False, "advice": "Look."}
            for place, name in enumerate(("corr[municipality]", "sd_intercept[municipality]"))
        ],
        "cross_validation": [{**score, "refitted": 853, "unreliable": 120}],
    }


@pytest.mark.parametrize("layout", [checks_table, misfits_table, priors_table, scores_table])
def test_a_terminal_of_eighty_characters_has_room_without_breaking_a_word(layout, monkeypatch):
    wide = shown(layout(wide_report()))
    monkeypatch.setenv("COLUMNS", "80")
    narrow = shown(layout(wide_report()))
    assert max(map(len, narrow)) <= 80
    assert sorted(" ".join(narrow).split()) == sorted(" ".join(wide).split())


def test_statistics_are_called_what_the_report_calls_them():
    names = [line[: line.index("71.48")].strip() for line in shown(misfits_table(wide_report()))[1:]]
    assert names == ["mean of 2012", "share of residuals beyond 3 sd", "smallest unit mean, municipalities"]
