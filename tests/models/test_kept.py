"""The trend with effects as parameters: what it is at the origin, whatever it is written in."""

import numpy as np
import pandas as pd
import pytest
from events import YEARS, event_model, simulate_events
from pymc.blocking import DictToArrayBijection, RaveledVars
from scipy import stats
from scipy.special import expit, gammaln

from bayes_saude.data.panel import validate_panel
from bayes_saude.models.build import build
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.sequence import random_walk
from bayes_saude.models.spec import parse_model

LEVELS = ["region", "municipality"]


@pytest.fixture(scope="module")
def spec():
    return event_model("beta_binomial", LEVELS)


@pytest.fixture(scope="module")
def panel(spec):
    frame, _ = simulate_events(1, family="beta_binomial", fixed=(-1, 0.1), scatter={}, dispersion=0.1)
    return validate_panel(frame, levels=LEVELS, time="year", outcome=spec.data.outcome, source="simulated")


SCALES = {
    "halfnormal": ("sigma", stats.halfnorm),
    "exponential": ("scale", stats.expon),
    "halfcauchy": ("scale", stats.halfcauchy),
}
RECORDED = ["intercept", "slope", "sd_intercept", "sd_slope", "corr", "dispersion", "effect_0"]


def density_at_the_origin(drawn, scale):
    """Log density of what is recorded, by the meaning of the model file and SciPy."""
    intercept, slope, sd_intercept, sd_slope, corr, dispersion, *effects = drawn
    covariance = corr * sd_intercept * sd_slope
    scatter = stats.multivariate_normal(cov=[[sd_intercept**2, covariance], [covariance, sd_slope**2]])
    return (
        stats.norm(0, 1.5).logpdf(intercept)
        + stats.norm(0, 0.5).logpdf(slope)
        + scale.logpdf([sd_intercept, sd_slope, dispersion]).sum()
        + stats.beta(2, 2, loc=-1, scale=2).logpdf(corr)
        + scatter.logpdf(np.reshape(effects, (-1, 2))).sum()
    )


@pytest.mark.parametrize("dist", SCALES)
def test_the_density_is_that_of_hyperparameters_and_effects_at_the_origin(dist):
    """Whatever is sampled in their place: the densities' ratio is the determinant of one by the other."""
    number, scale = SCALES[dist]
    prior = f"{{dist = '{dist}', {number} = 0.3}}"
    text = event_model("beta_binomial", ["region"]).text + "[priors]\n"
    text += "".join(f"{name} = {prior}\n" for name in ("sd_intercept", "sd_slope", "dispersion"))
    spec = parse_model(text, name="events")
    # Two regions whose data say nothing, in years whose mean is two before the origin.
    frame = pd.DataFrame({"region": ["a", "b"] * 5, "year": np.repeat(np.arange(2008, 2013), 2)})
    panel = validate_panel(
        frame.assign(successes=0, trials=1), levels=["region"], time="year",
        outcome=spec.data.outcome, source="nothing",
    )  # fmt: skip
    # A panel that is read has a trial somewhere.
    model = build(spec, panel.assign(trials=0))
    start = DictToArrayBijection.map(model.initial_point())
    log_density = model.compile_logp()
    recorded = model.compile_fn(model.replace_rvs_by_values([model[name] for name in RECORDED]))

    def at(place):
        return DictToArrayBijection.rmap(RaveledVars(place, start.point_map_info))

    def drawn(place):
        return np.concatenate([np.ravel(value) for value in recorded(at(place))])

    def difference(place):
        steps = 1e-5 * np.eye(len(place))
        jacobian = [(drawn(place + step) - drawn(place - step)) / 2e-5 for step in steps]
        ours = log_density(at(place)) - np.linalg.slogdet(jacobian).logabsdet
        return ours - density_at_the_origin(drawn(place), scale(scale=0.3))

    places = start.data + np.random.default_rng(1).normal(scale=0.7, size=(5, len(start.data)))
    # The error of central differences of step 1e-5 is of the order of 1e-10.
    np.testing.assert_allclose([difference(place) for place in places], difference(start.data), atol=1e-7)


def test_default_priors_are_on_the_links_scale(spec, panel):
    priors = {name: prior.model_dump() for name, prior in resolve_priors(spec, panel).items()}
    assert priors["intercept"] == {"dist": "normal", "mu": 0, "sigma": 1.5}
    assert priors["slope"] == {"dist": "normal", "mu": 0, "sigma": 0.5}
    for name in ("sd_intercept[region]", "sd_slope[municipality]", "dispersion"):
        assert priors[name] == {"dist": "halfnormal", "sigma": 0.5}
    assert priors["corr[region]"] == {"dist": "lkj", "eta": 2}


def test_a_rates_intercept_is_about_the_panels_own_whatever_the_exposures_unit():
    spec = event_model("negative_binomial", LEVELS)
    frame, _ = simulate_events(2, family="negative_binomial", fixed=(-3, 0), scatter={}, dispersion=0.1)
    for unit in (1, 1000):
        panel = validate_panel(
            frame.assign(exposure=frame["exposure"] * unit), levels=LEVELS, time="year",
            outcome=spec.data.outcome, source="simulated",
        )  # fmt: skip
        assert resolve_priors(spec, panel)["intercept"].mu == pytest.approx(-3 - np.log(unit), abs=0.05)


