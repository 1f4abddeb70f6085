"""Panels drawn from a hierarchical trend, model files for them, and their likelihood in dense matrices."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import multivariate_normal

from bayes_saude.models.spec import ModelSpec, parse_model

ORIGIN = 2011

# sd of intercepts, sd of slopes, their correlation
Scatter = tuple[float, float, float]


def trend_model(
    levels: Sequence[str],
    *,
    family: str = "gaussian",
    slopes: bool = True,
    priors: str = "",
    predictors: Sequence[str] = (),
    year_effects: bool = False,
) -> ModelSpec:
    """Read a model file for panels of `simulate`."""
    columns = ", ".join(f'"{level}"' for level in levels)
    return parse_model(
        f"""title = "A trend"
[data]
panel = "panel.csv"
outcome = "value"
time = "time"
origin = {ORIGIN}
levels = [{columns}]
{f"predictors = {list(predictors)}" if predictors else ""}
[model]
family = "{family}"
slopes = {str(slopes).lower()}
year_effects = {str(year_effects).lower()}
[ranking]
direction = "higher_is_better"
[priors]
{priors}
""",
        name="trend",
    )


def simulate(
    seed: int,
    *,
    fixed: tuple[float, float],
    scatter: Mapping[str, Scatter],
    sd_resid: float,
    regions: int = 28,
    per_region: int = 1,
    times: Sequence[float] = (2011, 2012, 2013, 2014),
    missing: float = 0.0,
) -> pd.DataFrame:
    """Draw a validated panel of municipalities in regions in states (two of them).

    Parameters
    ----------
    scatter : mapping
        By level: the others' coefficients do not vary.
    missing : float
        Share of the cells left out.
    """
    rng = np.random.default_rng(seed)
    n = regions * per_region
    region = np.repeat(np.arange(regions), per_region)
    of_unit = {"municipality": np.arange(n), "region": region, "state": region % 2}
    coefficients = np.tile(np.asarray(fixed, dtype=float), (n, 1))
    for level, (sd_intercept, sd_slope, corr) in scatter.items():
        z = rng.normal(size=(of_unit[level].max() + 1, 2))
        slope = corr * z[:, 0] + np.sqrt(1 - corr**2) * z[:, 1]
        coefficients += np.column_stack([sd_intercept * z[:, 0], sd_slope * slope])[of_unit[level]]
    time = np.tile(times, n)
    row = np.repeat(np.arange(n), len(times))
    mean = coefficients[row, 0] + coefficients[row, 1] * (time - ORIGIN)
    panel = pd.DataFrame(
        {
            "replicate": 1,
            **{level: [f"{level} {unit:03d}" for unit in units[row]] for level, units in of_unit.items()},
            "time": time,
            "value": mean + sd_resid * rng.normal(size=len(row)),
        }
    )
    return panel[rng.random(len(panel)) >= missing].reset_index(drop=True)


def design(panel: pd.DataFrame) -> NDArray[np.float64]:
    """Columns 1 and time since the origin."""
    return np.column_stack([np.ones(len(panel)), panel["time"] - ORIGIN])


def covariance(sd_intercept: float, sd_slope: float, corr: float) -> NDArray[np.float64]:
    """Covariance matrix of a unit's intercept and slope."""
    between = corr * sd_intercept * sd_slope
    return np.array([[sd_intercept**2, between], [between, sd_slope**2]])


def marginal_covariance(
    panel: pd.DataFrame, scatter: Mapping[str, Scatter], sd_resid: float
) -> NDArray[np.float64]:
    """Covariance matrix of all observations, whatever their units' coefficients."""
    x = design(panel)
    matrix = sd_resid**2 * np.eye(len(panel))
    for level, of_level in scatter.items():
        unit = panel[level].to_numpy()
        matrix += (unit[:, None] == unit[None, :]) * (x @ covariance(*of_level) @ x.T)
    return matrix


def dense_log_likelihood(
    panel: pd.DataFrame, fixed: tuple[float, float], scatter: Mapping[str, Scatter], sd_resid: float
) -> float:
    """Log density of the observations, by SciPy."""
    mean = design(panel) @ np.asarray(fixed)
    return float(
        multivariate_normal(mean, marginal_covariance(panel, scatter, sd_resid)).logpdf(panel["value"])
    )
