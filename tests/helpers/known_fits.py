"""Fits whose posterior is the truth: every draw has the hyperparameters and units that made the panel."""

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
