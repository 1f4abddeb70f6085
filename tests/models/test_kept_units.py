"""Heights and slopes of units: the same normal variables however they are centred, and how far they are."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from events import event_model, simulate_events
from scipy import stats
from trends import simulate, trend_model

from bayes_saude.data.panel import validate_panel
from bayes_saude.models.kept_data import kept_data
from bayes_saude.models.kept_units import partly_centred
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.shifts import make_shifts

MEAN = np.array([-1.0, 0.3, 2.0, 5.0])


@pytest.mark.parametrize("sd", [0.4, -0.4, 1e-3])
@pytest.mark.parametrize("information", [[0.0] * 4, [1e6] * 4, [0.0, 3.0, 40.0, 1e4]])
def test_partly_centred_variables_have_the_normal_density_whatever_the_data_tell(sd, information):
    with pm.Model() as model:
        made = partly_centred("z", pt.as_tensor(MEAN), pt.as_tensor(sd), pt.as_tensor(information), 4)
    z = np.random.default_rng(1).normal(size=4)
    value = model.rvs_to_values[model["z"]]
    drawn, of_z = (
        function(at).eval({value: z}, mode="FAST_COMPILE")
        for function, at in (
            (lambda variable: model.replace_rvs_by_values([variable])[0], made),
            (lambda _: model.logp(sum=False)[0], made),
        )
    )
    width = sd / np.sqrt(1 + np.array(information) * sd**2)
    exact = stats.norm(MEAN, abs(sd)).logpdf(drawn) + np.log(abs(width))
    np.testing.assert_allclose(of_z, exact, rtol=1e-7, atol=1e-7)


def information_of(spec, panel):
    tree = make_tree(panel, spec.data.levels)
    shifts = make_shifts(panel, tree, [], False)
    data = kept_data(spec.model.family, panel, tree, spec.data.origin, resolve_priors(spec, panel), shifts)
    return data["information"]


def test_what_data_tell_of_a_unit_follows_from_the_scatter_of_rows_about_its_line():
    panel = simulate(
        1, fixed=(70, 0.2), scatter={"region": (6, 0.3, 0)}, sd_resid=3, regions=300, missing=0.2
    )
    spec = trend_model(["region"], family="student_t")
    unit = panel["value"].std(ddof=0)
    heights, slopes = information_of(spec, panel) / unit**2
    rows = panel.groupby("region")["time"]
    # Of 700 steps the median tells the variance to 9%; slopes of 0.36 in four years add a hundredth.
    np.testing.assert_allclose(heights * 9 / rows.size(), 1, atol=0.35)
    elapsed = panel["time"] - panel["time"].mean()
    np.testing.assert_allclose(
        slopes / heights * rows.size(), (elapsed**2).groupby(panel["region"]).sum(), rtol=1e-9
    )

    shuffled = panel.sample(frac=1, random_state=1)
    np.testing.assert_allclose(information_of(spec, shuffled)[0] / unit**2, heights, rtol=1e-9)
    far = panel.copy()
    far.loc[5, "value"] += 1000
    far_unit = far["value"].std(ddof=0)
    np.testing.assert_allclose(information_of(spec, far)[0] / far_unit**2, heights, rtol=0.02)


def test_shares_tell_of_their_log_odds_and_rows_that_do_not_differ_are_no_certainty():
    levels = ["region", "municipality"]
    spec = event_model("beta_binomial", levels)
    frame, _ = simulate_events(1, family="beta_binomial", fixed=(-1, 0), scatter={}, dispersion=0.2)

    def told(frame):
        panel = validate_panel(
            frame, levels=levels, time="year", outcome=spec.data.outcome, source="simulated"
        )
        return information_of(spec, panel)

    # By the delta method log-odds vary by (m (1 - m))^-1 / (concentration + 1) and the trials' share.
    share = 1 / (1 + np.exp(1))
    of_row = share * (1 - share) / (1 / (1 + 0.2**-2) + 1 / frame["trials"])
    assert told(frame)[0].shape == (80,)
    # One number stands for all rows; 320 steps tell a variance to 13%.
    np.testing.assert_allclose(told(frame)[0], 5 * of_row.median(), rtol=0.4)
    constant = told(frame.assign(successes=10, trials=40))
    assert np.isfinite(constant).all()
