"""A fit made again with something changed: priors, rows left out, another seed."""

import json
from collections.abc import Mapping

import pandas as pd
import xarray as xr

from bayes_saude.inference.fit import fit_validated
from bayes_saude.models.generative import priors_from_json
from bayes_saude.models.priors import AnyPrior
from bayes_saude.models.spec import parse_model


def panel_in(fit: xr.DataTree) -> pd.DataFrame:
    """Take the validated panel that a fit carries."""
    data = fit["constant_data"].to_dataset()
    panel = pd.DataFrame({str(name): data[name].values for name in data if data[name].dims == ("obs",)})
    panel.attrs = {
        "source": fit.attrs.get("data_source", "a fit's panel"),
        "note": fit.attrs.get("panel_note", ""),
        "notes": json.loads(fit.attrs.get("panel_notes", "[]")),
    }
    return panel


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
        Rows of `panel_in`; all of them if left out.
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
    kept = panel_in(fit) if panel is None else panel
    stated = {**priors_from_json(fit.attrs["priors"]), **(priors or {})}
    spec = parse_model(fit.attrs["model_file"], name=fit.attrs["model"])
    sampler = json.loads(fit.attrs["sampler"])
    return fit_validated(
        spec.model_copy(update={"priors": stated}), kept,
        draws=sampler["draws"], tune=sampler["tune"], chains=sampler["chains"],
        seed=int(fit.attrs["seed"]) if seed is None else seed, progress=False,
    )  # fmt: skip
