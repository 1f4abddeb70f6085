"""What is left out of a panel, and how well the rest predicts it: `cross_validation` is the way in.

Whole units: every draw of the fit is weighted by one over the unit's density in it, with Pareto smoothing
(Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72), 1-58), which gives the posterior of the others.
Where the weights are not to be trusted the model is fitted again without the unit. Whole years: fitted again.

A fit made again is no certainty either. What it says is the log of a mean of densities over its draws, and of
a unit forty standard deviations from the others these differ by tens of powers of e from draw to draw: the
highest is all there is of the mean, which lies beyond it, and its Monte Carlo error cannot show that. The
Pareto shape of the densities does, with the limit that weights have.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy.special import logsumexp

from bayes_saude.errors import DataError
from bayes_saude.inference.log_likelihood import LOG_DENSITIES
from bayes_saude.inference.reading import coefficients_by_level
from bayes_saude.inference.refit import refit
from bayes_saude.inference.steps import Once
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import panel_of, posterior_of, replicates_of, spec_of
from bayes_saude.summaries.monte_carlo import LARGEST_KHAT, LEAST_DRAWS
from bayes_saude.summaries.row_densities import columns_of, log_measure
from bayes_saude.summaries.unit_densities import unit_log_densities, unit_sites

# Times their mean, which no value of even ones exceeds; of hundreds from a tail of shape 0.7 one does.
EVEN = 5.0

type Values = NDArray[np.float64]
type Track = Callable[[Sequence[str]], Iterable[str]]


class Score(NamedTuple):
    """How well some rows of a unit were predicted by what was left in; see `cross_validation.COLUMNS`."""

    replicate: int
    left_out: str
    unit: str
    rows: int
    elpd: float
    mcse: float
    khat: float
    refitted: bool


def without_units(
    fit: xr.DataTree, *, refits: int | None, seed: int, track: Track, once: Once
) -> list[Score]:
    """Score every unit of the innermost level, left out.

    Parameters
    ----------
    fit : xarray.DataTree
    refits : int or None
        So many fits without a unit at the most, those of the highest khat.
    seed : int
    track : callable
        Takes names of steps and yields them again, for a display of progress.
    once : callable
        See `inference.steps.remembered`.

    Returns
    -------
    list of Score
    """
    replicates = {f"units of replicate {name}": int(name) for name in np.unique(replicates_of(fit))}
    scores = {
        (score.replicate, score.unit): score
        for step in track(list(replicates))
        for score in weighted_units(fit, replicates[step])
    }
    heavy: dict[str, dict[int, float]] = {}
    for (replicate, unit), score in scores.items():
        if score.khat > LARGEST_KHAT:
            heavy.setdefault(unit, {})[replicate] = score.khat
    worst = sorted(heavy, key=lambda unit: -max(heavy[unit].values()))[:refits]
    steps = {f"without {unit}": unit for unit in worst}
    for step in track(list(steps)) if steps else ():
        unit, where = steps[step], list(heavy[steps[step]])
        found = once(f"unit {unit} of {where}, seed {seed}", partial(_exactly, fit, unit, where, seed))
        for replicate, elpd, mcse, khat in found:
            score = scores[replicate, unit]
            scores[replicate, unit] = score._replace(elpd=elpd, mcse=mcse, khat=khat, refitted=True)
    return list(scores.values())


def weighted_units(fit: xr.DataTree, replicate: int) -> list[Score]:
    """Score a replicate's units by the weighted draws of the fit."""
    spec, panel = spec_of(fit), panel_of(fit)
    rows = panel[panel["replicate"] == replicate]
    measure = pd.Series(log_measure(spec, rows)).groupby(rows[spec.data.levels[-1]].to_numpy(dtype=str))
    added = measure.agg(["sum", "size"])
    densities = unit_log_densities(fit, replicate).transpose("unit", "chain", "draw")
    by_chain = densities.to_numpy()
    flat = by_chain.reshape(len(by_chain), -1)
    weights, khat = _smoothed(flat)
    weights = weights - logsumexp(weights, axis=1, keepdims=True)
    elpd = logsumexp(weights + flat, axis=1)
    moved = np.exp(weights) * np.expm1(flat - elpd[:, None])
    mcse = np.sqrt((moved**2).sum(axis=1) / _efficiency(by_chain))
    found = zip(densities["unit"].values.tolist(), elpd, mcse, khat, strict=True)
    return [
        Score(
            replicate, unit, unit, int(added.loc[unit, "size"]), float(own + added.loc[unit, "sum"]),
            float(error), float(shape), refitted=False,
        )
        for unit, own, error, shape in found
    ]  # fmt: skip


def without_years(fit: xr.DataTree, *, seed: int, track: Track, once: Once) -> list[Score]:
    """Score every time's rows, left out, each by its unit's line; options as in `without_units`."""
    times = np.unique(panel_of(fit)["time"].to_numpy(dtype=np.float64)).tolist()
    steps = {f"without {time:g}": number for number, time in enumerate(times)}
    scores = []
    for step in track(list(steps)):
        time, seeds = times[steps[step]], (seed, steps[step])
        found = once(f"year {time!r}, seeds {seeds}", partial(_without_year, fit, time, seeds))
        scores += [Score(*values) for values in found]
    return scores


