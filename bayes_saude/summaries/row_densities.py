"""A row's outcome as its density takes it, what makes families comparable, and how its density falls off."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaln, expit

from bayes_saude.models.outcomes import FAMILIES, LOG, LOGIT, SHARE, VALUE
from bayes_saude.models.spec import ModelSpec

type Values = NDArray[np.float64]


def columns_of(spec: ModelSpec, rows: pd.DataFrame) -> dict[str, Values]:
    """Give the outcome's columns, values on the link's scale."""
    family = FAMILIES[spec.model.family]
    columns = {name: rows[name].to_numpy(dtype=np.float64) for name in family.columns}
    return {"value": family.link.to_trend(columns["value"])} if family.columns == VALUE else columns


def log_measure(spec: ModelSpec, rows: pd.DataFrame) -> Values:
    """Give what a row's density lacks to be that of the outcome in its own unit, whatever the family.

    Parameters
    ----------
    spec : ModelSpec
    rows : pandas.DataFrame

    Returns
    -------
    array, shape (rows,)
        The log of the link's slope, which turns a density on its scale into one of the outcome; of a share
        that of the binomial coefficient.
    """
    family = FAMILIES[spec.model.family]
    if family.columns == SHARE:
        successes, trials = (rows[name].to_numpy(dtype=np.float64) for name in SHARE)
        return -np.log1p(trials) - betaln(successes + 1, trials - successes + 1)
    if family.columns == VALUE and family.link in (LOG, LOGIT):
        value = rows["value"].to_numpy(dtype=np.float64)
        return -np.log(value) - (np.log1p(-value) if family.link == LOGIT else 0.0)
    return np.zeros(len(rows))


def curvature(columns: Mapping[str, Values], eta: Values, by: Mapping[str, Values]) -> tuple[Values, Values]:
    """Give the slope of the rows' log densities in eta, and about the curvature, of quasi-likelihood.

    That of Student's t is the largest it has: it is where a row is on the trend.
    """
    if "value" in columns:
        residual, variance = columns["value"] - eta, by["sd_resid"] ** 2
        if "df" not in by:
            return residual / variance, np.broadcast_to(1 / variance, eta.shape)
        more = by["df"] + 1
        of_rows = more * residual / (by["df"] * variance + residual**2)
        return of_rows, np.broadcast_to(more / (by["df"] * variance), eta.shape)
    squared = by["dispersion"] ** 2 if "dispersion" in by else 0.0
    if "trials" in columns:
        trials, share = columns["trials"], expit(eta)
        inflation = 1 + (trials - 1) * squared / (1 + squared)
        return (columns["successes"] - trials * share) / inflation, trials * share * expit(-eta) / inflation
    mean = columns["exposure"] * np.exp(eta)
    inflation = 1 + mean * squared
    return (columns["count"] - mean) / inflation, mean / inflation
