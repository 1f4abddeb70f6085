"""Simulation-based calibration: a truth drawn from the model's priors is one more draw of its posterior.

Draw parameters from the priors, a panel from the parameters, and the posterior from the panel: the rank of
the true value among independent draws is uniform if sampler, effects and generator belong to one model (Talts
et al. 2018, arXiv:1804.06788). Ranks of a log-likelihood show what ranks of parameters do not, such as a
posterior that has not seen the data (Modrák et al. 2023, doi:10.1214/23-BA1404).
"""

from collections.abc import Mapping
from typing import NamedTuple

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from bayes_saude.inference.fit import fit
from bayes_saude.inference.log_likelihood import log_likelihood, marginal_log_likelihood
from bayes_saude.inference.reading import coefficients_by_level, panel_of, posterior_of
from bayes_saude.inference.simulate import simulate
from bayes_saude.models.spec import ModelSpec

# Draws among which the truth is ranked: 100 ranks, 0 to 99, are possible.
DRAWS = 99
# A posterior whose draws are worth fewer than `DRAWS` is sampled again with so many times the draws, and once
# more.
LONGER, MOST_RUNS = 4, 3
SETTINGS: Mapping[str, int] = {"draws": 250, "tune": 500, "chains": 2}


class Trial(NamedTuple):
    """A panel drawn from a model, and the fit to it.

    Parameters
    ----------
    spec : ModelSpec
        With every prior stated.
    truth : xarray.DataTree
        What the panel was drawn from, laid out as a fit of one chain and one draw.
    fit : xarray.DataTree
    ess : float
        Least bulk effective sample size of the hyperparameters.
    runs : int
        How often it was sampled: more than once where the first draws were worth too few.
    """

    spec: ModelSpec
    truth: xr.DataTree
    fit: xr.DataTree
    ess: float
    runs: int


def run_trial(
    spec: ModelSpec,
    panel: pd.DataFrame,
    *,
    seed: int,
    number: int = 0,
    truth: Mapping[str, ArrayLike] | xr.Dataset | None = None,
    settings: Mapping[str, int] = SETTINGS,
) -> Trial:
    """Draw a panel from a model and fit the model to it.

    Parameters
    ----------
    spec, panel, truth
        As in `simulate`. Where the model file leaves priors out, `panel` is what they are scaled from: the
        same for all simulations, whatever the drawn outcomes.
    seed, number : int
        Seed of all simulations, and the simulation's own number: each can be made again by itself.
    settings : mapping
        `draws`, `tune` and `chains` of `fit`.

    Returns
    -------
    Trial
    """
    of_data, *of_runs = np.random.SeedSequence([seed, number]).generate_state(1 + MOST_RUNS).tolist()
    simulation = simulate(spec, panel, truth=truth, seed=of_data)
    draws, runs, ess = settings["draws"], 0, 0.0
    while ess < DRAWS and runs < MOST_RUNS:
        fitted = fit(
            simulation.spec, simulation.panel, draws=draws, tune=settings["tune"], chains=settings["chains"],
            seed=of_runs[runs],
        )  # fmt: skip
        ess = least_ess(fitted)
        draws *= LONGER
        runs += 1
    posterior = simulation.truth.expand_dims(("chain", "draw")).assign_coords(replicate=("chain", [1]))
    true = xr.DataTree.from_dict(
        {"posterior": posterior, "constant_data": fitted["constant_data"].to_dataset()}
    )
    true.attrs = fitted.attrs
    return Trial(simulation.spec, true, fitted, ess, runs)


def least_ess(fit: xr.DataTree) -> float:
    """Find the least bulk effective sample size of a fit's hyperparameters."""
    posterior = posterior_of(fit)
    kept = [name for name in posterior if not str(name).endswith("_effect")]
    return min(float(values.min()) for values in arviz_stats.ess(posterior[kept], method="bulk").values())


