"""Posterior predictive p-values for what rankings rest on.

A model may be sampled without fault and still be wrong about the data. Each check asks how often data drawn
from the fitted model would be as high as those observed in something that a ranking rests on: the years'
means, the spread and the extremes of the units, the tails of the residuals. A p-value near 0 (observed above
what the model predicts) or near 1 (below) says that the model does not reproduce it.

`units` says which units the predicted data are of. The *same* units, each on its own line of the same draw,
are right for years and residuals; for the spread and the extremes they are a lenient check, because each line
has followed its unit's data. *New* units, drawn from the population that the hyperparameters describe, ask
whether that population, normal about its mean, is the one that the units come from.

Residuals are taken about the line of each draw, observed and predicted alike (a realised discrepancy: Gelman,
Meng and Stern 1996, Statistica Sinica 6, 733-807). All other statistics are of the outcome as it is, for
events the share or rate of each row.
"""

from collections.abc import Iterator
from typing import NamedTuple

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bayes_saude.inference.checks import name_of_level
from bayes_saude.models.outcome_draws import outcome_of
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.summaries.coefficients import replicates_of, spec_of
from bayes_saude.summaries.monte_carlo import LEAST_DRAWS
from bayes_saude.summaries.predictive import Prediction, Units, predictions, responses, with_shares

type Values = NDArray[np.float64]

COLUMNS = (
    "statistic", "units", "observed", "predicted_mean", "low", "high",
    "excess_sd", "excess_low", "excess_high", "p_value", "mcse",
)  # fmt: skip
FAR = 3


class Pair(NamedTuple):
    """A statistic of a chain, of the data and of each of its predictions, shape (draws,)."""

    observed: Values
    predicted: Values


