"""What a fit holds, what it depends on, and that it is the posterior of the model as textbooks write it."""

import json
import os

import numpy as np
import nutpie
import pandas as pd
import pytest
import xarray as xr
from trends import simulate, trend_model
from written_out import assert_same_posterior, sample_written_out

from bayes_saude.errors import DataError, ModelFileError
from bayes_saude.inference import sampler
from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.fit import fit
from bayes_saude.models.build import build
from bayes_saude.models.moments import make_moments
from bayes_saude.models.parameters import Normal
from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.spec import parse_model

SMALL = {"draws": 30, "tune": 50, "chains": 2, "seed": 1}

# --- what a fit holds


def test_dimensions_and_names(fitted, panel):
    posterior = fitted["posterior"]
    assert posterior["intercept"].dims == ("chain", "draw")
    assert posterior["corr"].dims == ("chain", "draw", "level")
    assert posterior["region_effect"].dims == ("chain", "draw", "region", "term")
    assert posterior["level"].values.tolist() == ["region"]
    assert posterior["term"].values.tolist() == ["intercept", "slope"]
    assert posterior["region"].values.tolist() == sorted(panel["region"].unique())
    assert posterior["replicate"].values.tolist() == [1, 1, 1, 1]
    assert posterior.sizes["draw"] == 1000
    assert {"diverging", "energy", "tree_depth"} <= set(fitted["sample_stats"])


def test_the_panel_goes_with_it(fitted, panel):
    kept = pd.DataFrame({name: values.values for name, values in fitted["constant_data"].items()})
    pd.testing.assert_frame_equal(kept, panel[["replicate", "region", "time", "value"]], check_dtype=False)


def test_how_it_was_made_is_written_down(fitted, spec, panel):
    attrs = fitted.attrs
    assert (attrs["model"], attrs["title"], attrs["model_file"]) == ("trend", "A trend", spec.text)
    assert attrs["seed"] == 1
    assert json.loads(attrs["priors"])["sd_resid"]["sigma"] == pytest.approx(panel["value"].std())
    assert json.loads(attrs["sampler"]).keys() >= {"draws", "tune", "chains", "compile_s", "sampling_s"}
    assert json.loads(attrs["versions"]).keys() >= {"bayes_saude", "pymc", "nutpie", "processor"}
    assert len(attrs["data_sha256"]) == 64
    assert attrs["panel_note"] == ""
    assert (attrs["data_source"], attrs["panel_notes"]) == ("the DataFrame", "[]")
    assert attrs["wall_time_s"] > 0


def test_a_nested_fit_has_parameters_and_effects_of_each_level():
    panel = simulate(
        0, fixed=(50, 2), scatter={"region": (6, 2, 0), "municipality": (4, 1, 0)}, sd_resid=2,
        regions=5, per_region=4, missing=0.1,
    )  # fmt: skip
    nested = fit(trend_model(["region", "municipality"]), panel, **SMALL)["posterior"]
    assert nested["level"].values.tolist() == ["region", "municipality"]
    assert nested["sd_intercept"].shape == (2, 30, 2)
    assert nested["region_effect"].shape == (2, 30, 5, 2)
    assert nested["municipality_effect"].shape == (2, 30, 20, 2)


def test_without_slopes_of_units_nothing_speaks_of_them(panel):
    posterior = fit(trend_model(["region"], slopes=False), panel, **SMALL)["posterior"]
    assert not {"sd_slope", "corr"} & set(posterior)
    assert posterior["term"].values.tolist() == ["intercept"]
    assert posterior["region_effect"].shape == (2, 30, 28, 1)


# --- what it depends on


def test_the_seed_fixes_the_draws(spec, panel):
    first, again = (fit(spec, panel, **SMALL)["posterior"].to_dataset() for _ in range(2))
    xr.testing.assert_identical(first, again)
    other = fit(spec, panel, **{**SMALL, "seed": 2})["posterior"]
    assert (other["intercept"].values != first["intercept"].values).all()
    assert (other["region_effect"].values != first["region_effect"].values).any()


def test_the_number_of_cores_does_not_change_them(spec, panel, monkeypatch):
    draws = []
    for cores in (1, 2):
        for name in ("cpu_count", "process_cpu_count"):
            monkeypatch.setattr(os, name, lambda cores=cores: cores, raising=False)
        draws.append(fit(spec, panel, **SMALL)["posterior"].to_dataset())
    xr.testing.assert_identical(*draws)


