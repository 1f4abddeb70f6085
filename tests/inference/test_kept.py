"""Families whose units' effects are parameters: shaped like the Gaussian's, checked, and right."""

import json

import numpy as np
import pytest
from events import event_model, simulate_events
from scipy import stats

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.fit import fit
from bayes_saude.inference.reading import coefficients_by_level
from bayes_saude.inference.store import load, save
from bayes_saude.models.catalogue import read_model
from bayes_saude.summaries.coefficients import unit_quantity
from bayes_saude.summaries.comparison import hyperparameters
from bayes_saude.summaries.ranking import all_rankings, rank
from bayes_saude.summaries.reml import reml

SCATTER = {"region": (0.3, 0.05, 0.3), "municipality": (0.4, 0.1, 0.3)}
FIXED = (-1.0, -0.05)
FAMILIES = {
    "beta_binomial": {"levels": ["region", "municipality"], "dispersion": 0.08},
    "negative_binomial": {"levels": ["municipality"], "dispersion": 0.1},
}


@pytest.fixture(scope="session")
def fits():
    """Each family once: its fit and the units' coefficients that the panel was drawn with."""
    made = {}
    for family, case in FAMILIES.items():
        panel, truth = simulate_events(
            3, family=family, fixed=FIXED, scatter={name: SCATTER[name] for name in case["levels"]},
            dispersion=case["dispersion"],
        )  # fmt: skip
        made[family] = fit(event_model(family, case["levels"]), panel, seed=1), truth
    return made


@pytest.fixture(scope="session")
def shares(fits):
    """The nested beta-binomial."""
    return fits["beta_binomial"][0]


def test_a_fit_is_shaped_as_the_gaussians(shares):
    posterior = shares["posterior"].to_dataset()
    assert dict(posterior.sizes) == {
        "chain": 4, "draw": 1000, "level": 2, "region": 20, "municipality": 80, "term": 2,
    }  # fmt: skip
    assert posterior["sd_slope"].dims == ("chain", "draw", "level")
    assert posterior["municipality_effect"].dims == ("chain", "draw", "municipality", "term")
    assert posterior["municipality_effect"].dtype == np.float32
    assert set(posterior) == {
        "intercept", "slope", "dispersion", "sd_intercept", "sd_slope", "corr", "region_effect",
        "municipality_effect",
    }  # fmt: skip
    assert list(json.loads(shares.attrs["priors"])) == [
        "intercept", "slope", "sd_intercept[region]", "sd_slope[region]", "corr[region]",
        "sd_intercept[municipality]", "sd_slope[municipality]", "corr[municipality]", "dispersion",
    ]  # fmt: skip
    assert list(shares["constant_data"]) == [
        "replicate", "region", "municipality", "time", "successes", "trials",
    ]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_the_default_settings_pass_the_checks_of_parameters_and_units(fits, family):
    report = check_sampling(fits[family][0])
    assert report["passed"], [gate for gate in report["gates"] if not gate["passed"]]
    assert {"R-hat of units", "bulk ESS of units"} <= {gate["name"] for gate in report["gates"]}


def test_a_unit_that_is_astray_in_one_chain_is_found_and_named(shares):
    astray = shares.copy(deep=True)
    astray["posterior"]["municipality_effect"].loc[{"chain": 0, "municipality": "municipality 007"}] += 3
    failing = {
        gate["name"]: gate["parameter"] for gate in check_sampling(astray)["gates"] if not gate["passed"]
    }
    assert failing["R-hat of units"].endswith("of municipality 007")


@pytest.mark.parametrize("family", FAMILIES)
def test_hyperparameters_lie_where_the_panel_was_drawn(fits, family):
    fitted, _ = fits[family]
    posterior = fitted["posterior"].to_dataset().sel(level="municipality")
    sd_intercept, sd_slope, corr = SCATTER["municipality"]
    truth = {"sd_intercept": sd_intercept, "sd_slope": sd_slope, "corr": corr}
    truth["dispersion"] = FAMILIES[family]["dispersion"]
    for name, value in truth.items():
        # A correct posterior lies beyond 3.5 standard deviations once in two thousand.
        assert abs(posterior[name].mean() - value) < 3.5 * posterior[name].std(), name


