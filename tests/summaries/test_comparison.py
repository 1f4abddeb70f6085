"""REML and posterior side by side."""

import numpy as np
import pandas as pd
import pytest

from bayes_saude.summaries.comparison import (
    COLUMNS,
    HYPERPARAMETER_COLUMNS,
    agreement,
    compare,
    hyperparameters,
    mark_borderline,
)
from bayes_saude.summaries.ranking import all_rankings, rank
from bayes_saude.summaries.reml import reml_panel

UNITS = list("abcdef")
# Lines of six units in four years, with errors that no line can follow.
HEIGHTS = np.array([20.0, 3, 0, -1, -2, -20])
ERRORS = np.array(
    [[1.0, -2, 1, 0], [-1, 1, 1, -1], [0, 1, -2, 1], [1, 0, -1, 0], [-1, 2, -1, 0], [0, -1, 0, 1]]
)


@pytest.fixture
def panel() -> pd.DataFrame:
    years = np.arange(4)
    growth = np.array([3.0, -1, 1, 0, -2, 2])
    values = 100 + HEIGHTS[:, None] + (5 + growth[:, None]) * years + ERRORS
    return pd.DataFrame(
        {
            "replicate": 1,
            "region": np.repeat(UNITS, 4),
            "time": np.tile(2011 + years, 6),
            "value": values.ravel(),
        }
    )


def posterior_of(frequentist, n_draws=1500, seed=0):
    """Draw units' deviations as REML has them: estimate less fixed effect, with its standard error."""
    rng = np.random.default_rng(seed)
    mean = (frequentist["region_estimate"] - frequentist["fixed"]).values
    return mean + frequentist["region_se"].values * rng.normal(size=(2, n_draws, *mean.shape))


@pytest.fixture
def both(panel, make_spec, make_fit):
    frequentist = reml_panel(make_spec("region"), panel)
    rng = np.random.default_rng(1)
    fixed = frequentist["fixed"].values
    draws = {
        # The fixed effects are much more uncertain than the units' deviations.
        "intercept": fixed[0] + 15 * rng.normal(size=(2, 1500)),
        "slope": fixed[1] + rng.normal(size=(2, 1500)),
        "sd_resid": 1 + 0.1 * rng.random(size=(2, 1500)),
        "sd_intercept": 12 + rng.random(size=(2, 1500, 1)),
        "sd_slope": 2 + rng.random(size=(2, 1500, 1)),
        "corr": 0.2 + 0.1 * rng.random(size=(2, 1500, 1)),
    }
    fit = make_fit(
        {"region": posterior_of(frequentist)}, {"region": UNITS}, panel=panel, hyperparameters=draws
    )
    return fit, frequentist


def test_columns_and_their_order_are_as_told(both):
    comparison = compare(*both)
    assert comparison.columns.tolist() == list(COLUMNS)
    assert len(comparison) == 2 * len(UNITS)
    assert hyperparameters(*both).columns.tolist() == list(HYPERPARAMETER_COLUMNS)


def test_reml_class_is_whether_the_interval_excludes_the_fixed_effect(both):
    fit, frequentist = both
    comparison = compare(fit, frequentist)
    for parameter in ("intercept", "slope"):
        mean = float(frequentist["fixed"].sel(term=parameter))
        for row in comparison[comparison["parameter"] == parameter].itertuples():
            expected = "above" if row.reml_low > mean else "below" if row.reml_high < mean else "none"
            assert row.reml_class == expected
    # All three classes occur, or the test would show little.
    assert set(comparison["reml_class"]) == {"above", "below", "none"}


def test_bayes_class_is_not_blurred_by_doubt_about_the_common_level(both):
    intercepts = compare(*both).query("parameter == 'intercept'").set_index("unit")
    # The overall mean is known to 15 only: the leader's own interval holds it, but in every draw it leads.
    assert intercepts.loc["a", "bayes_low"] < intercepts["bayes"].mean() < intercepts.loc["a", "bayes_high"]
    assert intercepts.loc["a", "bayes_class"] == "above"
    assert intercepts.loc["f", "bayes_class"] == "below"
    assert intercepts.loc["c", "bayes_class"] == "none"


