"""The printed parameters can be moved inside their own rounding until both models agree."""

from dataclasses import replace

import numpy as np
import pytest

from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.parameters import Agreement, agree
from bayes_saude.data.reconstruct.printed import INDICATORS, Printed
from bayes_saude.errors import DataError

# Draws of the deviations in 2014; Monte Belo's printed coverage lies 77 below the mean in 2011.
DEVIATIONS = {
    "esf_coverage": [-106.0, 7.0],
    "prenatal7": [5.0, -2.0],
    "vaccine": [-10.0, 11.0],
    "pap": [0.02, -0.03],
}


def layout_of(printed: Printed) -> Layout:
    return Layout(printed, np.flatnonzero(np.isin(printed.municipalities, ["Monte Belo", "Itapeva"])))


@pytest.fixture(scope="module")
def agreements(prints: dict[str, Printed]) -> dict[str, Agreement]:
    return {k: agree(prints[k], layout_of(prints[k]), np.array(DEVIATIONS[k])) for k in INDICATORS}


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_parameter_and_estimate_stays_inside_its_rounding(
    indicator: str, agreements: dict[str, Agreement]
) -> None:
    assert agreements[indicator].largest < 1


@pytest.mark.parametrize(
    ("indicator", "excess"), [("esf_coverage", 0.0004), ("prenatal7", 0), ("vaccine", 0.0006), ("pap", 0)]
)
def test_printed_intervals_give_by_less_than_a_unit_and_only_where_they_must(
    indicator: str, excess: float, agreements: dict[str, Agreement]
) -> None:
    half_unit = 0.0005
    assert agreements[indicator].largest_interval * half_unit < half_unit + excess


@pytest.mark.parametrize(
    ("indicator", "by_region", "by_municipality"),
    [
        ("esf_coverage", -0.2518, -0.164),
        ("prenatal7", -0.7085, -0.626),
        ("vaccine", 0.2495, 1.0),
        ("pap", 0.971, 1.0),
    ],
)
def test_the_common_sum_of_squares_fixes_correlations_beyond_their_print(
    indicator: str, by_region: float, by_municipality: float, agreements: dict[str, Agreement]
) -> None:
    for model, expected in (
        (agreements[indicator].region, by_region),
        (agreements[indicator].municipality, by_municipality),
    ):
        corr = model.cov[0, 1] / np.sqrt(model.cov[0, 0] * model.cov[1, 1])
        assert corr == pytest.approx(expected, abs=0.001)


def test_a_wrong_printed_number_is_found(prints: dict[str, Printed]) -> None:
    printed = prints["esf_coverage"]
    models = {level: table.copy() for level, table in printed.models.items()}
    models["region"].loc["sd_resid", "value"] += 0.01
    with pytest.raises(DataError, match=r"'esf_coverage' do not agree.*Check the tables under data/sa2015"):
        agree(replace(printed, models=models), layout_of(printed), np.array(DEVIATIONS["esf_coverage"]))
