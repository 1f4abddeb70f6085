"""Whether the sampler's steps are wide beside the spread of the energy."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray


def bfmi(fit: xr.DataTree) -> NDArray[np.float64]:
    """Compute each chain's Bayesian fraction of missing information (Betancourt 2016, arXiv:1604.00695).

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    array, shape (chains,)
    """
    statistics = fit["sample_stats"].to_dataset()
    # One step for each draw, from the iteration before it, which thinning has left out.
    steps = (statistics["energy_step"] ** 2).mean("draw")
    return (steps / statistics["energy"].var("draw")).to_numpy()
