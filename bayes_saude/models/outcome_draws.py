"""How each family's outcome is drawn about its trend, and how far an outcome lies from it.

The families' likelihoods are in `families`, for the sampler; here they are for NumPy.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from bayes_saude.errors import BayesSaudeError, listed
from bayes_saude.models.outcomes import GAUSSIAN, IDENTITY, LOG, LOGIT, Link

type Values = NDArray[np.float64]
type Draws = Mapping[str, Values]

# Below it the outcome is binomial or Poisson to double precision; it keeps the concentration finite.
LEAST_DISPERSION = 1e-7
# Above it NumPy draws no Poisson, whose relative spread is then below 1e-7.
LARGEST_POISSON = 1e15


class Outcome(NamedTuple):
    """How a family's outcome is drawn, and how far an outcome lies from its mean.

    Parameters
    ----------
    draw : callable
        Of a generator, the trend (draws, rows), the panel's columns, each (rows,), and the family's
        parameters, each (draws, 1): drawn columns, (draws, rows).
    residual : callable
        Of the trend, the columns with the outcome's among them, and the parameters: the outcome less its
        mean, over its standard deviation; on the link's scale where the outcome scatters normally there. Of
        Student's t, which may have no standard deviation, the normal number as far out in its own tail.
    """

    draw: Callable[[np.random.Generator, Values, Draws, Draws], dict[str, Values]]
    residual: Callable[[Values, Draws, Draws], Values]


def outcome_of(family: str) -> Outcome:
    """Look up how a family's outcome is drawn.

    Raises
    ------
    BayesSaudeError
        If the family is not in `OUTCOMES`.
    """
    if family not in OUTCOMES:
        raise BayesSaudeError(
            f"Outcomes of the family '{family}' cannot be drawn yet, only of {listed(OUTCOMES)}. "
            "Give it a line in `models.outcome_draws.OUTCOMES`."
        )
    return OUTCOMES[family]


def _normal_on(link: Link) -> Outcome:
    """Give the outcome of a value that scatters normally about the trend on a link's scale."""

    def draw(rng: np.random.Generator, eta: Values, _: Draws, by: Draws) -> dict[str, Values]:
        return {"value": link.to_outcome(eta + by["sd_resid"] * rng.standard_normal(eta.shape))}

    def residual(eta: Values, columns: Draws, by: Draws) -> Values:
        return (link.to_trend(columns["value"]) - eta) / by["sd_resid"]

    return Outcome(draw, residual)


def _draw_student_t(rng: np.random.Generator, eta: Values, _: Draws, by: Draws) -> dict[str, Values]:
    return {"value": eta + by["sd_resid"] * rng.standard_t(np.broadcast_to(by["df"], eta.shape))}


def _student_t_residual(eta: Values, columns: Draws, by: Draws) -> Values:
    distance = (columns["value"] - eta) / by["sd_resid"]
    return np.sign(distance) * stats.norm.isf(stats.t.sf(abs(distance), by["df"]))


def _draw_binomial(rng: np.random.Generator, eta: Values, columns: Draws, by: Draws) -> dict[str, Values]:
    share = expit(eta)
    if "dispersion" in by:
        concentration = _concentration(by)
        # A share of zero to double precision has no beta distribution.
        least = np.finfo(np.float64).tiny
        share = rng.beta(
            np.maximum(concentration * share, least), np.maximum(concentration * expit(-eta), least)
        )
    return {"successes": rng.binomial(columns["trials"].astype(np.int64), share).astype(np.float64)}


def _binomial_residual(eta: Values, columns: Draws, by: Draws) -> Values:
    share, trials = expit(eta), columns["trials"]
    variance = share * expit(-eta) * trials
    if "dispersion" in by:
        concentration = _concentration(by)
        variance = variance * (concentration + trials) / (concentration + 1)
    return (columns["successes"] - trials * share) / np.sqrt(variance)


def _draw_negative_binomial(
    rng: np.random.Generator, eta: Values, columns: Draws, by: Draws
) -> dict[str, Values]:
    concentration = np.broadcast_to(_concentration(by), eta.shape)
    mean = columns["exposure"] * np.exp(eta) * rng.gamma(concentration) / concentration
    return {"count": np.where(mean > LARGEST_POISSON, mean, rng.poisson(np.minimum(mean, LARGEST_POISSON)))}


def _negative_binomial_residual(eta: Values, columns: Draws, by: Draws) -> Values:
    mean = columns["exposure"] * np.exp(eta)
    return (columns["count"] - mean) / np.sqrt(mean + mean**2 / _concentration(by))


def _concentration(by: Draws) -> Values:
    return np.maximum(by["dispersion"], LEAST_DISPERSION) ** -2


OUTCOMES: Mapping[str, Outcome] = {
    GAUSSIAN: _normal_on(IDENTITY),
    "student_t": Outcome(_draw_student_t, _student_t_residual),
    "lognormal": _normal_on(LOG),
    "logit_normal": _normal_on(LOGIT),
    "binomial": Outcome(_draw_binomial, _binomial_residual),
    "beta_binomial": Outcome(_draw_binomial, _binomial_residual),
    "negative_binomial": Outcome(_draw_negative_binomial, _negative_binomial_residual),
}