def truth_among_draws(trial: Trial) -> xr.DataTree:
    """Put the truth first in one chain with `DRAWS` draws of the posterior, evenly spaced.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    xarray.DataTree
        A fit of one chain and 1 + `DRAWS` draws.
    """
    posterior, truth = map(posterior_of, (trial.fit, trial.truth))
    sizes = posterior.sizes
    chosen = np.linspace(0, sizes["chain"] * sizes["draw"] - 1, DRAWS).round().astype(int)
    joined = {
        name: (
            ("chain", "draw", *values.dims[2:]),
            np.concatenate([truth[name].values[0], values.values.reshape(-1, *values.shape[2:])[chosen]])[
                None
            ],
        )
        for name, values in posterior.transpose("chain", "draw", ...).items()
    }
    coords = {
        name: values for name, values in posterior.coords.items() if not {"chain", "draw"} & {*values.dims}
    }
    among = xr.DataTree.from_dict(
        {"posterior": xr.Dataset(joined, coords), "constant_data": trial.fit["constant_data"].to_dataset()}
    )
    among.attrs = trial.fit.attrs
    return among


def quantities(spec: ModelSpec, fit: xr.DataTree) -> dict[str, NDArray]:
    """Collect what is calibrated, draw by draw.

    Parameters
    ----------
    spec : ModelSpec
    fit : xarray.DataTree
        Of one chain.

    Returns
    -------
    dict
        Shape (draws,): every hyperparameter; `intercept of`, `slope of` and the ranks by both of two units of
        each level, those with the fewest and the most rows; `log-likelihood`, and where units' effects are
        integrated out `marginal log-likelihood`.
    """
    posterior, panel = posterior_of(fit), panel_of(fit)
    found: dict[str, NDArray] = {}
    for name, values in posterior.items():
        if not str(name).endswith("_effect") or name == "year_effect":
            found |= _components(str(name), values.isel(chain=0))
    for level, coefficients in coefficients_by_level(fit):
        rows = panel[level].value_counts().reindex(posterior[level].values)
        for term in coefficients["term"].values.tolist():
            of_units = coefficients.sel(term=term).isel(chain=0).transpose("draw", level).values
            for place in np.argsort(rows.to_numpy(), kind="stable")[[0, -1]]:
                own, unit = of_units[:, place], f"{level} {posterior[level].values[place]}"
                found[f"{term} of {unit}"] = own.astype(np.float64)
                found[f"rank of {unit} by {term}"] = 1.0 + (of_units > own[:, None]).sum(axis=1)
    found["log-likelihood"] = log_likelihood(spec, fit)[0]
    if spec.integrated:
        found["marginal log-likelihood"] = marginal_log_likelihood(spec, fit)[0]
    return found


def ranks_of_truth(trial: Trial, *, seed: int = 0) -> dict[str, int]:
    """Rank the truth among `DRAWS` draws of the posterior.

    Parameters
    ----------
    trial : Trial
    seed : int
        Of the draws that break ties, which ranks of units have.

    Returns
    -------
    dict
        For each of `quantities` the number of draws below the truth, 0 to `DRAWS`.
    """
    rng = np.random.default_rng(seed)
    ranks = {}
    for name, values in quantities(trial.spec, truth_among_draws(trial)).items():
        if not np.isfinite(values).all():
            raise ValueError(f"'{name}' is not finite in every draw: it has no rank.")
        below, tied = (values[1:] < values[0]).sum(), (values[1:] == values[0]).sum()
        ranks[name] = int(below + rng.integers(0, tied, endpoint=True))
    return ranks


def _components(name: str, values: xr.DataArray) -> dict[str, NDArray[np.float64]]:
    """Name each component of a hyperparameter as a model file does: `sd_intercept[region]`."""
    if values.ndim == 1:
        return {name: values.values}
    dim = str(values.dims[1])
    if values.sizes[dim] == 1:
        return {name: values.values[:, 0]}
    of_each = zip(values[dim].values.tolist(), values.values.T, strict=True)
    return {f"{name}[{part}]": component for part, component in of_each}
