"""What rankings print is known well enough, and what the model does not reproduce is named."""

import json

import numpy as np
import pandas as pd
import pytest
from known_fits import fit_at_truth
from small_fits import build_fit
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.checks import require
from bayes_saude.inference.fit import fit
from bayes_saude.inference.simulate import simulate
from bayes_saude.summaries import checks as module
from bayes_saude.summaries.checks import OF_PRIORS, check, misfits, prior_sensitivity
from bayes_saude.summaries.power_scaling import COLUMNS
from bayes_saude.summaries.printed import Printed, events
from bayes_saude.summaries.rank_checks import rank_gates
from bayes_saude.summaries.ranked import unit_ranks
from bayes_saude.summaries.ranking import rank

TRUTH = {"intercept": 70, "slope": 2, "sd_intercept": 8, "sd_slope": 1.5, "corr": 0.3, "sd_resid": 4}
GATES = [
    "R-hat of ranks", "bulk ESS of ranks", "tail ESS of ranks", "error of probabilities",
    "error of means", "error of standard deviations", "error of interval ends",
]  # fmt: skip


@pytest.fixture(scope="module")
def simulation():
    panel = simulate_trend(
        1, fixed=(70, 2), scatter={"municipality": (8, 1.5, 0.3)}, sd_resid=4, regions=1, per_region=30
    )
    return simulate(trend_model(["municipality"]), panel, truth=TRUTH, seed=2)


@pytest.fixture(scope="module")
def fitted(simulation):
    return fit(simulation.spec, simulation.panel, seed=1)


def failing(gates):
    return {gate["name"]: gate["parameter"] for gate in gates if not gate["passed"]}


def slowed(fitted, unit):
    """Give a unit's slope an autoregression of 0.99, in which 200 draws are worth one."""
    fitted = fitted.copy(deep=True)
    effect = fitted["posterior"]["municipality_effect"]
    steps = np.random.default_rng(0).normal(size=(4, 1000))
    slow = np.zeros_like(steps)
    for i in range(1, 1000):
        slow[:, i] = 0.99 * slow[:, i - 1] + 0.14 * steps[:, i]
    effect.loc[{"municipality": unit, "term": "slope"}] = 1.5 * slow
    return fitted


def test_a_sound_fit_of_a_true_model_passes_and_is_ready_for_json(fitted):
    report = check(fitted)
    assert report["passed"]
    assert not report["warnings"]
    assert [gate["name"] for gate in report["gates"]][-7:] == GATES
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_one_unit_of_thirty_whose_draws_hardly_move_is_found_and_stops(fitted):
    unit = fitted["posterior"]["municipality"].values[17]
    gates = rank_gates(slowed(fitted, unit))
    found = failing(gates)
    # A standard deviation is known sooner than the mean; still it is the unit's that is known the least.
    (sd,) = [gate for gate in gates if gate["name"] == "error of standard deviations"]
    assert sd["parameter"].endswith(f" of {unit}")
    assert sd["value"] > 0.05
    assert set(found) | {sd["name"]} == set(GATES)
    # Which of a slope and of the level three years on is the worst is a matter of chance.
    assert all(parameter.endswith(f" of {unit}") for parameter in found.values())
    assert found["error of probabilities"].startswith("p_")
    assert ["more tuning" in gates[0]["advice"], "more draws" in gates[1]["advice"]] == [True, True]


def test_a_chain_astray_in_one_replicate_over_one_unit_is_found(simulation):
    rng = np.random.default_rng(4)
    unit, effects = simulation.panel["municipality"].unique(), rng.normal(size=(20, 200, 30, 2))
    replicates = np.repeat(np.arange(1, 6), 4).tolist()
    units = {"municipality": unit.tolist()}
    effects[..., 0] *= 2
    sound = failing(rank_gates(build_fit({"municipality": effects}, units, replicate=replicates)))
    assert not [name for name in sound if name.endswith("ranks")]
    # Three of its standard deviations, in one of twenty chains.
    effects[6, :, 17, 0] += 6
    found = failing(rank_gates(build_fit({"municipality": effects}, units, replicate=replicates)))
    assert found["R-hat of ranks"] == f"intercept of {unit[17]}"


def test_what_is_asked_for_beyond_the_tables_is_checked_too(fitted):
    assert not failing(rank_gates(fitted, Printed(by="level:2012", prob=0.8, top=3)))
    # Half a draw in a thousand lies beyond.
    assert list(failing(rank_gates(fitted, Printed(prob=0.999)))) == ["error of interval ends"]


