"""What a model predicts of units and years that it has not seen."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats
from scipy.special import logsumexp
from trends import ORIGIN, trend_model
from trends import simulate as simulate_trend

from bayes_saude.data.spreadsheet_text import csv_text
from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.fit import fit
from bayes_saude.inference.reading import panel_of
from bayes_saude.inference.refit import refit
from bayes_saude.inference.steps import remembered
from bayes_saude.inference.store import save
from bayes_saude.summaries import left_out
from bayes_saude.summaries.cross_validation import (
    COLUMNS,
    compare_predictions,
    cross_validate,
    influential_units,
    prediction_scores,
    read_cross_validation,
)
from bayes_saude.summaries.unit_densities import unit_log_densities

SCATTER = {"region": (8, 1.5, 0.3), "municipality": (4, 0.5, 0)}


@pytest.fixture(scope="module")
def panel():
    return simulate_trend(3, fixed=(70, 2), scatter=SCATTER, sd_resid=4, regions=6, per_region=5)


@pytest.fixture(scope="module")
def nested(panel):
    return fit(trend_model(["region", "municipality"]), panel, seed=1)


@pytest.fixture(scope="module")
def flat(panel):
    return fit(trend_model(["municipality"]), panel, seed=1)


@pytest.fixture(scope="module")
def years(panel):
    """A model with year effects, of a panel with a dip that all units share."""
    dipped = panel.assign(value=panel["value"] - 15 * (panel["time"] == 2012))
    both = [
        fit(trend_model(["municipality"], year_effects=effects), dipped, seed=1) for effects in (True, False)
    ]
    return both


def test_what_is_interrupted_goes_on_where_it_was_and_gives_the_same(flat, tmp_path, monkeypatch):
    save(flat, tmp_path)
    # As if no weights were to be trusted in two units.
    weighted = left_out.weighted_units

    def unsure(fit, name):
        return [score._replace(khat=2.0 if i < 2 else 0.0) for i, score in enumerate(weighted(fit, name))]

    monkeypatch.setattr(left_out, "weighted_units", unsure)
    expected = cross_validate(flat, by="both")
    begun = []

    def interrupted(fit, **changed):
        begun.append(changed)
        if len(begun) in {2, 5}:
            raise KeyboardInterrupt
        return refit(fit, **changed)

    monkeypatch.setattr(left_out, "refit", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), remembered(flat, tmp_path, "cross_validation") as once:
            cross_validate(flat, by="both", once=once)
    with remembered(flat, tmp_path, "cross_validation") as once:
        found = cross_validate(flat, by="both", once=once)
    pd.testing.assert_frame_equal(found, expected)
    assert len(begun) == 2 + panel_of(flat)["time"].nunique() + 2


def test_a_units_density_is_that_of_its_rows_with_every_coefficient_written_out(nested):
    densities = unit_log_densities(nested, 1)
    panel, posterior = panel_of(nested), nested["posterior"].to_dataset().isel(chain=2, draw=71)
    for unit in densities["unit"].values[[0, 17]]:
        rows = panel[panel["municipality"] == unit]
        design = np.column_stack([np.ones(len(rows)), rows["time"] - ORIGIN])
        region = posterior["region_effect"].sel(region=rows["region"].iloc[0]).values
        own = posterior.sel(level="municipality")
        sd = np.array([own["sd_intercept"], own["sd_slope"]])
        between = np.outer(sd, sd) * [[1, own["corr"]], [own["corr"], 1]]
        covariance = design @ between @ design.T + float(own["sd_resid"]) ** 2 * np.eye(len(rows))
        mean = design @ (np.array([posterior["intercept"], posterior["slope"]]) + region)
        expected = stats.multivariate_normal.logpdf(rows["value"], mean, covariance)
        # Effects are kept in single precision.
        assert float(densities.isel(chain=2, draw=71).sel(unit=unit)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("which", ["nested", "flat"])
def test_weighted_draws_say_what_a_fit_without_the_unit_says(request, which):
    fitted = request.getfixturevalue(which)
    scores = cross_validate(fitted).set_index("unit")
    panel = panel_of(fitted)
    for unit in scores.index[[1, 12, 25]]:
        own = panel["municipality"] == unit
        kept = panel[~own]
        kept.attrs = panel.attrs
        densities = unit_log_densities(refit(fitted, panel=kept, seed=5), 1, panel[own]).values.ravel()
        exact = logsumexp(densities) - np.log(densities.size)
        # Errors of both means, as shares of them: each draw is worth half a draw at least.
        error = np.std(np.exp(densities - exact)) / np.sqrt(densities.size / 2)
        assert scores.loc[unit, "elpd"] == pytest.approx(exact, abs=4 * np.sqrt(2) * error)
    assert (scores["khat"] < 0.7).all()


def test_a_unit_that_moves_the_hyperparameters_is_left_out_by_a_fit_without_it(panel):
    first = panel["municipality"] == panel["municipality"].iloc[0]
    fitted = fit(
        trend_model(["municipality"]), panel.assign(value=panel["value"] + 150 * first), seed=1, draws=500
    )
    scores = cross_validate(fitted).set_index("unit")
    far = panel["municipality"].iloc[0]
    assert scores.loc[far, "refitted"]
    assert scores.loc[far, "khat"] > 0.7
    assert (scores["refitted"] == (scores["khat"] > 0.7)).all()
    whole = panel_of(fitted)
    own = whole["municipality"] == far
    kept = whole[~own]
    kept.attrs = whole.attrs
    densities = unit_log_densities(refit(fitted, panel=kept, seed=0), 1, whole[own]).values.ravel()
    assert scores.loc[far, "elpd"] == pytest.approx(logsumexp(densities) - np.log(densities.size))
    assert scores["elpd"].idxmin() == far
    assert influential_units(fitted)["unit"].tolist() == [far]
    weighted = cross_validate(fitted, refits=0)
    assert not weighted["refitted"].any()
    assert prediction_scores(weighted)["unreliable"].tolist() == [1]


@pytest.mark.parametrize(("apart", "told"), [(40, True), (150, False)])
def test_a_fit_without_a_unit_far_off_is_trusted_only_where_other_draws_say_the_same(panel, apart, told):
    first = panel["municipality"] == panel["municipality"].iloc[0]
    fitted = fit(
        trend_model(["municipality"]), panel.assign(value=panel["value"] + apart * first), seed=1, draws=500
    )
    one, other = (cross_validate(fitted, seed=seed) for seed in (0, 9))
    assert one["refitted"].sum() == 1
    for scores in (one, other):
        assert prediction_scores(scores)["unreliable"].tolist() == [0 if told else 1]
    a, b = (scores.loc[scores["refitted"]].iloc[0] for scores in (one, other))
    # An error of the log below one, as any mean of positive numbers has, and eight apart.
    agree = abs(a["elpd"] - b["elpd"]) < 4 * np.hypot(a["mcse"], b["mcse"])
    assert agree == told


def test_a_row_far_from_its_line_makes_the_score_of_its_year_one_not_to_be_trusted(panel):
    one = (panel["municipality"] == panel["municipality"].iloc[0]) & (panel["time"] == 2013)
    far = panel.assign(value=panel["value"] + 300 * one)
    scores = cross_validate(fit(trend_model(["municipality"]), far, seed=1, draws=300), by="year", seed=4)
    own = (scores["unit"] == panel["municipality"].iloc[0]) & (scores["left_out"] == "2013")
    assert scores.loc[own, "khat"].item() == scores["khat"].max() > 1
    assert prediction_scores(scores)["unreliable"].item() >= 1


def test_each_row_of_a_year_is_predicted_by_its_units_line_without_the_year(flat):
    scores = cross_validate(flat, by="year", seed=4)
    assert tuple(scores.columns) == COLUMNS
    assert len(scores) == panel_of(flat).groupby(["municipality", "time"]).ngroups
    panel = panel_of(flat)
    kept = panel[panel["time"] != 2013]
    kept.attrs = panel.attrs
    without = refit(flat, panel=kept, seed=4)["posterior"].to_dataset()
    unit = panel["municipality"].iloc[0]
    own = without["municipality_effect"].sel(municipality=unit)
    line = without["intercept"] + own.sel(term="intercept")
    line = line + 2 * (without["slope"] + own.sel(term="slope"))
    value = float(panel[(panel["municipality"] == unit) & (panel["time"] == 2013)]["value"].iloc[0])
    density = stats.norm.pdf(value, line.values, without["sd_resid"].values).mean()
    row = scores[(scores["unit"] == unit) & (scores["left_out"] == "2013")].iloc[0]
    assert row["elpd"] == pytest.approx(np.log(density), abs=1e-5)
    # Of rows near their lines every one is told.
    assert scores["khat"].max() < 0.7
    assert prediction_scores(scores)["unreliable"].item() == 0


@pytest.mark.slow
def test_year_effects_predict_units_better_where_there_is_a_dip(years):
    with_effects, without = (cross_validate(fitted) for fitted in years)
    found = compare_predictions(with_effects, without)
    assert found["difference"] > 5 * found["se"]
    assert found["units"] == 30
    back = compare_predictions(without, with_effects)
    assert back["difference"] == pytest.approx(-found["difference"])


def test_the_standard_error_is_of_the_sum_over_units():
    rng = np.random.default_rng(1)
    keys = {
        "by": "year",
        "replicate": 1,
        "left_out": ["2011", "2012"] * 200,
        "unit": np.repeat(np.arange(200), 2),
        "rows": 1,
        "mcse": 0.1,
        "khat": np.nan,
        "refitted": True,
    }
    first, second = (pd.DataFrame({**keys, "elpd": values}) for values in rng.normal(size=(2, 400)))
    found = compare_predictions(first, second)
    # The difference of 400 pairs of standard normal numbers: sqrt(800); 200 units tell it within 5%.
    assert found["se"] == pytest.approx(np.sqrt(800), rel=0.2)
    assert found["difference"] == pytest.approx((first["elpd"] - second["elpd"]).sum())


def test_other_rows_are_refused():
    table = pd.DataFrame(
        {"by": "unit", "replicate": 1, "left_out": "A", "unit": ["A"], "rows": 4, "elpd": -3.0}
    )
    with pytest.raises(BayesSaudeError, match="do not score the same rows"):
        compare_predictions(table, table.assign(rows=3))


def test_values_on_a_link_are_scored_in_their_own_unit(panel):
    positive = panel.assign(value=np.exp((panel["value"] - 70) / 30))
    scores = cross_validate(
        fit(trend_model(["municipality"], family="lognormal"), positive, seed=1, draws=300)
    )
    in_cents = positive.assign(value=100 * positive["value"])
    other = cross_validate(
        fit(trend_model(["municipality"], family="lognormal"), in_cents, seed=1, draws=300)
    )
    # A density per cent is a hundredth of that per unit; the two fits differ by Monte Carlo error only.
    apart = (scores["elpd"] - other["elpd"]).to_numpy()
    assert apart == pytest.approx(scores["rows"].to_numpy() * np.log(100), abs=0.2)


def test_units_in_order_are_not_left_out():
    text = trend_model(["municipality"]).text.replace("[ranking]", 'sequence = "municipality"\n[ranking]')
    fitted = xr.DataTree()
    fitted.attrs = {"model": "in-order", "model_file": text}
    with pytest.raises(BayesSaudeError, match="stand in an order"):
        cross_validate(fitted)
    assert influential_units(fitted).empty


def test_a_written_table_is_read_as_it_was(tmp_path):
    table = pd.DataFrame(
        {
            "by": ["unit", "year", "year"],
            "replicate": [1, 1, 2],
            "left_out": ["=A1", "2011", "2011"],
            "unit": ["=A1", "NA", "001"],
            "rows": [4, 1, 1],
            "elpd": [-12.5, -3.25, -1e-9],
            "mcse": [0.01, 0.02, 0.5],
            "khat": [0.75, np.nan, np.nan],
            "refitted": [False, True, True],
        }
    )
    file = tmp_path / "cross_validation.csv"
    file.write_text(csv_text(table), encoding="utf-8")
    assert "\n'=A1" not in file.read_text(encoding="utf-8")
    pd.testing.assert_frame_equal(read_cross_validation(file), table)


def test_scores_of_both_ways_are_compared_one_by_one():
    keys = {"replicate": 1, "unit": ["A", "B"], "rows": 1, "mcse": 0.3, "khat": [0.2, 0.9], "refitted": False}
    units = pd.DataFrame({"by": "unit", "left_out": ["A", "B"], "elpd": [-1.0, -2.0], **keys})
    years = pd.DataFrame({"by": "year", "left_out": "2011", "elpd": [-3.0, -5.0], **keys})
    both = pd.concat([units, years.assign(khat=np.nan, refitted=True)], ignore_index=True)
    with pytest.raises(BayesSaudeError, match='by="unit"'):
        compare_predictions(both, both)
    worse = both.assign(elpd=both["elpd"] - 1)
    found = compare_predictions(both, worse, by="unit")
    assert found["difference"] == 2
    assert found["unreliable"] == 1
    assert found["mcse"] == pytest.approx(0.6 * np.sqrt(2))
    assert compare_predictions(both, worse, by="year")["unreliable"] == 0
    scores = prediction_scores(both).set_index("by")
    assert scores.loc["unit", "elpd"] == -3
    assert scores.loc["year", ["left_out", "refitted", "unreliable"]].tolist() == [1, 1, 0]
    assert scores.loc["unit", ["left_out", "refitted", "unreliable"]].tolist() == [2, 0, 1]


def test_two_years_are_too_few_to_leave_one_out(panel):
    short = panel[panel["time"] < 2013]
    fitted = fit(trend_model(["municipality"]), short, seed=1, draws=20, tune=50)
    with pytest.raises(BayesSaudeError, match="2 times"):
        cross_validate(fitted, by="year")
