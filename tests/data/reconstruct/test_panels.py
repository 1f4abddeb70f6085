"""The shipped panels against the print: every table and appendix of the thesis that rests on records."""

import numpy as np
import pandas as pd
import pytest
from textbook_reml import Fit, refit

from bayes_saude.data.reconstruct import DECIMALS
from bayes_saude.data.reconstruct.printed import FIRST_YEAR, INDICATORS, Printed
from bayes_saude.data.territory import territory

Z95 = 1.96
REPLICATES = range(1, 6)
LEVELS = ("region", "municipality")


@pytest.fixture(scope="module")
def refits(panels: dict[int, pd.DataFrame], prints: dict[str, Printed]) -> dict[tuple[int, str, str], Fit]:
    fits = {}
    for k, panel in panels.items():
        for indicator in INDICATORS:
            rows = panel.dropna(subset=[indicator])
            for level in LEVELS:
                fits[k, indicator, level] = refit(
                    rows[indicator].to_numpy(),
                    rows["year"].to_numpy(float) - FIRST_YEAR,
                    rows[level].to_numpy(str),
                    prints[indicator].models[level]["value"].to_dict(),
                )
    return fits


@pytest.mark.parametrize("replicate", REPLICATES)
def test_853_municipalities_in_their_regions_with_the_records_that_the_thesis_had(
    replicate: int, panels: dict[int, pd.DataFrame]
) -> None:
    panel = panels[replicate]
    assert list(panel.columns) == ["municipality", "region", "year", *INDICATORS]
    assert not panel.duplicated(["municipality", "year"]).any()
    homes = panel[["municipality", "region"]].drop_duplicates().sort_values("municipality")
    expected = territory()[["municipality", "region"]].sort_values("municipality")
    assert homes.to_numpy().tolist() == expected.to_numpy().tolist()
    counts = panel.groupby("year")[list(INDICATORS)].count()
    assert counts.loc[2013, "prenatal7"] == 0
    assert (counts.loc[2014] == 851).all()
    assert (counts.drop(2014).drop(columns="prenatal7") == 853).all().all()
    complete = panel.dropna(subset="vaccine").query("year == 2014")["municipality"]
    without = panel.loc[~panel["municipality"].isin(complete), ["municipality", "region"]].drop_duplicates()
    assert sorted(without["region"]) == ["Alfenas", "Pouso Alegre"]
    assert "Monte Belo" in set(without["municipality"])


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("indicator", INDICATORS)
def test_table_2_means_and_quartiles_and_possible_values(
    replicate: int, indicator: str, panels: dict[int, pd.DataFrame], prints: dict[str, Printed]
) -> None:
    printed = prints[indicator]
    years = panels[replicate].dropna(subset=[indicator]).groupby("year")[indicator]
    assert np.abs(years.mean().to_numpy() - printed.means).max() < 0.005
    quartiles = np.array([values.quantile([0.25, 0.5, 0.75]) for _, values in years])
    assert np.abs(quartiles - printed.quartiles).max() < 0.005
    low, high = printed.bounds
    assert panels[replicate][indicator].dropna().between(low, high).all()


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize(
    ("indicator", "most"),
    # Intervals of the means are printed to two decimals: for Pap that is half their width.
    [("esf_coverage", 0.03), ("prenatal7", 0.01), ("vaccine", 0.01), ("pap", 0.25)],
)
def test_table_2_spreads_are_in_the_proportions_of_its_intervals_and_near_their_size(
    replicate: int,
    indicator: str,
    most: float,
    panels: dict[int, pd.DataFrame],
    prints: dict[str, Printed],
) -> None:
    sds = panels[replicate].dropna(subset=[indicator]).groupby("year")[indicator].std(ddof=0)
    ratio = sds.to_numpy() / prints[indicator].sds
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=1e-4)
    assert abs(ratio.mean() - 1) < most


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("level", LEVELS)
def test_tables_3_to_10_to_their_printed_digits(
    replicate: int,
    indicator: str,
    level: str,
    refits: dict[tuple[int, str, str], Fit],
    prints: dict[str, Printed],
) -> None:
    table = prints[indicator].models[level]
    got = pd.Series(refits[replicate, indicator, level].parameters)[table.index]
    outside = table[(got - table["value"]).abs() > table["half"]]
    assert outside.empty, outside


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("indicator", ["vaccine", "pap"])
def test_with_correlation_1_the_boundary_is_the_optimum(
    replicate: int, indicator: str, refits: dict[tuple[int, str, str], Fit]
) -> None:
    assert refits[replicate, indicator, "municipality"].score_inside > 0


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("indicator", INDICATORS)
def test_appendices_a_to_d_every_estimate_of_a_region(
    replicate: int, indicator: str, refits: dict[tuple[int, str, str], Fit], prints: dict[str, Printed]
) -> None:
    printed = prints[indicator]
    effects = refits[replicate, indicator, "region"].effects.loc[printed.regions].to_numpy()
    assert np.abs(effects - printed.region_effects["estimate"]).max() < 0.0005


@pytest.mark.parametrize("replicate", REPLICATES)
@pytest.mark.parametrize("indicator", INDICATORS)
def test_appendices_e_and_f_every_listed_municipality_and_no_other(
    replicate: int, indicator: str, refits: dict[tuple[int, str, str], Fit], prints: dict[str, Printed]
) -> None:
    printed = prints[indicator]
    fit = refits[replicate, indicator, "municipality"]
    effects = fit.effects.loc[printed.municipalities].to_numpy()
    width = Z95 * fit.deviations.loc[printed.municipalities].to_numpy()
    overall = np.array([fit.parameters["intercept"], fit.parameters["slope"]])
    listed = ~np.isnan(printed.municipality_effects["estimate"])
    np.testing.assert_array_equal(np.abs(effects - overall) > width, listed)
    distance = np.abs(effects - printed.municipality_effects["estimate"])[listed]
    # Where both roundings of a pair of Pap leave nothing in common, its line passes between them.
    beyond = (distance > printed.municipality_effects["half"][listed]).sum()
    assert beyond <= (4 if indicator == "pap" else 0)


def test_what_is_not_printed_differs_between_replicates_and_the_likelihood_does_not(
    panels: dict[int, pd.DataFrame], refits: dict[tuple[int, str, str], Fit], prints: dict[str, Printed]
) -> None:
    printed = prints["prenatal7"]
    unlisted = np.isnan(printed.municipality_effects["estimate"]).all(1)
    effects = [
        refits[k, "prenatal7", "municipality"].effects.loc[printed.municipalities[unlisted], "intercept"]
        for k in (1, 2)
    ]
    assert np.corrcoef(*effects)[0, 1] < 0.6
    keys = ["municipality", "year"]
    both = panels[1].merge(panels[2], on=keys)
    assert np.abs(both["vaccine_x"] - both["vaccine_y"]).median() > 1


def test_panels_keep_the_decimals_that_printed_variances_need(panels: dict[int, pd.DataFrame]) -> None:
    for indicator, decimals in DECIMALS.items():
        values = panels[1][indicator].dropna()
        np.testing.assert_array_equal(values, values.round(decimals))
