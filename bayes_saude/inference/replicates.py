"""Chains that have seen different replicates of a panel, and what they can be asked together."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.inference.reading import posterior_of, replicates_of


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


def one_replicate(fit: xr.DataTree, replicate: int) -> xr.DataTree:
    """Take out of a fit what is about one replicate of its panel: its chains, its rows and their times.

    Parameters
    ----------
    fit : xarray.DataTree
    replicate : int

    Returns
    -------
    xarray.DataTree
        Groups `posterior` and `constant_data`, and the fit's attributes.
    """
    panel = fit["constant_data"].to_dataset()
    rows = panel.isel(obs=np.flatnonzero(panel["replicate"] == replicate))
    own = posterior_of(fit).isel(chain=np.flatnonzero(replicates_of(fit) == replicate))
    if "time" in own.dims:
        own = own.sel(time=np.unique(rows["time"]))
    part = xr.DataTree.from_dict({"posterior": own, "constant_data": rows})
    part.attrs = fit.attrs
    return part