@pytest.mark.parametrize("family", FAMILIES)
def test_intervals_cover_units(fits, family):
    fitted, truth = fits[family]
    totals = dict(coefficients_by_level(fitted))["municipality"]
    interval = totals.quantile([0.025, 0.975], dim=("chain", "draw"))
    low, high = interval.transpose("quantile", "municipality", "term").values
    covered = ((low < truth["municipality"]) & (truth["municipality"] < high)).sum(axis=0)
    # Of 80 units; hyperparameters shared by all make them less than independent, hence one in 10,000.
    assert (covered >= stats.binom(80, 0.95).ppf(1e-4)).all()


def test_levels_are_shares_and_coefficients_log_odds(shares):
    assert (unit_quantity(shares, "municipality", "intercept") < 0).mean() > 0.9
    level = unit_quantity(shares, "municipality", "level:2012")
    assert ((level > 0) & (level < 1)).all()
    # 2012 is the origin: the level there is the intercept's share.
    np.testing.assert_allclose(
        np.log(level / (1 - level)), unit_quantity(shares, "municipality", "intercept"), rtol=1e-6
    )


def test_a_target_is_a_share_whatever_is_ranked_by(shares):
    tables = [rank(shares, by=by).set_index("unit")["p_meets_target"] for by in ("intercept", "level:2012")]
    np.testing.assert_allclose(tables[0], tables[1].loc[tables[0].index])
    assert 0 < tables[0].mean() < 1
    with pytest.raises(BayesSaudeError, match="target 20 is none"):
        rank(shares, target=20)


def test_rankings_of_all_levels_are_made(shares):
    ranking = all_rankings(shares)
    assert set(ranking["level"]) == {"region", "municipality"}
    assert set(ranking["by"]) == {"intercept", "slope", "level:2012"}


def test_reml_of_the_log_odds_stands_beside_the_posterior(shares):
    table = hyperparameters(shares, reml(shares)).set_index("parameter")
    # REML has nothing beside the dispersion: its residual variance is that of counting too.
    assert table.index[table["reml"].isna()].tolist() == ["dispersion"]
    assert table["bayes_mean"].notna().all()
    gap = (table["reml"] - table["bayes_mean"]).loc[["intercept", "slope"]]
    assert (gap.abs() < 2 * table["bayes_sd"].loc[gap.index]).all()


def test_a_saved_fit_is_the_same(shares, tmp_path):
    save(shares, tmp_path)
    assert check_sampling(load(tmp_path)) == check_sampling(shares)


def test_the_seed_fixes_the_draws_and_replicates_are_stacked():
    panel, _ = simulate_events(4, family="binomial", fixed=FIXED, scatter=SCATTER, per_region=2)
    spec = event_model("binomial", ["municipality"], slopes=False)
    both = np.concatenate([panel.to_records(index=False), panel.to_records(index=False)])
    twice = panel.__class__.from_records(both).assign(replicate=np.repeat([1, 2], len(panel)))
    first, again = (fit(spec, twice, draws=40, tune=100, chains=2, seed=5) for _ in range(2))
    assert first["posterior"].identical(again["posterior"])
    assert first["posterior"]["replicate"].values.tolist() == [1, 1, 2, 2]
    # Replicates share the draws, but for so few that each chain would tell too little.
    assert first["posterior"].sizes["draw"] == 40
    assert first["posterior"]["term"].values.tolist() == ["intercept"]


def test_the_shipped_model_of_age_groups_passes_its_checks_and_ranks_young_adults_best():
    fitted = fit(read_model("costa2014-share-age"), seed=1)
    assert check_sampling(fitted)["passed"]
    ranking = rank(fitted, by="level:2012")
    # Costa (2014), table 5: shares of 2012 are least at 25 to 34 and largest at 1 to 4.
    assert ranking["unit"].iloc[[0, -1]].tolist() == ["25-34", "1-4"]