def test_bayes_class_says_the_same_as_p_above_mean(both):
    comparison = compare(*both)
    assert ((comparison["bayes_class"] == "above") == (comparison["p_above_mean"] > 0.975)).all()
    assert ((comparison["bayes_class"] == "below") == (comparison["p_above_mean"] < 0.025)).all()
    assert (comparison["agrees"] == (comparison["bayes_class"] == comparison["reml_class"])).all()


def test_ranks_count_from_the_best_in_the_models_direction(both, make_fit):
    fit, frequentist = both
    intercepts = compare(fit, frequentist).query("parameter == 'intercept'").set_index("unit")
    assert intercepts.loc["a", ["reml_rank", "expected_rank"]].tolist() == pytest.approx([1, 1])
    low = make_fit({"region": posterior_of(frequentist)}, {"region": UNITS}, direction="lower_is_better")
    turned = compare(low, frequentist).query("parameter == 'intercept'").set_index("unit")
    assert turned.loc["a", ["reml_rank", "expected_rank"]].tolist() == pytest.approx([6, 6])
    assert turned.loc["a", "reml_class"] == "above"


def test_rankings_at_hand_are_used(both):
    fit, frequentist = both
    again = compare(fit, frequentist, ranking=all_rankings(fit))
    pd.testing.assert_frame_equal(again, compare(fit, frequentist))


def test_posterior_columns_are_those_of_the_ranking(both):
    fit, frequentist = both
    slopes = rank(fit, by="slope").set_index("unit")
    compared = compare(fit, frequentist).query("parameter == 'slope'").set_index("unit").loc[slopes.index]
    for ours, theirs in {"bayes": "mean", "bayes_low": "low", "bayes_high": "high"}.items():
        assert compared[ours].tolist() == slopes[theirs].tolist()


def test_agreement_counts_each_kind():
    classes = pd.DataFrame(
        [
            ("above", "above"), ("below", "below"), ("none", "none"),
            ("above", "none"), ("none", "below"), ("none", "above"), ("above", "below"),
        ],
        columns=["reml_class", "bayes_class"],
    )  # fmt: skip
    ranks = [1, 2, 3, 4, 5, 6, 7]
    table = agreement(classes.assign(level="region", parameter="slope", reml_rank=ranks, expected_rank=ranks))
    assert table.iloc[0].to_dict() == {
        "level": "region", "parameter": "slope", "units": 7, "agree": 3, "both_above": 1, "both_below": 1,
        "only_reml": 1, "only_bayes": 2, "opposite": 1, "rank_correlation": 1.0,
    }  # fmt: skip


def test_hyperparameters_stand_beside_reml(both):
    fit, frequentist = both
    table = hyperparameters(fit, frequentist).set_index("parameter")
    assert table.index.tolist() == ["intercept", "slope", "sd_intercept", "sd_slope", "corr", "sd_resid"]
    assert table.loc["slope", "reml"] == float(frequentist["fixed"][1])
    assert table.loc["slope", "reml_se"] == float(frequentist["fixed_se"][1])
    assert table["reml_se"].isna().tolist() == [False, False, True, True, True, True]
    draws = fit["posterior"]["corr"].values
    assert table.loc["corr", "bayes_mean"] == pytest.approx(draws.mean())
    low, high = np.quantile(draws, [0.025, 0.975])
    assert table.loc["corr", ["bayes_low", "bayes_high"]].tolist() == pytest.approx([low, high])
    # Independent draws: R-hat near one and an effective size near the 3,000 drawn.
    assert table["rhat"].between(0.99, 1.01).all()
    assert table["ess_bulk"].between(2000, 4500).all()
    assert table["ess_tail"].between(2000, 4500).all()
    assert (table["note"] == "").all()


