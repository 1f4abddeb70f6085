"""Likelihoods whose units' effects stay parameters: one function per family.

Each gives the log density of every row up to a term of the data alone. `concentration` is 1 / dispersion²: at
a dispersion of zero the beta-binomial is binomial and the negative binomial is Poisson.
"""

from collections.abc import Callable, Mapping

import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

type Outcome = Mapping[str, TensorVariable]


def binomial(eta: TensorVariable, outcome: Outcome) -> TensorVariable:
    """Successes ~ Binomial(trials, p), logit p = eta."""
    return outcome["successes"] * eta - outcome["trials"] * pt.softplus(eta)


def beta_binomial(eta: TensorVariable, outcome: Outcome, dispersion: TensorVariable) -> TensorVariable:
    """Successes ~ Binomial(trials, p), p ~ Beta(concentration m, concentration (1 - m)), logit m = eta.

    The share's variance is m (1 - m) (1 / trials + 1 / (concentration + 1)), but for terms of second order.
    """
    concentration = dispersion**-2
    a = concentration * pt.sigmoid(eta)
    b = concentration * pt.sigmoid(-eta)
    successes, trials = outcome["successes"], outcome["trials"]
    return (
        pt.gammaln(successes + a)
        - pt.gammaln(a)
        + pt.gammaln(trials - successes + b)
        - pt.gammaln(b)
        - pt.gammaln(trials + concentration)
        + pt.gammaln(concentration)
    )


def negative_binomial(eta: TensorVariable, outcome: Outcome, dispersion: TensorVariable) -> TensorVariable:
    """Count ~ Poisson(exposure r), r ~ Gamma of mean exp(eta) and coefficient of variation `dispersion`.

    With m = exposure exp(eta), the variance of the count is m + m² / concentration.
    """
    concentration = dispersion**-2
    count = outcome["count"]
    log_mean = eta + pt.log(outcome["exposure"])
    return (
        pt.gammaln(count + concentration)
        - pt.gammaln(concentration)
        + count * (log_mean + 2 * pt.log(dispersion))
        - (count + concentration) * pt.softplus(log_mean + 2 * pt.log(dispersion))
    )


LIKELIHOODS: Mapping[str, Callable[..., TensorVariable]] = {
    "binomial": binomial,
    "beta_binomial": beta_binomial,
    "negative_binomial": negative_binomial,
}
