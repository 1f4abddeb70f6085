"""Chains that have seen different replicates of a panel, and what they can be asked together."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray


def about_replicates(draws: xr.Dataset, replicate: NDArray[np.int64]) -> xr.Dataset:
    """Standardise draws by the mean and the standard deviation of their replicate.

    Replicates of a panel have posteriors of their own, and chains of different replicates need not agree:
    R-hat and effective sample sizes speak of convergence only once what sets the replicates apart is taken
    out. With one replicate nothing is done.

    Parameters
    ----------
    draws : xarray.Dataset
        Variables of dims (chain, draw, ...).
    replicate : array of int, shape (chains,)

    Returns
    -------
    xarray.Dataset
    """
    parts = by_replicate(draws, replicate)
    if len(parts) == 1:
        return draws
    standard = []
    for part in parts:
        spread = part.std(("chain", "draw"))
        standard.append((part - part.mean(("chain", "draw"))) / spread.where(spread > 0, 1.0))
    return xr.concat(standard, dim="chain")


def by_replicate(draws: xr.Dataset, replicate: NDArray[np.int64]) -> list[xr.Dataset]:
    """Give the chains of each replicate by themselves."""
    return [draws.isel(chain=np.flatnonzero(replicate == name)) for name in np.unique(replicate)]
