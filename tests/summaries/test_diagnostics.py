"""How the draws of a fit were come by."""

import json

import arviz_stats
import numpy as np
import pytest
from known_fits import fit_at_truth, with_scatter
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.energy import bfmi
from bayes_saude.inference.simulate import simulate
from bayes_saude.summaries.diagnostics import (
    CHAIN_COLUMNS,
    DRAW_COLUMNS,
    diagnose_chains,
    diagnose_draws,
    limits_of,
)

CHAINS, DRAWS = 4, 500


@pytest.fixture
def fit():
    """Three municipalities in each of four regions; draws are independent."""
    panel = simulate_trend(1, fixed=(70, 2), scatter={}, sd_resid=4, regions=4, per_region=3)
    simulation = simulate(trend_model(["region", "municipality"]), panel, seed=1)
    return with_scatter(fit_at_truth(simulation, chains=CHAINS, draws=DRAWS))


def test_every_hyperparameter_and_coefficient_of_a_unit_has_a_row(fit):
    table = diagnose_draws(fit)
    assert tuple(table.columns) == DRAW_COLUMNS
    counts = table.groupby(["kind", "term"]).size()
    assert counts.to_dict() == {
        ("hyperparameter", ""): 9,
        ("region", "intercept"): 4, ("region", "slope"): 4,
        ("municipality", "intercept"): 12, ("municipality", "slope"): 12,
    }  # fmt: skip
    assert table["ess_tail"].notna().tolist() == (table["kind"] == "hyperparameter").tolist()


def test_numbers_are_those_of_arviz(fit):
    table = diagnose_draws(fit).set_index(["kind", "name", "term"])
    slope = fit["posterior"]["slope"]
    row = table.loc[("hyperparameter", "slope", "")]
    assert row["rhat"] == pytest.approx(float(arviz_stats.rhat(slope)))
    assert row["ess_bulk"] == pytest.approx(float(arviz_stats.ess(slope, method="bulk")))
    assert row["ess_tail"] == pytest.approx(float(arviz_stats.ess(slope, method="tail")))
    posterior = fit["posterior"].to_dataset()
    region = fit["posterior"]["region"].values[1]
    total = posterior["slope"] + posterior["region_effect"].sel(region=region, term="slope")
    row = table.loc[("region", region, "slope")]
    assert row["rhat"] == pytest.approx(float(arviz_stats.rhat(total)))


def test_what_sets_replicates_apart_is_taken_out(fit):
    posterior = fit["posterior"].to_dataset()
    replicate = [1, 1, 2, 2]
    apart = posterior.assign(intercept=posterior["intercept"] + 1000 * (posterior["chain"] >= 2))
    fit["posterior"] = apart.assign_coords(replicate=("chain", replicate))
    table = diagnose_draws(fit)
    # Independent draws: R-hat is within some hundredths of one, and would be in the hundreds.
    assert table["rhat"].max() < 1.05
    assert diagnose_chains(fit)["replicate"].tolist() == replicate


def test_a_unit_that_never_moves_is_undefined(fit):
    posterior = fit["posterior"].to_dataset().copy(deep=True)
    for name in ("intercept", "region_effect", "municipality_effect"):
        posterior[name][:] = posterior[name].isel(chain=0, draw=0)
    fit["posterior"] = posterior
    table = diagnose_draws(fit).set_index(["kind", "term"])
    assert table.loc[("region", "intercept"), "rhat"].isna().all()


def test_what_the_sampler_says_is_counted_by_chain(fit):
    statistics = fit["sample_stats"].to_dataset().copy(deep=True)
    statistics["diverging"][1, [3, 7]] = True
    statistics["reached_max_treedepth"][2, :50] = True
    fit["sample_stats"] = statistics
    chains = diagnose_chains(fit)
    assert tuple(chains.columns) == CHAIN_COLUMNS
    assert chains["divergences"].tolist() == [0, 2, 0, 0]
    assert chains["share_at_limit"].tolist() == [0, 0, 50 / DRAWS, 0]
    fit["sample_stats"] = statistics.drop_vars("reached_max_treedepth")
    assert diagnose_chains(fit)["share_at_limit"].isna().all()


def test_the_energy_fraction_is_that_of_each_chain(fit):
    chains = diagnose_chains(fit)
    assert chains["bfmi"].tolist() == bfmi(fit).tolist()
    # The known fit's energies are independent, of unit variance, and its steps those of independent energies.
    assert chains["bfmi"].to_numpy() == pytest.approx(2, abs=4 * 2 * np.sqrt(4 / DRAWS))


def test_limits_are_those_of_the_checks(fit):
    limits = limits_of(fit)
    gates = {gate["name"]: gate["threshold"] for gate in check_sampling(fit)["gates"]}
    assert tuple(limits) == (gates["R-hat"], gates["bulk ESS"], gates["tail ESS"])
    fit.attrs["sampler"] = json.dumps({"effects": "kept"})
    assert limits_of(fit).ess_bulk == 400
