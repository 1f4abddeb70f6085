"""Small fits made by hand: shaped as those that the sampler leaves, with draws that a test chooses."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike

from bayes_saude.models.outcomes import FAMILIES

MODEL = """
title = "Coverage"
[data]
panel = "coverage.csv"
outcome = {outcome}
time = "year"
origin = 2011
levels = {levels}
[model]
family = "{family}"
slopes = {slopes}
[ranking]
direction = "{direction}"
{target}
"""
TERMS = ["intercept", "slope"]


def model_file(
    levels: Sequence[str],
    *,
    slopes: bool = True,
    direction: str = "higher_is_better",
    target: float | None = None,
    family: str = "gaussian",
) -> str:
    """Write a model file."""
    quoted = "[" + ", ".join(f'"{level}"' for level in levels) + "]"
    wanted = "" if target is None else f"target = {target}"
    outcome = json.dumps(FAMILIES[family].columns) if family != "gaussian" else '"value"'
    return MODEL.format(
        levels=quoted,
        slopes=str(slopes).lower(),
        direction=direction,
        target=wanted,
        family=family,
        outcome=outcome,
    )


def build_fit(
    effects: Mapping[str, ArrayLike],
    units: Mapping[str, Sequence[str]],
    *,
    parents: Mapping[str, Sequence[str]] = MappingProxyType({}),
    fixed: tuple[float, float] = (0.0, 0.0),
    direction: str = "higher_is_better",
    target: float | None = None,
    slopes: bool = True,
    family: str = "gaussian",
    replicate: Sequence[int] | None = None,
    panel: pd.DataFrame | None = None,
    hyperparameters: Mapping[str, ArrayLike] | None = None,
) -> xr.DataTree:
    """Make a fit whose effects per level, (chain, draw, unit, term), are given, levels outermost first."""
    levels = list(units)
    terms = TERMS if slopes else TERMS[:1]
    effects = {level: np.asarray(values, dtype=np.float32) for level, values in effects.items()}
    n_chains, n_draws = effects[levels[0]].shape[:2]
    shape = (n_chains, n_draws)
    posterior: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        name: (("chain", "draw"), np.full(shape, value))
        for name, value in (("intercept", fixed[0]), ("slope", fixed[1]), ("sd_resid", 1.0))
    }
    for name in ("sd_intercept", *(("sd_slope", "corr") if slopes else ())):
        posterior[name] = (("chain", "draw", "level"), np.full((*shape, len(levels)), 0.5))
    for name, values in (hyperparameters or {}).items():
        posterior[name] = (posterior[name][0], np.asarray(values))
    for level, values in effects.items():
        posterior[f"{level}_effect"] = (("chain", "draw", level, "term"), values)
    coords = {
        **{level: list(names) for level, names in units.items()},
        "level": levels,
        "term": terms,
        "chain": range(n_chains),
        "draw": range(n_draws),
        "replicate": ("chain", list(replicate or [1] * n_chains)),
    }
    if panel is None:
        homes = {levels[-1]: list(units[levels[-1]])}
        for outer, inner in reversed(list(pairwise(levels))):
            homes[outer] = list(pd.Series(parents[inner], index=units[inner]).loc[homes[inner]])
        panel = pd.concat(
            [pd.DataFrame({**homes, "time": year, "value": 0.0, "replicate": 1}) for year in (2011, 2014)]
        )
    constants = xr.Dataset({name: ("obs", column.to_numpy()) for name, column in panel.items()})
    fit = xr.DataTree.from_dict({"posterior": xr.Dataset(posterior, coords), "constant_data": constants})
    text = model_file(levels, slopes=slopes, direction=direction, target=target, family=family)
    fit.attrs = {"model": "coverage", "model_file": text}
    return fit


def seven_in_three() -> xr.DataTree:
    """Make a fit of seven municipalities in three regions, a target, a little noise; seeded."""
    rng = np.random.default_rng(3)
    region = np.array([[-3.0, 1.0], [0.0, 0.0], [4.0, -1.0]])
    municipality = np.array([[-1.0, 0], [0, 0.5], [2, 0], [1, 0], [-1, 0], [0.5, -0.5], [-0.5, 0.5]])
    return build_fit(
        {
            "region": region + 0.7 * rng.normal(size=(2, 100, 3, 2)),
            "municipality": municipality + 0.9 * rng.normal(size=(2, 100, 7, 2)),
        },
        {"region": ["East", "North", "West"], "municipality": list("ABCDEFG")},
        parents={"municipality": ["East", "East", "East", "North", "North", "West", "West"]},
        fixed=(70.0, 2.0),
        target=71.0,
    )