def _without_year(fit: xr.DataTree, time: float, seeds: tuple[int, int]) -> list[Score]:
    """Score all units in a year by a fit without it."""
    rng, spec, panel = np.random.default_rng(seeds), spec_of(fit), panel_of(fit)
    left_out = panel["time"] == time
    without = refit(fit, panel=_kept(panel, ~left_out), seed=seeds[0])
    *_, (level, lines) = coefficients_by_level(without)
    scores = []
    for replicate in np.unique(panel["replicate"]).tolist():
        rows = panel[left_out & (panel["replicate"] == replicate)]
        rows = rows[rows[level].isin(lines[level].values)]
        found = _predicted_rows(without, lines, rows, spec, rng)
        scores += [Score(replicate, f"{time:g}", *of_unit, refitted=True) for of_unit in found]
    return scores


def _kept(panel: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    kept = panel[rows]
    kept.attrs = panel.attrs
    return kept


def _exactly(
    fit: xr.DataTree, unit: str, replicates: list[int], seed: int
) -> list[tuple[int, float, float, float]]:
    """Give replicate, elpd, mcse and khat of a unit by a fit without it; nothing where there is none."""
    spec, panel = spec_of(fit), panel_of(fit)
    panel = _kept(panel, panel["replicate"].isin(replicates))
    own = panel[spec.data.levels[-1]] == unit
    needed = [*spec.data.predictors, *(["time"] if spec.model.year_effects else [])]
    if any(set(panel.loc[own, name]) - set(panel.loc[~own, name]) for name in needed):
        return []
    try:
        without = refit(fit, panel=_kept(panel, ~own), seed=seed)
    except DataError:
        # Too few units are left, or none that share a parent.
        return []
    found = []
    for replicate in replicates:
        sites = unit_sites(fit, replicate, [unit])
        densities = unit_log_densities(without, replicate, panel[own], sites=sites).to_numpy()[..., 0]
        added = log_measure(spec, panel[own & (panel["replicate"] == replicate)]).sum()
        elpd = logsumexp(densities) - np.log(densities.size)
        error, khat = _error(np.exp(densities - elpd)[None]), _smoothed(-densities.reshape(1, -1))[1]
        found.append((replicate, float(elpd + added), float(error[0]), float(khat[0])))
    return found


def _predicted_rows(
    without: xr.DataTree, lines: xr.DataArray, rows: pd.DataFrame, spec: ModelSpec, rng: np.random.Generator
) -> Iterator[tuple[str, int, float, float, float]]:
    """Predict rows of a year by their units' lines: unit, number of rows, elpd, its error and khat."""
    level, family = spec.data.levels[-1], FAMILIES[spec.model.family]
    chains = np.flatnonzero(replicates_of(without) == rows["replicate"].iloc[0])
    posterior = posterior_of(without).isel(chain=chains)
    shape = posterior["intercept"].shape

    def each(name: str) -> Values:
        return posterior[name].to_numpy().reshape(-1, 1)

    def of_rows(term: str) -> Values:
        own = lines.isel(chain=chains).sel({"term": term, level: rows[level].to_numpy()})
        return own.transpose("chain", "draw", level).to_numpy().reshape(-1, len(rows)).astype(np.float64)

    elapsed = rows["time"].to_numpy(dtype=np.float64) - spec.data.origin
    eta = of_rows("intercept") + (of_rows("slope") if spec.model.slopes else each("slope")) * elapsed
    if spec.model.year_effects:
        # All rows of a replicate's year share it.
        eta = eta + each("sd_year") * rng.standard_normal((len(eta), 1))
    parameters = {name: each(name) for name in family.parameters}
    density = LOG_DENSITIES[family.columns](eta, columns_of(spec, rows), parameters)
    elpd = logsumexp(density, axis=0) - np.log(len(eta))
    units, unit = np.unique(rows[level].to_numpy(dtype=str), return_inverse=True)
    moved = np.zeros((len(units), len(eta)))
    np.add.at(moved, unit, np.expm1(density - elpd).T)
    error = _error(moved.reshape(-1, *shape))
    khat = np.full(len(units), -np.inf)
    np.maximum.at(khat, unit, _smoothed(-density.T)[1])
    of_units = np.bincount(unit), np.bincount(unit, elpd + log_measure(spec, rows)), error, khat
    yield from zip(units.tolist(), *(values.tolist() for values in of_units), strict=True)


def _smoothed(log_densities: Values) -> tuple[Values, Values]:
    """Smooth the log of one over densities, shape (quantities, draws); give the Pareto shape of each tail."""
    log_weights, fitted = array_stats.psislw(log_densities)
    # Of a tail next to whose highest all others vanish there is no shape: nothing is worse.
    khat = np.nan_to_num(np.asarray(fitted, dtype=np.float64), nan=np.inf)
    # Where all are nearly the same the tail is one of rounding, to which any shape may be fitted.
    size = log_densities.shape[1]
    highest = -log_densities.min(axis=1) - logsumexp(-log_densities, axis=1) + np.log(size)
    return log_weights, np.where(highest < np.log(EVEN), np.minimum(khat, 0.0), khat)


def _error(values: Values) -> Values:
    """Give the Monte Carlo error of means of draws, shape (quantities, chains, draws)."""
    size = values.shape[1] * values.shape[2]
    return values.std(axis=(1, 2)) / np.sqrt(size * _efficiency(values))


def _efficiency(values: Values) -> Values:
    """Give what a draw is worth of an independent one, shape (quantities,), one at the most."""
    if values.shape[2] < LEAST_DRAWS:
        return np.ones(len(values))
    ess = array_stats.ess(values, chain_axis=1, draw_axis=2, method="mean")
    # Draws that never move have none.
    return np.clip(np.nan_to_num(ess, nan=np.inf) / values[0].size, None, 1.0)
