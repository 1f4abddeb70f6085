"""Log-likelihoods at given draws are those that SciPy gives."""

import numpy as np
import pytest
import xarray as xr
from events import event_model, simulate_events
from known_fits import fit_at_truth
from scipy import stats
from scipy.special import expit
from trends import ORIGIN, dense_log_likelihood, trend_model
from trends import simulate as simulate_trend

from bayes_saude.inference.log_likelihood import log_likelihood, marginal_log_likelihood
from bayes_saude.inference.simulate import simulate

LEVELS = ["state", "region", "municipality"]
TRUTHS = [
    {"intercept": 70.0, "slope": 2.0, "sd_resid": 3.0, "scatter": [(3, 1, 0.2), (4, 0.5, -0.4), (6, 2, 0.9)]},
    {"intercept": 50.0, "slope": -1.0, "sd_resid": 9.0, "scatter": [(1, 2, 0.5), (2, 0.5, 0), (3, 1, -0.9)]},
]


def two_draws(spec, panel, depth):
    """Make a fit whose two draws are two truths, for one panel."""
    draws = []
    for truth in TRUTHS:
        of_levels = dict(
            zip(("sd_intercept", "sd_slope", "corr"), np.transpose(truth["scatter"][-depth:]), strict=True)
        )
        given = {name: truth[name] for name in ("intercept", "slope", "sd_resid")} | of_levels
        draws.append(simulate(spec, panel, truth=given, seed=1))
    fit = fit_at_truth(draws[0], chains=1, draws=1)
    both = xr.concat(
        [fit_at_truth(draw, chains=1, draws=1)["posterior"].to_dataset() for draw in draws], "draw"
    )
    fit["posterior"] = xr.DataTree(both)
    return fit


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_marginal_one_is_that_of_the_dense_covariance(depth, missing):
    levels = LEVELS[-depth:]
    spec = trend_model(levels)
    layout = simulate_trend(
        1, fixed=(70, 2), scatter={"municipality": (4, 1, 0)}, sd_resid=3, regions=4, per_region=3,
        missing=missing,
    )  # fmt: skip
    fit = two_draws(spec, layout, depth)
    panel = fit["constant_data"].to_dataset().to_dataframe()
    expected = [
        dense_log_likelihood(
            panel, (truth["intercept"], truth["slope"]),
            dict(zip(levels, truth["scatter"][-depth:], strict=True)), truth["sd_resid"],
        )
        for truth in TRUTHS
    ]  # fmt: skip
    # Some hundred numbers of moderate condition are summed in double precision on either side.
    np.testing.assert_allclose(marginal_log_likelihood(spec, fit)[0], expected, rtol=1e-10)


def test_year_effects_are_part_of_both():
    spec = trend_model(["municipality"], year_effects=True)
    layout = simulate_trend(1, fixed=(70, 2), scatter={"municipality": (4, 1, 0)}, sd_resid=3, regions=9)
    made = simulate(
        spec, layout, truth={"sd_resid": 2.0, "sd_intercept": 3.0, "sd_slope": 1.0, "corr": 0.3}, seed=2
    )
    fit, truth = fit_at_truth(made, chains=1, draws=1), made.truth
    years = truth["year_effect"].sel(time=made.panel["time"].to_list()).values
    line = truth["intercept"].item(), truth["slope"].item()
    without = made.panel.assign(value=made.panel["value"] - years)
    np.testing.assert_allclose(
        marginal_log_likelihood(spec, fit)[0, 0],
        dense_log_likelihood(without, line, {"municipality": (3.0, 1.0, 0.3)}, 2.0),
        rtol=1e-10,
    )
    effects = truth["municipality_effect"].sel(municipality=without["municipality"].to_list()).values
    eta = line[0] + effects[:, 0] + (line[1] + effects[:, 1]) * (without["time"] - ORIGIN)
    np.testing.assert_allclose(
        log_likelihood(spec, fit)[0, 0], stats.norm(eta, 2).logpdf(without["value"]).sum()
    )