def test_a_sequences_effects_have_the_walks_covariance_with_that_of_intercept_and_slope():
    ages = ["under 1", "1-4", "5-14", "15-24"]
    rows = [(age, year, k + 5, 50) for k, age in enumerate(ages) for year in (2010, 2011, 2012)]
    frame = pd.DataFrame(rows, columns=["age", "year", "successes", "trials"])
    text = event_model("binomial", ["age"]).text.replace("[ranking]", 'sequence = "age"\n[ranking]')
    spec = parse_model(text, name="sequence")
    panel = validate_panel(frame, levels=["age"], time="year", outcome=spec.data.outcome, source="ages")
    model = build(spec, panel)
    inputs = [
        model[name] for name in ("height_0", "z_0", "sd_height", "signed_sd_slope", "half_corr_at_mean_time")
    ]
    at = [np.zeros(3), np.zeros(3), np.float64(0.7), np.float64(1.3), np.float64(0.8)]
    outputs = [model[name] for name in ("effect_0", "sd_intercept", "sd_slope", "corr")]
    sampled = (model[name].owner for name in ("height_0", "z_0"))
    outputs += [variable.op.dist_params(variable)[1] for variable in sampled]

    def values_at(heights, z):
        values = dict(zip(inputs, [heights, z, *at[2:]], strict=True))
        return [output.eval(values, mode="FAST_COMPILE", on_unused_input="ignore") for output in outputs]

    # The effects are linear in the variables, which are normal about zero.
    _, sd_intercept, sd_slope, corr, *sds = values_at(at[0], at[1])
    of_heights, of_slopes = map(np.diag, sds)
    columns = [values_at(step, at[1])[0].ravel() for step in of_heights]
    columns += [values_at(at[0], step)[0].ravel() for step in of_slopes]
    between = corr * sd_intercept * sd_slope
    of_unit = np.array([[sd_intercept**2, between], [between, sd_slope**2]])
    place = [ages.index(unit) for unit in sorted(ages)]
    of_walk = (random_walk(4) @ random_walk(4).T)[np.ix_(place, place)]
    covariance = np.column_stack(columns) @ np.column_stack(columns).T
    np.testing.assert_allclose(covariance, np.kron(of_walk, of_unit), atol=1e-10)


@pytest.mark.parametrize("slopes", [True, False])
@pytest.mark.parametrize(("years", "bands", "sequence"), [(1, 0, 0), (0, 1, 0), (1, 1, 1)])
def test_the_likelihood_is_of_the_lines_that_are_recorded_and_all_that_shifts_them(
    slopes, years, bands, sequence
):
    text = event_model("beta_binomial", LEVELS, slopes=slopes).text
    text = text.replace("[model]", f"{'predictors = ["band"]' * bands}\n[model]")
    text = text.replace(
        "[ranking]", "year_effects = true\n" * years + 'sequence = "region"\n' * sequence + "[ranking]"
    )
    spec = parse_model(text, name="shifted")
    frame, _ = simulate_events(
        1, family="beta_binomial", fixed=(-1, 0.1), scatter={}, dispersion=0.1, regions=4, per_region=3
    )
    code = frame["municipality"].str.extract(r"(\d+)")[0].astype(int).to_numpy() // len(YEARS) % 3
    panel = validate_panel(
        frame.assign(band=np.array(["a", "b", "c"])[code]), levels=LEVELS, time="year",
        outcome=spec.data.outcome, source="simulated", predictors=spec.data.predictors,
    )  # fmt: skip
    model = build(spec, panel)
    rng = np.random.default_rng(1)
    point = {
        name: value + 0.3 * rng.normal(size=np.shape(value)) for name, value in model.initial_point().items()
    }
    names = [variable.name for variable in model.deterministics]
    outputs = model.replace_rvs_by_values([model[name] for name in [*names, "dispersion", "log_likelihood"]])
    values = {variable: np.asarray(point[variable.name]) for variable in model.value_vars}
    found = [output.eval(values, mode="FAST_COMPILE", on_unused_input="ignore") for output in outputs]
    *recorded, dispersion, log_likelihood = found
    at = dict(zip(names, recorded, strict=True))

    tree = make_tree(panel, LEVELS)
    leaf, elapsed = tree.leaf_of(panel), (panel["time"] - spec.data.origin).to_numpy()
    effects = at["effect_0"][tree.parents[1]] + at["effect_1"]
    eta = at["intercept"] + effects[leaf, 0] + (at["slope"] + (effects[leaf, 1] if slopes else 0)) * elapsed
    if years:
        eta = eta + at["year_effect"][panel["time"] - YEARS[0]]
    if bands:
        group = panel["band"].map({"a": 0, "b": 1, "c": 2}).to_numpy()
        eta = eta + at["intercept[group_0]"][group]
        eta = eta + (at["slope[group_0]"][group] * elapsed if slopes else 0)
    a, b = expit(eta) / dispersion**2, expit(-eta) / dispersion**2
    of_data = gammaln(panel["trials"] + 1) - gammaln(panel["successes"] + 1)
    of_data -= gammaln(panel["trials"] - panel["successes"] + 1)
    exact = stats.betabinom(panel["trials"], a, b).logpmf(panel["successes"]) - of_data
    assert float(log_likelihood) == pytest.approx(exact.sum(), rel=1e-9)
