"""Prior and posterior density of every hyperparameter."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.checks import hyperparameter_draws
from bayes_saude.models.generative import distribution, priors_from_json

type Values = NDArray[np.float64]

# Draws that the density of a hyperparameter is estimated from; more would not show.
MOST_DRAWS = 4000
# Standard deviations of the posterior to both sides of its mean.
REACH = 5.0


def prior_posterior(fit: xr.DataTree, *, points: int = 200) -> pd.DataFrame:
    """Compare each hyperparameter's prior with its posterior.

    Parameters
    ----------
    fit : xarray.DataTree
    points : int
        At which the densities are given: from five standard deviations of the posterior below its mean to
        five above, as far as the parameter can be there.

    Returns
    -------
    pandas.DataFrame
        A row for each parameter and point: `parameter`, as in the table of `hyperparameters`; `x`, on the
        scale of the family's link; `prior`, the exact density; `posterior`, a kernel density of the draws,
        reflected at the bounds that the parameter has; `narrowing`, how many times as wide the prior's
        central 95% interval is as the posterior's.

    Raises
    ------
    BayesSaudeError
        If a parameter never moves.
    """
    draws = hyperparameter_draws(fit)
    priors = priors_from_json(fit.attrs["priors"])
    tables = []
    for parameter in map(str, draws):
        values = draws[parameter].to_numpy().ravel()
        prior = distribution(priors[parameter])
        low, high = prior.support()
        if not np.ptp(values) > 0:
            raise BayesSaudeError(
                f"The parameter '{parameter}' has the same value in every draw: it has no density. "
                "Look at the checks of the fit."
            )
        centre, reach = values.mean(), REACH * values.std()
        x = np.linspace(max(low, centre - reach), min(high, centre + reach), points)
        widths = (np.ptp(prior.ppf([0.025, 0.975])), np.ptp(np.quantile(values, [0.025, 0.975])))
        of_parameter = {
            "parameter": parameter,
            "x": x,
            "prior": prior.pdf(x),
            "posterior": bounded_density(values, x, low, high),
            "narrowing": widths[0] / widths[1],
        }
        tables.append(pd.DataFrame(of_parameter))
    return pd.concat(tables, ignore_index=True)


def bounded_density(values: Values, x: Values, low: float, high: float) -> Values:
    """Estimate a density between bounds: what the kernel puts beyond a bound is folded back at it."""
    kernel = gaussian_kde(values[:: max(1, len(values) // MOST_DRAWS)])
    density = kernel(x)
    for bound in (low, high):
        if np.isfinite(bound):
            density += kernel(2 * bound - x)
    return density
