"""The Gaussian trend as textbooks write it: every unit's intercept and slope a parameter, one level.

The package does not sample this way; the tests compare its exact marginal with it.
"""

import pandas as pd
import pymc as pm
import xarray as xr
from trends import ORIGIN

from bayes_saude.models.predictor import make_tree
from bayes_saude.models.priors import resolve_priors
from bayes_saude.models.spec import ModelSpec


def sample_written_out(
    spec: ModelSpec, panel: pd.DataFrame, *, seed: int, draws: int, tune: int
) -> xr.Dataset:
    """Sample hyperparameters and effects together; dims as in the package's fits, level dimension dropped."""
    (level,) = spec.data.levels
    tree = make_tree(panel, spec.data.levels)
    prior = resolve_priors(spec, panel)
    with pm.Model(coords={level: tree.units[0], "term": ["intercept", "slope"]}):
        intercept = pm.Normal("intercept", prior["intercept"].mu, prior["intercept"].sigma)
        slope = pm.Normal("slope", prior["slope"].mu, prior["slope"].sigma)
        sd_intercept = pm.HalfNormal("sd_intercept", prior["sd_intercept"].sigma)
        sd_slope = pm.HalfNormal("sd_slope", prior["sd_slope"].sigma)
        corr = pm.Deterministic("corr", 2 * pm.Beta("half", prior["corr"].eta, prior["corr"].eta) - 1)
        sd_resid = pm.HalfNormal("sd_resid", prior["sd_resid"].sigma)
        z = pm.Normal("z", dims=("term", level))
        a = sd_intercept * z[0]
        b = sd_slope * (corr * z[0] + pm.math.sqrt(1 - corr**2) * z[1])
        pm.Deterministic(f"{level}_effect", pm.math.stack((a, b), axis=-1), dims=(level, "term"))  # noqa: PD013
        unit, elapsed = tree.leaf_of(panel), panel["time"].to_numpy() - ORIGIN
        mean = intercept + a[unit] + (slope + b[unit]) * elapsed
        pm.Normal("value", mean, sd_resid, observed=panel["value"].to_numpy())
        trace = pm.sample(
            draws=draws, tune=tune, chains=4, random_seed=seed, progressbar=False, target_accept=0.95,
        )  # fmt: skip
    return trace["posterior"].to_dataset().drop_vars(["half", "z"])
