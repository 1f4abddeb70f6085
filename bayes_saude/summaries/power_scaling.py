"""Whether the posterior listens to the priors or to the data: power-scaling, without any fit made again.

The draws are weighted as if a prior, or the likelihood, were raised to a power near one (Kallioinen,
Paananen, Bürkner and Vehtari 2024, doi:10.1007/s11222-023-10366-5), and the distance that a posterior moves
is taken. Only the priors of hyperparameters are scaled: the scatter of units about the population is part of
the model, and its likelihood has the units' own lines integrated out.
"""

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats import psense
from numpy.typing import NDArray
from scipy import stats

from bayes_saude.errors import BayesSaudeError
from bayes_saude.inference.checks import hyperparameter_draws
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.parameters import LKJ, Exponential, HalfCauchy, HalfNormal, Normal
from bayes_saude.models.priors import AnyPrior
from bayes_saude.summaries.coefficients import replicates_of, spec_of
from bayes_saude.summaries.cross_validation import unit_log_densities

COLUMNS = ("replicate", "parameter", "prior", "likelihood", "moves")
# Kallioinen et al.'s limit.
LEAST_DISTANCE = 0.05


def power_scaling(fit: xr.DataTree) -> pd.DataFrame:
    """Measure how far each hyperparameter's posterior moves with the priors, and with the likelihood.

    Parameters
    ----------
    fit : xarray.DataTree
        Of a family whose units are integrated out, and without predictors.

    Returns
    -------
    pandas.DataFrame
        One row for each replicate and hyperparameter, with the columns `COLUMNS`: `prior` and `likelihood`,
        the cumulative Jensen-Shannon distances per doubling of the power of all priors, and of the
        likelihood; and `moves`, whether the former is 0.05 or more: the posterior then rests on the priors
        too, and on them more than on the data where `likelihood` is below 0.05.

    Raises
    ------
    BayesSaudeError
        If the units were sampled, or the model has predictors.
    """
    spec = spec_of(fit)
    if not spec.integrated or spec.data.predictors:
        raise BayesSaudeError(
            f"Power-scaling is for units that are integrated out, without predictors, not for '{spec.name}'. "
            "Fit it again with other priors: `sensitivity`."
        )
    priors = priors_from_json(fit.attrs["priors"])
    draws = hyperparameter_draws(fit)
    tables = []
    for replicate in np.unique(replicates_of(fit)).tolist():
        own = draws.isel(chain=np.flatnonzero(replicates_of(fit) == replicate))
        own = own.drop_vars("replicate", errors="ignore").assign_coords(chain=range(own.sizes["chain"]))
        densities = (
            unit_log_densities(fit, replicate)
            .rename("rows")
            .assign_coords(chain=own["chain"], draw=own["draw"])
        )
        of_priors = {
            name: (("chain", "draw"), log_density(priors[str(name)], own[name].to_numpy())) for name in own
        }
        scaled = xr.DataTree.from_dict(
            {
                "posterior": own,
                "log_prior": xr.Dataset(of_priors, own.coords),
                "log_likelihood": densities.to_dataset(),
            }
        )
        moved = {
            group: psense(scaled, group=group).to_array("parameter").to_series()
            for group in ("prior", "likelihood")
        }
        tables.append(pd.DataFrame(moved).reset_index().assign(replicate=replicate))
    found = pd.concat(tables, ignore_index=True)
    return found.assign(moves=found["prior"] >= LEAST_DISTANCE)[list(COLUMNS)]


def log_density(prior: AnyPrior, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the log density of a hyperparameter's prior."""
    match prior:
        case Normal(mu=mu, sigma=sigma):
            return stats.norm.logpdf(values, mu, sigma)
        case HalfNormal(sigma=sigma):
            return stats.halfnorm.logpdf(values, scale=sigma)
        case Exponential(scale=scale):
            return stats.expon.logpdf(values, scale=scale)
        case HalfCauchy(scale=scale):
            return stats.halfcauchy.logpdf(values, scale=scale)
        case LKJ(eta=eta):
            # In two dimensions it is Beta(eta, eta) of (corr + 1) / 2.
            return stats.beta.logpdf((values + 1) / 2, eta, eta) - np.log(2)
    raise ValueError(f"No density for {prior.dist}.")
