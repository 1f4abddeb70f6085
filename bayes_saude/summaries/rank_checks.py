"""Gates about every number that tables print: how far other draws of the same posterior would move it.

An effective sample size of 400 makes the Monte Carlo error of a mean 1 / 20 of the posterior's standard
deviation, that of a probability 0.025 at most, and that of an end of a 95% interval of a normal posterior
0.13 standard deviations: an expected rank is then known far better than the rank itself. So the limits are
400 for ranks, 0.05 for means, 0.025 for probabilities and, as posteriors of standard deviations have longer
tails, 0.2 for ends, which lie two standard deviations from the mean; so 0.1 for standard deviations.

| columns | of | gate |
|---|---|---|
| mean, bayes, bayes_mean | ranking, comparison, hyperparameters | error of means |
| sd, bayes_sd | ranking, hyperparameters | error of standard deviations |
| low, high, bayes_low, bayes_high | ranking, comparison, hyperparameters | error of interval ends |
| expected_rank, median_rank | ranking, comparison | bulk ESS of ranks |
| rank_low, rank_high | ranking | tail ESS of ranks |
| p_top, p_bottom, p_best, p_above_mean, p_meets_target | ranking, comparison | error of probabilities |

Classes follow from p_above_mean; `comparison.mark_borderline` marks those that its error may change. What
REML gives has no Monte Carlo error. The errors are those that more draws would remove. What the replicates of
a reconstructed panel disagree on is part of `rank_mcse`, but no fault of the sampling.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import arviz_stats
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.inference.checks import MORE_DRAWS, as_gate, hyperparameter_draws
from bayes_saude.inference.replicates import about_replicates, by_replicate
from bayes_saude.models.predictor import SLOPE
from bayes_saude.summaries.coefficients import on_scale_of, quantities_of, replicates_of, spec_of
from bayes_saude.summaries.monte_carlo import LEAST_DRAWS
from bayes_saude.summaries.ranked import HIGHER, RankedTogether, unit_ranks
from bayes_saude.summaries.ranks import above_mean, sampling_error

type Values = NDArray[np.float64]

LEAST_ESS_OF_RANKS = 400
LARGEST_ERROR_OF_MEANS, LARGEST_ERROR_OF_SDS, LARGEST_ERROR_OF_ENDS = 0.05, 0.1, 0.2
LARGEST_ERROR_OF_PROBABILITIES = 0.025
# The ends of the intervals that tables print.
ENDS = (0.025, 0.975)
# A rank that hardly moves has few moves to count, and an error below one that is printed.
LEAST_MOVE = 0.5
# The size of the group of the first in `all_rankings`.
TOP = 10
# So many units of each ranking, those whose draws are the most alike from one to the next, are looked at.
LOOKED_AT = 10


class _Ranking(NamedTuple):
    """One ranking of `all_rankings`: all units together, or in each unit around them.

    Parameters
    ----------
    names, within : list of str
        Of what each number is about, "slope of Betim", and inside what it ranks, " in Belo Horizonte".
    groups : list of RankedTogether
    limit : float or None
        The target, on the scale of the values.
    values, ranks : array, shape (chains, draws, units)
        Of all groups.
    """

    names: list[str]
    within: list[str]
    groups: list[RankedTogether]
    limit: float | None
    values: NDArray
    ranks: NDArray


def rank_gates(fit: xr.DataTree) -> list[dict[str, Any]]:
    """Check what rankings, the comparison and the table of hyperparameters print.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    list of dict
        Gates as in `check`: bulk and tail ESS of ranks; the Monte Carlo errors of probabilities; and those of
        means, standard deviations and interval ends, of hyperparameters and units alike, in standard
        deviations of the posterior.
    """
    bulk: dict[str, float] = {}
    tail: dict[str, float] = {}
    probability: dict[str, float] = {}
    values = {str(name): drawn for name, drawn in hyperparameter_draws(fit).data_vars.items()}
    for ranking in _rankings(fit):
        slow_values, slow_ranks = _slowness(ranking.values), _slowness(ranking.ranks)
        places = {p for slow in (slow_values, slow_ranks) for p in np.argsort(-slow)[:LOOKED_AT].tolist()}
        for place in sorted(places):
            name = ranking.names[place]
            of_rank = _draws(ranking.ranks[..., place])
            values[name] = _draws(ranking.values[..., place])
            if float(of_rank.std()) >= LEAST_MOVE:
                whole = name + ranking.within[place]
                bulk[whole], tail[whole] = (_ess(of_rank, fit, method=method) for method in ("bulk", "tail"))
        probability |= _errors_of_probabilities(fit, ranking, np.maximum(slow_values, slow_ranks))
    of_values: dict[str, dict[str, float]] = {"mean": {}, "sd": {}, "ends": {}}
    for name, drawn in values.items():
        standard = _standard(drawn, fit)
        scale = float(standard.std())
        for method in ("mean", "sd"):
            of_values[method][name] = _error(standard, scale, method=method)
        ends = (_error(standard, scale, method="quantile", prob=prob) for prob in ENDS)
        of_values["ends"][name] = max(ends)
    gates = [
        _gate("error of means", of_values["mean"], LARGEST_ERROR_OF_MEANS, low_is_good=True),
        _gate("error of standard deviations", of_values["sd"], LARGEST_ERROR_OF_SDS, low_is_good=True),
        _gate("error of interval ends", of_values["ends"], LARGEST_ERROR_OF_ENDS, low_is_good=True),
    ]
    if probability:
        limit = LARGEST_ERROR_OF_PROBABILITIES
        gates.insert(0, _gate("error of probabilities", probability, limit, low_is_good=True))
    if not bulk:
        return gates
    return [
        _gate("bulk ESS of ranks", bulk, LEAST_ESS_OF_RANKS, low_is_good=False),
        _gate("tail ESS of ranks", tail, LEAST_ESS_OF_RANKS, low_is_good=False),
        *gates,
    ]


def _rankings(fit: xr.DataTree) -> Iterator[_Ranking]:
    spec = spec_of(fit)
    for depth, level in enumerate(spec.data.levels):
        for outer in (None, *spec.data.levels[:depth]):
            for by in quantities_of(fit):
                groups = list(unit_ranks(fit, level, by, within_each=outer))
                names = [f"{by} of {unit}" for group in groups for unit in group.units]
                within = [f" in {group.within}" if outer else "" for group in groups for _ in group.units]
                values = np.concatenate([group.values for group in groups], axis=2)
                ranks = np.concatenate([group.ranks for group in groups], axis=2)
                target = None if by == SLOPE else spec.ranking.target
                limit = None if target is None else on_scale_of(fit, by, target)
                yield _Ranking(names, within, groups, limit, values, ranks)


def _errors_of_probabilities(fit: xr.DataTree, ranking: _Ranking, slow: Values) -> dict[str, float]:
    """Give the errors of a few probabilities, those that other draws may move the farthest."""
    higher = spec_of(fit).ranking.direction == HIGHER
    candidates = []
    start = 0
    for group in ranking.groups:
        own = slow[start : start + group.units.size]
        for kind, happens in events(group, ranking.limit, higher):
            p = happens.mean(axis=(0, 1))
            place = int(np.argmax(p * (1 - p) * np.maximum(own, 1)))
            weight = float(p[place] * (1 - p[place]) * max(own[place], 1))
            name = f"{kind}, {ranking.names[start + place]}{ranking.within[start + place]}"
            candidates.append((weight, name, happens[..., [place]]))
        start += group.units.size
    candidates.sort(key=lambda candidate: -candidate[0])
    told = ranking.values.shape[1] >= LEAST_DRAWS
    replicate = replicates_of(fit)
    return {
        name: float(sampling_error(happens.astype(np.float64), replicate)[0]) if told else np.nan
        for _, name, happens in candidates[:LOOKED_AT]
    }


def events(group: RankedTogether, limit: float | None, higher: bool) -> Iterator[tuple[str, NDArray]]:
    """Yield what each probability of a ranking is that of.

    Parameters
    ----------
    group : RankedTogether
    limit : float or None
        The target, on the scale of the values.
    higher : bool
        Whether higher is better.

    Yields
    ------
    str, array of shape (chains, draws, units)
        A column of `rank`, and whether in a draw it happens to a unit; a half where it half does.
    """
    size, ranks, values = group.units.size, group.ranks, group.values
    bottom = max(1, round(size / 5))
    if size > TOP:
        yield "p_top", ranks <= TOP
    if size > bottom:
        yield "p_bottom", ranks > size - bottom
        yield "p_best", ranks == 1
        yield "p_above_mean", above_mean(values)
    if limit is not None:
        yield "p_meets_target", values >= limit if higher else values <= limit


def _draws(values: NDArray) -> xr.DataArray:
    return xr.DataArray(values.astype(np.float64), dims=("chain", "draw"))


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
