"""Gates about every number that tables print: how far other draws of the same posterior would move it.

An effective sample size of 400 makes the Monte Carlo error of a mean 1 / 20 of the posterior's standard
deviation, that of a probability 0.025 at most, and that of an end of a 95% interval of a normal posterior
0.13 standard deviations: an expected rank is then known far better than the rank itself. So the limits are
400 for ranks, 0.05 for means, 0.025 for probabilities and, as posteriors of standard deviations have longer
tails, 0.2 for ends, which lie two standard deviations from the mean; so 0.1 for standard deviations. What
draws are worth is summed over the replicates, where one chain astray in one of them would not show: R-hat of
ranks is that of the worst.

| columns | of | gate |
|---|---|---|
| mean, bayes, bayes_mean | ranking, comparison, hyperparameters | error of means |
| sd, bayes_sd | ranking, hyperparameters | error of standard deviations |
| low, high, bayes_low, bayes_high | ranking, comparison, hyperparameters | error of interval ends |
| expected_rank, median_rank | ranking, comparison | R-hat and bulk ESS of ranks |
| rank_low, rank_high | ranking | tail ESS of ranks |
| p_top, p_bottom, p_best, p_above_mean, p_meets_target | ranking, comparison | error of probabilities |

Classes follow from p_above_mean; `comparison.mark_borderline` marks those that its error may change. What
REML gives has no Monte Carlo error. The errors are those that more draws would remove. What the replicates of
a reconstructed panel disagree on is part of `rank_mcse`, but no fault of the sampling.
"""

from collections.abc import Mapping
from typing import Any

import arviz_stats
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.inference.checks import MORE_DRAWS, MORE_TUNING, as_gate, hyperparameter_draws
from bayes_saude.inference.replicates import about_replicates, by_replicate
from bayes_saude.summaries.coefficients import replicates_of, spec_of
from bayes_saude.summaries.monte_carlo import LEAST_DRAWS
from bayes_saude.summaries.printed import EVERYTHING, Printed, Ranking, events, rankings
from bayes_saude.summaries.ranked import HIGHER
from bayes_saude.summaries.ranks import sampling_error

type Values = NDArray[np.float64]

LEAST_ESS_OF_RANKS = 400
# As that of the hyperparameters in the worst replicate, `check_sampling`.
LARGEST_RHAT_OF_RANKS = 1.05
LARGEST_ERROR_OF_MEANS, LARGEST_ERROR_OF_SDS, LARGEST_ERROR_OF_ENDS = 0.05, 0.1, 0.2
LARGEST_ERROR_OF_PROBABILITIES = 0.025
# A rank that hardly moves has few moves to count, and an error below one that is printed.
LEAST_MOVE = 0.5
# So many units of each ranking, those whose draws are the most alike from one to the next, are looked at.
LOOKED_AT = 10
# So many units of each replicate of each ranking, those whose chains are the farthest apart.
FARTHEST_APART = 3


