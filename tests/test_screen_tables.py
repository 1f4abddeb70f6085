"""Tables at the terminal."""

import io

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rich.console import Console
from rich.table import Table
from small_fits import build_fit, seven_in_three

from bayes_saude.screen_tables import hyperparameter_table, misfits_advice, misfits_table, ranking_table
from bayes_saude.summaries.ranking import rank


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


def test_what_the_model_does_not_reproduce_is_shown_with_each_advice_once():
    warning = {"statistic": "mean[2012]", "observed": 86.04, "low": 104.93, "high": 112.71, "value": 1.0}
    report = {
        "warnings": [{**warning, "advice": "Do."}, {**warning, "advice": "Do."}, {**warning, "advice": ""}]
    }
    assert misfits_advice(report) == ["Do."]
    screen = Console(width=80, record=True, file=io.StringIO())
    screen.print(misfits_table(report))
    lines = screen.export_text().splitlines()
    assert lines[0].split() == ["not", "reproduced", "observed", "predicted", "(95%)", "p"]
    assert lines[1].split() == ["mean[2012]", "86.04", "104.9", "to", "112.7", "1.000"]
