"""What is left out of a panel, of sampled units and of units without which there is no fit or another."""

import numpy as np
import pytest
from events import event_model, simulate_events
from scipy import stats
from scipy.special import expit, logsumexp
from trends import ORIGIN, trend_model
from trends import simulate as simulate_trend

from bayes_saude.inference.fit import fit
from bayes_saude.inference.reading import panel_of, spec_of
from bayes_saude.inference.refit import refit
from bayes_saude.summaries import left_out
from bayes_saude.summaries.cross_validation import COLUMNS, cross_validate, prediction_scores
from bayes_saude.summaries.row_densities import log_measure
from bayes_saude.summaries.unit_densities import unit_log_densities, unit_sites

SCATTER = {"region": (8, 1.5, 0.3), "municipality": (4, 0.5, 0)}


@pytest.fixture(scope="module")
def panel():
    return simulate_trend(3, fixed=(70, 2), scatter=SCATTER, sd_resid=4, regions=6, per_region=5)


@pytest.fixture(scope="module")
def events():
    panel, _ = simulate_events(
        1,
        family="binomial",
        fixed=(-1, 0),
        scatter={"region": (0.5, 0.05, 0)},
        regions=12,
        per_region=1,
        size=30,
    )
    return fit(event_model("binomial", ["region"]), panel, seed=1, draws=200, tune=300, chains=2)


def test_events_are_scored_by_their_probability(events):
    steps = []

    def track(names):
        steps.append(list(names))
        return iter(names)

    scores = cross_validate(events, by="both", refits=0, seed=4, track=track)
    assert tuple(scores.columns) == COLUMNS
    assert steps == [["units of replicate 1"], [f"without {year}" for year in range(2008, 2013)]]
    assert scores.groupby("by").size().to_dict() == {"unit": 12, "year": 60}
    assert (scores["elpd"] < 0).all()
    assert (scores["mcse"] > 0).all()
    panel = panel_of(events)
    kept = panel[panel["time"] != 2009]
    kept.attrs = panel.attrs
    without = refit(events, panel=kept, seed=4)["posterior"].to_dataset()
    row = panel[(panel["time"] == 2009) & (panel["region"] == "region 003")].iloc[0]
    own = without["region_effect"].sel(region="region 003")
    line = without["intercept"] + own.sel(term="intercept") - 3 * (without["slope"] + own.sel(term="slope"))
    probability = stats.binom.pmf(row["successes"], row["trials"], expit(line.values)).mean()
    found = scores[(scores["left_out"] == "2009") & (scores["unit"] == "region 003")].iloc[0]
    assert found["elpd"] == pytest.approx(np.log(probability), abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "level"), [("binomial", "region"), ("student_t", "municipality")])
def test_weighted_draws_of_sampled_units_say_what_a_fit_without_the_unit_says(request, family, level):
    fitted = (
        request.getfixturevalue("events")
        if family == "binomial"
        else fit(trend_model([level], family=family), request.getfixturevalue("panel"), seed=1)
    )
    scores = cross_validate(fitted, refits=0).set_index("unit")
    panel = panel_of(fitted)
    for unit in scores.index[[1, 7]]:
        own = panel[level] == unit
        kept = panel[~own]
        kept.attrs = panel.attrs
        sites = unit_sites(fitted, 1, [unit])
        densities = unit_log_densities(refit(fitted, panel=kept, seed=5), 1, panel[own], sites=sites).values
        exact = logsumexp(densities) - np.log(densities.size)
        # Of draws that are worth a quarter each, at the least.
        error = np.hypot(
            np.exp(densities - exact).std() / np.sqrt(densities.size / 4), scores.loc[unit, "mcse"]
        )
        exact += log_measure(spec_of(fitted), panel[own]).sum()
        assert scores.loc[unit, "elpd"] == pytest.approx(exact, abs=4 * error)


def test_the_only_unit_of_a_region_is_left_out_with_it(panel):
    """Its region's line is not in the fit without it, and is integrated out with its own."""
    alone = panel["municipality"] == panel["municipality"].iloc[-1]
    moved = panel.assign(region=panel["region"].where(~alone, "region of one"))
    fitted = fit(trend_model(["region", "municipality"]), moved, seed=1, draws=200)
    whole = panel_of(fitted)
    rows = whole[whole["region"] == "region of one"]
    kept = whole[whole["region"] != "region of one"]
    kept.attrs = whole.attrs
    without = refit(fitted, panel=kept, seed=0)
    found = unit_log_densities(without, 1, rows).isel(chain=1, draw=5, unit=0)
    draw = without["posterior"].to_dataset().isel(chain=1, draw=5)
    covariance = float(draw["sd_resid"]) ** 2 * np.eye(len(rows))
    design = np.column_stack([np.ones(len(rows)), rows["time"] - ORIGIN])
    for level in ("region", "municipality"):
        own = draw.sel(level=level)
        sd = np.array([own["sd_intercept"], own["sd_slope"]])
        covariance += design @ (np.outer(sd, sd) * [[1, own["corr"]], [own["corr"], 1]]) @ design.T
    mean = design @ [float(draw["intercept"]), float(draw["slope"])]
    assert float(found) == pytest.approx(stats.multivariate_normal.logpdf(rows["value"], mean, covariance))


def test_a_unit_without_which_there_is_no_fit_keeps_its_weighted_score():
    pair = simulate_trend(5, fixed=(70, 2), scatter=SCATTER, sd_resid=4, regions=2, per_region=1)
    fitted = fit(trend_model(["municipality"]), pair, seed=1, draws=200)
    scores = cross_validate(fitted)
    assert not scores["refitted"].any()
    found = prediction_scores(scores).iloc[0]
    assert found["unreliable"] == (scores["khat"] > 0.7).sum()


def test_even_weights_are_trusted_whatever_their_last_digits_are():
    rng = np.random.default_rng(4)
    # A row at the centre of a normal density whose scale is known: its density has a highest value, which
    # draws come near to; rounded as effects are, many are that value, and one is another.
    densities = np.float32(-0.5 * rng.normal(size=(20, 800)) ** 2 * 1e-6).astype(float)
    densities[:, 0] += 0.01
    _, khat = left_out._smoothed(-densities)
    assert (khat <= 0).all()
    heavy = rng.uniform(size=(200, 800)) ** -0.9
    # The estimate is drawn towards a half, as if by ten draws of the tail.
    assert np.mean(left_out._smoothed(-np.log(heavy))[1]) == pytest.approx(0.86, abs=0.06)
