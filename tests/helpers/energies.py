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


def autoregression(r: float, shape: tuple[int, int], rng: np.random.Generator) -> NDArray:
    """Draw chains, shape (chains, iterations), of unit variance and a first-order autocorrelation of r."""
    values = rng.normal(size=shape)
    for i in range(1, shape[1]):
        values[:, i] = r * values[:, i - 1] + np.sqrt(1 - r**2) * values[:, i]
    return values
