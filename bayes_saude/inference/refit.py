"""A fit made again with something changed: priors, rows left out, another seed."""

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from bayes_saude.inference.fit import fit_validated
from bayes_saude.inference.reading import panel_of, sampler_of, spec_of
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.priors import AnyPrior


def refit(
    fit: xr.DataTree,
    *,
    panel: pd.DataFrame | None = None,
    priors: Mapping[str, AnyPrior] | None = None,
    seed: int | None = None,
) -> xr.DataTree:
    """Fit a fit's model again, as long as it was.

    Parameters
    ----------
    fit : xarray.DataTree
    panel : pandas.DataFrame, optional
        Rows of `panel_of`; all of them if left out.
    priors : mapping, optional
        Instead of the fit's own. Those stay what they were on other rows too, from which defaults would be
        scaled anew.
    seed : int, optional
        The fit's own if left out.

    Returns
    -------
    xarray.DataTree
        Integrated families take a second, as the model is compiled once for all.
    """
    kept = panel_of(fit) if panel is None else panel
    # Stated, default ones too: what differs between two fits is what was asked for, and nothing else.
    # `verify --refit` does not, as it holds all that made a fit against what this version makes of it.
    stated = {**priors_from_json(fit.attrs["priors"]), **(priors or {})}
    spec = spec_of(fit)
    sampler = sampler_of(fit)
    return fit_validated(
        spec.model_copy(update={"priors": stated}), kept,
        draws=sampler["draws"], tune=sampler["tune"], chains=sampler["chains"],
        seed=int(fit.attrs["seed"]) if seed is None else seed, progress=False,
    )  # fmt: skip
