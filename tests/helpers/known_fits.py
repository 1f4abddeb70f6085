"""Fits whose posterior is the truth: every draw has the hyperparameters and units that made the panel."""

import numpy as np
import xarray as xr

from bayes_saude.inference.fit import fitting_panel
from bayes_saude.inference.simulate import Simulation
from bayes_saude.models.priors import priors_as_json


def fit_at_truth(simulation: Simulation, *, chains: int = 2, draws: int = 100) -> xr.DataTree:
    """Make a fit of a simulated panel without sampling."""
    spec = simulation.spec
    panel = fitting_panel(spec, simulation.panel)
    posterior = simulation.truth.expand_dims(chain=range(chains), draw=range(draws))
    columns = {name: ("obs", column.to_numpy()) for name, column in panel.items()}
    fit = xr.DataTree.from_dict(
        {
            "posterior": posterior.assign_coords(replicate=("chain", [1] * chains)),
            "constant_data": xr.Dataset(columns),
        }
    )
    fit.attrs = {"model": spec.name, "model_file": spec.text, "priors": priors_as_json(spec.priors)}
    return fit


def with_scatter(fit: xr.DataTree, *, seed: int = 1) -> xr.DataTree:
    """Let everything in a fit scatter by a tenth about the truth, as independent draws would."""
    rng = np.random.default_rng(seed)
    posterior = (
        fit["posterior"].to_dataset().map(lambda values: values * (1 + 0.1 * rng.normal(size=values.shape)))
    )
    shape = posterior["intercept"].shape
    statistics = {
        "diverging": np.zeros(shape, dtype=bool),
        "energy": 100 + rng.normal(size=shape),
        "energy_step": np.sqrt(2) * rng.normal(size=shape),
        "tree_depth": np.full(shape, 3),
        "reached_max_treedepth": np.zeros(shape, dtype=bool),
    }
    of_draws = {name: (("chain", "draw"), values) for name, values in statistics.items()}
    scattered = xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "sample_stats": xr.Dataset(of_draws),
            "constant_data": fit["constant_data"].to_dataset(),
        }
    )
    scattered.attrs = fit.attrs
    return scattered
