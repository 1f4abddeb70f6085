"""The families by name: the columns of each one's outcome, its link, and what it has besides the trend.

The trend is on the link's scale: log-odds of a share, logarithm of a rate. Values that scatter normally about
it there share the Gaussian family's exact marginal likelihood; the other likelihoods are in `families`.

Why normal on the link's scale, for a cost and for a share of cost:

- `lognormal`, not gamma: both have a constant coefficient of variation, and about the small ones that yearly
  sums of payments have (below 0.3) the two hardly differ. The normal one is exact and fast, and its
  median, which a unit is ranked by, is the line itself.
- `logit_normal`, not beta: a share of cost is a ratio of sums of unequal payments, not of counts. A beta ties
  its variance to m (1 - m) / (concentration + 1), which is what counting cases gives; for payments it has no
  ground. A normal scatter of the log-odds is one of the ratio of what is avoidable to the rest, each a sum
  with a coefficient of variation of its own.

Neither knows how many payments a sum is of: all rows scatter alike. That is no matter for age groups of a
state; of municipalities the small ones scatter more, and are told from the mean more surely than they should
be.
"""

from collections.abc import Callable
from math import inf
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

type Function = Callable[..., np.ndarray]


class Link(NamedTuple):
    """Between the outcome's own scale and that of the trend.

    Parameters
    ----------
    to_trend, to_outcome : callable
        Elementwise, each the inverse of the other.
    """

    to_trend: Function
    to_outcome: Function


IDENTITY = Link(np.asarray, np.asarray)
LOGIT = Link(logit, expit)
LOG = Link(np.log, np.exp)


class Family(NamedTuple):
    """A distribution of the outcome about its trend.

    Parameters
    ----------
    columns : tuple of str
        Canonical names of the outcome's columns.
    link : Link
    parameters : tuple of str
        Hyperparameters besides the trend's: `sd_resid`, of Student's t the scale, with its degrees of freedom
        `df`; or `dispersion`, which is 1 / sqrt(concentration).
    integrated : bool
        Whether the outcome is a value that scatters normally about the trend on the link's scale, so that
        units' coefficients can be integrated out exactly.
    support : tuple of float
        Open interval in which the outcome lies, or what it is a share or a rate of.
    """

    columns: tuple[str, ...]
    link: Link
    parameters: tuple[str, ...]
    integrated: bool
    support: tuple[float, float]


GAUSSIAN = "gaussian"
VALUE, SHARE, RATE = ("value",), ("successes", "trials"), ("count", "exposure")
LINE, POSITIVE, WITHIN_ONE = (-inf, inf), (0.0, inf), (0.0, 1.0)
FAMILIES = {
    GAUSSIAN: Family(VALUE, IDENTITY, ("sd_resid",), True, LINE),
    "student_t": Family(VALUE, IDENTITY, ("sd_resid", "df"), False, LINE),
    "lognormal": Family(VALUE, LOG, ("sd_resid",), True, POSITIVE),
    "logit_normal": Family(VALUE, LOGIT, ("sd_resid",), True, WITHIN_ONE),
    "binomial": Family(SHARE, LOGIT, (), False, WITHIN_ONE),
    "beta_binomial": Family(SHARE, LOGIT, ("dispersion",), False, WITHIN_ONE),
    "negative_binomial": Family(RATE, LOG, ("dispersion",), False, POSITIVE),
}
