"""The sampler: NUTS, by nutpie, of a trend that is compiled once and serves all panels."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import nutpie
import pymc as pm
import pytensor
import xarray as xr
from numpy.typing import NDArray
from nutpie.compile_pymc import CompiledPyMCModel

from bayes_saude.errors import ModelFileError
from bayes_saude.models.build import gaussian_trend, model_data
from bayes_saude.models.marginal import Rows
from bayes_saude.models.moments import Moments
from bayes_saude.models.parameters import prior_distributions
from bayes_saude.models.priors import AnyPrior
from bayes_saude.models.shifts import UNSHIFTED, Additions, Sizes
from bayes_saude.models.years import make_years

# Above the usual 0.8: for a third more steps the least effective sample size (correlation of municipalities,
# vaccine, nested) grows by half.
TARGET_ACCEPT = 0.9
# Every second iteration is kept: iterations are cheap beside the effects of hundreds of units that each kept
# one brings, and where intercepts and slopes of units hardly come apart (vaccine by municipality) 1,000 draws
# in a row are worth 300.
THIN = 2
# nutpie's name and ours.
STATISTICS = {
    "diverging": "diverging",
    "energy": "energy",
    "depth": "tree_depth",
    "maxdepth_reached": "reached_max_treedepth",
    "n_steps": "n_steps",
    "step_size": "step_size",
    "mean_tree_accept": "acceptance_rate",
}


class Sample(NamedTuple):
    """Hyperparameters in the outcome's unit and the sampler's statistics, of shape (chains, draws).

    What shifts the trend has one more axis: `year_effect` (times), a predictor's `intercept[...]` (groups).
    """

    hyperparameters: dict[str, NDArray[np.float64]]
    statistics: dict[str, NDArray]


class Trend:
    """A Gaussian trend with given priors, compiled.

    The first trend with a number of levels, with or without slopes, and with given distributions of the
    priors takes seconds to compile; all later ones, whatever their levels' names, their panel and the numbers
    in the priors, nothing.

    Parameters
    ----------
    priors : mapping
        From `resolve_priors`.
    n_levels : int
    sizes : Sizes
        Numbers of parameters that shift the trend.
    """

    target_accept = TARGET_ACCEPT

    def __init__(self, priors: Mapping[str, AnyPrior], n_levels: int, sizes: Sizes = UNSHIFTED) -> None:
        self.priors = priors
        slots = prior_distributions(
            [str(level) for level in range(n_levels)],
            slopes=_has_slopes(priors),
            predictors=[f"group_{i}" for i in range(len(sizes.groups))],
            year_effects=sizes.times > 0,
        )
        self._slots = dict(zip(priors, slots, strict=True))
        dists = tuple((self._slots[name], prior.dist) for name, prior in priors.items())
        self._compiled = _compile(dists, n_levels, sizes)
        if sizes.times:
            self._slots["year_effect"] = "year_effect"

    def sample(
        self, moments: Moments, *, draws: int, tune: int, chains: int, seed: int, progress: bool
    ) -> Sample:
        """Sample the posterior given one replicate's moments.

        Parameters
        ----------
        moments : Moments
        draws, tune : int
            Of each chain: draws to keep, each the last of `THIN` iterations, and iterations of tuning before
            them.
        chains : int
        seed : int
            Fixes the draws, whatever the number of cores.
        progress : bool
            Whether to show nutpie's progress bar.

        Returns
        -------
        Sample
        """
        trace = run(
            self._compiled.with_data(**model_data(moments, self.priors)), self.priors,
            target_accept=TARGET_ACCEPT,
            draws=draws * THIN, tune=tune, chains=chains, seed=seed, progress=progress,
        )  # fmt: skip
        posterior = trace["posterior"]
        return Sample(
            {name: thinned(posterior[slot].to_numpy()) for name, slot in self._slots.items()},
            thinned_statistics(trace),
        )


def run(
    compiled: CompiledPyMCModel, priors: Mapping[str, AnyPrior], *, target_accept: float, draws: int,
    tune: int, chains: int, seed: int, progress: bool,
) -> xr.DataTree:  # fmt: skip
    """Run nutpie; an interrupted run raises, and hands no half of its draws back.

    Raises
    ------
    ModelFileError
        If the density is not finite anywhere near where chains start. It tells the priors.
    """
    sampler = nutpie.sample(
        compiled, draws=draws, tune=tune, chains=chains, seed=seed, progress_bar=progress,
        save_warmup=False, target_accept=target_accept, blocking=False,
    )  # fmt: skip
    try:
        return sampler.wait()
    except RuntimeError as error:
        what = str(error).partition("\n")[0]
        raise ModelFileError(
            f"The sampler cannot start from these priors and this panel ({what}); the priors are "
            f"{', '.join(_written(name, prior) for name, prior in priors.items())}. "
            "Give priors under [priors] numbers that an outcome of this panel may have, or leave them out."
        ) from error
    except BaseException:
        # nutpie's own waiting would hand an interrupted run's draws back as if they were all.
        sampler.cancel()
        raise


def _written(name: str, prior: AnyPrior) -> str:
    numbers = prior.model_dump(exclude={"dist"}).values()
    return f"{name} ~ {prior.dist}({', '.join(f'{number:g}' for number in numbers)})"


def compiled(model: pm.Model, **options: Any) -> CompiledPyMCModel:
    """Compile a model by nutpie, with densities that are the same to the last digit whenever it is compiled.

    Fast mathematics, PyTensor's default, lets the compiler add up in any order: a first compilation and those
    that find parts of it in PyTensor's cache then round otherwise, and so do kinds of processors, and chains
    drift apart. Without it sampling takes as long.
    """
    with pytensor.config.change_flags(numba__fastmath=False):
        return nutpie.compile_pymc_model(model, **options)


def thinned(values: NDArray) -> NDArray:
    """Keep the last of `THIN` iterations; of flags, such as a divergence, whether any of them has it."""
    groups = values.reshape(len(values), -1, THIN, *values.shape[2:])
    return groups.any(axis=2) if values.dtype == bool else groups[:, :, -1]


def thinned_statistics(trace: xr.DataTree) -> dict[str, NDArray]:
    """Keep what nutpie says of the kept iterations, and how far the energy has moved in each of them."""
    statistics = trace["sample_stats"]
    kept = {ours: thinned(statistics[theirs].to_numpy()) for theirs, ours in STATISTICS.items()}
    return kept | {"energy_step": np.diff(statistics["energy"].to_numpy())[:, THIN - 2 :: THIN]}


def _has_slopes(priors: Mapping[str, AnyPrior]) -> bool:
    return any(name.startswith("corr") for name in priors)


@cache
def _compile(dists: tuple[tuple[str, str], ...], n_levels: int, sizes: Sizes) -> CompiledPyMCModel:
    n = sizes.times + 2 * sum(sizes.groups)
    of_shifts = Additions(np.ones((n, 2)), np.eye(n), np.ones(n), np.ones((n, 2)))._asdict()
    if sizes.times:
        of_shifts |= make_years(*(np.arange(sizes.times, dtype=float),) * 3)._asdict()
    placeholder: dict[str, NDArray] = {
        "moments": np.ones((len(Rows._fields), 1, 1)),
        "scale": np.ones(4),
        "priors": np.ones((len(dists), 2)),
        **{f"incidence_{i}": np.ones((1, 1)) for i in range(1, n_levels - 1)},
        **(of_shifts if any(sizes) else {}),
    }
    model = gaussian_trend(dict(dists), placeholder, sizes)
    # Chains start around the line of least squares and its residual standard deviation; jitter that brought
    # the latter near zero would start a chain at a precipice.
    jittered = set(model.free_RVs) - {model["signed_sd_resid"]}
    return compiled(model, jitter_rvs=jittered)
