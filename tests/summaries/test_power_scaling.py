"""Which posteriors rest on their priors."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from trends import simulate as simulate_trend
from trends import trend_model

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.fit import fit
from bayes_saude.models.parameters import LKJ, Exponential, HalfCauchy, HalfNormal, Normal
from bayes_saude.summaries.power_scaling import COLUMNS, log_density, power_scaling

NARROW = 'intercept = {dist = "normal", mu = 60, sigma = 1}'


@pytest.fixture(scope="module")
def panel():
    return simulate_trend(
        3, fixed=(70, 2), scatter={"region": (8, 1.5, 0.3)}, sd_resid=4, regions=30, per_region=1
    )


@pytest.mark.parametrize(
    ("prior", "low", "high"),
    [
        (Normal(dist="normal", mu=2, sigma=3), -np.inf, np.inf),
        (HalfNormal(dist="halfnormal", sigma=3), 0, np.inf),
        (Exponential(dist="exponential", scale=3), 0, np.inf),
        (HalfCauchy(dist="halfcauchy", scale=3), 0, np.inf),
        (LKJ(dist="lkj", eta=2), -1, 1),
    ],
)
def test_densities_integrate_to_one(prior, low, high):
    assert quad(lambda value: np.exp(log_density(prior, np.array(value))), low, high)[0] == pytest.approx(1)


def test_a_narrow_prior_far_from_the_data_moves_its_posterior_and_a_wide_one_does_not(panel):
    wide, narrow = (
        power_scaling(fit(trend_model(["region"], priors=priors), panel, seed=1)).set_index("parameter")
        for priors in ("", NARROW)
    )
    assert tuple(wide.reset_index()[list(COLUMNS)]) == COLUMNS
    assert not wide.loc["intercept", "moves"]
    assert narrow.loc["intercept", "moves"]
    assert narrow.loc["intercept", "prior"] > 5 * wide.loc["intercept", "prior"]
    # Thirty units of four years tell the scatter about the line.
    assert not narrow.loc["sd_resid", "moves"]
    assert wide.loc["sd_resid", "likelihood"] > 0.05


def test_replicates_are_each_looked_at(panel):
    twice = pd.concat([panel, panel.assign(replicate=2)], ignore_index=True)
    found = power_scaling(fit(trend_model(["region"]), twice, seed=1, draws=400))
    assert found.groupby("replicate").size().to_dict() == {1: 6, 2: 6}


def test_sampled_units_are_refused(panel):
    fitted = fit(trend_model(["region"]), panel, seed=1, draws=20, tune=50)
    fitted.attrs["model_file"] = fitted.attrs["model_file"].replace('"gaussian"', '"student_t"')
    with pytest.raises(BayesSaudeError, match="Fit it again with other priors"):
        power_scaling(fitted)
