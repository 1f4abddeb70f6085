"""The gates that a fit passes before anything is concluded from it."""

import json

import arviz_stats
import numpy as np
import pytest
import xarray as xr
from energies import autoregression, with_energy

from bayes_saude.errors import ConvergenceError
from bayes_saude.inference.checks import about_replicates, check_sampling, hyperparameter_draws, require

CHAINS, DRAWS = 4, 1000


@pytest.fixture
def sampled():
    """A fit of two levels with independent draws, as a sampler would leave it at its best."""
    rng = np.random.default_rng(5)
    shape = (CHAINS, DRAWS)
    posterior = {
        name: (("chain", "draw"), rng.normal(size=shape)) for name in ("intercept", "slope", "sd_resid")
    }
    for name in ("sd_intercept", "sd_slope", "corr"):
        posterior[name] = (("chain", "draw", "level"), rng.normal(size=(*shape, 2)))
    coords = {
        "chain": range(CHAINS), "draw": range(DRAWS), "level": ["region", "municipality"],
        "replicate": ("chain", [1] * CHAINS),
    }  # fmt: skip
    flags = {
        name: (("chain", "draw"), np.zeros(shape, dtype=bool))
        for name in ("diverging", "reached_max_treedepth")
    }
    return xr.DataTree.from_dict(
        {"posterior": xr.Dataset(posterior, coords), "sample_stats": xr.Dataset(flags)}
    )


def failing(report):
    return {gate["name"]: gate["parameter"] for gate in report["gates"] if not gate["passed"]}


def test_independent_draws_pass(sampled):
    report = check_sampling(sampled)
    assert report["passed"]
    assert [gate["name"] for gate in report["gates"]] == [
        "R-hat", "bulk ESS", "tail ESS", "divergences", "draws that are not finite",
        "share at the limit of steps",
    ]  # fmt: skip
    require(report)


def test_the_report_is_ready_for_json(sampled):
    assert json.loads(json.dumps(check_sampling(sampled))) == check_sampling(sampled)


def test_a_chain_elsewhere_fails_and_the_parameter_is_named(sampled):
    sampled["posterior"]["corr"][0, :, 1] += 1
    report = check_sampling(sampled)
    assert not report["passed"]
    assert failing(report)["R-hat"] == "corr[municipality]"


def test_draws_that_hardly_move_fail(sampled):
    steps = np.random.default_rng(0).normal(size=(CHAINS, DRAWS))
    slow = np.zeros((CHAINS, DRAWS))
    for i in range(1, DRAWS):
        slow[:, i] = 0.9 * slow[:, i - 1] + steps[:, i]
    sampled["posterior"]["slope"][:] = slow
    assert failing(check_sampling(sampled)).get("bulk ESS") == "slope"
    # An autoregression of 0.9 makes 19 draws worth one.
    assert check_sampling(sampled, rhat=1.1, ess_bulk=100, ess_tail=100)["passed"]
    assert not check_sampling(sampled, rhat=1.1, ess_bulk=400, ess_tail=100)["passed"]


def test_one_divergence_fails(sampled):
    sampled["sample_stats"]["diverging"][2, 7] = True
    assert failing(check_sampling(sampled)) == {"divergences": ""}
    assert check_sampling(sampled, divergences=1)["passed"]


def test_steps_at_their_limit_fail_where_they_are_many(sampled):
    sampled["sample_stats"]["reached_max_treedepth"][0, :40] = True
    assert check_sampling(sampled)["passed"]
    sampled["sample_stats"]["reached_max_treedepth"][0, :41] = True
    assert failing(check_sampling(sampled)) == {"share at the limit of steps": ""}


def test_a_parameter_that_never_moves_fails(sampled):
    sampled["posterior"]["slope"][:] = 1.0
    assert failing(check_sampling(sampled))["R-hat"] == "slope"


def test_thresholds_are_parameters(sampled):
    assert failing(check_sampling(sampled, rhat=1.0)).keys() == {"R-hat"}
    assert failing(check_sampling(sampled, ess_bulk=1e6)).keys() == {"bulk ESS"}
    assert failing(check_sampling(sampled, ess_tail=1e6)).keys() == {"tail ESS"}


def test_replicates_need_not_agree_but_the_chains_of_each_must(sampled):
    posterior = sampled["posterior"].to_dataset().assign_coords(replicate=("chain", [1, 1, 2, 2]))
    posterior["intercept"][2:] += 5
    sampled["posterior"] = xr.DataTree(posterior)
    assert check_sampling(sampled)["passed"]
    posterior["intercept"][3:] += 1
    sampled["posterior"] = xr.DataTree(posterior)
    assert failing(check_sampling(sampled))["R-hat"] == "intercept"


def test_a_chain_astray_in_one_replicate_of_ten_fails_though_it_hardly_shows_among_all():
    rng = np.random.default_rng(6)
    replicate = np.repeat(np.arange(10), CHAINS)
    draws = {
        name: (("chain", "draw"), rng.normal(size=(10 * CHAINS, DRAWS))) for name in ("intercept", "slope")
    }
    coords = {"replicate": ("chain", replicate), "level": ["region"]}
    flags = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((10 * CHAINS, DRAWS), dtype=bool))})
    fit = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords), "sample_stats": flags})
    assert check_sampling(fit)["passed"]
    # Of a replicate's 8 half chains 2 lie 0.9 from the others: their means have variance 0.9² · 1.5 / 7, and
    # R-hat is the root of one more, 1.08. Among all 80 it is 0.9² · 1.5 / 79, and R-hat 1.008.
    fit["posterior"]["slope"][5] += 0.9
    assert failing(check_sampling(fit)) == {"R-hat of the worst replicate": "slope"}
    assert check_sampling(fit, replicate_rhat=1.1)["passed"]


