"""What a ranking prints, and of which units: what its checks are about."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.models.predictor import SLOPE
from bayes_saude.summaries.coefficients import on_scale_of, quantities_of, spec_of
from bayes_saude.summaries.ranked import RankedTogether, unit_ranks
from bayes_saude.summaries.ranks import above_mean


class Printed(NamedTuple):
    """What a ranking is asked for; the defaults are those of `all_rankings`.

    Parameters
    ----------
    level, within_each : str or None
        As in `rank`; all levels, by themselves and in each unit around them, if `level` is left out.
    by : str or None
        As in `rank`; all of `quantities_of` if left out.
    top : int
    bottom : int or None
        A fifth of the units if left out.
    prob : float
    target : float or None
        The model file's if left out.
    """

    level: str | None = None
    within_each: str | None = None
    by: str | None = None
    top: int = 10
    bottom: int | None = None
    prob: float = 0.95
    target: float | None = None


EVERYTHING = Printed()


class Ranking(NamedTuple):
    """One ranking: all units together, or in each unit around them.

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


def rankings(fit: xr.DataTree, printed: Printed = EVERYTHING) -> Iterator[Ranking]:
    """Rank what is asked for: every level, by itself and in each unit around it, or one."""
    spec = spec_of(fit)
    wanted = spec.ranking.target if printed.target is None else printed.target
    for depth, level in enumerate(spec.data.levels):
        if printed.level not in (None, level):
            continue
        around = (None, *spec.data.levels[:depth]) if printed.level is None else (printed.within_each,)
        for outer in around:
            for by in quantities_of(fit) if printed.by is None else [printed.by]:
                groups = list(unit_ranks(fit, level, by, within_each=outer))
                names = [f"{by} of {unit}" for group in groups for unit in group.units]
                within = [f" in {group.within}" if outer else "" for group in groups for _ in group.units]
                values = np.concatenate([group.values for group in groups], axis=2)
                ranks = np.concatenate([group.ranks for group in groups], axis=2)
                target = None if by == SLOPE else wanted
                limit = None if target is None else on_scale_of(fit, by, target)
                yield Ranking(names, within, groups, limit, values, ranks)


def events(
    group: RankedTogether, limit: float | None, higher: bool, printed: Printed = EVERYTHING
) -> Iterator[tuple[str, NDArray]]:
    """Yield what each probability of a ranking is that of.

    Parameters
    ----------
    group : RankedTogether
    limit : float or None
        The target, on the scale of the values.
    higher : bool
        Whether higher is better.
    printed : Printed

    Yields
    ------
    str, array of shape (chains, draws, units)
        A column of `rank`, and whether in a draw it happens to a unit; a half where it half does.
    """
    size, ranks, values = group.units.size, group.ranks, group.values
    bottom = max(1, round(size / 5)) if printed.bottom is None else printed.bottom
    if size > printed.top:
        yield "p_top", ranks <= printed.top
    if size > bottom:
        yield "p_bottom", ranks > size - bottom
        yield "p_best", ranks == 1
        yield "p_above_mean", above_mean(values)
    if limit is not None:
        yield "p_meets_target", values >= limit if higher else values <= limit
