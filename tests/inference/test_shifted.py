"""Fits with year effects and predictors: laid out, checked, and where the panel was drawn."""

import json

import numpy as np
import pytest
from trends import ORIGIN, simulate, trend_model

from bayes_saude.errors import DataError
from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.fit import fit
from bayes_saude.inference.store import load, save
from bayes_saude.summaries.coefficients import unit_quantity
from bayes_saude.summaries.ranking import rank

LEVELS = ["region", "municipality"]
SCATTER = {"region": (3.0, 0.5, 0.3), "municipality": (5.0, 1.0, -0.4)}
BANDS = ["large", "middle", "small"]
YEARS = np.array([1.0, -12.0, 3.0, 2.0])
OF_BANDS = np.array([[8.0, 1.0], [-2.0, 1.0], [-6.0, -2.0]])


@pytest.fixture(scope="module")
def panel():
    panel = simulate(7, fixed=(70, 2), scatter=SCATTER, sd_resid=4, regions=20, per_region=6, missing=0.05)
    band = panel["municipality"].str.extract(r"(\d+)")[0].astype(int).to_numpy() % 3
    elapsed = panel["time"].to_numpy() - ORIGIN
    shift = YEARS[elapsed] + OF_BANDS[band, 0] + OF_BANDS[band, 1] * elapsed
    return panel.assign(value=panel["value"] + shift, band=np.array(BANDS)[band])


@pytest.fixture(scope="module")
def fitted(panel):
    return fit(trend_model(LEVELS, predictors=["band"], year_effects=True), panel, seed=1)


def test_what_shifts_the_trend_is_laid_out_by_name(fitted, tmp_path):
    posterior = fitted["posterior"].to_dataset()
    assert posterior["year_effect"].dims == ("chain", "draw", "time")
    assert posterior["time"].values.tolist() == [2011, 2012, 2013, 2014]
    assert posterior["band_effect"].dims == ("chain", "draw", "band", "term")
    assert posterior["band"].values.tolist() == BANDS
    assert posterior["sd_year"].dims == ("chain", "draw")
    assert set(posterior) == {
        "intercept", "slope", "sd_intercept", "sd_slope", "corr", "sd_year", "sd_resid", "year_effect",
        "band_effect", "region_effect", "municipality_effect",
    }  # fmt: skip
    assert list(json.loads(fitted.attrs["priors"]))[:4] == [
        "intercept", "slope", "intercept[band]", "slope[band]",
    ]  # fmt: skip
    assert "band" in fitted["constant_data"]
    save(fitted, tmp_path)
    assert load(tmp_path)["posterior"].to_dataset().identical(posterior)


def test_the_default_settings_pass_the_checks(fitted):
    report = check_sampling(fitted)
    assert report["passed"], [gate for gate in report["gates"] if not gate["passed"]]


def test_effects_lie_where_the_panel_was_drawn(fitted):
    posterior = fitted["posterior"].to_dataset()
    deviations = YEARS - np.polyval(np.polyfit(range(4), YEARS, 1), range(4))
    off_line = posterior["year_effect"].values
    off_line = off_line - np.stack(
        [np.polyval(np.polyfit(range(4), draw, 1), range(4)) for draw in off_line.reshape(-1, 4)]
    ).reshape(off_line.shape)
    of_bands = posterior["band_effect"].values
    for draws, truth in ((off_line, deviations), (of_bands, OF_BANDS)):
        mean, sd = draws.mean(axis=(0, 1)), draws.std(axis=(0, 1))
        # A correct posterior lies beyond 3.5 standard deviations once in two thousand.
        assert (np.abs(mean - truth) < 3.5 * sd).all()
    np.testing.assert_allclose(of_bands.sum(axis=2), 0, atol=1e-4)
    # Seven standard deviations: the dip is seen.
    assert off_line[..., 1].mean() < -7 * off_line[..., 1].std()


def test_the_line_of_a_unit_has_its_groups_effects(fitted, panel):
    of_units = unit_quantity(fitted, "municipality", "intercept").mean(("chain", "draw")).to_series()
    band = panel.drop_duplicates("municipality").set_index("municipality")["band"]
    means = of_units.groupby(band).mean()
    effects = fitted["posterior"]["band_effect"].sel(term="intercept").mean(("chain", "draw")).to_series()
    # 40 municipalities of a band scatter by 5.8: a mean of them by less than 1.
    np.testing.assert_allclose(means - means.mean(), effects.loc[means.index], atol=4)
    assert rank(fitted, by="slope")["unit"].nunique() == 120


def test_a_group_that_changes_within_a_unit_is_refused_with_its_row(panel):
    moved = panel.assign(band=panel["band"].where(panel.index != 2, "small"))
    moved.loc[0, "band"] = "large"
    spec = trend_model(LEVELS, predictors=["band"])
    with pytest.raises(DataError, match="'band': it is not the same in all rows of the municipality"):
        fit(spec, moved)
    with pytest.raises(DataError, match=r"column 'band': the cell is empty"):
        fit(spec, panel.assign(band=panel["band"].where(panel.index != 2, None)))
    with pytest.raises(DataError, match="all units are in one group, 'all'"):
        fit(spec, panel.assign(band="all"))
    with pytest.raises(DataError, match=r"column 'band': there is no such column"):
        fit(spec, panel.drop(columns="band"))


def test_year_effects_need_three_times(panel):
    with pytest.raises(DataError, match="two times only, which every line meets"):
        fit(trend_model(["region"], year_effects=True), panel[panel["time"] < 2013])
