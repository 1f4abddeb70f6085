"""Outcomes predicted for a fit's panel, from the priors and after the data."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from events import event_model, simulate_events
from known_fits import fit_at_truth
from scipy import stats
from small_fits import build_fit

from bayes_saude.inference.simulate import simulate
from bayes_saude.summaries.predictive import (
    posterior_predictive,
    predictions,
    prior_predictive,
    responses,
    with_shares,
)

UNITS = {"region": ["East", "West"], "municipality": list("ABCD")}
PARENTS = {"municipality": ["East", "East", "West", "West"]}
PRIORS = {
    "intercept": {"dist": "normal", "mu": 70, "sigma": 10},
    "slope": {"dist": "normal", "mu": 1, "sigma": 2},
    "sd_intercept[region]": {"dist": "halfnormal", "sigma": 5},
    "sd_slope[region]": {"dist": "halfnormal", "sigma": 1},
    "corr[region]": {"dist": "lkj", "eta": 2},
    "sd_intercept[municipality]": {"dist": "halfnormal", "sigma": 3},
    "sd_slope[municipality]": {"dist": "exponential", "scale": 0.5},
    "corr[municipality]": {"dist": "lkj", "eta": 2},
    "sd_resid": {"dist": "halfnormal", "sigma": 4},
}
CHAINS, DRAWS = 2, 5000


@pytest.fixture
def known(make_fit):
    """A posterior of one point: every draw has the same lines; the residuals' sd is 1, the units' 0.5."""
    region = np.array([[1.0, 0.1], [-1.0, -0.1]])
    municipality = np.array([[2.0, 0.2], [0.0, 0.0], [0.5, 0.0], [-3.0, 0.4]])
    fit = make_fit(
        {
            "region": np.broadcast_to(region, (CHAINS, DRAWS, 2, 2)),
            "municipality": np.broadcast_to(municipality, (CHAINS, DRAWS, 4, 2)),
        },
        UNITS,
        parents=PARENTS,
        fixed=(70.0, 2.0),
    )
    fit.attrs["priors"] = json.dumps(PRIORS)
    return fit


def test_the_same_units_are_predicted_about_their_own_lines(known):
    predicted = posterior_predictive(known, draws=CHAINS * DRAWS)
    intercept, slope = np.array([73.0, 71, 69.5, 66]), np.array([2.3, 2.1, 1.9, 2.3])
    line = intercept + slope * np.array([[0], [3]])
    assert predicted["value"].dims == ("chain", "draw", "obs")
    assert predicted["municipality"].values.tolist() == list("ABCDABCD")
    assert predicted["region"].values.tolist() == ["East", "East", "West", "West"] * 2
    assert predicted["time"].values.tolist() == [2011] * 4 + [2014] * 4
    values = predicted["value"].values.reshape(-1, 8)
    n = len(values)
    assert (abs(values.mean(axis=0) - line.ravel()) < 4.5 / np.sqrt(n)).all()
    for residual in (values - line.ravel()).T:
        assert stats.kstest(residual, "norm").pvalue > 0.001


def test_new_units_scatter_as_the_hyperparameters_say(known):
    values = posterior_predictive(known, draws=CHAINS * DRAWS, units="new")["value"]
    # Each level's sds are 0.5 and 0.5, their correlation 0.5: the line's variance at time t is
    # 2 (0.25 + t² 0.25 + 2 t 0.125), and the residuals' 1 comes on top.
    for time, variance in ((2011, 2 * 0.25 + 1), (2014, 2 * (0.25 + 9 * 0.25 + 2 * 3 * 0.125) + 1)):
        of_unit = values.isel(obs=(values["time"] == time) & (values["municipality"] == "A")).values.ravel()
        assert abs(of_unit.mean() - (70 + 2 * (time - 2011))) < 4 * np.sqrt(variance / of_unit.size)
        assert abs(of_unit.var() / variance - 1) < 4 * np.sqrt(2 / of_unit.size)


def test_the_prior_predictive_has_the_priors_variance(known):
    values = prior_predictive(known, draws=20_000, seed=1)["value"].squeeze("chain")
    for time in (2011, 2014):
        at = values.isel(obs=(values["time"] == time) & (values["municipality"] == "C")).values.ravel()
        t = time - 2011
        # E sd² is sigma² of a half-normal and 2 scale² of an exponential; correlations have mean zero.
        variance = 10**2 + 5**2 + 3**2 + 4**2 + t**2 * (2**2 + 1**2 + 2 * 0.5**2)
        assert abs(at.mean() - (70 + t)) < 4 * np.sqrt(variance / at.size)
        error = at.size**-0.5 * np.sqrt(stats.kurtosis(at) + 2)
        assert abs(at.var() / variance - 1) < 4 * error


def test_draws_are_taken_evenly_from_all_chains(known):
    predicted = posterior_predictive(known, draws=7)
    assert predicted.sizes["chain"] == CHAINS
    assert predicted["draw"].values.tolist() == [0, 1250, 2500, 3750]


def test_no_more_draws_than_there_are(known):
    assert posterior_predictive(known, draws=10**9).sizes["draw"] == DRAWS


def test_the_seed_decides(known):
    first, second, other = (posterior_predictive(known, draws=10, seed=seed) for seed in (1, 1, 2))
    xr.testing.assert_equal(first, second)
    assert not np.isclose(first["value"], other["value"]).any()


def test_a_chain_predicts_the_cells_of_its_own_replicate(make_fit):
    cells = pd.DataFrame({"region": list("ABAB"), "time": [2011, 2011, 2014, 2014], "value": 0.0})
    # The second replicate has not seen B in 2014.
    panel = pd.concat([cells.assign(replicate=1), cells.iloc[:3].assign(replicate=2)], ignore_index=True)
    effects = np.zeros((3, 50, 2, 2))
    effects[1:, :, :, 0] = 1000
    fit = make_fit({"region": effects}, {"region": list("AB")}, replicate=[1, 2, 2], panel=panel)
    predicted = posterior_predictive(fit, draws=150)
    assert predicted["replicate"].values.tolist() == [1, 2, 2]
    assert predicted.sizes == {"chain": 3, "draw": 50, "obs": 4}
    values = predicted["value"].values
    assert np.isnan(values[1:, :, 3]).all()
    assert (abs(values[0]) < 500).all()
    assert (values[1:, :, :3] > 500).all()


@pytest.fixture(params=["binomial", "beta_binomial", "negative_binomial"])
def of_events(request):
    """A panel of events and the truth that made it."""
    spec = event_model(request.param, ["region"])
    panel, _ = simulate_events(
        1, family=request.param, fixed=(-1.5, 0.05), scatter={}, dispersion=0.2, regions=8, per_region=1
    )
    truth = {"intercept": -1.5, "slope": 0.05, "sd_intercept": 0.4, "sd_slope": 0.05}
    if request.param != "binomial":
        truth["dispersion"] = 0.2
    return fit_at_truth(simulate(spec, panel.drop(columns="municipality"), truth=truth, seed=1))


def test_no_trials_have_no_successes():
    cells = pd.DataFrame({"region": list("AB"), "time": [2011, 2011], "successes": [0, 3], "trials": [0, 9]})
    fit = build_fit(
        {"region": np.zeros((1, 50, 2, 2))}, {"region": list("AB")}, panel=cells.assign(replicate=1),
        family="binomial",
    )  # fmt: skip
    (prediction,) = predictions(fit, draws=50)
    assert (prediction.outcome["successes"][:, 0] == 0).all()
    seen = with_shares(fit, prediction)
    assert seen.rows["region"].tolist() == ["B"]
    observed, predicted = responses(fit, seen)
    assert observed.tolist() == [3 / 9]
    assert (predicted[:, 0] == prediction.outcome["successes"][:, 1] / 9).all()


def test_events_are_predicted_as_counts_of_their_own_size(of_events):
    outcome = "successes" if "successes" in of_events["constant_data"] else "count"
    observed = of_events["constant_data"][outcome].values
    values = posterior_predictive(of_events, draws=200)[outcome].values.reshape(-1, len(observed))
    assert (values == values.round()).all()
    assert (values >= 0).all()
    # An outcome lies beyond two hundred of its like with a chance of 2 in 201; of forty rows four or more do
    # so once in 1,300 panels.
    outside = (observed < values.min(axis=0)) | (observed > values.max(axis=0))
    assert outside.sum() < 4
    prior = prior_predictive(of_events, draws=100)[outcome]
    assert prior.sizes == {"chain": 1, "draw": 100, "obs": len(observed)}
