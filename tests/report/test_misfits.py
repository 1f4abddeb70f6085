"""What check warns of, as tables of the report."""

import pytest

from bayes_saude.report.misfits import warning_tables

WARNING = {
    "statistic": "mean[2012]", "observed": 86.04, "low": 104.93, "high": 112.71,
    "value": 0.992, "mcse": 0.0013, "clear": True, "advice": "",
}  # fmt: skip
MOVED = {
    "parameter": "corr[region]", "prior": 0.091, "prior_error": 0.0084,
    "likelihood": None, "likelihood_error": 0.3, "advice": "Look.",
}  # fmt: skip
REPORT = {"warnings": [WARNING, WARNING | {"clear": False}], "prior_sensitivity": [MOVED]}


def test_each_kind_of_warning_has_a_table():
    misfits, moved = warning_tables(REPORT, "en")
    assert [row[3] for row in misfits.rows] == ["0.992", "0.992 ± 0.001"]
    assert moved.rows == [["corr[region]", "0.091 ± 0.008", "not told"]]


def test_each_advice_is_given_once_with_all_that_it_is_about():
    warnings = [
        {**WARNING, "advice": "Try."},
        {**WARNING, "statistic": "mean[2013]", "advice": "Try."},
        WARNING,
    ]
    misfits, moved = warning_tables({**REPORT, "warnings": warnings}, "en")
    assert misfits.advice == ["mean of 2012, mean of 2013: Try."]
    assert moved.advice == ["corr[region]: Look."]


def test_a_predicted_interval_stays_on_one_line_and_has_a_minus():
    misfits, _ = warning_tables({**REPORT, "warnings": [WARNING | {"low": -28.62}]}, "en")
    assert misfits.rows[0][2] == "−28.62 to 112.7"
    # Columns of numbers are not wrapped.
    assert misfits.columns[2].numeric


def test_portuguese_has_its_comma():
    misfits, moved = warning_tables(REPORT, "pt")
    assert misfits.rows[1][1:4] == ["86,04", "104,9 a 112,7", "0,992 ± 0,001"]
    assert moved.rows[0][1:3] == ["0,091 ± 0,008", "não se sabe"]


@pytest.mark.parametrize("kind", REPORT)
def test_a_kind_that_nothing_is_warned_of_has_none(kind):
    unmoved = [MOVED | {"prior": 0.01, "advice": ""}]
    quiet = {**REPORT, kind: [] if kind == "warnings" else unmoved}
    assert len(warning_tables(quiet, "en")) == 1
