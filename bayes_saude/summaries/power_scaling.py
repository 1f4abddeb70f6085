"""Whether the posterior listens to the priors or to the data: power-scaling, without any fit made again.

The draws are weighted as if a prior, or the likelihood, were raised to a power near one (Kallioinen,
Paananen, Bürkner and Vehtari 2024, doi:10.1007/s11222-023-10366-5), and the distance that a posterior moves
is taken. Only the priors of top-level parameters are scaled, all together: those that a model file may state,
of hyperparameters and of the effects of predictors' groups. How units scatter about the population, and years
about the line, is part of the model.

The likelihood is that of what the sampler has sampled. Where units are integrated out it is the density of
the panel given the hyperparameters, of all levels' units at once. Where they are sampled it is the product of
the rows' densities given every unit's line, as Kallioinen et al. have it: a power of it sharpens what each
unit's own rows say, and leaves alone how units scatter. Its logarithm has a variance of a half for every
coefficient of a unit, so that with hundreds of units the distance drowns in Monte Carlo error.
"""

from math import log2

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy.special import rel_entr

from bayes_saude.inference.checks import hyperparameter_draws
from bayes_saude.inference.log_likelihood import log_likelihood, marginal_log_likelihood
from bayes_saude.inference.replicates import one_replicate
from bayes_saude.models.generative import distribution, priors_from_json
from bayes_saude.models.parameters import Normal
from bayes_saude.summaries.coefficients import panel_of, posterior_of, replicates_of, spec_of
from bayes_saude.summaries.monte_carlo import LARGEST_KHAT

type Values = NDArray[np.float64]

COLUMNS = (
    "replicate", "parameter", "prior", "prior_error", "prior_khat",
    "likelihood", "likelihood_error", "likelihood_khat", "moves",
)  # fmt: skip
# Kallioinen et al.'s limit, a mean that moves by about 0.3 standard deviations per doubling; by 0.23,
# of 4,000 draws of a normal posterior, as measured here: distances are shares of the range of the draws.
LEAST_DISTANCE = 0.05
# Powers a hundredth below and above one.
POWERS = (0.99, 1.01)
# So many distances are noise alone, for the Monte Carlo error.
PAIRINGS = 20
# Draws times rows of a panel whose densities are computed where units are sampled: a second.
CELLS = 2**21


def power_scaling(fit: xr.DataTree) -> pd.DataFrame:
    """Measure how far each hyperparameter's posterior moves with the priors, and with the likelihood.

    Parameters
    ----------
    fit : xarray.DataTree
        Of any family.

    Returns
    -------
    pandas.DataFrame
        One row for each replicate and hyperparameter, with the columns `COLUMNS`: `prior` and `likelihood`,
        the cumulative Jensen-Shannon distances per doubling of the power of all priors, and of the
        likelihood; the Monte Carlo error of each, see `distance`; `khat`, the Pareto shape of the weights;
        and `moves`, whether `prior` is 0.05 or more. The posterior then rests on the priors too, and on them
        more than on the data where `likelihood` is below 0.05. A distance is missing where the draws do not
        tell it: where khat is above 0.7, or the error above half of the distance and above 0.025. Where
        units are sampled and draws times rows are many, the likelihood is looked at in evenly spaced draws.
    """
    tables = [
        _of_replicate(one_replicate(fit, replicate)).assign(replicate=replicate)
        for replicate in np.unique(replicates_of(fit)).tolist()
    ]
    moved = pd.concat(tables, ignore_index=True)
    return moved.assign(moves=moved["prior"] >= LEAST_DISTANCE)[list(COLUMNS)]


