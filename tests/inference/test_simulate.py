"""Panels drawn from a model, and the truth that they come with."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from events import event_model, simulate_events
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.fit import fit, fitting_panel
from bayes_saude.inference.simulate import NOTE, simulate
from bayes_saude.models.priors import resolve_priors

LEVELS = ["region", "municipality"]
TRUTH = {
    "intercept": 70.0, "slope": 2.0, "sd_resid": 3.0,
    "sd_intercept": [6.0, 4.0], "sd_slope": [1.0, 0.5], "corr": [0.5, -0.3],
}  # fmt: skip


@pytest.fixture(scope="module")
def nested():
    """A nested model and a panel of forty municipalities in eight regions."""
    panel = simulate_trend(
        1, fixed=(70, 2), scatter={"region": (5, 1, 0), "municipality": (4, 1, 0)},
        sd_resid=3, regions=8, per_region=5, missing=0.1,
    )  # fmt: skip
    return trend_model(LEVELS), panel


def test_a_panel_keeps_its_layout_and_gets_a_new_outcome(nested):
    spec, panel = nested
    simulated = simulate(spec, panel, seed=3).panel
    pd.testing.assert_frame_equal(simulated[[*LEVELS, "time"]], panel[[*LEVELS, "time"]])
    assert not np.isclose(simulated["value"], panel["value"]).any()


def test_the_truth_is_laid_out_as_a_fits_posterior(nested):
    truth = simulate(*nested, seed=3).truth
    assert {str(name): truth[name].dims for name in truth} == {
        "intercept": (), "slope": (), "sd_resid": (),
        "sd_intercept": ("level",), "sd_slope": ("level",), "corr": ("level",),
        "region_effect": ("region", "term"), "municipality_effect": ("municipality", "term"),
    }  # fmt: skip
    assert truth["level"].values.tolist() == LEVELS
    assert truth["municipality"].values.tolist() == sorted(nested[1]["municipality"].unique())


def test_the_outcome_is_the_truths_trend_and_noise_about_it(nested):
    spec, panel = nested
    simulated, truth = simulate(spec, panel, truth=TRUTH, seed=3)[1:]
    elapsed = simulated["time"].to_numpy() - spec.data.origin
    coefficients = np.array([70, 2]) + sum(
        truth[f"{level}_effect"].sel({level: simulated[level].to_list()}).values for level in LEVELS
    )
    noise = simulated["value"] - coefficients[:, 0] - coefficients[:, 1] * elapsed
    n = len(noise)
    assert abs(noise.std() / 3 - 1) < 4 / np.sqrt(2 * n)
    assert abs(noise.mean()) < 4 * 3 / np.sqrt(n)


def test_the_model_comes_back_with_every_prior_stated(nested):
    spec, panel = nested
    stated = simulate(spec, panel, seed=1).spec
    assert not spec.priors
    assert stated.priors == resolve_priors(spec, fitting_panel(spec, panel))
    # Another outcome does not move them: they are those that the outcome was drawn from.
    again = simulate(stated, simulate(stated, panel, seed=1).panel, seed=2)
    assert again.spec.priors == stated.priors


def test_a_simulated_panel_is_what_its_model_reads():
    for family in ("binomial", "beta_binomial", "negative_binomial"):
        spec = event_model(family, LEVELS)
        panel, _ = simulate_events(1, family=family, fixed=(-1, 0), scatter={}, dispersion=0.1, regions=3)
        simulated = simulate(spec, panel, truth={"intercept": -1.0, "slope": 0.0}, seed=1)
        validated = fitting_panel(simulated.spec, simulated.panel)
        assert validated.attrs["note"] == NOTE
        size = spec.data.outcome[1]
        assert validated[size].tolist() == panel[size].tolist()


def test_the_column_that_tells_rows_apart_keeps_its_name():
    spec = trend_model(["region"])
    data = spec.data.model_copy(update={"unit": "hospital"})
    panel = simulate_trend(1, fixed=(70, 2), scatter={}, sd_resid=3, regions=4, per_region=3).rename(
        columns={"municipality": "hospital"}
    )
    simulated = simulate(spec.model_copy(update={"data": data}), panel, seed=1)
    assert simulated.panel["hospital"].tolist() == panel["hospital"].tolist()
    fitting_panel(simulated.spec, simulated.panel)


def test_of_several_replicates_the_first_gives_the_layout(nested):
    spec, panel = nested
    two = pd.concat([panel, panel.iloc[1:].assign(replicate=2)], ignore_index=True)
    simulated = simulate(spec, two, seed=1).panel
    assert simulated["replicate"].unique().tolist() == [1]
    assert len(simulated) == len(panel)


def test_the_seed_decides(nested):
    same, other = simulate(*nested, seed=4), simulate(*nested, seed=5)
    pd.testing.assert_frame_equal(simulate(*nested, seed=4).panel, same.panel)
    assert not np.isclose(same.panel["value"], other.panel["value"]).any()


def test_a_truth_given_gives_new_outcomes_of_the_same_units(nested):
    first = simulate(*nested, seed=4)
    second = simulate(*nested, truth=first.truth, seed=5)
    xr.testing.assert_equal(second.truth, first.truth)
    assert not np.isclose(first.panel["value"], second.panel["value"]).any()
    pd.testing.assert_frame_equal(simulate(*nested, truth=first.truth, seed=4).panel, first.panel)


def test_one_number_serves_all_levels_and_all_units(nested):
    truth = simulate(*nested, truth={"sd_intercept": 2, "region_effect": 0}, seed=1).truth
    assert truth["sd_intercept"].values.tolist() == [2, 2]
    assert (truth["region_effect"] == 0).all()


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ({"sd_residual": 1}, "no 'sd_residual' to be given as true. Did you mean 'sd_resid'"),
        ({"corr": [0.1, 0.2, 0.3]}, r"'corr' has the shape \(3,\). Give it the shape \(2,\)"),
    ],
)
def test_a_truth_that_the_model_cannot_have_is_refused(nested, truth, message):
    with pytest.raises(BayesSaudeError, match=message):
        simulate(*nested, truth=truth)


@pytest.fixture(scope="module")
def shifted():
    """A model with year effects and a predictor, and a panel of them."""
    panel = simulate_trend(
        1, fixed=(70, 2), scatter={"municipality": (4, 1, 0)}, sd_resid=3, regions=4, per_region=6
    )
    number = panel["municipality"].str.extract(r"(\d+)")[0].astype(int).to_numpy()
    spec = trend_model(LEVELS, predictors=["band"], year_effects=True)
    return spec, panel.assign(band=np.array(["large", "middle", "small"])[number % 3])


def test_what_shifts_the_trend_is_in_the_truth_as_in_a_fit(shifted):
    simulated = simulate(*shifted, seed=1)
    truth = simulated.truth
    assert truth["year_effect"].dims == ("time",)
    assert truth["time"].values.tolist() == [2011, 2012, 2013, 2014]
    assert truth["band_effect"].dims == ("band", "term")
    assert truth["band"].values.tolist() == ["large", "middle", "small"]
    assert float(abs(truth["band_effect"].sum("band")).max()) < 1e-9
    assert simulated.panel["band"].tolist() == shifted[1]["band"].tolist()
    xr.testing.assert_equal(simulate(*shifted, truth=truth, seed=2).truth, truth)


def test_what_shifts_the_trend_is_in_the_outcome(shifted):
    without = {"year_effect": 0, "band_effect": 0, "intercept": 70, "slope": 2}
    years, bands = [1.0, -12.0, 3.0, 2.0], [[8.0, 1.0], [-2.0, 1.0], [-6.0, -2.0]]
    plain = simulate(*shifted, truth=without, seed=1).panel
    moved = simulate(*shifted, truth=without | {"year_effect": years, "band_effect": bands}, seed=1).panel
    elapsed = plain["time"].to_numpy() - 2011
    of_band = np.array(bands)[plain["band"].map({"large": 0, "middle": 1, "small": 2})]
    expected = np.array(years)[elapsed] + of_band[:, 0] + of_band[:, 1] * elapsed
    np.testing.assert_allclose(moved["value"] - plain["value"], expected, atol=1e-9)


@pytest.mark.slow  # a model of its own to compile, for a minute or two where nothing is cached
def test_a_fit_of_a_shifted_panel_has_the_layout_of_its_truth(shifted):
    simulated = simulate(*shifted, seed=1)
    fitted = fit(simulated.spec, simulated.panel, draws=20, tune=100, chains=1, seed=1)
    posterior = fitted["posterior"].to_dataset().isel(chain=0, draw=0, drop=True)
    assert set(posterior) == set(simulated.truth)
    for name, values in simulated.truth.items():
        assert posterior[name].dims == values.dims, name
        for dim in values.dims:
            assert posterior[dim].values.tolist() == simulated.truth[dim].values.tolist()


def test_units_in_an_order_are_drawn_in_theirs():
    spec = event_model("binomial", ["age_group"])
    spec = spec.model_copy(update={"model": spec.model.model_copy(update={"sequence": "age_group"})})
    ages = ["under 1", "1-4", "5-14", "15-24", "25-59", "60 and more"]
    panel = pd.DataFrame({"age_group": np.repeat(ages, 3), "year": [2010, 2011, 2012] * 6})
    panel = panel.assign(successes=20, trials=100)
    effects = np.array(
        [
            simulate(spec, panel, truth={"sd_intercept": 1.0}, seed=seed)
            .truth["age_group_effect"]
            .sel(term="intercept", age_group=ages)
            .values
            for seed in range(400)
        ]
    )
    np.testing.assert_allclose(effects.sum(axis=1), 0, atol=1e-9)
    # The differences of neighbours are independent of one another and alike in their scatter.
    steps = np.diff(effects, axis=1)
    between = np.corrcoef(steps.T)[np.triu_indices(5, 1)]
    assert (abs(between) < 4 / np.sqrt(400)).all()
    spread = steps.std(axis=0)
    assert (abs(spread / spread.mean() - 1) < 4 / np.sqrt(2 * 400)).all()
