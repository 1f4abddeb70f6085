"""REML by the library, against lme4 and statsmodels.

The numbers of lme4 1.1-31 (R) were computed once from the panels that `panel_of_waves` makes, with the
response scaled to unit variance and bobyqa run to 1e-9; its own default stops early on such models.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from events import event_model, simulate_events
from trends import trend_model
from waves import panel_of_waves

from bayes_saude.data.panel import validate_panel
from bayes_saude.summaries.empirical import empirical_trend
from bayes_saude.summaries.reml import reml_panel

# Near its optimum a criterion of about 500 is known to 1e-14 of that, and a parameter, in whose standard
# errors its second derivative is of order one, to the square root: 2e-6.
DIGITS = {"rel": 5e-6}


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return panel_of_waves(10, 3, -0.4)


def test_one_level_agrees_with_lme4(panel, make_spec):
    fitted = reml_panel(make_spec("municipality"), panel)
    assert fitted["fixed"].values == pytest.approx([48.7546883, 4.29720314], **DIGITS)
    assert fitted["fixed_se"].values == pytest.approx([2.58836027, 0.724537772], **DIGITS)
    assert float(fitted["sd_intercept"][0]) == pytest.approx(11.380887682, **DIGITS)
    assert float(fitted["sd_slope"][0]) == pytest.approx(3.028636935, **DIGITS)
    assert float(fitted["corr"][0]) == pytest.approx(0.516167716, **DIGITS)
    assert float(fitted["sd_resid"]) == pytest.approx(2.497099072, **DIGITS)
    assert float(fitted["loglik"]) == pytest.approx(-241.795556, rel=1e-8)
    assert fitted["singular"].values.tolist() == [0]
    units = fitted.sel(municipality=["M00", "M11"])
    deviations = units["municipality_estimate"] - fitted["fixed"]
    assert deviations.values == pytest.approx(
        np.array([[18.73947493, 1.71374830], [-4.11435164, -2.20411602]]), **DIGITS
    )
    # M00 and M11 are the two that lack a year.
    assert units["municipality_se"].values == pytest.approx(
        np.array([[1.93046250, 1.38840068], [2.14065524, 1.00434369]]), **DIGITS
    )


def test_a_singular_fit_agrees_with_lme4_and_is_called_so(make_spec):
    fitted = reml_panel(make_spec("region"), panel_of_waves(10, 0.5, 1.0))
    assert fitted["singular"].values.tolist() == [1]
    assert float(fitted["corr"][0]) == pytest.approx(1, abs=1e-12)
    assert float(fitted["sd_intercept"][0]) == pytest.approx(10.107286770, **DIGITS)
    assert float(fitted["sd_slope"][0]) == pytest.approx(0.345754104, **DIGITS)
    assert float(fitted["loglik"]) == pytest.approx(-275.814506, rel=1e-8)
    third = fitted.sel(region="R2")
    assert (third["region_estimate"] - fitted["fixed"]).values == pytest.approx(
        [-1.5680661593, -0.0536410336], **DIGITS
    )
    assert third["region_se"].values == pytest.approx([1.7204359257, 0.0588533594], **DIGITS)


def test_nested_levels_agree_with_lme4(panel, make_spec):
    fitted = reml_panel(make_spec("region", "municipality"), panel)
    assert fitted["fixed"].values == pytest.approx([48.7569001, 4.29871617], **DIGITS)
    assert fitted["fixed_se"].values == pytest.approx([5.13057312, 1.59899821], **DIGITS)
    assert fitted["sd_intercept"].values == pytest.approx([9.655928418, 7.471819897], **DIGITS)
    assert fitted["sd_slope"].values == pytest.approx([3.107400628, 1.245170965], **DIGITS)
    assert fitted["corr"].values == pytest.approx([0.858501554, -0.268587634], **DIGITS)
    assert float(fitted["loglik"]) == pytest.approx(-229.001608, rel=1e-8)
    # M11 lies in R2: its line adds up the effects of both.
    own = fitted["municipality_estimate"].sel(municipality="M11") - fitted["fixed"]
    assert own.values == pytest.approx([-2.116709476 - 1.638783523, -2.182263689 - 0.191207295], **DIGITS)


def test_statsmodels_agrees(panel, make_spec):
    fitted = reml_panel(make_spec("municipality"), panel)
    frame = panel.assign(year=panel["time"] - 2011)
    model = smf.mixedlm("value ~ year", frame, groups="municipality", re_formula="~year")
    other = model.fit(reml=True, method="bfgs", gtol=1e-8)
    assert fitted["fixed"].values == pytest.approx(other.fe_params.to_numpy(), rel=1e-5)
    covariance = other.cov_re.to_numpy()
    assert float(fitted["sd_intercept"][0]) == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-4)
    assert float(fitted["sd_slope"][0]) == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-4)
    assert float(fitted["loglik"]) == pytest.approx(other.llf, rel=1e-7)


def test_nested_lines_are_those_of_the_joint_normal(panel, make_spec):
    """Build the covariance of effects and observations of one region and condition on the observations."""
    fitted = reml_panel(make_spec("region", "municipality"), panel)
    rows = panel[panel["region"] == "R2"]
    units = sorted(rows["municipality"].unique())
    line = np.column_stack([np.ones(len(rows)), rows["time"] - 2011])
    sds = np.stack([fitted["sd_intercept"].values, fitted["sd_slope"].values], axis=1)
    sigma = [
        np.outer(sd, sd) * np.array([[1, r], [r, 1]])
        for sd, r in zip(sds, fitted["corr"].values, strict=True)
    ]
    prior = np.kron(np.diag([1.0] + [0.0] * 5), sigma[0]) + np.kron(np.diag([0.0] + [1.0] * 5), sigma[1])
    member = np.column_stack([np.ones(len(rows)), *(rows["municipality"] == unit for unit in units)])
    design = (member[:, :, None] * line[:, None, :]).reshape(len(rows), -1)
    marginal = design @ prior @ design.T + float(fitted["sd_resid"]) ** 2 * np.eye(len(rows))
    posterior = prior - prior @ design.T @ np.linalg.solve(marginal, design @ prior)
    surprise = rows["value"] - line @ fitted["fixed"].values
    effects = prior @ design.T @ np.linalg.solve(marginal, surprise)
    lines = np.hstack([np.tile(np.eye(2), (5, 1)), np.eye(10)])
    # The line of the region is the mean of its five units'.
    for place, unit in enumerate([*units, "R2"]):
        adds = lines[2 * place : 2 * place + 2] if unit != "R2" else lines.reshape(5, 2, 12).mean(axis=0)
        level = "region" if unit == "R2" else "municipality"
        of_unit = fitted.sel({level: unit})
        deviation = (of_unit[f"{level}_estimate"] - fitted["fixed"]).values
        assert deviation == pytest.approx(adds @ effects, rel=1e-6)
        assert of_unit[f"{level}_se"].values == pytest.approx(
            np.sqrt(np.diag(adds @ posterior @ adds.T)), rel=1e-9
        )


def test_interval_is_the_thesis_rule(panel, make_spec):
    fitted = reml_panel(make_spec("municipality"), panel)
    margin = fitted["municipality_estimate"] - fitted["municipality_low"]
    assert (margin / fitted["municipality_se"]).values == pytest.approx(1.96)
    assert (fitted["municipality_high"] - fitted["municipality_estimate"]).values == pytest.approx(
        margin.values
    )
    assert reml_panel(make_spec("municipality"), panel, prob=0.9).attrs["z"] == 1.64


def test_predicted_effects_sum_to_zero_at_every_level(panel, make_spec):
    fitted = reml_panel(make_spec("region", "municipality"), panel)
    regions = fitted["region_estimate"].mean("region") - fitted["fixed"]
    assert regions.values == pytest.approx([0, 0], abs=1e-8)


def test_replicates_are_fitted_one_by_one_and_averaged(panel, make_spec):
    shifted = panel.assign(replicate=2, value=panel["value"] + 6)
    both = reml_panel(make_spec("municipality"), pd.concat([panel, shifted]))
    one = reml_panel(make_spec("municipality"), panel)
    assert both.attrs["replicates"] == 2
    assert float(both["fixed"][0] - one["fixed"][0]) == pytest.approx(3)
    assert both["sd_intercept"].values == pytest.approx(one["sd_intercept"].values, rel=1e-5)
    moved = both["municipality_estimate"] - one["municipality_estimate"]
    assert moved.sel(term="intercept").values == pytest.approx(np.full(20, 3), abs=1e-4)


def test_random_intercepts_alone_agree_with_lme4(panel, make_spec):
    fitted = reml_panel(make_spec("municipality", slopes=False), panel)
    assert fitted["fixed"].values == pytest.approx([48.7705685, 4.24428219], **DIGITS)
    assert float(fitted["sd_intercept"][0]) == pytest.approx(14.06900069, **DIGITS)
    assert float(fitted["sd_slope"][0]) == 0
    assert float(fitted["loglik"]) == pytest.approx(-262.815258, rel=1e-8)
    first = fitted.sel(municipality="M00")
    assert float(first["municipality_estimate"][0] - fitted["fixed"][0]) == pytest.approx(
        20.10753012, **DIGITS
    )
    assert first["municipality_se"].values == pytest.approx([2.61575336, 0], **DIGITS)


def test_a_level_may_have_any_name(panel, make_spec):
    name = "unidade de saúde (CNES)"
    odd = panel.rename(columns={"municipality": name})
    assert f"{name}_estimate" in reml_panel(make_spec(name), odd)


@pytest.mark.parametrize(
    ("family", "rows", "expected"),
    [
        ("binomial", {"successes": [0, 3, 10], "trials": [10, 10, 10]}, [0.5 / 10.5, 3.5 / 7.5, 10.5 / 0.5]),
        ("negative_binomial", {"count": [0, 7], "exposure": [2.0, 0.5]}, [0.5 / 2, 7.5 / 0.5]),
        ("gaussian", {"value": [-2.0, 5.0]}, np.exp([-2.0, 5.0])),
    ],
)
def test_outcomes_are_put_on_the_scale_of_the_trend(family, rows, expected):
    assert empirical_trend(pd.DataFrame(rows), family) == pytest.approx(np.log(expected))


@pytest.mark.parametrize(
    ("family", "level", "sd"), [("beta_binomial", -1.2, 0.05), ("negative_binomial", -3.0, 0.1)]
)
def test_of_other_families_statsmodels_agrees_on_transformed_outcomes(family, level, sd):
    frame, _ = simulate_events(
        11,
        family=family,
        fixed=(level, -0.04),
        scatter={"municipality": (0.5, 0.08, -0.3)},
        dispersion=sd,
        size=3000,
    )
    spec = event_model(family, ["municipality"])
    panel = validate_panel(
        frame, levels=["municipality"], time="year", outcome=spec.data.outcome_columns, source="drawn"
    )
    fitted = reml_panel(spec, panel)
    value = (
        np.log((panel["count"] + 0.5) / panel["exposure"])
        if family == "negative_binomial"
        else np.log((panel["successes"] + 0.5) / (panel["trials"] - panel["successes"] + 0.5))
    )
    # In hundredths: statsmodels takes any variance below 0.01 for none.
    frame = panel.assign(value=100 * value, elapsed=panel["time"] - 2012)
    model = smf.mixedlm("value ~ elapsed", frame, groups="municipality", re_formula="~elapsed")
    other = model.fit(reml=True, method="bfgs", gtol=1e-7)
    assert fitted["fixed"].values == pytest.approx(other.fe_params.to_numpy() / 100, rel=1e-5)
    covariance = other.cov_re.to_numpy() / 100**2
    assert float(fitted["sd_intercept"][0]) == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-4)
    assert float(fitted["sd_slope"][0]) == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-4)
    assert float(fitted["sd_resid"]) == pytest.approx(np.sqrt(other.scale) / 100, rel=1e-4)
    assert float(fitted["loglik"]) == pytest.approx(other.llf + (len(frame) - 2) * np.log(100), rel=1e-7)
    names = fitted["municipality"].values
    deviations = fitted["municipality_estimate"] - fitted["fixed"]
    own = np.array([other.random_effects[name].to_numpy() / 100 for name in names])
    assert deviations.values == pytest.approx(own, abs=1e-4)


def banded(panel: pd.DataFrame) -> pd.DataFrame:
    """Sort the municipalities into three bands, and give bands and years deviations."""
    band = panel["municipality"].str[-1].map(dict(zip("0123456789", "aabbbccacb", strict=True)))
    lift = band.map({"a": -8.0, "b": 1.0, "c": 7.0}) + band.map({"a": 1.0, "b": 0.0, "c": -1.0}) * (
        panel["time"] - 2011
    )
    return panel.assign(band=band, value=panel["value"] + lift)


def test_a_predictors_groups_are_fixed_effects_that_add_up_to_zero(panel):
    frame = banded(panel)
    fitted = reml_panel(trend_model(["municipality"], predictors=["band"]), frame)
    frame = frame.assign(year=frame["time"] - 2011)
    model = smf.mixedlm("value ~ year * C(band, Sum)", frame, groups="municipality", re_formula="~year")
    other = model.fit(reml=True, method="bfgs", gtol=1e-8)
    assert fitted["fixed"].values == pytest.approx(
        other.fe_params[["Intercept", "year"]].to_numpy(), rel=1e-5
    )
    assert fitted["fixed_se"].values == pytest.approx(
        other.bse_fe[["Intercept", "year"]].to_numpy(), rel=1e-3
    )
    assert float(fitted["sd_intercept"][0]) == pytest.approx(np.sqrt(other.cov_re.iloc[0, 0]), rel=1e-4)
    assert float(fitted["loglik"]) == pytest.approx(other.llf, rel=1e-7)
    # The line of a unit holds its band's effect: M01 is of band a, M05 of the last, c.
    for unit, band in (("M01", {"a": 1, "b": 0}), ("M05", {"a": -1, "b": -1})):
        for place, (fixed, ending) in enumerate((("Intercept", ""), ("year", "year:"))):
            of_band = (
                sign * other.fe_params[f"{ending}C(band, Sum)[S.{group}]"] for group, sign in band.items()
            )
            expected = other.fe_params[fixed] + sum(of_band) + other.random_effects[unit].iloc[place]
            # Components agree to 1e-4 of themselves, and so do effects of about ten.
            line = float(fitted["municipality_estimate"].sel(municipality=unit)[place])
            assert line == pytest.approx(expected, abs=1e-3)


def test_years_deviations_are_crossed_random_effects(panel):
    frame = panel.assign(value=panel["value"] + panel["time"].map({2011: 3.0, 2012: -5, 2013: 1, 2014: 1}))
    fitted = reml_panel(trend_model(["municipality"], year_effects=True), frame)
    names = ("sd_intercept", "sd_slope", "corr", "sd_year", "sd_resid")
    found = [float(fitted[name].values.ravel()[0]) for name in names]
    top = restricted_log_likelihood(frame, *found)
    assert float(fitted["loglik"]) == pytest.approx(top, rel=1e-9)
    # At its top the criterion falls, or stays, whichever parameter is moved either way.
    for place, name in enumerate(names):
        for factor in (0.99, 1.01):
            moved = [value * (factor if other == place else 1) for other, value in enumerate(found)]
            assert restricted_log_likelihood(frame, *moved) < top, name


def restricted_log_likelihood(frame, sd_intercept, sd_slope, corr, sd_year, sd_resid) -> float:
    """Compute the criterion from its definition, in dense matrices."""
    line = np.column_stack([np.ones(len(frame)), frame["time"] - 2011])
    unit, year = (frame[name].to_numpy() for name in ("municipality", "time"))
    between = corr * sd_intercept * sd_slope
    sigma = np.array([[sd_intercept**2, between], [between, sd_slope**2]])
    matrix = (unit[:, None] == unit) * (line @ sigma @ line.T) + sd_year**2 * (year[:, None] == year)
    matrix += sd_resid**2 * np.eye(len(frame))
    information = line.T @ np.linalg.solve(matrix, line)
    value = frame["value"].to_numpy()
    left = value - line @ np.linalg.solve(information, line.T @ np.linalg.solve(matrix, value))
    dets = np.linalg.slogdet(matrix)[1] + np.linalg.slogdet(information)[1]
    quadratic = left @ np.linalg.solve(matrix, left)
    return float(-0.5 * (dets + quadratic + (len(frame) - 2) * np.log(2 * np.pi)))
