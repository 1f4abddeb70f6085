"""Outcomes put on the scale of the trend, so that a Gaussian mixed model can be fitted to them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.models.outcomes import FAMILIES


def empirical_trend(panel: pd.DataFrame, family: str) -> NDArray[np.float64]:
    """Transform the outcome of each row to the link's scale.

    Parameters
    ----------
    panel : pandas.DataFrame
        Validated, with the columns of the family's outcome.
    family : str

    Returns
    -------
    array, shape (rows,)
        Of `successes` and `trials` the empirical log-odds, log((successes + 1/2) / (trials - successes +
        1/2)); of `count` and `exposure` the empirical log rate, log((count + 1/2) / exposure); of `value` its
        link.

    Notes
    -----
    The halves keep rows of zero or of all finite, and take the bias of first order from the log-odds (Haldane
    1956, Annals of Human Genetics 20: 309-311) and the log rate. Where counts are below about five, what is
    left of it matters, and so do the rows' unequal variances, of which a Gaussian model does not know.
    """
    kind = FAMILIES[family]
    if kind.columns == ("successes", "trials"):
        odds = (panel["successes"] + 0.5) / (panel["trials"] - panel["successes"] + 0.5)
        return np.log(odds.to_numpy(dtype=float))
    if kind.columns == ("count", "exposure"):
        return np.log(((panel["count"] + 0.5) / panel["exposure"]).to_numpy(dtype=float))
    return np.asarray(kind.link.to_trend(panel["value"].to_numpy(dtype=float)))
