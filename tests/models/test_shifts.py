"""What shifts the trend of many units at once: the likelihood is that of the rest."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import clone_replace
from scipy import stats
from trends import ORIGIN, dense_log_likelihood, simulate, trend_model

from bayes_saude.inference.effects import draw_effects
from bayes_saude.models.build import build
from bayes_saude.models.moments import make_moments
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.shifts import contrasts, make_shifts
from bayes_saude.models.years import Years, make_years, sd_of_years, year_effects

# Some hundred numbers of moderate condition are summed in double precision on either side.
ROUNDING = 1e-10
SCATTER = {"region": (4.0, 1.0, 0.5), "municipality": (6.0, 2.0, -0.4)}
BANDS = np.array(["large", "middle", "small"])
YEARS = np.array([3.0, -2.0, 0.5, 4.0])
OF_BANDS = np.array([[5.0, 1.0], [-3.0, 0.5], [-2.0, -1.5]])


@pytest.fixture(params=[0.0, 0.3], ids=["balanced", "unbalanced"], scope="module")
def panel(request):
    """Municipalities in bands that cut across regions."""
    panel = simulate(
        1, fixed=(50, 2), scatter=SCATTER, sd_resid=7, regions=6, per_region=5, missing=request.param
    )
    number = panel["municipality"].str.extract(r"(\d+)")[0].astype(int)
    return panel.assign(band=BANDS[number % 3])


def offset(panel, of_years, of_bands):
    """What is added to each row's mean."""
    elapsed = (panel["time"] - ORIGIN).to_numpy()
    of_band = of_bands[np.searchsorted(BANDS, panel["band"])]
    return of_years[elapsed] + of_band[:, 0] + of_band[:, 1] * elapsed


@pytest.mark.parametrize("levels", [["municipality"], ["region", "municipality"]], ids="-".join)
@pytest.mark.parametrize(("years", "bands"), [(True, False), (False, True), (True, True)])
def test_the_likelihood_is_the_multivariate_normal_density_about_the_shifted_mean(
    panel, levels, years, bands
):
    model = build(trend_model(levels, predictors=["band"] * bands, year_effects=years), panel)
    reference, slope, unit, unit_slope = model["scale"].get_value()
    at = {"signed_sd_resid": 7.5 / unit}
    for level in levels:
        suffix = f"[{level}]" if len(levels) > 1 else ""
        sd_intercept, sd_slope, corr = SCATTER[level]
        at[f"signed_sd_intercept{suffix}"] = sd_intercept / unit
        at[f"signed_sd_slope{suffix}"] = sd_slope / unit_slope
        at[f"half_corr{suffix}"] = (corr + 1) / 2
    if years:
        at |= {"stretched_sd_year": 0.8, "z_year_along": [0.3, -1.1], "z_year_across": [0.7, -0.2]}
    if bands:
        for term, of_term in zip(("intercept", "slope"), OF_BANDS.T, strict=True):
            sigma = model["priors"].get_value()[2 + (term == "slope"), 1]
            at[f"z_{term}[band]"] = np.linalg.lstsq(contrasts(3) * sigma, of_term)[0]

    def value_of(name):
        values = {model[name]: np.asarray(value, dtype=float) for name, value in at.items()}
        return model[name].eval(values, mode="FAST_COMPILE", on_unused_input="ignore")

    of_years = value_of("year_effect") if years else np.zeros(4)
    added = offset(panel, of_years, OF_BANDS * bands)
    # The population's variables are those of the line through all that is added.
    rise, height = np.polyfit(panel["time"] - ORIGIN, added, 1)
    at["standard_intercept"] = (45 + height - reference) / unit
    at["standard_slope"] = (3 + rise - slope) / unit_slope
    assert value_of("intercept") == pytest.approx(45)
    assert value_of("slope") == pytest.approx(3)
    scatter = {level: SCATTER[level] for level in levels}
    exact = dense_log_likelihood(panel.assign(value=panel["value"] - added), (45, 3), scatter, 7.5)
    assert float(value_of("log_likelihood")) == pytest.approx(exact, rel=ROUNDING)


