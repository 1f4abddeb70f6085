"""The whole distribution of ranks: P(unit has rank k) for every unit and every k."""

import numpy as np
import xarray as xr

from bayes_saude.models.predictor import INTERCEPT
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.ranked import ALL, ranked_within
from bayes_saude.summaries.ranks import rank_distribution


def rank_probabilities(
    fit: xr.DataTree,
    *,
    by: str = INTERCEPT,
    level: str | None = None,
    within: str = ALL,
    seed: int = 0,
) -> xr.DataArray:
    """Give each unit's probability to hold each rank, 1 the best in the model file's direction.

    Parameters
    ----------
    fit : xarray.DataTree
    by : str
        `"intercept"`, `"slope"` or `"level:YEAR"`.
    level : str, optional
        Level whose units are ranked; the innermost if left out.
    within : str
        "all", or the name of the unit, of a level around, inside which the ranks count.
    seed : int
        Seed of the draws that break ties; with that of `rank` the two are about the same ranks.

    Returns
    -------
    xarray.DataArray
        Shares of the draws, dims (unit, rank), best expected rank first. Rows and columns sum to one. Its
        attributes name `by`, `level` and `within`.

    Raises
    ------
    BayesSaudeError
        If the fit has no such level or unit, or nothing to rank by in this way.
    """
    level = level or spec_of(fit).data.levels[-1]
    group = ranked_within(fit, level, by, within, seed=seed)
    n_units = group.units.size
    shares = rank_distribution(group.ranks.reshape(-1, n_units))
    ranks = np.arange(1, n_units + 1)
    order = np.argsort(shares @ ranks, kind="stable")
    return xr.DataArray(
        shares[order],
        coords={"unit": group.units[order], "rank": ranks},
        dims=("unit", "rank"),
        name="probability",
        attrs={"by": by, "level": level, "within": within},
    )
