"""The Gaussian trend as textbooks write it: every unit's intercept and slope a parameter.

The package does not sample this way; the tests compare its exact marginal with it.
"""

import arviz_stats
import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr
from scipy.stats import norm
from trends import ORIGIN

from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.spec import ModelSpec

OF_LEVELS = ("sd_intercept", "sd_slope", "corr")


def sample_written_out(
    spec: ModelSpec, panel: pd.DataFrame, *, seed: int, draws: int, tune: int
) -> xr.Dataset:
    """Sample hyperparameters and effects together; names and dims as in the package's fits."""
    tree, levels = make_tree(panel, spec.data.levels), spec.data.levels
    prior = resolve_priors(spec, panel)
    suffix = {level: f"[{level}]" if len(levels) > 1 else "" for level in levels}
    units = dict(zip(levels, tree.units, strict=True))
    with pm.Model(coords={**units, "term": ["intercept", "slope"]}):
        intercept = pm.Normal("intercept", prior["intercept"].mu, prior["intercept"].sigma)
        slope = pm.Normal("slope", prior["slope"].mu, prior["slope"].sigma)
        sd_resid = pm.HalfNormal("sd_resid", prior["sd_resid"].sigma)
        lines = [value * np.ones(1) for value in (intercept, slope)]
        for level, parents in zip(levels, tree.parents, strict=True):
            own = {name: prior[f"{name}{suffix[level]}"] for name in OF_LEVELS}
            sds = [pm.HalfNormal(f"{name}_{level}", own[name].sigma) for name in OF_LEVELS[:2]]
            half = pm.Beta(f"half_{level}", own["corr"].eta, own["corr"].eta)
            corr = pm.Deterministic(f"corr_{level}", 2 * half - 1)
            z = pm.Normal(f"z_{level}", dims=("term", level))
            effects = sds[0] * z[0], sds[1] * (corr * z[0] + pm.math.sqrt(1 - corr**2) * z[1])
            pm.Deterministic(f"{level}_effect", pm.math.stack(effects, axis=-1), dims=(level, "term"))  # noqa: PD013
            lines = [line[parents] + effect for line, effect in zip(lines, effects, strict=True)]
        unit, elapsed = tree.leaf_of(panel), panel["time"].to_numpy() - ORIGIN
        pm.Normal(
            "value", lines[0][unit] + lines[1][unit] * elapsed, sd_resid, observed=panel["value"].to_numpy()
        )
        trace = pm.sample(
            draws=draws, tune=tune, chains=4, random_seed=seed, progressbar=False, target_accept=0.95,
        )  # fmt: skip
    posterior = trace["posterior"].to_dataset()
    of_levels = {
        name: xr.concat([posterior[f"{name}_{level}"] for level in levels], dim="level") for name in OF_LEVELS
    }
    kept = ["intercept", "slope", "sd_resid", *(f"{level}_effect" for level in levels)]
    return posterior[kept].assign(of_levels)


def assert_same_posterior(fitted: xr.DataTree, written_out: xr.Dataset) -> None:
    """Compare means and standard deviations of all quantities by their Monte Carlo standard errors."""
    ours = fitted["posterior"].to_dataset()
    assert set(ours) == set(written_out)
    scores = []
    for name in written_out:
        dims = ("chain", "draw", ...)
        pair = ours[name].astype(float).transpose(*dims), written_out[name].transpose(*dims)
        others = [dim for dim in pair[0].dims if dim not in ("chain", "draw")]
        for statistic, method in (("mean", "mean"), ("std", "sd")):
            values, errors = [], []
            for draws in pair:
                values.append(getattr(draws, statistic)(("chain", "draw")).transpose(*others).values)
                errors.append(arviz_stats.mcse(draws, method=method).transpose(*others).values)
            scores.append(np.ravel((values[0] - values[1]) / np.hypot(*errors)))
    scores = np.abs(np.concatenate(scores))
    # One false alarm in a thousand runs, however many numbers are compared.
    assert scores.max() < norm.isf(0.001 / 2 / len(scores))