def _of_replicate(fit: xr.DataTree) -> pd.DataFrame:
    spec = spec_of(fit)
    values = {str(name): drawn.values for name, drawn in hyperparameter_draws(fit).items()}
    n_cells = values["intercept"].size * len(panel_of(fit))
    every = 1 if spec.integrated else -(-n_cells // CELLS)
    likelihood = marginal_log_likelihood if spec.integrated else log_likelihood
    table = pd.DataFrame({"parameter": list(values)})
    for name, component, step in (
        ("prior", log_prior(fit), 1),
        ("likelihood", likelihood(spec, fit.isel(draw=slice(None, None, every))), every),
    ):
        weights, khat = zip(*(power_weights(component, power) for power in POWERS), strict=True)
        far, error = np.transpose([distance(drawn[:, ::step], weights) for drawn in values.values()])
        told = (error <= np.maximum(LEAST_DISTANCE, far) / 2) & (max(khat) <= LARGEST_KHAT)
        table[name], table[f"{name}_error"] = np.where(told, far, np.nan), error
        table[f"{name}_khat"] = max(khat)
    return table


def log_prior(fit: xr.DataTree) -> Values:
    """Give the log density of all top-level priors together, up to a constant, shape (chains, draws)."""
    posterior, priors = posterior_of(fit), priors_from_json(fit.attrs["priors"])
    total = np.zeros(posterior["intercept"].shape)
    for name, drawn in hyperparameter_draws(fit).items():
        total += distribution(priors[str(name)]).logpdf(drawn.values)
    for predictor in spec_of(fit).data.predictors:
        effects = posterior[f"{predictor}_effect"]
        for term in effects["term"].values.tolist():
            prior, own = priors[f"{term}[{predictor}]"], effects.sel(term=term)
            assert isinstance(prior, Normal)
            # Effects that add up to zero, each N(0, sigma): a normal of one dimension less.
            n_groups = own.sizes[predictor]
            squares = (own**2).sum(predictor).values
            total -= 0.5 * (n_groups - 1) / n_groups * squares / prior.sigma**2
    return total


def power_weights(log_density: Values, power: float) -> tuple[Values, float]:
    """Weight draws as if a part of their density were raised to a power.

    Parameters
    ----------
    log_density : array, shape (chains, draws)
        Of the part, up to a constant.
    power : float

    Returns
    -------
    weights : array, shape (chains, draws)
        Pareto-smoothed; they add up to one.
    khat : float
        The Pareto shape of their tail; minus infinity where all are the same, infinity where the tail has
        none: its weights are all the same, or a draw has no density at all.
    """
    n_draws = log_density.size
    even = np.full(log_density.shape, 1 / n_draws)
    if not np.isfinite(log_density).all():
        return even, np.inf
    if np.ptp(log_density) == 0 or power == 1:
        return even, -np.inf
    try:
        log_weights, khat = array_stats.psislw((1 - power) * log_density.ravel())
    except ValueError:  # "All tail values are the same"
        return even, np.inf
    weights = np.exp(log_weights - log_weights.max())
    return (weights / weights.sum()).reshape(log_density.shape), float(khat)


def distance(values: Values, weights: tuple[Values, ...]) -> tuple[float, float]:
    """Measure how far weights move a posterior, per doubling of the power, and the Monte Carlo error of it.

    The error is the distance, root mean square, that the weights give when they are paired with draws of
    other chains, or of another time, with which they have nothing to do. By the triangle inequality the
    distance is off by no more than the noise in the weights.

    Parameters
    ----------
    values : array, shape (chains, draws)
    weights : tuple of array, shape (chains, draws)
        One for each of `POWERS`.

    Returns
    -------
    tuple of float
        Both undefined for what never moves.
    """
    order = np.argsort(values, axis=None)
    width = np.diff(values.ravel()[order])
    even = _cumulative(np.ones(values.size))
    found = np.mean(
        [
            _shannon(width, even, _cumulative(_pairings(of_power)[:, order])) / abs(log2(power))
            for power, of_power in zip(POWERS, weights, strict=True)
        ],
        axis=0,
    )
    return float(found[0]), float(np.sqrt(np.mean(found[1:] ** 2)))


def _pairings(weights: Values) -> Values:
    """Give the weights as they are, and then moved on to other chains and draws, shape (pairings, draws)."""
    n_chains, n_draws = weights.shape
    moved = [
        np.roll(weights, (1 + k % max(1, n_chains - 1), (k + 1) * n_draws // (PAIRINGS + 1)), axis=(0, 1))
        for k in range(PAIRINGS)
    ]
    return np.stack([weights, *moved]).reshape(PAIRINGS + 1, -1)


def _cumulative(weights: Values) -> Values:
    """Give the distribution function between draws, shape (..., draws - 1)."""
    total = np.cumsum(weights, axis=-1)
    return total[..., :-1] / total[..., -1:]


def _shannon(width: Values, p: Values, q: Values) -> Values:
    """Cumulative Jensen-Shannon distance, the larger of that from below and that from above, shape (...)."""
    sides = []
    with np.errstate(invalid="ignore"):
        for one, other in ((p, q), (1 - p, 1 - q)):
            middle = (one + other) / 2
            apart = (rel_entr(one, middle) + rel_entr(other, middle)) @ width / np.log(2)
            sides.append(np.sqrt(np.maximum(apart, 0) / ((one + other) @ width)))
    return np.maximum(*sides)
