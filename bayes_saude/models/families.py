"""Likelihoods for units' effects that stay parameters: one function per family.

Each gives the log density of every row up to a term of the data alone. `concentration` is 1 / dispersion²: at
a dispersion of zero the beta-binomial is binomial and the negative binomial is Poisson.
"""

from collections.abc import Callable, Mapping

import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

type Outcome = Mapping[str, TensorVariable]


def normal(eta: TensorVariable, outcome: Outcome, sd_resid: TensorVariable) -> TensorVariable:
    """Value on the link's scale ~ N(eta, sd_resid)."""
    return -0.5 * ((outcome["value"] - eta) / sd_resid) ** 2 - pt.log(sd_resid)


def student_t(
    eta: TensorVariable, outcome: Outcome, sd_resid: TensorVariable, df: TensorVariable
) -> TensorVariable:
    """Value ~ eta + sd_resid t, t Student's with `df` degrees of freedom: values far off pull little."""
    squared = ((outcome["value"] - eta) / sd_resid) ** 2
    return (
        pt.gammaln((df + 1) / 2)
        - pt.gammaln(df / 2)
        - 0.5 * pt.log(df)
        - pt.log(sd_resid)
        - (df + 1) / 2 * pt.log1p(squared / df)
    )


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
    "gaussian": normal,
    "lognormal": normal,
    "logit_normal": normal,
    "student_t": student_t,
    "binomial": binomial,
    "beta_binomial": beta_binomial,
    "negative_binomial": negative_binomial,
}