def test_units_effects_are_those_of_what_is_left(panel):
    levels, n = ["region", "municipality"], 50
    tree = make_tree(panel, levels)
    draws = {"intercept": np.full(n, 45.0), "slope": np.full(n, 3.0), "sd_resid": np.full(n, 7.5)}
    for i, name in enumerate(("sd_intercept", "sd_slope", "corr")):
        draws[name] = np.tile([SCATTER[level][i] for level in levels], (n, 1))
    shifts = make_shifts(panel, tree, ["band"], True)
    of_shifts = {"year_effect": np.tile(YEARS, (n, 1))}
    of_shifts |= {
        f"{term}[band]": np.tile(OF_BANDS[:, i], (n, 1)) for i, term in enumerate(["intercept", "slope"])
    }
    shifted = draw_effects(
        draws | of_shifts, make_moments(panel, tree, ORIGIN, shifts=shifts), tree, np.random.default_rng(3)
    )
    rest = panel.assign(value=panel["value"] - offset(panel, YEARS, OF_BANDS))
    plain = draw_effects(draws, make_moments(rest, tree, ORIGIN), tree, np.random.default_rng(3))
    for ours, theirs in zip(shifted, plain, strict=True):
        # Draws are of single precision.
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_groups_effects_add_up_to_zero_and_have_their_prior(panel):
    spec = trend_model(
        ["municipality"], predictors=["band"], priors='"slope[band]" = {dist = "normal", mu = 0, sigma = 3}'
    )
    effects = pm.draw(build(spec, panel)["slope[band]"], draws=4000, random_seed=1)
    np.testing.assert_allclose(effects.sum(axis=1), 0, atol=1e-9)
    for effect in effects.T:
        assert stats.kstest(effect / 3, "norm").pvalue > 0.001


def test_the_intercepts_prior_is_that_of_the_model_file_whatever_shifts_the_trend(panel):
    spec = trend_model(
        ["municipality"], predictors=["band"], year_effects=True,
        priors='intercept = {dist = "normal", mu = 40, sigma = 3}',
    )  # fmt: skip
    model = build(spec, panel)
    # Its density is a term of the model's, so that it cannot be drawn; any value will do.
    intercept = clone_replace(model["intercept"], {model["stretched_sd_year"]: pt.constant(np.array(3.0))})
    intercept = pm.draw(intercept, draws=4000, random_seed=1)
    assert stats.kstest((intercept - 40) / 3, "norm").pvalue > 0.001


@pytest.mark.parametrize(("sd_year", "size"), [(0.4, 4), (2.0, 6), (-0.4, 3)])
def test_the_deviations_of_times_have_their_prior_whatever_the_data(sd_year, size):
    rng = np.random.default_rng(size)
    years = make_years(np.arange(size) ** 1.5, rng.uniform(5, 9, size), rng.normal(size=size))
    z = rng.normal(size=size)
    with pm.Model() as model:
        effect = year_effects(
            pt.as_tensor(sd_year), pt.as_tensor(1.3), Years(*map(pt.as_tensor, years)), size
        )
    variables = [model["z_year_along"], model["z_year_across"]]

    def effect_at(z):
        return effect.eval(dict(zip(variables, np.split(z, [2]), strict=True)), mode="FAST_COMPILE")

    # The effects are linear in z, so that differences are derivatives.
    jacobian = np.column_stack([effect_at(z + step) - effect_at(z) for step in np.eye(size)])
    term = model["prior_of_years"].eval({variables[1]: z[2:]}, mode="FAST_COMPILE")
    of_z = stats.norm.logpdf(z).sum() + term
    of_effects = stats.norm(0, abs(sd_year)).logpdf(effect_at(z)).sum()
    assert of_z == pytest.approx(of_effects + np.linalg.slogdet(jacobian)[1])


@pytest.mark.parametrize("far", [0.01, 1.0, 300.0])
@pytest.mark.parametrize(
    ("dist", "half"),
    [("halfnormal", stats.halfnorm), ("exponential", stats.expon), ("halfcauchy", stats.halfcauchy)],
)
def test_the_scale_of_the_times_has_its_prior_whatever_the_data(dist, half, far):
    # `far`: what the means deviate by, in units of their error.
    years = make_years(np.arange(5.0), np.full(5, 4.0), 2 * far * np.array([3.0, -4, 2, -1, 1]))
    with pm.Model() as model:
        sd_year = sd_of_years(dist, pt.as_tensor(1.7), pt.as_tensor(-1.0), Years(*map(pt.as_tensor, years)))
    u = np.array([-6.0, -2.0, -0.3, 0.1, 1.5, 6.0])
    step = 1e-5

    def at(variable, u):
        values = [variable.eval({model["stretched_sd_year"]: one}, mode="FAST_COMPILE") for one in u]
        return np.array(values)

    s, slope = at(sd_year, u), (at(sd_year, u + step) - at(sd_year, u - step)) / (2 * step)
    np.testing.assert_array_equal(np.sign(s), np.sign(u))
    exact = half.logpdf(abs(s), scale=1.7) + np.log(slope)
    # A constant apart.
    np.testing.assert_allclose(np.diff(at(model["prior_of_sd_year"], u)), np.diff(exact), atol=1e-6)


@pytest.mark.parametrize("size", [2, 3, 7])
def test_contrasts_give_every_group_variance_one(size):
    covariance = contrasts(size) @ contrasts(size).T
    np.testing.assert_allclose(np.diag(covariance), 1)
    np.testing.assert_allclose(covariance.sum(axis=0), 0, atol=1e-12)
