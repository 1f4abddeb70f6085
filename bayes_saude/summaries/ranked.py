"""The units of a fit ranked draw by draw: what every summary of ranks starts from."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.errors import BayesSaudeError, did_you_mean
from bayes_saude.summaries.coefficients import ancestor_units, posterior_of, spec_of, unit_quantity
from bayes_saude.summaries.ranks import rank_draws

ALL = "all"
HIGHER = "higher_is_better"


class RankedTogether(NamedTuple):
    """Units that are ranked together, with their draws.

    Parameters
    ----------
    within : str
        `ALL`, or the name of the unit that holds them.
    units : array of str
        Names.
    values, ranks : array, shape (chains, draws, units)
        What they are ranked by, and the ranks, 1 the best.
    """

    within: str
    units: NDArray
    values: NDArray
    ranks: NDArray[np.int32]


def unit_ranks(
    fit: xr.DataTree, level: str, by: str, *, within_each: str | None = None, seed: int = 0
) -> Iterator[RankedTogether]:
    """Rank the units of a level in each draw.

    Parameters
    ----------
    fit : xarray.DataTree
    level, by, within_each, seed
        As for `rank`.

    Yields
    ------
    RankedTogether
        All units, or those in each unit of the level `within_each`.
    """
    higher_is_better = spec_of(fit).ranking.direction == HIGHER
    quantity = unit_quantity(fit, level, by).transpose("chain", "draw", level)
    rng = np.random.default_rng(seed)
    for name, members in _groups(fit, level, within_each):
        values = quantity.values[..., members]
        ranks = rank_draws(values.reshape(-1, members.size), higher_is_better=higher_is_better, rng=rng)
        yield RankedTogether(name, quantity[level].values[members], values, ranks.reshape(values.shape))


def ranked_within(fit: xr.DataTree, level: str, by: str, unit: str = ALL, *, seed: int = 0) -> RankedTogether:
    """Rank in each draw the units that one unit holds.

    Parameters
    ----------
    fit : xarray.DataTree
    level, by, seed
        As for `rank`.
    unit : str
        Name of a unit of a level around `level`, or `ALL`.

    Returns
    -------
    RankedTogether

    Raises
    ------
    BayesSaudeError
        If no level around has such a unit.
    """
    outer = None if unit == ALL else level_around(fit, level, unit)
    groups = unit_ranks(fit, level, by, within_each=outer, seed=seed)
    return next(group for group in groups if group.within == unit)


def level_around(fit: xr.DataTree, level: str, unit: str) -> str:
    """Find the level around another that has a unit of this name, the nearest first.

    Parameters
    ----------
    fit : xarray.DataTree
    level : str
        Name of the level whose units are ranked.
    unit : str
        Name of a unit that holds some of them.

    Returns
    -------
    str

    Raises
    ------
    BayesSaudeError
        If there is none.
    """
    posterior = posterior_of(fit)
    levels = [str(name) for name in posterior["level"].values]
    around = levels[: levels.index(level)] if level in levels else []
    for outer in reversed(around):
        if unit in ancestor_units(fit, level, outer).values:
            return outer
    names = [str(name) for outer in around for name in posterior[outer].values]
    raise BayesSaudeError(
        f"No level around '{level}' has a unit '{unit}'.{did_you_mean(unit, names)} "
        f"Rank within 'all'{f', or within a unit such as {names[0]!r}' if names else ''}."
    )


def _groups(fit: xr.DataTree, level: str, within_each: str | None) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Yield the name and the positions of each set of units that are ranked together."""
    if within_each is None or within_each == ALL:
        yield ALL, np.arange(posterior_of(fit).sizes[level])
        return
    if within_each == level:
        outermost = level == spec_of(fit).data.levels[0]
        raise BayesSaudeError(
            f"Units of '{level}' cannot be ranked within each '{level}'. "
            + ("No level is around it: rank all units together." if outermost else "Name a level around it.")
        )
    outer = ancestor_units(fit, level, within_each).values
    for name in np.unique(outer):
        yield str(name), np.flatnonzero(outer == name)
