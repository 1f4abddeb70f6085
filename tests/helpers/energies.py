"""Energies of a sampler's iterations, as a fit holds them."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray


def with_energy(energy: NDArray, thin: int = 1) -> xr.Dataset:
    """Keep every `thin`-th of the iterations, shape (chains, iterations), and the step that led to it."""
    kept = np.arange(thin, energy.shape[1], thin)
    return xr.Dataset(
        {
            "energy": (("chain", "draw"), energy[:, kept]),
            "energy_step": (("chain", "draw"), energy[:, kept] - energy[:, kept - 1]),
        }
    )