def rank_gates(fit: xr.DataTree, printed: Printed = EVERYTHING) -> list[dict[str, Any]]:
    """Check what rankings, the comparison and the table of hyperparameters print.

    Parameters
    ----------
    fit : xarray.DataTree
    printed : Printed
        Where a ranking is asked for that is not one of `all_rankings`: no hyperparameter is printed with it.

    Returns
    -------
    list of dict
        Gates as in `check`: R-hat of ranks, in the worst replicate; their bulk and tail ESS; the Monte Carlo
        errors of probabilities; and those of means, standard deviations and interval ends, of hyperparameters
        and units alike, in standard deviations of the posterior.
    """
    apart: dict[str, float] = {}
    bulk: dict[str, float] = {}
    tail: dict[str, float] = {}
    probability: dict[str, float] = {}
    values: dict[str, xr.DataArray] = {}
    if printed == EVERYTHING:
        values |= {str(name): drawn for name, drawn in hyperparameter_draws(fit).data_vars.items()}
    replicates = replicates_of(fit)
    for ranking in rankings(fit, printed):
        apart |= _rhat_of_ranks(ranking, replicates)
        slow_values, slow_ranks = _slowness(ranking.values), _slowness(ranking.ranks)
        places = {p for slow in (slow_values, slow_ranks) for p in np.argsort(-slow)[:LOOKED_AT].tolist()}
        for place in sorted(places):
            name = ranking.names[place]
            of_rank = _draws(ranking.ranks[..., place])
            values[name] = _draws(ranking.values[..., place])
            if float(of_rank.std()) >= LEAST_MOVE:
                whole = name + ranking.within[place]
                bulk[whole], tail[whole] = (_ess(of_rank, fit, method=method) for method in ("bulk", "tail"))
        probability |= _errors_of_probabilities(fit, ranking, np.maximum(slow_values, slow_ranks), printed)
    of_values: dict[str, dict[str, float]] = {"mean": {}, "sd": {}, "ends": {}}
    tail_area = (1 - printed.prob) / 2
    for name, drawn in values.items():
        standard = _standard(drawn, fit)
        scale = float(standard.std())
        for method in ("mean", "sd"):
            of_values[method][name] = _error(standard, scale, method=method)
        ends = (_error(standard, scale, method="quantile", prob=prob) for prob in (tail_area, 1 - tail_area))
        of_values["ends"][name] = max(ends)
    low, high = True, False
    gates: list[tuple[str, dict[str, float], float, str, bool]] = [
        ("R-hat of ranks", apart, LARGEST_RHAT_OF_RANKS, MORE_TUNING, low),
        ("bulk ESS of ranks", bulk, LEAST_ESS_OF_RANKS, MORE_DRAWS, high),
        ("tail ESS of ranks", tail, LEAST_ESS_OF_RANKS, MORE_DRAWS, high),
        ("error of probabilities", probability, LARGEST_ERROR_OF_PROBABILITIES, MORE_DRAWS, low),
        ("error of means", of_values["mean"], LARGEST_ERROR_OF_MEANS, MORE_DRAWS, low),
        ("error of standard deviations", of_values["sd"], LARGEST_ERROR_OF_SDS, MORE_DRAWS, low),
        ("error of interval ends", of_values["ends"], LARGEST_ERROR_OF_ENDS, MORE_DRAWS, low),
    ]
    return [
        _gate(name, of_each, limit, advice, low_is_good=good)
        for name, of_each, limit, advice, good in gates
        if of_each
    ]


def _rhat_of_ranks(ranking: Ranking, replicates: NDArray[np.int64]) -> dict[str, float]:
    """Give R-hat of a few ranks, those whose chains are the farthest apart in one of the replicates."""
    worst: dict[str, float] = {}
    for replicate in np.unique(replicates):
        own = ranking.ranks[replicates == replicate]
        # One chain has none, and fails for its hyperparameters; too few draws for theirs.
        if len(own) == 1 or own.shape[1] < LEAST_DRAWS:
            continue
        between = own.mean(axis=1, dtype=np.float64).var(axis=0)
        moves = own.std(axis=(0, 1), dtype=np.float64) >= LEAST_MOVE
        within = np.maximum(own.var(axis=1, dtype=np.float64).mean(axis=0), LEAST_MOVE**2)
        for place in np.argsort(-np.where(moves, between / within, -1.0))[:FARTHEST_APART]:
            if moves[place]:
                name = ranking.names[place] + ranking.within[place]
                rhat = float(arviz_stats.rhat(_draws(own[..., place])))
                worst[name] = max(rhat, worst.get(name, 0.0))
    return worst


def _errors_of_probabilities(
    fit: xr.DataTree, ranking: Ranking, slow: Values, printed: Printed
) -> dict[str, float]:
    """Give the errors of a few probabilities, those that other draws may move the farthest."""
    higher = spec_of(fit).ranking.direction == HIGHER
    candidates = []
    start = 0
    for group in ranking.groups:
        own = slow[start : start + group.units.size]
        for kind, happens in events(group, ranking.limit, higher, printed):
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


def _gate(
    name: str, of_each: Mapping[str, float], threshold: float, advice: str, *, low_is_good: bool
) -> dict[str, Any]:
    """Gate the worst; an undefined one is it."""
    sign = 1 if low_is_good else -1
    worst = max(of_each, key=lambda each: np.nan_to_num(sign * of_each[each], nan=np.inf))
    value = of_each[worst]
    passed = value <= threshold if low_is_good else value >= threshold
    return as_gate(name, passed, value, threshold, advice, worst)