def test_a_draw_that_is_no_number_stops_and_is_ready_for_json(fitted):
    lost = fitted.copy(deep=True)
    lost["posterior"]["municipality_effect"][1, 7, 2, 0] = np.nan
    report = check(lost)
    assert list(failing(report["gates"])) == ["draws that are not finite"]
    assert json.loads(json.dumps(report, allow_nan=False)) == report


@pytest.mark.parametrize("within", [None, "region"])
def test_probabilities_are_those_that_rankings_print(nested_fit, within):
    for group in unit_ranks(nested_fit, "municipality", "intercept", within_each=within):
        printed = rank(nested_fit, within_each=within, top=10).set_index("within")
        printed = printed.loc[[group.within]].set_index("unit").loc[group.units.tolist()]
        found = dict(events(group, 71.0, higher=True))
        for column in ("p_top", "p_bottom", "p_best", "p_above_mean", "p_meets_target"):
            if column not in found:
                assert printed[column].isna().all() or len(printed) == 1
            else:
                np.testing.assert_allclose(found[column].mean(axis=(0, 1)), printed[column])


def test_the_error_of_a_probability_is_what_other_draws_change_of_it():
    # Two of three units change places from draw to draw, as a coin falls.
    rng = np.random.default_rng(1)
    effects = np.zeros((2, 500, 3, 2))
    effects[..., 0, 0] = 3
    effects[..., 1:, 0] = rng.permuted(np.broadcast_to([1.0, 2.0], (2, 500, 2)), axis=-1)
    effects[..., 1] = rng.normal(size=(2, 500, 3))
    (gate,) = [
        gate
        for gate in rank_gates(build_fit({"region": effects}, {"region": list("ABC")}))
        if gate["name"] == "error of probabilities"
    ]
    assert gate["value"] == pytest.approx(0.5 / np.sqrt(1000), rel=0.25)
    assert gate["passed"]


def test_replicates_apart_are_no_fault_of_the_sampling(fitted):
    # Two replicates whose units stand the other way round, each with sound chains of its own.
    apart = fitted.copy(deep=True)
    apart["posterior"]["municipality_effect"][2:] *= -1
    assert set(failing(rank_gates(apart))) >= set(GATES[:2])
    posterior = apart["posterior"].to_dataset().assign_coords(replicate=("chain", [1, 1, 2, 2]))
    apart["posterior"] = posterior
    assert not failing(rank_gates(apart))


def test_a_unit_that_is_always_first_has_a_rank_without_error(fitted):
    sure = fitted.copy(deep=True)
    effect = sure["posterior"]["municipality_effect"]
    effect[:, :, 3] += 1000
    assert not failing(rank_gates(sure))


def test_a_fit_of_three_draws_fails_and_is_not_asked_for_misfit(fitted):
    short = fitted.isel(draw=slice(3))
    assert not [gate for gate in rank_gates(short) if gate["passed"]]
    assert misfits(short) == []
    assert prior_sensitivity(short) == []


def test_a_dip_of_one_year_warns_and_stops_nothing(simulation):
    # Fifteen standard errors of the mean of 30 units.
    dip = 15 * 4 / np.sqrt(30) * (simulation.panel["time"] == 2012)
    panel = simulation.panel.assign(value=simulation.panel["value"] - dip)
    fitted = fit_at_truth(simulation._replace(panel=panel))
    (warning,) = [each for each in misfits(fitted) if each["statistic"] == "mean[2012]"]
    assert warning["observed"] < warning["low"]
    assert warning["value"] > 0.99
    assert "year_effects = true" in warning["advice"]


def test_a_unit_far_from_all_others_warns(simulation):
    first = simulation.panel["municipality"] == simulation.panel["municipality"].iloc[0]
    panel = simulation.panel.assign(value=simulation.panel["value"] + 100 * first)
    found = {each["statistic"]: each for each in misfits(fit_at_truth(simulation._replace(panel=panel)))}
    assert found["largest_unit_mean"]["units"] == "new"
    assert found["largest_unit_mean"]["value"] < 0.01


