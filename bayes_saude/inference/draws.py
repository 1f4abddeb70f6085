"""Draws of one replicate of a panel: of the hyperparameters, and of the units' effects with them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bayes_saude.inference.effects import draw_effects
from bayes_saude.inference.kept import KeptTrend
from bayes_saude.inference.layout import gather_levels
from bayes_saude.inference.sampler import Trend
from bayes_saude.models.moments import Moments
from bayes_saude.models.predictor import Tree

type Values = NDArray[np.float64]


class Drawn(NamedTuple):
    """Of one replicate, each of shape (chains, draws, ...); the hyperparameters' last axis may be levels."""

    hyperparameters: Mapping[str, Values]
    effects: Mapping[str, NDArray[np.float32]]
    statistics: Mapping[str, NDArray]


def sample_integrated(
    trend: Trend,
    moments: Moments,
    tree: Tree,
    seeds: np.random.SeedSequence,
    seconds: dict[str, float],
    settings: Mapping[str, Any],
) -> Drawn:
    """Sample the hyperparameters, then draw the effects given them."""
    for_sampler, for_effects = seeds.spawn(2)
    with timed(seconds, "sampling_s"):
        sample = trend.sample(moments, **settings, seed=seed_of(for_sampler))
    hyperparameters = gather_levels(sample.hyperparameters, tree.levels)
    with timed(seconds, "effects_s"):
        effects = _effects(hyperparameters, moments, tree, np.random.default_rng(for_effects))
    return Drawn(hyperparameters, effects, sample.statistics)


def sample_kept(
    trend: KeptTrend,
    rows: pd.DataFrame,
    tree: Tree,
    seeds: np.random.SeedSequence,
    seconds: dict[str, float],
    settings: Mapping[str, Any],
) -> Drawn:
    """Sample hyperparameters and effects together."""
    for_sampler, _ = seeds.spawn(2)
    with timed(seconds, "sampling_s"):
        sample, effects = trend.sample(rows, **settings, seed=seed_of(for_sampler))
    return Drawn(gather_levels(sample.hyperparameters, tree.levels), effects, sample.statistics)


def seed_of(sequence: np.random.SeedSequence) -> int:
    """Give a sequence's first number, 32 bits of it."""
    return int(sequence.generate_state(1)[0])


@contextmanager
def timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    """Add the time that a block takes to a part's."""
    started = time.perf_counter()
    yield
    seconds[part] = seconds.get(part, 0.0) + time.perf_counter() - started


def _effects(
    hyperparameters: Mapping[str, Values], moments: Moments, tree: Tree, rng: np.random.Generator
) -> dict[str, NDArray[np.float32]]:
    n_chains, n_draws = hyperparameters["intercept"].shape
    flat = {
        name: values.reshape(n_chains * n_draws, *values.shape[2:])
        for name, values in hyperparameters.items()
    }
    return {
        f"{level}_effect": effect.reshape(n_chains, n_draws, *effect.shape[1:])
        for level, effect in zip(tree.levels, draw_effects(flat, moments, tree, rng), strict=True)
    }