def test_a_correlation_of_one_is_noted_as_boundary(both):
    fit, frequentist = both
    singular = frequentist.assign(corr=("level", [1.0]), singular=("level", [1.0]))
    notes = hyperparameters(fit, singular).set_index("parameter")["note"]
    assert notes["corr"] == "boundary"
    assert (notes.drop("corr") == "").all()


def test_a_standard_deviation_of_zero_is_noted_as_boundary(both):
    fit, frequentist = both
    singular = frequentist.assign(
        corr=("level", [np.nan]), sd_slope=("level", [0.0]), singular=("level", [1.0])
    )
    notes = hyperparameters(fit, singular).set_index("parameter")["note"]
    assert notes[["sd_slope", "corr"]].tolist() == ["boundary", "boundary"]
    assert notes["sd_intercept"] == ""


def test_a_boundary_in_some_replicates_is_counted(both):
    fit, frequentist = both
    some = frequentist.assign(singular=("level", [0.4])).assign_attrs({**frequentist.attrs, "replicates": 5})
    notes = hyperparameters(fit, some).set_index("parameter")["note"]
    assert notes["corr"] == "boundary in 2 of 5 replicates"


def test_with_several_levels_components_carry_their_level(nested_fit, make_spec):
    rng = np.random.default_rng(4)
    fit = nested_fit.copy()
    panel = fit["constant_data"].to_dataset().to_dataframe()
    years = pd.concat([panel.assign(time=year) for year in (2011, 2012, 2013, 2014)])
    panel = years.assign(value=rng.normal(size=len(years)))
    frequentist = reml_panel(make_spec("region", "municipality"), panel)
    posterior = fit["posterior"].to_dataset()
    noisy = {
        name: posterior[name] + 0.1 * rng.random(posterior[name].shape)
        for name in posterior
        if "effect" not in name
    }
    fit["posterior"] = posterior.assign(noisy)
    parameters = hyperparameters(fit, frequentist)["parameter"].tolist()
    assert parameters == [
        "intercept", "slope",
        "sd_intercept[region]", "sd_slope[region]", "corr[region]",
        "sd_intercept[municipality]", "sd_slope[municipality]", "corr[municipality]",
        "sd_resid",
    ]  # fmt: skip
    assert compare(fit, frequentist).groupby("level").size().to_dict() == {"municipality": 14, "region": 6}


def test_reml_has_no_counterpart_of_the_scale_of_students_t(both):
    fit, frequentist = both
    posterior = fit["posterior"].to_dataset()
    fit["posterior"] = posterior.assign(df=4 + posterior["sd_resid"])
    table = hyperparameters(fit, frequentist).set_index("parameter")
    assert np.isnan(table.loc[["sd_resid", "df"], "reml"]).all()
    assert table["reml"].notna().sum() == 5


def test_a_class_that_another_run_might_turn_is_borderline(make_fit, make_spec, panel):
    frequentist = reml_panel(make_spec("region"), panel)
    # Of 2,000 independent draws the first unit lies above the others' mean in 97%, the second in 99%: two
    # Monte Carlo errors are 0.76% and 0.44%, and the limit 97.5%.
    rng = np.random.default_rng(9)
    draws = np.zeros((2, 1000, 6, 2))
    draws[..., 2:, :] = rng.normal(size=(2, 1000, 4, 2)) / 100
    for unit, p in enumerate((0.97, 0.99)):
        sides = np.where(np.arange(2000) < 2000 * p, 1.0, -5.0)
        draws[..., unit, :] = rng.permuted(sides).reshape(2, 1000, 1)
    fit = make_fit({"region": draws}, {"region": UNITS}, panel=panel)
    marked = mark_borderline(fit, compare(fit, frequentist))
    slopes = marked[marked["parameter"] == "slope"].set_index("unit")
    assert slopes["p_above_mean"].drop(["a", "b"]).between(0.03, 0.97).all()
    assert slopes.loc[["a", "b"], "p_above_mean"].tolist() == [0.97, 0.99]
    assert slopes.index[slopes["borderline"]].tolist() == ["a"]
    assert agreement(marked)["borderline"].tolist() == [1, 1]
