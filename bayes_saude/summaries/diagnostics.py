"""How the draws of a fit were come by: agreement of chains, effective sample sizes, energy, divergences."""

from collections.abc import Iterator
from inspect import signature
from typing import NamedTuple

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.inference.checks import (
    ESS_BULK,
    ESS_BULK_KEPT,
    check_sampling,
    hyperparameter_draws,
)
from bayes_saude.inference.energy import bfmi
from bayes_saude.inference.reading import coefficients_by_level
from bayes_saude.inference.replicates import about_replicates
from bayes_saude.inference.unit_checks import effects_are_kept
from bayes_saude.summaries.coefficients import replicates_of

HYPERPARAMETER = "hyperparameter"
DRAW_COLUMNS = ("kind", "term", "name", "rhat", "ess_bulk", "ess_tail")
CHAIN_COLUMNS = ("chain", "replicate", "divergences", "share_at_limit", "bfmi")


class Limits(NamedTuple):
    """What `check` asks of hyperparameters unless it is told otherwise."""

    rhat: float
    ess_bulk: float
    ess_tail: float


def limits_of(fit: xr.DataTree) -> Limits:
    """Give the limits that `check` has for a fit."""
    defaults = signature(check_sampling).parameters
    bulk = ESS_BULK_KEPT if effects_are_kept(fit) else ESS_BULK
    return Limits(defaults["rhat"].default, bulk, defaults["ess_tail"].default)


def diagnose_draws(fit: xr.DataTree) -> pd.DataFrame:
    """Compute R-hat and effective sample sizes of all hyperparameters and of all units' coefficients.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    pandas.DataFrame
        With the columns `DRAW_COLUMNS`. `kind` is "hyperparameter", or the level of a unit, whose `term` is
        "intercept" or "slope"; R-hat is rank-normalised (Vehtari et al. 2021, doi:10.1214/20-BA1221); tail
        ESS is that of hyperparameters only. All are of the draws about the means of their replicates, see
        `about_replicates`. Seconds for 853 units.
    """
    hyperparameters = standard_draws(fit)
    # What never moves has no R-hat: it comes out undefined.
    with np.errstate(invalid="ignore", divide="ignore"):
        rhat = arviz_stats.rhat(hyperparameters)
        bulk, tail = (arviz_stats.ess(hyperparameters, method=method) for method in ("bulk", "tail"))
        table = [
            (HYPERPARAMETER, "", name, float(rhat[name]), float(bulk[name]), float(tail[name]))
            for name in map(str, hyperparameters)
        ]
        for level, coefficients in coefficients_by_level(fit):
            table += _of_units(level, coefficients, replicates_of(fit))
    return pd.DataFrame(table, columns=list(DRAW_COLUMNS))


def _of_units(
    level: str, coefficients: xr.DataArray, replicate: NDArray[np.int64]
) -> Iterator[tuple[str, str, str, float, float, float]]:
    terms = coefficients["term"].values.tolist()
    draws = about_replicates(
        xr.Dataset({term: coefficients.sel(term=term, drop=True) for term in terms}), replicate
    )
    rhat, bulk = arviz_stats.rhat(draws), arviz_stats.ess(draws, method="bulk")
    for term in terms:
        units = zip(draws[level].values, rhat[term].values, bulk[term].values, strict=True)
        for unit, of_rhat, of_bulk in units:
            yield level, term, str(unit), float(of_rhat), float(of_bulk), np.nan


def diagnose_chains(fit: xr.DataTree) -> pd.DataFrame:
    """Summarise what the sampler says of each chain.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    pandas.DataFrame
        One row per chain, with the columns `CHAIN_COLUMNS`: `divergences`, the number of draws; the share of
        draws at the limit of steps, missing where the sampler does not tell; `bfmi`, the Bayesian fraction of
        missing information, see `inference.energy.bfmi`: below 0.3 the sampler's steps are narrow beside the
        spread of the energy.
    """
    statistics = fit["sample_stats"].to_dataset()
    limit = statistics.get("reached_max_treedepth")
    return pd.DataFrame(
        {
            "chain": statistics["chain"].to_numpy(),
            "replicate": replicates_of(fit),
            "divergences": statistics["diverging"].sum("draw").to_numpy(),
            "share_at_limit": np.nan if limit is None else limit.mean("draw").to_numpy(),
            "bfmi": bfmi(fit),
        }
    )


def standard_draws(fit: xr.DataTree) -> xr.Dataset:
    """Give the hyperparameters' draws as their diagnostics see them, about the means of their replicates."""
    return about_replicates(hyperparameter_draws(fit), replicates_of(fit))