def test_deviations_of_times_and_effects_of_groups_are_checked_as_parameters_are(sampled):
    rng = np.random.default_rng(7)
    posterior = sampled["posterior"].to_dataset().assign_coords(
        time=[2011, 2012, 2013], band=["large", "small"], term=["intercept", "slope"]
    )  # fmt: skip
    posterior["year_effect"] = (("chain", "draw", "time"), rng.normal(size=(CHAINS, DRAWS, 3)))
    posterior["band_effect"] = (("chain", "draw", "band", "term"), rng.normal(size=(CHAINS, DRAWS, 2, 2)))
    sampled["posterior"] = posterior
    assert check_sampling(sampled)["passed"]
    for name, place, named in (
        ("year_effect", (0, slice(None), 1), "year_effect[2012]"),
        ("band_effect", (0, slice(None), 1, 0), "band_effect[small, intercept]"),
    ):
        astray = sampled.copy(deep=True)
        astray["posterior"][name][place] += 3
        assert failing(check_sampling(astray))["R-hat"] == named


def test_hyperparameters_are_named_with_their_level_where_there_are_several(sampled):
    names = list(hyperparameter_draws(sampled))
    assert names == [
        "intercept", "slope",
        "sd_intercept[region]", "sd_slope[region]", "corr[region]",
        "sd_intercept[municipality]", "sd_slope[municipality]", "corr[municipality]",
        "sd_resid",
    ]  # fmt: skip
    values = hyperparameter_draws(sampled)["corr[municipality]"].values
    assert (values == sampled["posterior"]["corr"].values[..., 1]).all()


def test_replicates_apart_are_no_want_of_convergence():
    rng = np.random.default_rng(1)
    # Four chains, two for each replicate; the replicates' posteriors lie apart and differ in spread.
    values = rng.normal(size=(4, 500)) * [[1], [1], [3], [3]] + [[0], [0], [9], [9]]
    draws = xr.Dataset({"sd": (("chain", "draw"), values)})
    assert float(arviz_stats.rhat(draws)["sd"]) > 1.5
    apart = about_replicates(draws, np.array([1, 1, 2, 2]))
    assert float(arviz_stats.rhat(apart)["sd"]) < 1.01
    assert float(arviz_stats.ess(apart)["sd"]) > 1500
    # Chains of one replicate that disagree are still found out.
    assert float(arviz_stats.rhat(about_replicates(draws, np.array([1, 2, 1, 2])))["sd"]) > 1.5


def test_one_replicate_is_left_as_it_is():
    draws = xr.Dataset({"sd": (("chain", "draw"), np.random.default_rng(2).exponential(size=(4, 300)))})
    assert about_replicates(draws, np.array([1, 1, 1, 1])).identical(draws)


def test_a_failing_fit_is_refused_with_what_to_do(sampled):
    sampled["sample_stats"]["diverging"][2, 7] = True
    with pytest.raises(ConvergenceError, match=r"divergences is 1, the limit 0.*narrower priors"):
        require(check_sampling(sampled))


def test_one_chain_has_no_rhat_and_the_advice_is_more_chains(sampled):
    one = xr.DataTree.from_dict(
        {name: sampled[name].to_dataset().isel(chain=[0]) for name in ("posterior", "sample_stats")}
    )
    report = check_sampling(one, ess_bulk=100, ess_tail=100)
    assert failing(report).keys() == {"R-hat"}
    assert report["gates"][0]["value"] is None
    assert "--chains 4" in report["gates"][0]["advice"]
    json.dumps(report, allow_nan=False)
    with pytest.raises(ConvergenceError, match=r"R-hat of .* is undefined, the limit 1.01"):
        require(report)


def test_advice_stands_beside_failing_gates_only(sampled):
    sampled["sample_stats"]["diverging"][2, 7] = True
    gates = check_sampling(sampled)["gates"]
    assert [bool(gate["advice"]) for gate in gates] == [False, False, False, True, False, False]


def test_energy_that_hardly_moves_fails(sampled):
    # An autoregression of 0.9 has a BFMI of 0.2.
    rng = np.random.default_rng(3)
    independent, energy = (autoregression(r, (CHAINS, DRAWS + 1), rng) for r in (0.0, 0.9))
    sampled["sample_stats"].update(with_energy(independent))
    assert check_sampling(sampled)["passed"]
    sampled["sample_stats"].update(with_energy(energy))
    assert failing(check_sampling(sampled)) == {"BFMI": ""}


def test_short_chains_do_not_tell_their_bfmi(sampled):
    energy = np.arange(float(CHAINS * (DRAWS + 1))).reshape(CHAINS, DRAWS + 1)
    sampled["sample_stats"].update(with_energy(energy))
    assert "BFMI" in failing(check_sampling(sampled))
    assert "BFMI" not in failing(check_sampling(sampled.isel(draw=slice(50))))
