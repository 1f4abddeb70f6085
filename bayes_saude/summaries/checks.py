"""Whether a fit may be concluded from: gates of the sampling, and warnings of what the model does not show.

A gate that fails stops: the numbers are not those of the model, and other draws would give others. A model
that was sampled well and does not reproduce the data only warns: its numbers are right, they are those of a
model that is wrong in a way that is named. Whether that touches a conclusion is for the reader to say: a
dip of all units in one year moves no rank, a population with a few units ten standard deviations away may.
Nor does a posterior that moves with its priors stop: they are part of the model that the file states, and
four years may have no more to say of a correlation than they do.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.inference.checks import NOT_FINITE, check_sampling
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import replicates_of, spec_of
from bayes_saude.summaries.power_scaling import LEAST_DISTANCE, power_scaling
from bayes_saude.summaries.predictive_checks import predictive_checks
from bayes_saude.summaries.rank_checks import rank_gates

# Draws of the posterior, each of which predicts a whole panel: so many first, and up to so many where a
# p-value lies within two Monte Carlo errors of the limit.
PREDICTED, PREDICTED_IN_DOUBT = 400, 4000
# A p-value further out than this, on either side, is a warning. Of a true model one in 25 at most is (Meng
# 1994, doi:10.1214/aos/1176325622: twice the nominal), as a rule far fewer, as predictions follow the data
# that they are fitted to. Some fifteen are looked at, and nothing is taken off for that.
FAR_OUT = 0.01
# Of a value from its limit, in Monte Carlo errors, so that other draws would hardly say other.
CLEAR = 2
# Fewer draws, of a replicate too, tell neither.
LEAST_DRAWS = 100

ADVICE = {
    "mean": "Give the model year_effects = true.",
    "residual": 'Try a family with heavier tails, family = "student_t", and look at the largest values.',
    "transformed": "Look at the rows farthest from their lines: the family has no heavier tails to give.",
    "spread": (
        "Units are not a normal population about their mean: those at the ends are drawn too near to it. "
        "Look at them, and try another level around the units, or a predictor."
    ),
}
OTHER_PRIORS = "See what other priors change, `sensitivity`, and say so beside the ranking."
OF_PRIORS = {
    "conflict": (
        f"Priors and data may be in conflict over it: see that the priors say what is known. {OTHER_PRIORS}"
    ),
    "weak": f"The data say little of it, and the priors decide. {OTHER_PRIORS}",
    "either": f"It moves with the priors; whether with the data too, these draws do not tell. {OTHER_PRIORS}",
    "untold": "These draws do not tell how far it rests on its priors: fit with others, `sensitivity`.",
}


def check(fit: xr.DataTree, **limits: float) -> dict[str, Any]:
    """Check the sampling of a fit and what it prints, and say where the model does not reproduce the data.

    Parameters
    ----------
    fit : xarray.DataTree
    **limits : float
        Other limits than the usual, see `inference.checks.check_sampling`: `rhat`, `replicate_rhat`,
        `ess_bulk`, `ess_tail`, `divergences`.

    Returns
    -------
    dict
        Ready for JSON: `passed`, whether all gates pass; `gates`, those of `check_sampling` and of
        `rank_checks.rank_gates`; and what does not stop: `warnings`, see `misfits`, and `prior_sensitivity`.
    """
    # What is undefined, of draws that hardly move, fails its gate or is left out.
    with np.errstate(all="ignore"):
        report = check_sampling(fit, **limits)
        if not all(gate["passed"] for gate in report["gates"] if gate["name"] == NOT_FINITE):
            # Nothing can be computed of them.
            return report | {"warnings": [], "prior_sensitivity": []}
        gates = [*report["gates"], *rank_gates(fit)]
        return {
            "passed": all(gate["passed"] for gate in gates),
            "gates": gates,
            "warnings": misfits(fit),
            "prior_sensitivity": prior_sensitivity(fit),
        }


def misfits(fit: xr.DataTree) -> list[dict[str, Any]]:
    """Find what rankings rest on and the model does not reproduce.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    list of dict
        One for each statistic of `predictive_checks` whose p-value is below 0.01 or above 0.99: `name`,
        "posterior predictive p-value"; `statistic`; `units`, "same" or "new"; `observed`; `low` and `high`,
        the interval in which 95% of the predictions lie; `value`, the p-value; `mcse`, its Monte Carlo error;
        `clear`, whether it is two of them or more from `threshold`; `advice`. Spread and extremes are asked
        of new units, as the same units have each followed its own data. Where a p-value is not clear at 400
        predictions, of all that are looked at, 4,000 are made. A fit of fewer than 100 draws is not asked.
    """
    draws = fit["posterior"].sizes["chain"] * fit["posterior"].sizes["draw"]
    if draws < LEAST_DRAWS:
        return []
    checks = _asked(fit, PREDICTED)
    if draws > PREDICTED and not _clear(checks).all():
        checks = _asked(fit, PREDICTED_IN_DOUBT)
    checks = checks.assign(clear=_clear(checks))
    far = (checks["p_value"] < FAR_OUT) | (checks["p_value"] > 1 - FAR_OUT)
    return [_warning(row, spec_of(fit)) for _, row in checks[far].iterrows()]


def _asked(fit: xr.DataTree, draws: int) -> pd.DataFrame:
    checks = predictive_checks(fit, draws=draws)
    own = checks["statistic"].str.startswith(("mean[", "residual"))
    return checks[own == (checks["units"] == "same")]


def _clear(checks: pd.DataFrame) -> pd.Series:
    """Tell which p-values are on the side of the limit on which they would be with any other draws."""
    p = checks["p_value"]
    return abs(np.minimum(p, 1 - p) - FAR_OUT) >= CLEAR * checks["mcse"]


def prior_sensitivity(fit: xr.DataTree) -> list[dict[str, Any]]:
    """Find which hyperparameters rest on their priors, by `power_scaling`.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    list of dict
        One for each hyperparameter: `parameter`; `replicate`, the one in which it moves the furthest with the
        priors; `prior` and `likelihood`, how far it moves with each (None where the draws do not tell), their
        Monte Carlo errors `prior_error` and `likelihood_error` (None where undefined); `threshold`; `moves`,
        whether `prior` reaches it (None where that is not told); `clear`, whether it is two errors or more
        from it; and `advice`, with what the two mean together, empty where it does not move. Empty for a fit
        of fewer than 100 draws of a replicate.
    """
    _, chains = np.unique(replicates_of(fit), return_counts=True)
    if chains.min() * fit["posterior"].sizes["draw"] < LEAST_DRAWS:
        return []
    found = power_scaling(fit)
    # What is not told may be the furthest.
    furthest = found["prior"].fillna(np.inf).groupby(found["parameter"], sort=False).idxmax()
    return [_moved(row) for _, row in found.loc[furthest].iterrows()]


def _moved(row: pd.Series) -> dict[str, Any]:
    # JSON has no NaN.
    prior, prior_error, likelihood, likelihood_error = (
        float(row[name]) if np.isfinite(row[name]) else None
        for name in ("prior", "prior_error", "likelihood", "likelihood_error")
    )
    moves = None if prior is None else prior >= LEAST_DISTANCE
    if prior is None:
        advice = OF_PRIORS["untold"]
    elif not moves:
        advice = ""
    elif likelihood is None or abs(likelihood - LEAST_DISTANCE) < CLEAR * row["likelihood_error"]:
        advice = OF_PRIORS["either"]
    else:
        advice = OF_PRIORS["conflict" if likelihood >= LEAST_DISTANCE else "weak"]
    return {
        "parameter": str(row["parameter"]),
        "replicate": int(row["replicate"]),
        "prior": prior,
        "prior_error": prior_error,
        "likelihood": likelihood,
        "likelihood_error": likelihood_error,
        "threshold": LEAST_DISTANCE,
        "moves": moves,
        "clear": prior is not None and abs(prior - LEAST_DISTANCE) >= CLEAR * row["prior_error"],
        "advice": advice,
    }


def moving(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take from a report of `check` the hyperparameters that move with their priors, or may."""
    return [found for found in report["prior_sensitivity"] if found["advice"]]


def _warning(row: pd.Series, spec: ModelSpec) -> dict[str, Any]:
    statistic = str(row["statistic"])
    kind = statistic.partition("[")[0].partition("_")[0]
    if kind == "mean":
        advice = "" if spec.model.year_effects else ADVICE["mean"]
    elif kind in ("residual", "residuals"):
        of_family = {"gaussian": ADVICE["residual"], "student_t": ""}
        advice = of_family.get(spec.model.family, ADVICE["transformed"])
    else:
        advice = ADVICE["spread"]
    return {
        "name": "posterior predictive p-value",
        "statistic": statistic,
        "units": str(row["units"]),
        "observed": float(row["observed"]),
        "low": float(row["low"]),
        "high": float(row["high"]),
        "value": float(row["p_value"]),
        "mcse": float(row["mcse"]),
        "clear": bool(row["clear"]),
        "threshold": FAR_OUT,
        "advice": advice,
    }