@pytest.mark.parametrize(("family", "advised"), [("gaussian", True), ("lognormal", False)])
def test_heavier_tails_are_advised_where_a_family_has_them(simulation, family, advised):
    truth = TRUTH if family == "gaussian" else {name: value / 10 for name, value in TRUTH.items()}
    drawn = simulate(trend_model(["municipality"], family=family), simulation.panel, truth=truth, seed=2)
    # One row of 120 is fifteen standard deviations from its line.
    scatter = 15 * truth["sd_resid"] * (drawn.panel.index == 7)
    value = drawn.panel["value"]
    panel = drawn.panel.assign(value=value + scatter if family == "gaussian" else value * np.exp(scatter))
    found = {each["statistic"]: each for each in misfits(fit_at_truth(drawn._replace(panel=panel)))}
    assert ("student_t" in found["residual_kurtosis"]["advice"]) == advised


def test_warnings_do_not_stop_and_gates_do(fitted):
    report = check(fitted)
    require({**report, "warnings": [{"name": "posterior predictive p-value"}]})
    assert not check(fitted, rhat=1.0)["passed"]


def p_values(value, mcse):
    """Give two statistics as `predictive_checks` does, of which one is in the middle."""
    row = {"units": "same", "observed": 1.0, "low": 0.0, "high": 2.0}
    return pd.DataFrame(
        [
            row | {"statistic": "mean[2011]", "p_value": 0.5, "mcse": 0.025},
            row | {"statistic": "mean[2012]", "p_value": value, "mcse": mcse},
        ]
    )


@pytest.mark.parametrize(
    ("first", "then", "asked", "warned"),
    [
        ((0.5, 0.02), None, [400], None),
        ((0.0, 0.0025), None, [400], True),
        # 0.0075 is 1.7 errors from 0.01.
        ((0.9925, 0.0015), (0.9975, 0.0008), [400, 4000], True),
        ((0.9925, 0.0015), (0.985, 0.002), [400, 4000], None),
        ((0.009, 0.004), (0.008, 0.0015), [400, 4000], False),
    ],
)
def test_a_p_value_near_its_limit_is_asked_of_more_predictions(
    fitted, monkeypatch, first, then, asked, warned
):
    answers = {400: first, 4000: then}
    seen = []

    def answer(fit, *, draws):
        seen.append(draws)
        return p_values(*answers[draws])

    monkeypatch.setattr(module, "predictive_checks", answer)
    found = misfits(fitted)
    assert seen == asked
    assert [each["clear"] for each in found] == ([] if warned is None else [warned])


@pytest.mark.parametrize(
    ("prior", "likelihood", "kind", "moves", "clear"),
    [
        (0.01, 0.2, "", False, True),
        (0.2, 0.2, "conflict", True, True),
        (0.2, 0.01, "weak", True, True),
        # The errors are 0.01.
        (0.2, 0.06, "either", True, True),
        (0.2, np.nan, "either", True, True),
        (0.06, 0.2, "conflict", True, False),
        (0.04, 0.2, "", False, False),
        (np.nan, 0.2, "untold", None, False),
    ],
)
def test_the_two_distances_are_read_together(fitted, monkeypatch, prior, likelihood, kind, moves, clear):
    rows = [(1, "corr", 0.001, 0.2), (2, "corr", prior, likelihood), (1, "slope", 0.01, 0.2)]
    table = pd.DataFrame(rows, columns=["replicate", "parameter", "prior", "likelihood"])
    table = table.assign(prior_error=0.01, likelihood_error=0.01)
    assert set(table) < set(COLUMNS)
    monkeypatch.setattr(module, "power_scaling", lambda fit: table)
    corr, slope = prior_sensitivity(fitted)
    assert (corr["parameter"], slope["parameter"]) == ("corr", "slope")
    assert (corr["replicate"], corr["moves"], corr["clear"]) == (2, moves, clear)
    assert corr["advice"] == (OF_PRIORS[kind] if kind else "")
    assert json.loads(json.dumps([corr, slope], allow_nan=False)) == [corr, slope]


def test_a_posterior_that_priors_pull_at_is_named_and_stops_nothing(simulation):
    narrow = trend_model(["municipality"], priors='intercept = {dist = "normal", mu = 60, sigma = 1}')
    report = check(fit(narrow, simulation.panel, seed=1))
    assert report["passed"]
    (intercept,) = [each for each in report["prior_sensitivity"] if each["parameter"] == "intercept"]
    assert intercept["moves"]
    assert intercept["advice"] == OF_PRIORS["conflict"]
