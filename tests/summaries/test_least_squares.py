"""Each unit's own line, beside REML and the posterior."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.errors import BayesSaudeError
from bayes_saude.summaries.coefficients import unit_quantity
from bayes_saude.summaries.least_squares import COLUMNS, least_squares, shrinkage
from bayes_saude.summaries.reml import reml

ORIGIN = 2011


@pytest.fixture
def panel():
    """Five municipalities in two regions; C has two of the four years, D one, region West no more than E."""
    rng = np.random.default_rng(8)
    years = {
        "A": range(2011, 2015),
        "B": range(2011, 2015),
        "C": (2012, 2014),
        "D": (2013,),
        "E": range(2011, 2014),
    }
    home = {name: "West" if name == "E" else "East" for name in years}
    rows = [
        {"replicate": replicate, "region": home[name], "municipality": name, "time": year}
        for replicate in (1, 2, 3)
        for name, times in years.items()
        for year in times
    ]
    return pd.DataFrame(rows).assign(value=50 + 10 * rng.normal(size=len(rows)))


@pytest.fixture
def fit(make_fit, panel):
    rng = np.random.default_rng(1)
    return make_fit(
        {"region": rng.normal(size=(3, 20, 2, 2)), "municipality": rng.normal(size=(3, 20, 5, 2))},
        # Not in the panel's order.
        {"region": ["West", "East"], "municipality": list("EDCBA")},
        parents={"municipality": ["West", "East", "East", "East", "East"]},
        replicate=[1, 2, 3],
        panel=panel,
    )


def by_polyfit(panel, name):
    lines = [
        np.polyfit(rows["time"] - ORIGIN, rows["value"], 1)[::-1]
        for _, rows in panel[panel["municipality"] == name].groupby("replicate")
    ]
    return np.mean(lines, axis=0)


def test_lines_are_those_of_polyfit_mean_over_the_replicates(fit, panel):
    lines = least_squares(fit).set_index("unit")
    assert lines.index.tolist() == list("EDCBA")
    for name in "ABCE":
        assert lines.loc[name].to_numpy() == pytest.approx(by_polyfit(panel, name))


def test_a_unit_with_one_time_has_none(fit):
    assert least_squares(fit).set_index("unit").loc["D"].isna().all()


def test_a_time_that_comes_twice_is_still_one(make_fit, panel):
    twice = pd.concat([panel, panel[panel["municipality"] == "D"]])
    effects = np.zeros((1, 10, 5, 2))
    fit = make_fit({"municipality": effects}, {"municipality": list("ABCDE")}, panel=twice)
    assert least_squares(fit).set_index("unit").loc["D"].isna().all()


def test_a_unit_that_holds_others_has_the_mean_of_their_lines(fit, panel):
    lines = least_squares(fit, "region").set_index("unit")
    assert lines.index.tolist() == ["West", "East"]
    # D has no line to give.
    expected = np.mean([by_polyfit(panel, name) for name in "ABC"], axis=0)
    assert lines.loc["East"].to_numpy() == pytest.approx(expected)
    assert lines.loc["West"].to_numpy() == pytest.approx(by_polyfit(panel, "E"))


def test_rows_of_a_unit_are_one_line_however_many_a_year_has(make_fit, panel):
    fit = make_fit({"region": np.zeros((1, 10, 2, 2))}, {"region": ["East", "West"]}, panel=panel)
    rows = panel[panel["region"] == "East"]
    expected = np.mean(
        [np.polyfit(one["time"] - ORIGIN, one["value"], 1)[::-1] for _, one in rows.groupby("replicate")],
        axis=0,
    )
    assert least_squares(fit).iloc[0, 1:].to_numpy(dtype=float) == pytest.approx(expected)


def test_shrinkage_puts_the_three_beside_one_another(make_fit, make_spec):
    rng = np.random.default_rng(4)
    names, years = list("ABCDEFGH"), np.arange(2011, 2015)
    values = (
        50
        + 9 * rng.normal(size=(8, 1))
        + rng.normal(size=(8, 1)) * (years - 2011)
        + 2 * rng.normal(size=(8, 4))
    )
    panel = pd.DataFrame(
        {"replicate": 1, "region": np.repeat(names, 4), "time": np.tile(years, 8), "value": values.ravel()}
    )
    fit = make_fit({"region": rng.normal(size=(2, 50, 8, 2))}, {"region": names}, fixed=(50, 0), panel=panel)
    table = shrinkage(fit)
    assert tuple(table) == COLUMNS
    assert table.attrs == {"origin": ORIGIN}
    frequentist, own = reml(fit), least_squares(fit).set_index("unit")
    for term in ("intercept", "slope"):
        assert table[f"own_{term}"].to_numpy() == pytest.approx(own.loc[table["unit"], term].to_numpy())
        estimates = frequentist["region_estimate"].sel(term=term, region=table["unit"].to_numpy()).values
        assert table[f"reml_{term}"].to_numpy() == pytest.approx(estimates)
        means = (
            unit_quantity(fit, "region", term).mean(("chain", "draw")).sel(region=table["unit"].to_numpy())
        )
        assert table[f"bayes_{term}"].to_numpy() == pytest.approx(means.values)
    # REML's lines lie between the units' own and their mean: they scatter less.
    assert table["reml_slope"].std() < table["own_slope"].std()
    assert table["moved"].is_monotonic_decreasing
    farthest = table.iloc[0]
    dx, dy = (
        (farthest[f"bayes_{term}"] - farthest[f"own_{term}"]) / table[f"own_{term}"].std()
        for term in ("intercept", "slope")
    )
    assert farthest["moved"] == pytest.approx(np.hypot(dx, dy))
    pd.testing.assert_frame_equal(table, shrinkage(fit, frequentist=frequentist))


def test_a_unit_without_a_line_comes_last(fit):
    table = shrinkage(fit)
    assert table["unit"].iloc[-1] == "D"
    assert np.isnan(table["moved"].iloc[-1])
    assert table[["reml_slope", "bayes_slope"]].notna().all(axis=None)


def test_a_fit_without_slopes_has_no_plane(make_fit):
    fit = make_fit({"region": np.zeros((1, 10, 3, 1))}, {"region": ["A", "B", "C"]}, slopes=False)
    with pytest.raises(BayesSaudeError, match="share one slope"):
        shrinkage(fit)