def test_a_seed_is_drawn_and_recorded(spec, panel):
    settings = {name: value for name, value in SMALL.items() if name != "seed"}
    first = fit(spec, panel, **settings)
    again = fit(spec, panel, **settings, seed=first.attrs["seed"])
    xr.testing.assert_identical(first["posterior"].to_dataset(), again["posterior"].to_dataset())


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_a_file_could_not_hold_is_refused_before_sampling(seed, spec, panel):
    with pytest.raises(ValueError, match=rf"from 0 to 2\*\*63 - 1, not {seed}\."):
        fit(spec, panel, **{**SMALL, "seed": seed})


def test_the_columns_that_the_model_file_names_are_fitted_and_no_others(spec, panel):
    text = spec.text.replace('time = "time"', 'time = "year"').replace('"value"', '"coverage"')
    named = panel.rename(columns={"time": "year", "value": "coverage"}).assign(time=0, value=1e6)
    of_names = fit(parse_model(text, name="named"), named, **SMALL)
    plain = fit(spec, panel, **SMALL)
    assert of_names.attrs["data_sha256"] == plain.attrs["data_sha256"]
    xr.testing.assert_identical(of_names["posterior"].to_dataset(), plain["posterior"].to_dataset())


def test_the_model_names_the_column_that_tells_a_unit_s_rows_apart(spec):
    hospitals = simulate(
        3, fixed=(70, 2), scatter={"region": (10, 2, 0.4)}, sd_resid=4, regions=6, per_region=2
    ).rename(columns={"municipality": "hospital"})
    named = spec.text.replace("[model]", 'unit = "hospital"\n[model]')
    fitted = fit(parse_model(named, name="named"), hospitals, **SMALL)
    assert fitted["constant_data"]["unit"].values.tolist() == hospitals["hospital"].tolist()
    with pytest.raises(DataError, match="it repeats row"):
        fit(spec, hospitals, **SMALL)


def test_rows_without_an_outcome_are_left_out_only_on_request(spec, panel):
    gaps = panel.assign(value=panel["value"].where(panel.index != panel.index[3]))
    with pytest.raises(DataError, match="value"):
        fit(spec, gaps, **SMALL)
    fitted = fit(spec, gaps, missing="drop", **SMALL)
    assert fitted["constant_data"].sizes["obs"] == len(panel) - 1
    notes = [f"rows without an outcome left out, as asked: 1 of {len(panel)}"]
    assert json.loads(fitted.attrs["panel_notes"]) == notes


def test_a_model_may_be_given_by_the_path_of_its_file(spec, panel, tmp_path):
    (tmp_path / "trend.toml").write_text(spec.text)
    panel.to_csv(tmp_path / "panel.csv", index=False)
    of_path, of_spec = fit(tmp_path / "trend.toml", **SMALL), fit(spec, panel, **SMALL)
    assert of_path.attrs["data_source"] == str(tmp_path / "panel.csv")
    assert of_path.attrs["model_file"] == spec.text
    xr.testing.assert_allclose(of_path["posterior"].to_dataset(), of_spec["posterior"].to_dataset())


def test_a_model_may_be_given_by_its_name_in_the_catalogue(panel):
    with pytest.raises(DataError, match=r"the DataFrame: .*\n.*there is no such column"):
        fit("sa2015-esf-region", panel.drop(columns="region"))
    with pytest.raises(ModelFileError, match="sa2015-esf-region"):
        fit("sa2015-esf-regoin")


@pytest.mark.parametrize("wrong", ["panel.csv", {"value": [1]}])
def test_a_panel_is_a_frame(spec, wrong):
    with pytest.raises(DataError, match=rf"not of type {type(wrong).__name__}\. Read a file with read_panel"):
        fit(spec, wrong)


def test_replicates_are_fitted_one_by_one_and_stacked(spec, panel):
    both = pd.concat([panel, panel.assign(replicate=2, value=panel["value"] + 1000)], ignore_index=True)
    posterior = fit(spec, both, draws=41, tune=100, chains=2, seed=1)["posterior"]
    assert posterior["replicate"].values.tolist() == [1, 1, 2, 2]
    assert posterior.sizes["draw"] == 21
    means = posterior["intercept"].mean("draw").groupby("replicate").mean().values
    assert means[1] - means[0] == pytest.approx(1000, abs=20)


def test_what_cannot_be_fitted_is_refused(spec, panel):
    with pytest.raises(DataError):
        fit(spec, panel[panel["time"] == 2012], **SMALL)
    with pytest.raises(DataError):
        fit(spec, panel[panel["region"] == panel["region"].iloc[0]], **SMALL)
    with pytest.raises(ValueError, match="1 at least"):
        fit(spec, panel, draws=0)


