"""Whether the sampler's steps are wide beside the spread of the energy."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bayes_saude.inference.reading import sampler_of


def bfmi(fit: xr.DataTree) -> NDArray[np.float64]:
    """Compute each chain's Bayesian fraction of missing information (Betancourt 2016, arXiv:1604.00695).

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    array, shape (chains,)
        Of thinned draws it is that of the iterations between as well, if their energies are an autoregression
        of first order.
    """
    energy = fit["sample_stats"]["energy"].transpose("chain", "draw").to_numpy()
    thin = sampler_of(fit).get("thin", 1)
    # It is 2 (1 - r), r the autocorrelation; of r between kept draws r^(1 / thin) is that between iterations.
    r = 1 - (np.diff(energy) ** 2).mean(axis=1) / energy.var(axis=1) / 2
    return 2 * (1 - np.maximum(r, 0) ** (1 / thin)) if thin > 1 else 2 * (1 - r)
