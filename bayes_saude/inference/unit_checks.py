"""How well every unit's coefficients were sampled, where they are parameters of the model."""

from typing import NamedTuple

import arviz_stats
import numpy as np
import xarray as xr

from bayes_saude.inference.reading import coefficients_by_level, replicates_of, sampler_of
from bayes_saude.inference.replicates import about_replicates


class Worst(NamedTuple):
    """One variable for each level and term, named after its worst unit, "slope of Betim"."""

    rhat: xr.Dataset
    ess_bulk: xr.Dataset


def effects_are_kept(fit: xr.DataTree) -> bool:
    """Whether units' effects were sampled, with an error of their own, and not drawn exactly."""
    return sampler_of(fit).get("effects") == "kept"


def worst_units(fit: xr.DataTree) -> Worst:
    """Find, for each level and term, the units of the highest R-hat and of the least bulk ESS.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    Worst
        Of chains about their replicates. Seconds for 853 units.
    """
    replicate = replicates_of(fit)
    rhat: dict[str, xr.DataArray] = {}
    ess: dict[str, xr.DataArray] = {}
    for level, coefficients in coefficients_by_level(fit):
        for term in coefficients["term"].values.tolist():
            own = coefficients.sel(term=term, drop=True).drop_vars("replicate", errors="ignore")
            # Replicates differ in the data of single units.
            draws = about_replicates(own.to_dataset(name="draws"), replicate)["draws"]
            for found, values in (
                (rhat, arviz_stats.rhat(draws)),
                (ess, -arviz_stats.ess(draws, method="bulk")),
            ):
                # One that never moves is undefined, and the worst.
                place = int(np.argmax(np.nan_to_num(values.values, nan=np.inf)))
                found[f"{term} of {draws[level].values[place]}"] = values[place].drop_vars(level)
    return Worst(xr.Dataset(rhat), -xr.Dataset(ess))
