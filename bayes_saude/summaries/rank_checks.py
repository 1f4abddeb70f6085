"""Gates about what rankings print: effective sample sizes of ranks, Monte Carlo errors of means and ends.

An effective sample size of 400 makes the Monte Carlo error of a mean 1 / 20 of the posterior's standard
deviation, that of a probability 0.025 at most, and that of an end of a 95% interval of a normal posterior
0.13 standard deviations: an expected rank is then known far better than the rank itself. So the limits are
400 for ranks, 0.05 for means and, as posteriors of standard deviations have longer tails, 0.2 for ends.

The errors are those that more draws would remove. What the replicates of a reconstructed panel disagree on is
part of `rank_mcse`, but no fault of the sampling.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import arviz_stats
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.inference.checks import MORE_DRAWS, as_gate, hyperparameter_draws
from bayes_saude.inference.replicates import about_replicates, by_replicate
from bayes_saude.models.predictor import INTERCEPT, TERMS
from bayes_saude.summaries.coefficients import replicates_of, spec_of
from bayes_saude.summaries.ranked import unit_ranks

type Values = NDArray[np.float64]

LEAST_ESS_OF_RANKS = 400
LARGEST_ERROR_OF_MEANS, LARGEST_ERROR_OF_ENDS = 0.05, 0.2
# The ends of the intervals that tables print.
ENDS = (0.025, 0.975)
# A rank that hardly moves has few moves to count, and an error below one that is printed.
LEAST_MOVE = 0.5
# So many units of each ranking, those whose draws are the most alike from one to the next, are looked at.
LOOKED_AT = 10
# Fewer draws of a chain have no effective sample size.
LEAST_DRAWS = 4


def rank_gates(fit: xr.DataTree) -> list[dict[str, Any]]:
    """Check what rankings by intercept and by slope, and the table of hyperparameters, print.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    list of dict
        Gates as in `check`: bulk and tail ESS of ranks, and the Monte Carlo errors of means and of interval
        ends, of hyperparameters and units alike, in standard deviations of the posterior.
    """
    bulk: dict[str, float] = {}
    tail: dict[str, float] = {}
    values = {str(name): drawn for name, drawn in hyperparameter_draws(fit).data_vars.items()}
    for name, of_value, of_rank in _slowest_units(fit):
        values[name] = of_value
        if float(of_rank.std()) >= LEAST_MOVE:
            bulk[name], tail[name] = (_ess(of_rank, fit, method=method) for method in ("bulk", "tail"))
    mean: dict[str, float] = {}
    ends: dict[str, float] = {}
    for name, drawn in values.items():
        standard = _standard(drawn, fit)
        scale = float(standard.std())
        mean[str(name)] = _error(standard, scale, method="mean")
        ends[str(name)] = max(_error(standard, scale, method="quantile", prob=prob) for prob in ENDS)
    gates = [
        _gate("error of means", mean, LARGEST_ERROR_OF_MEANS, low_is_good=True),
        _gate("error of interval ends", ends, LARGEST_ERROR_OF_ENDS, low_is_good=True),
    ]
    if not bulk:
        return gates
    return [
        _gate("bulk ESS of ranks", bulk, LEAST_ESS_OF_RANKS, low_is_good=False),
        _gate("tail ESS of ranks", tail, LEAST_ESS_OF_RANKS, low_is_good=False),
        *gates,
    ]


def _slowest_units(fit: xr.DataTree) -> Iterator[tuple[str, xr.DataArray, xr.DataArray]]:
    """Yield name, draws and ranks of the units of each ranking that move the most slowly."""
    spec = spec_of(fit)
    for level in spec.data.levels:
        for by in TERMS if spec.model.slopes else (INTERCEPT,):
            for together in unit_ranks(fit, level, by):
                slow = _slowness(together.values), _slowness(together.ranks)
                places = {place for of_each in slow for place in np.argsort(-of_each)[:LOOKED_AT].tolist()}
                for place in sorted(places):
                    drawn, ranks = (
                        xr.DataArray(array[..., place].astype(np.float64), dims=("chain", "draw"))
                        for array in (together.values, together.ranks)
                    )
                    yield f"{by} of {together.units[place]}", drawn, ranks


def _slowness(values: NDArray) -> Values:
    """Tell how many draws in a row are worth one, roughly: by means of batches, within chains.

    Parameters
    ----------
    values : array, shape (chains, draws, units)

    Returns
    -------
    array, shape (units,)
        -1 for units that do not move.
    """
    n_draws = values.shape[1]
    size = max(1, int(np.sqrt(n_draws)))
    kept = values[:, : n_draws // size * size]
    centred = kept - kept.mean(axis=1, keepdims=True, dtype=np.float64)
    batches = centred.reshape(len(kept), -1, size, kept.shape[2]).mean(axis=2)
    total = (centred**2).mean(axis=(0, 1))
    moves = total > 0
    return np.where(moves, size * (batches**2).mean(axis=(0, 1)) / np.where(moves, total, 1.0), -1.0)


def _standard(drawn: xr.DataArray, fit: xr.DataTree) -> xr.DataArray:
    plain = drawn.drop_vars("replicate", errors="ignore")
    return about_replicates(plain.to_dataset(name="draws"), replicates_of(fit))["draws"]


def _ess(ranks: xr.DataArray, fit: xr.DataTree, *, method: str) -> float:
    """Add up what the draws of each replicate are worth.

    Ranks have ties, and a distribution of another shape in each replicate: about their replicates, as
    hyperparameters are taken, they would still set the replicates apart.
    """
    if ranks.sizes["draw"] < LEAST_DRAWS:
        return np.nan
    parts = by_replicate(ranks.to_dataset(name="ranks"), replicates_of(fit))
    return sum(
        float(arviz_stats.ess(part["ranks"], method=method))
        if float(part["ranks"].std()) > 0
        else part["ranks"].size
        for part in parts
    )


def _error(drawn: xr.DataArray, scale: float, **method: Any) -> float:
    """Give a Monte Carlo error in standard deviations; of what never moves it is undefined."""
    if drawn.sizes["draw"] < LEAST_DRAWS or scale <= 0:
        return np.nan
    return float(arviz_stats.mcse(drawn, **method)) / scale


def _gate(name: str, of_each: Mapping[str, float], threshold: float, *, low_is_good: bool) -> dict[str, Any]:
    """Gate the worst; an undefined one is it."""
    sign = 1 if low_is_good else -1
    worst = max(of_each, key=lambda each: np.nan_to_num(sign * of_each[each], nan=np.inf))
    value = of_each[worst]
    passed = value <= threshold if low_is_good else value >= threshold
    return as_gate(name, passed, value, threshold, MORE_DRAWS, worst)
