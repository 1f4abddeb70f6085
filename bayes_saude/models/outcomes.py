"""The families by name: the columns of each one's outcome, its link, and what it has besides the trend.

The trend is on the link's scale: log-odds of a share, logarithm of a rate. Likelihoods are in `families`.
"""

from collections.abc import Callable
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
        Hyperparameters besides the trend's: `sd_resid`, or `dispersion`, which is 1 / sqrt(concentration).
    """

    columns: tuple[str, ...]
    link: Link
    parameters: tuple[str, ...]


GAUSSIAN = "gaussian"
FAMILIES = {
    GAUSSIAN: Family(("value",), IDENTITY, ("sd_resid",)),
    "binomial": Family(("successes", "trials"), LOGIT, ()),
    "beta_binomial": Family(("successes", "trials"), LOGIT, ("dispersion",)),
    "negative_binomial": Family(("count", "exposure"), LOG, ("dispersion",)),
}
