"""Panels of shares and of counts drawn from a hierarchical trend, and model files for them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from bayes_saude.models.spec import ModelSpec, parse_model

ORIGIN = 2012
YEARS = np.arange(2008, 2013)
COLUMNS = {"negative_binomial": ["count", "exposure"]}

# sd of intercepts, sd of slopes, their correlation
Scatter = tuple[float, float, float]


def event_model(
    family: str, levels: Sequence[str], *, slopes: bool = True, predictors: Sequence[str] = ()
) -> ModelSpec:
    """Read a model file for panels of `simulate_events`."""
    outcome = COLUMNS.get(family, ["successes", "trials"])
    return parse_model(
        f"""title = "A trend of events"
[data]
panel = "panel.csv"
outcome = {outcome}
time = "year"
origin = {ORIGIN}
levels = {list(levels)}
{f"predictors = {list(predictors)}" if predictors else ""}
[model]
family = "{family}"
slopes = {str(slopes).lower()}
[ranking]
direction = "lower_is_better"
target = 0.2
""",
        name="events",
    )


def simulate_events(
    seed: int,
    *,
    family: str,
    fixed: tuple[float, float],
    scatter: Mapping[str, Scatter],
    dispersion: float = 0.0,
    regions: int = 20,
    per_region: int = 4,
    size: float = 500,
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Draw municipalities in regions in five years, and the coefficients of each level's units.

    Parameters
    ----------
    scatter : mapping
        By level, "region" or "municipality": the others' coefficients do not vary.
    size : float
        Median of trials or exposure; the logarithm has a standard deviation of 1.

    Returns
    -------
    DataFrame
        region, municipality, year and the outcome.
    dict
        Level to coefficients at the origin, shape (units, 2), each unit's total.
    """
    rng = np.random.default_rng(seed)
    parent = np.repeat(np.arange(regions), per_region)
    total = np.tile(np.asarray(fixed, dtype=float), (regions, 1))
    truth = {}
    for level in ("region", "municipality"):
        total = total if level == "region" else total[parent]
        sd_intercept, sd_slope, corr = scatter.get(level, (0.0, 0.0, 0.0))
        z = rng.normal(size=total.shape)
        slope = corr * z[:, 0] + np.sqrt(1 - corr**2) * z[:, 1]
        total = total + np.column_stack([sd_intercept * z[:, 0], sd_slope * slope])
        truth[level] = total
    row = np.repeat(np.arange(len(parent)), len(YEARS))
    time = np.tile(YEARS, len(parent))
    eta = total[row, 0] + total[row, 1] * (time - ORIGIN)
    trials = np.ceil(size * np.exp(rng.normal(size=len(parent))))[row].astype(int)
    panel = pd.DataFrame(
        {
            "region": [f"region {unit:03d}" for unit in parent[row]],
            "municipality": [f"municipality {unit:03d}" for unit in row],
            "year": time,
        }
    )
    if family == "negative_binomial":
        rate = np.exp(eta) * rng.gamma(dispersion**-2, dispersion**2, size=len(row))
        return panel.assign(count=rng.poisson(trials * rate), exposure=trials.astype(float)), truth
    share = expit(eta)
    if dispersion:
        share = rng.beta(share / dispersion**2, (1 - share) / dispersion**2)
    return panel.assign(successes=rng.binomial(trials, share), trials=trials), truth