def predictive_checks(
    fit: xr.DataTree, *, draws: int = 1000, ci_prob: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Compare what rankings rest on with what the fitted model predicts of it.

    Parameters
    ----------
    fit : xarray.DataTree
    draws : int
        Of the posterior, evenly spaced in every chain; each predicts a whole panel.
    ci_prob : float
        Probability of the predictive intervals, equal-tailed.
    seed : int

    Returns
    -------
    pandas.DataFrame
        One row for each statistic and kind of units, with the columns `COLUMNS`. The statistics are
        `mean[YEAR]`; `sd_unit_means`, `sd_unit_slopes` (least squares of each unit by itself),
        `largest_unit_mean`, `smallest_unit_mean`, with several levels `sd_unit_means[region]` and so on;
        `residual_kurtosis` (3 where residuals are normal) and `residuals_beyond_3` (share of the rows that
        are more than 3 standard deviations from their line). `observed` is the mean over the replicates of
        the panel and, for residuals, over the draws; `low` and `high` are of the prediction; `excess_sd`,
        `excess_low` and `excess_high` of the prediction less what was observed in the same replicate and
        draw. `p_value` is P(predicted > observed), ties counted half, so that the interval of the excess
        leaves out 0 where it is near 0 or 1; `mcse` is its Monte Carlo error. `DataFrame.attrs` records
        `ci_prob`. A statistic that the panel or its predictions do not have, such as the slopes where no two
        units have two times, is left out.

    Raises
    ------
    BayesSaudeError
        If outcomes of the fit's family cannot be drawn.
    """
    of_chains: dict[tuple[str, Units], list[tuple[int, Pair]]] = {}
    kinds: tuple[Units, Units] = ("same", "new")
    # Of rows that are all alike there is no kurtosis; what lies beyond the largest double has no mean.
    with np.errstate(all="ignore"):
        for units in kinds:
            predicted_by = zip(
                replicates_of(fit), predictions(fit, draws=draws, units=units, seed=seed), strict=True
            )
            for replicate, prediction in predicted_by:
                for statistic, pair in _statistics(fit, with_shares(fit, prediction), units):
                    if np.isfinite(pair).all():
                        of_chains.setdefault((statistic, units), []).append((replicate, pair))
    tail = (1 - ci_prob) / 2
    table = []
    for (statistic, units), seen in of_chains.items():
        replicates, pairs = zip(*seen, strict=True)
        observed, predicted = (np.stack(values) for values in zip(*pairs, strict=True))
        exceeds = (predicted > observed) + 0.5 * (predicted == observed)
        excess = predicted - observed
        of_prediction = (predicted.mean(), *np.quantile(predicted, [tail, 1 - tail]))
        of_excess = (excess.std(), *np.quantile(excess, [tail, 1 - tail]))
        p_value = (exceeds.mean(), _error_of_share(exceeds, np.array(replicates)))
        table.append((statistic, units, observed.mean(), *of_prediction, *of_excess, *p_value))
    checks = pd.DataFrame(table, columns=list(COLUMNS))
    checks.attrs = {"ci_prob": ci_prob}
    return checks


def _statistics(fit: xr.DataTree, prediction: Prediction, units: Units) -> Iterator[tuple[str, Pair]]:
    if prediction.rows.empty:
        return
    spec = spec_of(fit)
    observed, predicted = responses(fit, prediction)
    both = np.vstack([observed, predicted])
    n_draws = len(predicted)

    def pair(values: Values) -> Pair:
        return Pair(np.repeat(values[0], n_draws), values[1:])

    if units == "same":
        for time, rows in prediction.rows.reset_index(drop=True).groupby("time"):
            yield f"mean[{time:.15g}]", pair(both[:, rows.index].mean(axis=1))
    levels = spec.data.levels
    for level in levels:
        means, slopes = _of_units(prediction.rows, level, both)
        for name, values in (
            ("sd_unit_means", _spread(means)),
            ("sd_unit_slopes", _spread(slopes)),
            ("largest_unit_mean", means.max(axis=1)),
            ("smallest_unit_mean", means.min(axis=1)),
        ):
            yield name_of_level(name, level, levels), pair(values)
    if units == "same":
        residual, columns = outcome_of(spec.model.family).residual, FAMILIES[spec.model.family].columns
        data = {name: prediction.rows[name].to_numpy(dtype=np.float64) for name in columns}
        residuals = [
            residual(prediction.eta, data | given, prediction.parameters)
            for given in ({}, prediction.outcome)
        ]
        yield "residual_kurtosis", Pair(*(_kurtosis(values) for values in residuals))
        yield "residuals_beyond_3", Pair(*((abs(values) > FAR).mean(axis=1) for values in residuals))


def _of_units(rows: pd.DataFrame, level: str, values: Values) -> tuple[Values, Values]:
    """Average each unit's values, and fit a line of least squares to them.

    Returns
    -------
    tuple of array
        Means, shape (draws, units), and slopes of the units that have two times or more.
    """
    unit, names = pd.factorize(rows[level])
    shape = (len(names), len(rows))
    size = np.bincount(unit)
    time = rows["time"].to_numpy(dtype=np.float64)
    centred = time - (np.bincount(unit, time) / size)[unit]
    spread = np.bincount(unit, centred**2)
    columns = np.arange(len(rows))
    moving = spread > 0
    weights = centred / np.where(moving, spread, 1.0)[unit]
    means, slopes = (
        (csr_array((of_rows, (unit, columns)), shape=shape) @ values.T).T
        for of_rows in (1 / size[unit], weights)
    )
    return means, slopes[:, moving]


def _spread(of_units: Values) -> Values:
    """Give the standard deviation of each draw's units, undefined of fewer than two."""
    return of_units.std(axis=1, ddof=1) if of_units.shape[1] > 1 else np.full(len(of_units), np.nan)


def _kurtosis(values: Values) -> Values:
    squared = (values - values.mean(axis=1, keepdims=True)) ** 2
    # A fourth power by NumPy takes ten times as long.
    return (squared**2).mean(axis=1) / squared.mean(axis=1) ** 2


def _error_of_share(exceeds: Values, replicate: NDArray[np.int64]) -> float:
    """Monte Carlo error of a share of draws, shape (chains, draws).

    Draws of a replicate are worth their effective number. A share of 0 or 1 has an error too: two draws more,
    one of each kind, stand in for what was not seen.
    """
    worth = 0.0
    for name in np.unique(replicate):
        of_replicate = exceeds[replicate == name]
        worth += (
            float(arviz_stats.ess(of_replicate, method="mean"))
            if of_replicate.shape[1] >= LEAST_DRAWS and np.ptp(of_replicate) > 0
            else of_replicate.size
        )
    return float(np.sqrt(np.append(exceeds, [0, 1]).var() / worth))
