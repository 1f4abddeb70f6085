"""Priors: a model file's, or defaults from the panel, and the random variables made of them.

Defaults are weakly informative. Where the outcome is one value they are scaled from the panel, with y the
values on the scale of the family's link: intercept ~ N(mean(y), 2.5 sd(y)), slope ~ N(0, 2.5 sd(y) / sd(t)),
standard deviations half-normal with scale sd(y), or sd(y) / sd(t) for slopes. For shares and rates of events
they are on the link's scale, per unit of time: intercept ~ N(0, 1.5) for a share, about the logarithm of the
panel's rate for a count; slope ~ N(0, 0.5); standard deviations and the dispersion half-normal with scale
0.5. `sd_year` has a quarter of these scales. The effects of a predictor's groups are normal with the scale of
the standard deviations of units. Correlations are LKJ(2) throughout. The degrees of freedom of
Student's t are Gamma(2, 0.1) (Juárez and Steel 2010, doi:10.1198/jbes.2009.07145) above 1, where the line is
still the mean.
"""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from bayes_saude.errors import DataError
from bayes_saude.models.outcomes import FAMILIES, LOGIT, VALUE
from bayes_saude.models.parameters import LKJ, Exponential, Gamma, HalfCauchy, HalfNormal, Normal
from bayes_saude.models.predictor import TERMS
from bayes_saude.models.spec import ModelSpec

type AnyPrior = Normal | HalfNormal | Exponential | HalfCauchy | LKJ | Gamma

DEFAULT_WIDTH = 2.5
DEFAULT_ETA = 2.0
# Years in which all units deviate together deviate by less than units from each other.
YEARS_TO_UNITS = 0.25


def resolve_priors(spec: ModelSpec, panel: pd.DataFrame) -> dict[str, AnyPrior]:
    """Decide the prior of every hyperparameter.

    Parameters
    ----------
    spec : ModelSpec
        Its `priors` replace the defaults.
    panel : pandas.DataFrame
        Validated, with all its replicates, so that they share one prior.

    Returns
    -------
    dict
        Prior by hyperparameter (`sd_intercept`, or `sd_intercept[region]` where there are several levels), in
        the order of `spec.prior_distributions`.
    """
    family = spec.model.family
    of_value = FAMILIES[family].columns == VALUE
    defaults = _of_values(family, panel) if of_value else _of_events(family, panel)
    defaults["corr"] = LKJ(dist="lkj", eta=DEFAULT_ETA)
    return {name: spec.priors.get(name, _default(name, defaults)) for name in spec.parameters}


def _default(name: str, defaults: Mapping[str, AnyPrior]) -> AnyPrior:
    """Look a default up; a predictor's effects scatter as units do."""
    parameter = name.partition("[")[0]
    if parameter in TERMS and parameter != name:
        return Normal(dist="normal", mu=0.0, sigma=location_and_scale(defaults[f"sd_{parameter}"])[1])
    return defaults[parameter]


def _of_values(family: str, panel: pd.DataFrame) -> dict[str, AnyPrior]:
    values = pd.Series(FAMILIES[family].link.to_trend(panel["value"].to_numpy(dtype=float)))
    sd = float(values.std())
    if sd <= 1e-9 * values.abs().max():
        raise DataError(
            "All values of the panel are the same, so that there is no scatter to model.",
            "Check that the outcome's column is the right one.",
        )
    sd_slope = sd / float(panel["time"].std())
    return {
        "intercept": Normal(dist="normal", mu=float(values.mean()), sigma=DEFAULT_WIDTH * sd),
        "slope": Normal(dist="normal", mu=0.0, sigma=DEFAULT_WIDTH * sd_slope),
        "sd_intercept": HalfNormal(dist="halfnormal", sigma=sd),
        "sd_slope": HalfNormal(dist="halfnormal", sigma=sd_slope),
        "sd_resid": HalfNormal(dist="halfnormal", sigma=sd),
        "sd_year": HalfNormal(dist="halfnormal", sigma=YEARS_TO_UNITS * sd),
        "df": Gamma(dist="gamma", shape=2.0, rate=0.1),
    }


def _of_events(family: str, panel: pd.DataFrame) -> dict[str, AnyPrior]:
    # Half is a natural zero of shares; a rate has none, as its unit is that of the exposure.
    middle = 0.0 if FAMILIES[family].link is LOGIT else pooled(family, panel)
    scale = HalfNormal(dist="halfnormal", sigma=0.5)
    return {
        "intercept": Normal(dist="normal", mu=middle, sigma=1.5),
        "slope": Normal(dist="normal", mu=0.0, sigma=0.5),
        "sd_intercept": scale,
        "sd_slope": scale,
        "dispersion": scale,
        "sd_year": HalfNormal(dist="halfnormal", sigma=YEARS_TO_UNITS * scale.sigma),
    }


def pooled(family: str, panel: pd.DataFrame) -> float:
    """Share, rate or mean of a whole panel, on the trend's scale; half an event keeps it finite."""
    if FAMILIES[family].columns == VALUE:
        return float(np.mean(FAMILIES[family].link.to_trend(panel["value"].to_numpy(dtype=float))))
    events, size = (float(panel[name].sum()) for name in FAMILIES[family].columns)
    return float(FAMILIES[family].link.to_trend((events + 0.5) / (size + 1)))


def priors_as_json(priors: Mapping[str, AnyPrior]) -> str:
    """Write priors down, with their numbers, by hyperparameter."""
    return json.dumps({name: prior.model_dump() for name, prior in priors.items()})


def location_and_scale(prior: AnyPrior) -> tuple[float, float]:
    """Numbers of a prior as the compiled model takes them: of an LKJ 0 and eta, of a gamma shape and rate."""
    match prior:
        case Normal(mu=mu, sigma=sigma):
            return mu, sigma
        case Gamma(shape=shape, rate=rate):
            return shape, rate
        case HalfNormal(sigma=scale) | Exponential(scale=scale) | HalfCauchy(scale=scale) | LKJ(eta=scale):
            return 0.0, scale


def signed_variable(name: str, dist: str, scale: TensorVariable) -> TensorVariable:
    """Make a random variable on the whole line whose absolute value has the prior `dist`.

    Where the data allow a standard deviation of zero, its logarithm has a long tail to minus infinity, which
    a sampler walks slowly: for the slopes of panels like vaccine by municipality, 4,000 draws were worth 750
    to 1,300 that way, and 1,800 to 2,600 this way. With a sign the density passes smoothly through zero.
    """
    symmetric = {"halfnormal": pm.Normal, "exponential": pm.Laplace, "halfcauchy": pm.Cauchy}
    return symmetric[dist](name, 0, scale, initval=1.0)


def log_prior(dist: str, ratio: TensorVariable) -> TensorVariable:
    """Log density of a standard deviation in units of its prior's scale, up to a constant."""
    match dist:
        case "halfnormal":
            return -(ratio**2) / 2
        case "exponential":
            return -ratio
        case _:
            return -pt.log1p(ratio**2)