@pytest.mark.parametrize("origin", [0, 2007.9, 2017.1])
def test_an_origin_far_from_the_times_is_refused(origin, spec, panel):
    far = parse_model(spec.text.replace("origin = 2011", f"origin = {origin}"), name="far")
    with pytest.raises(
        DataError, match=rf"origin {origin} of 'far' is far .* 2011 to 2014\. Choose an origin among"
    ):
        fit(far, panel)


def test_an_interrupt_leaves_no_partial_fit(spec, panel, monkeypatch):
    class Interrupted:
        cancelled = False

        def wait(self):
            raise KeyboardInterrupt

        def cancel(self):
            Interrupted.cancelled = True

    monkeypatch.setattr(nutpie, "sample", lambda *_, **__: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        fit(spec, panel, **SMALL)
    assert Interrupted.cancelled


# --- one compiled model serves all panels


@pytest.mark.parametrize("family", ["gaussian", "student_t"])
def test_priors_that_the_sampler_cannot_start_from_are_named(family, panel):
    spec = trend_model(["municipality"], family=family)
    # What no model file can say: a prior whose square is no double.
    far = Normal(dist="normal", mu=1e200, sigma=1.0)
    with pytest.raises(
        ModelFileError, match=r"cannot start .*All initial.*slope ~ normal\(1e\+200, 1\), sd_"
    ):
        fit(spec.model_copy(update={"priors": {"slope": far}}), panel, draws=5, tune=5, chains=1, seed=1)


def test_a_compiled_model_with_other_data_is_the_model_compiled_with_them():
    levels = ["region", "municipality"]
    spec = trend_model(levels)
    panel = simulate(
        3, fixed=(50, 2), scatter={"region": (6, 2, 0.2), "municipality": (4, 1, 0)}, sd_resid=2,
        regions=6, per_region=5, missing=0.2,
    )  # fmt: skip
    moments = make_moments(panel, make_tree(panel, levels), spec.data.origin)
    trend = sampler.Trend(resolve_priors(spec, panel), len(levels))
    settings = {"draws": 100, "tune": 100, "chains": 2, "seed": 4}
    reused = trend.sample(moments, **settings, progress=False).hyperparameters

    model = build(spec, panel)
    jittered = set(model.free_RVs) - {model["signed_sd_resid"]}
    fresh = nutpie.sample(
        sampler.compiled(model, jitter_rvs=jittered), **{**settings, "draws": 200},
        progress_bar=False, save_warmup=False, target_accept=sampler.TARGET_ACCEPT,
    )["posterior"]  # fmt: skip
    for name, draws in reused.items():
        np.testing.assert_allclose(draws, fresh[name].values[:, 1::2], rtol=1e-9)


# --- the posterior


def test_the_defaults_pass_all_checks(fitted):
    assert check_sampling(fitted)["passed"]


def test_it_is_the_posterior_of_the_model_written_out(fitted, spec, panel):
    written_out = sample_written_out(spec, panel, seed=1, draws=2000, tune=1000)
    assert_same_posterior(fitted, written_out)


# --- default settings reach what is promised, where REML's correlation is one and where slopes hardly vary

SHAPES = {
    "vaccine": {"fixed": (103.2, 5.48), "scatter": {"municipality": (21.5, 2.6, 1.0)}, "sd_resid": 50},
    "pap": {"fixed": (0.2877, 0.2124), "scatter": {"municipality": (0.0649, 0.07, 1.0)}, "sd_resid": 0.1082},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_singular_shapes_pass_the_checks_by_municipality(shape):
    panel = simulate(1, **SHAPES[shape], regions=853)
    assert check_sampling(fit(trend_model(["municipality"]), panel, seed=1))["passed"]


def test_singular_shapes_pass_the_checks_by_region():
    panel = simulate(
        1, fixed=(0.2838, 0.2068), scatter={"region": (0.0219, 0.0317, 0.97)}, sd_resid=0.2048, per_region=30
    )
    assert check_sampling(fit(trend_model(["region"]), panel, seed=1))["passed"]


def test_nested_singular_shapes_pass_the_checks():
    panel = simulate(
        1, fixed=(103.2, 5.48), scatter={"region": (6.6, 3.4, 0.2), "municipality": (21.5, 2.6, 1.0)},
        sd_resid=50, per_region=30,
    )  # fmt: skip
    assert check_sampling(fit(trend_model(["region", "municipality"]), panel, seed=1))["passed"]
