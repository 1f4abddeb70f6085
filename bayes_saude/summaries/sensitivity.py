"""How much of a ranking is the prior's: the model fitted again with others, unit by unit.

The correlation of intercepts and slopes gets LKJ(1), flat, LKJ(2) and LKJ(4); standard deviations get
half-normal, exponential and half-Cauchy priors of the same median as the fit's own: what differs is the tail,
and how dense the prior is at zero. Then they get their own distributions at half and at twice their scales. A
row of the same priors with another seed says what of a change is Monte Carlo error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import log

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import erfinv

from bayes_saude.inference.checks import check_sampling
from bayes_saude.inference.refit import refit
from bayes_saude.inference.steps import Once, every_time
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.parameters import LKJ, Exponential, HalfCauchy, HalfNormal
from bayes_saude.models.priors import AnyPrior
from bayes_saude.summaries.coefficients import posterior_of, spec_of
from bayes_saude.summaries.moves import change, coefficient_standings

COLUMNS = (
    "priors", "level", "by", "units", "named", "changed", "gained", "lost", "turned",
    "largest_shift", "shifted_unit", "rank_correlation", "corr", "passed",
)  # fmt: skip
ETAS = (1.0, 2.0, 4.0)
SCALES = ("halfnormal", "exponential", "halfcauchy")
FACTORS = {"half the scales": 0.5, "twice the scales": 2.0}
SAME = "same, another seed"
# Medians of half-normal, exponential and half-Cauchy distributions of scale one.
MEDIANS = {"halfnormal": 2**0.5 * float(erfinv(0.5)), "exponential": log(2), "halfcauchy": 1.0}


def sensitivity(
    fit: xr.DataTree,
    *,
    etas: Sequence[float] = ETAS,
    scales: Sequence[str] = SCALES,
    factors: Sequence[str] = tuple(FACTORS),
    prob: float = 0.95,
    seed: int | None = None,
    track: Callable[[Sequence[str]], Iterable[str]] = iter,
    once: Once = every_time,
) -> pd.DataFrame:
    """Fit a model with other priors, and count the units whose class changes.

    Parameters
    ----------
    fit : xarray.DataTree
        As `fit` gives it. Each prior takes a fit as long as it: a second for integrated families.
    etas : sequence of float
        Shapes of LKJ priors of the correlations, which are changed together.
    scales : sequence of {"halfnormal", "exponential", "halfcauchy"}
        Priors of standard deviations and of `dispersion`, which are changed together.
    factors : sequence of {"half the scales", "twice the scales"}
        The same priors, all of them narrower or wider.
    prob : float
        Of the interval by which a unit is called above or below the mean, see `ranking.classes`.
    seed : int, optional
        Of the fits; one more than the fit's own if left out.
    track : callable, optional
        Takes the names of the priors and yields them again, one by one, as each is fitted: for a display of
        progress.
    once : callable, optional
        Computes a step, here a fit, or remembers it; see `inference.steps.remembered`.

    Returns
    -------
    pandas.DataFrame
        One row for each prior, level and coefficient, with the columns `COLUMNS`. `priors` is "LKJ(1)",
        "exponential", "half the scales" and so on, or "same, another seed"; priors that the fit has already
        are left out. `named`, the units above or below the mean, and against the fit: `changed`, the units
        whose class is another, of which `gained` were called neither, `lost` are now called neither, and
        `turned` are on the other side. `largest_shift` is the largest change of an expected rank, in ranks,
        and `shifted_unit` whose it is; `rank_correlation` is Spearman's between the expected ranks; `corr` is
        the mean of the level's correlation, missing where units have no slopes; `passed` tells whether the
        fit with these priors passes the checks of its sampling. `DataFrame.attrs` records `prob` and `seed`.
    """
    seed = int(fit.attrs["seed"]) + 1 if seed is None else seed
    spec = spec_of(fit)
    before = coefficient_standings(fit, prob)
    variants = dict(_variants(priors_from_json(fit.attrs["priors"]), etas, scales, factors))

    def rows_of(name: str) -> list[dict[str, object]]:
        other = refit(fit, priors=variants[name], seed=seed)
        passed = check_sampling(other)["passed"]
        rows = []
        for (level, by), table in coefficient_standings(other, prob).items():
            changed = change(before[level, by], table)
            corr = float(posterior_of(other)["corr"].sel(level=level).mean()) if spec.model.slopes else np.nan
            told = {"priors": name, "level": level, "by": by, **changed, "corr": corr, "passed": passed}
            rows.append(told)
        return rows

    steps = {name: f"{name}, seed {seed}, {prob!r}" for name in variants}
    rows = [row for name in track(list(steps)) for row in once(steps[name], partial(rows_of, name))]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    found.attrs = {"prob": prob, "seed": seed}
    return found


def _variants(
    priors: Mapping[str, AnyPrior], etas: Sequence[float], scales: Sequence[str], factors: Sequence[str]
) -> Iterator[tuple[str, dict[str, AnyPrior]]]:
    """Yield a name and the priors that are changed."""
    yield SAME, {}
    for eta in etas:
        changed = {name: LKJ(dist="lkj", eta=eta) for name, prior in priors.items() if isinstance(prior, LKJ)}
        if any(changed[name] != priors[name] for name in changed):
            yield f"LKJ({eta:g})", dict(changed)
    spreads = {
        name: prior
        for name, prior in priors.items()
        if isinstance(prior, HalfNormal | Exponential | HalfCauchy)
    }
    for scale in scales:
        if any(prior.dist != scale for prior in spreads.values()):
            yield scale, {name: with_median(scale, median_of(prior)) for name, prior in spreads.items()}
    for factor in factors:
        wider = {
            name: with_median(prior.dist, FACTORS[factor] * median_of(prior))
            for name, prior in spreads.items()
        }
        yield factor, dict(wider)


def median_of(prior: HalfNormal | Exponential | HalfCauchy) -> float:
    """Give the median of a prior of a standard deviation."""
    return MEDIANS[prior.dist] * (prior.sigma if isinstance(prior, HalfNormal) else prior.scale)


def with_median(dist: str, median: float) -> HalfNormal | Exponential | HalfCauchy:
    """Make a prior of a standard deviation that has a median."""
    scale = median / MEDIANS[dist]
    if dist == "halfnormal":
        return HalfNormal(dist="halfnormal", sigma=scale)
    if dist == "exponential":
        return Exponential(dist="exponential", scale=scale)
    return HalfCauchy(dist="halfcauchy", scale=scale)
