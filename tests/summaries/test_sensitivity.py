"""Other priors, the same data: which units change their class."""

import json

import numpy as np
import pytest
from scipy import stats
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.inference.fit import fit
from bayes_saude.inference.reading import panel_of, sampler_of
from bayes_saude.inference.refit import refit
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.parameters import LKJ, Exponential, HalfCauchy, HalfNormal
from bayes_saude.models.priors import location_and_scale, priors_as_json
from bayes_saude.summaries.ranking import classes, rank
from bayes_saude.summaries.sensitivity import COLUMNS, FACTORS, SAME, median_of, sensitivity, with_median


@pytest.fixture(scope="module")
def fitted():
    panel = simulate_trend(
        3, fixed=(70, 2), scatter={"region": (8, 1.5, 0.9)}, sd_resid=8, regions=12, per_region=1
    )
    return fit(trend_model(["region"]), panel, seed=1, draws=2000)


@pytest.fixture(scope="module")
def table(fitted):
    return sensitivity(fitted, etas=(1, 2, 40), scales=("halfnormal", "exponential"))


def test_a_fit_made_again_is_the_same_fit(fitted):
    again = refit(fitted)
    for name, values in fitted["posterior"].to_dataset().items():
        np.testing.assert_array_equal(again["posterior"][name], values)
    assert again.attrs["data_sha256"] == fitted.attrs["data_sha256"]


def test_rows_left_out_do_not_scale_the_priors_anew(fitted):
    panel = panel_of(fitted)
    short = refit(fitted, panel=panel[panel["time"] < 2014], seed=1)
    assert priors_from_json(short.attrs["priors"]) == priors_from_json(fitted.attrs["priors"])


@pytest.mark.parametrize(
    ("prior", "distribution"),
    [
        (HalfNormal(dist="halfnormal", sigma=3), stats.halfnorm(scale=3)),
        (Exponential(dist="exponential", scale=3), stats.expon(scale=3)),
        (HalfCauchy(dist="halfcauchy", scale=3), stats.halfcauchy(scale=3)),
    ],
)
def test_medians_are_those_of_the_distributions(prior, distribution):
    assert median_of(prior) == pytest.approx(distribution.median())
    assert median_of(with_median(prior.dist, 2.0)) == pytest.approx(2.0)


def test_priors_that_the_fit_has_are_left_out_and_another_seed_comes_first(table):
    assert list(table["priors"].unique()) == [SAME, "LKJ(1)", "LKJ(40)", "exponential", *FACTORS]
    assert tuple(table.columns) == COLUMNS
    assert (table["changed"] == table["gained"] + table["lost"] + table["turned"]).all()


def test_all_scales_are_halved_and_doubled_and_nothing_else(monkeypatch, fitted):
    stated = {**priors_from_json(fitted.attrs["priors"]), "sd_slope": HalfCauchy(dist="halfcauchy", scale=3)}
    fitted = fitted.copy()
    fitted.attrs["priors"] = priors_as_json(stated)
    asked = []

    def noted(fit, *, priors, seed):
        asked.append(priors)
        return fit

    monkeypatch.setattr("bayes_saude.summaries.sensitivity.refit", noted)
    sensitivity(fitted, etas=(), scales=())
    for factor, changed in zip((0.5, 2), asked[1:], strict=True):
        assert set(changed) == {"sd_intercept", "sd_slope", "sd_resid"}
        for name, prior in changed.items():
            assert prior.dist == stated[name].dist
            before, after = location_and_scale(stated[name])[1], location_and_scale(prior)[1]
            assert after == pytest.approx(factor * before)


def test_a_fit_that_fails_its_checks_is_told(fitted):
    fitted = fitted.copy()
    fitted.attrs["sampler"] = json.dumps(sampler_of(fitted) | {"draws": 20})
    assert not sensitivity(fitted, etas=(), scales=(), factors=())["passed"].any()


def test_fits_are_shown_as_they_are_made(fitted, table):
    seen = []

    def track(names):
        for name in names:
            seen.append(name)
            yield name

    sensitivity(fitted, etas=(), scales=(), factors=("half the scales",), track=track)
    assert seen == [SAME, "half the scales"]
    assert table["passed"].all()


def test_a_correlation_pressed_to_zero_moves_it_and_ranks_more_than_another_seed_does(table):
    corr = table.drop_duplicates("priors").set_index("priors")["corr"]
    assert corr["LKJ(1)"] > corr[SAME] > corr["LKJ(40)"]
    # LKJ(40) has a standard deviation of 1 / 9.
    assert abs(corr["LKJ(40)"]) < 3 / 9
    shift = table.set_index(["priors", "by"])["largest_shift"]
    assert (shift["LKJ(40)"] > 2 * shift[SAME]).all()


def test_changes_are_those_between_the_two_rankings(fitted, table):
    other = refit(fitted, priors={"corr": LKJ(dist="lkj", eta=40)}, seed=2)
    before, after = (rank(one, by="slope").set_index("unit") for one in (fitted, other))
    after = after.loc[before.index]
    was, now = (classes(each["p_above_mean"], 0.95) for each in (before, after))
    row = table[(table["priors"] == "LKJ(40)") & (table["by"] == "slope")].iloc[0]
    assert row["changed"] == (was != now).sum()
    assert row["named"] == (now != "none").sum()
    shift = (after["expected_rank"] - before["expected_rank"]).abs()
    assert row["largest_shift"] == pytest.approx(shift.max())
    assert row["shifted_unit"] == shift.idxmax()