@pytest.mark.parametrize("slopes", [True, False])
def test_groups_of_units_are_part_of_the_marginal_one(slopes):
    layout = simulate_trend(
        1, fixed=(70, 2), scatter={"municipality": (4, 1, 0)}, sd_resid=3, regions=4, per_region=3
    )
    band = np.where(layout["municipality"].str[-1].isin(list("02468")), "large", "small")
    spec = trend_model(["region", "municipality"], predictors=["band"], slopes=slopes)
    given = {"sd_resid": 2.0, "sd_intercept": [3.0, 2.0]}
    given |= {"sd_slope": [1.0, 0.5], "corr": [0.3, -0.2]} if slopes else {}
    made = simulate(spec, layout.assign(band=band), truth=given, seed=2)
    fit, truth = fit_at_truth(made, chains=1, draws=1), made.truth
    effects = truth["band_effect"].sel(band=made.panel["band"].to_list()).values
    of_bands = effects[:, 0] + (effects[:, 1] * (made.panel["time"] - ORIGIN) if slopes else 0)
    scatter = dict(
        zip(
            spec.data.levels,
            zip(*(given.get(name, [0.0, 0.0]) for name in ("sd_intercept", "sd_slope", "corr")), strict=True),
            strict=True,
        )
    )
    np.testing.assert_allclose(
        marginal_log_likelihood(spec, fit)[0, 0],
        dense_log_likelihood(
            made.panel.assign(value=made.panel["value"] - of_bands),
            (truth["intercept"].item(), truth["slope"].item()), scatter, 2.0,
        ),
        rtol=1e-10,
    )  # fmt: skip


@pytest.mark.parametrize("df", [1.5, 30.0])
def test_students_t_is_scipys(df):
    spec = trend_model(["region"], family="student_t")
    layout = simulate_trend(1, fixed=(70, 2), scatter={"region": (4, 1, 0)}, sd_resid=3, regions=9)
    made = simulate(spec, layout, truth={"sd_resid": 2.0, "df": df}, seed=2)
    effects = made.truth["region_effect"].sel(region=made.panel["region"].to_list()).values
    slope = made.truth["slope"].item() + effects[:, 1]
    eta = made.truth["intercept"].item() + effects[:, 0] + slope * (made.panel["time"] - ORIGIN)
    np.testing.assert_allclose(
        log_likelihood(spec, fit_at_truth(made, chains=1, draws=1))[0, 0],
        stats.t(df, eta, 2.0).logpdf(made.panel["value"]).sum(),
    )


@pytest.mark.parametrize("slopes", [True, False])
@pytest.mark.parametrize("family", ["binomial", "beta_binomial", "negative_binomial"])
def test_those_of_events_are_scipys_but_for_a_term_of_the_data(family, slopes):
    spec = event_model(family, ["region", "municipality"], slopes=slopes)
    scatter = {"region": (0.3, 0.1, 0), "municipality": (0.3, 0.1, 0)}
    layout, _ = simulate_events(
        1, family=family, fixed=(-1, 0), scatter=scatter, dispersion=0.1, regions=3, per_region=3
    )
    two = [simulate(spec, layout, seed=seed) for seed in (1, 2)]
    # The same panel at two truths: what depends on the data alone cancels.
    ours, scipys = [], []
    for made in two:
        fit = fit_at_truth(made._replace(panel=two[0].panel), chains=1, draws=1)
        ours.append(log_likelihood(spec, fit)[0, 0])
        panel, truth = fit["constant_data"].to_dataset(), made.truth
        effects = sum(
            truth[f"{level}_effect"].sel({level: panel[level].values}).values for level in spec.data.levels
        )
        slope = truth["slope"].item() + (effects[:, 1] if slopes else 0)
        eta = truth["intercept"].item() + effects[:, 0] + slope * (panel["time"].values - spec.data.origin)
        concentration = truth["dispersion"].item() ** -2 if "dispersion" in truth else None
        match family:
            case "binomial":
                density = stats.binom(panel["trials"], expit(eta)).logpmf(panel["successes"])
            case "beta_binomial":
                share = expit(eta)
                density = stats.betabinom(
                    panel["trials"], concentration * share, concentration * (1 - share)
                ).logpmf(panel["successes"])
            case _:
                mean = panel["exposure"].values * np.exp(eta)
                density = stats.nbinom(concentration, concentration / (concentration + mean)).logpmf(
                    panel["count"]
                )
        scipys.append(density.sum())
    np.testing.assert_allclose(ours[1] - ours[0], scipys[1] - scipys[0], rtol=1e-8)
