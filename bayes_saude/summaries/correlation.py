"""The correlation between units' intercepts and slopes: its prior and posterior over all that it can be."""

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.checks import hyperparameter_draws, name_of_level
from bayes_saude.models.generative import distribution, priors_from_json
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.prior_posterior import bounded_density

CORRELATION = "corr"


def correlation_densities(fit: xr.DataTree, *, level: str | None = None, points: int = 401) -> pd.DataFrame:
    """Give the density of the correlation of a level's intercepts and slopes, before and after the data.

    Parameters
    ----------
    fit : xarray.DataTree
        Of a model whose units have slopes.
    level : str, optional
        The innermost if left out.
    points : int
        At which the densities are given, from -1 to 1.

    Returns
    -------
    pandas.DataFrame
        x; prior, of two coefficients LKJ(eta), which is (1 - x²)^(eta - 1) but for a constant; posterior, a
        kernel density of the draws, reflected at -1 and 1. `DataFrame.attrs` holds `parameter`, its name in
        the table of `hyperparameters`, `level`, and `eta`.

    Raises
    ------
    BayesSaudeError
        If the fit has no such level, or its units share one slope.
    """
    levels = spec_of(fit).data.levels
    level = level or levels[-1]
    name = name_of_level(CORRELATION, level, levels)
    draws = hyperparameter_draws(fit)
    if name not in draws:
        raise BayesSaudeError(
            f"The fit has no correlation of intercepts and slopes of '{level}'. "
            f"Its parameters are {', '.join(map(str, draws))}."
        )
    prior = priors_from_json(fit.attrs["priors"])[name]
    x = np.linspace(-1, 1, points)
    table = pd.DataFrame(
        {
            "x": x,
            "prior": distribution(prior).pdf(x),
            "posterior": bounded_density(draws[name].to_numpy().ravel(), x, -1.0, 1.0),
        }
    )
    table.attrs = {"parameter": name, "level": level, "eta": getattr(prior, "eta", np.nan)}
    return table
