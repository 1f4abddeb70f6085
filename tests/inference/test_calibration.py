"""Simulation-based calibration of the Gaussian family, and that it finds samplers that are wrong."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.calibration import DRAWS, ranks_of_truth, run_trial
from bayes_saude.inference.simulate import simulate
from bayes_saude.summaries.uniformity import uniformity

SIMULATIONS = 100
# One chain whose draws are worth as many as are compared; a trial in which they are not samples again.
SETTINGS = {"draws": 250, "tune": 250, "chains": 1}
# Probability that a right sampler fails a test, whatever the number of quantities that it looks at.
FALSE_ALARM = 0.01
LAYOUTS = {
    "region": {"regions": 28},
    "without a year": {"regions": 28, "times": (2011, 2012, 2014)},
    "municipality": {"regions": 853},
    "nested": {"regions": 10, "per_region": 4, "missing": 0.1},
    "year effects": {"regions": 60},
}
QUANTITIES = {"region": 16, "without a year": 16, "municipality": 16, "nested": 27, "year effects": 21}


def model_of(kind):
    """Give a model with every prior stated, and the layout of its panels."""
    levels = {"municipality": ["municipality"], "nested": ["region", "municipality"]}.get(kind, ["region"])
    scatter = dict.fromkeys(levels, (6.0, 1.5, 0.3))
    panel = simulate_trend(1, fixed=(70, 2), scatter=scatter, sd_resid=5, **LAYOUTS[kind])
    return simulate(trend_model(levels, year_effects=kind == "year effects"), panel)


@pytest.fixture(scope="module")
def trials():
    """All trials of a kind, made once."""
    made = {}

    def of(kind):
        if kind not in made:
            reference = model_of(kind)
            made[kind] = [
                run_trial(reference.spec, reference.panel, seed=2022, number=i, settings=SETTINGS)
                for i in range(SIMULATIONS)
            ]
        return made[kind]

    return of


def verdict(trials):
    ranks = pd.DataFrame([ranks_of_truth(trial, seed=i) for i, trial in enumerate(trials)])
    return uniformity(ranks, DRAWS, prob=1 - FALSE_ALARM).set_index("quantity")


def with_posterior(trial, change):
    """Replace a fit's draws by others made of them."""
    posterior = trial.fit["posterior"].to_dataset()
    parts = {
        "posterior": posterior.assign(change(posterior)),
        "constant_data": trial.fit["constant_data"].to_dataset(),
    }
    fit = xr.DataTree.from_dict(parts)
    fit.attrs = trial.fit.attrs
    return trial._replace(fit=fit)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_truth_is_one_of_the_draws(kind, trials):
    table = verdict(trials(kind))
    assert len(table) == QUANTITIES[kind]
    assert table["inside_all"].all(), table[~table["inside_all"]]


def test_draws_of_twice_the_spread_are_found(trials):
    def wider(posterior):
        names = ["intercept", "slope", "municipality_effect"]
        return {name: 2 * posterior[name] - posterior[name].mean(("chain", "draw")) for name in names}

    table = verdict([with_posterior(trial, wider) for trial in trials("municipality")])
    assert not table.loc[["intercept", "slope", "log-likelihood"], "inside_all"].any()
    assert table.loc["sd_resid", "inside_all"]


def test_effects_that_ignore_the_data_are_found_by_the_log_likelihood(trials):
    def from_the_population(posterior):
        rng = np.random.default_rng(1)
        effect = posterior["region_effect"]
        z = rng.standard_normal(effect.shape)
        sd = [posterior[name].squeeze("level").values[..., None] for name in ("sd_intercept", "sd_slope")]
        corr = posterior["corr"].squeeze("level").values[..., None]
        slope = sd[1] * (corr * z[..., 0] + np.sqrt(1 - corr**2) * z[..., 1])
        return {"region_effect": (effect.dims, np.stack([sd[0] * z[..., 0], slope], axis=-1))}

    table = verdict([with_posterior(trial, from_the_population) for trial in trials("region")])
    assert not table.loc["log-likelihood", "inside_all"]
    # Each unit's own rank is that of one draw of the population among others, which says nothing.
    assert table.loc["marginal log-likelihood", "inside_all"]


def test_another_prior_than_that_of_the_truths_is_found():
    reference = model_of("region")
    priors = dict(reference.spec.priors)
    # Of slopes that hardly differ the data say little, and the prior the rest.
    priors["sd_slope"] = priors["sd_slope"].model_copy(update={"sigma": priors["sd_slope"].sigma / 20})
    of_truths = reference.spec.model_copy(update={"priors": priors})
    wrong = []
    for i in range(50):
        truth = simulate(of_truths, reference.panel, seed=i).truth
        wrong.append(
            run_trial(reference.spec, reference.panel, seed=1, number=i, truth=truth, settings=SETTINGS)
        )
    assert not verdict(wrong).loc["sd_slope", "inside_all"]


def test_a_trial_is_made_again_from_its_number(trials):
    reference = model_of("region")
    again = run_trial(reference.spec, reference.panel, seed=2022, number=7, settings=SETTINGS)
    assert ranks_of_truth(again, seed=7) == ranks_of_truth(trials("region")[7], seed=7)
    xr.testing.assert_identical(
        again.truth["posterior"].to_dataset(), trials("region")[7].truth["posterior"].to_dataset()
    )


def test_few_draws_are_followed_by_more():
    reference = model_of("region")
    trial = run_trial(
        reference.spec, reference.panel, seed=1, settings={"draws": 40, "tune": 300, "chains": 1}
    )
    assert trial.runs > 1
    assert trial.fit["posterior"].sizes["draw"] == 40 * 4 ** (trial.runs - 1)


def test_ties_are_broken_at_random(trials):
    trial = trials("region")[0]
    true = trial.truth["posterior"]["sd_resid"].item()
    same = with_posterior(trial, lambda posterior: {"sd_resid": xr.full_like(posterior["sd_resid"], true)})
    ranks = {ranks_of_truth(same, seed=seed)["sd_resid"] for seed in range(100)}
    # Of a hundred ranks, each as likely, 63 are expected to occur and fewer than 40 next to never.
    assert len(ranks) > 40
    assert min(ranks) >= 0
    assert max(ranks) <= DRAWS


def test_quantities_are_named_as_in_model_files(trials):
    (nested, region) = (set(ranks_of_truth(trials(kind)[0])) for kind in ("nested", "region"))
    assert {"intercept", "slope", "sd_resid", "sd_intercept[region]", "corr[municipality]"} <= nested
    assert {"sd_intercept", "corr", "log-likelihood", "marginal log-likelihood"} <= region
    assert {"slope of region region 000", "rank of region region 000 by intercept"} <= region
