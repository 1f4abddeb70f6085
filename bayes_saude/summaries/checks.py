"""Whether a fit may be concluded from: gates of the sampling, and warnings of what the model does not show.

A gate that fails stops: the numbers are not those of the model, and other draws would give others. A model
that was sampled well and does not reproduce the data only warns: its numbers are right, they are those of a
model that is wrong in a way that is named. Whether that touches a conclusion is for the reader to say: a
dip of all units in one year moves no rank, a population with a few units ten standard deviations away may.
"""

from typing import Any

import pandas as pd
import xarray as xr

from bayes_saude.inference.checks import check_sampling
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import spec_of
from bayes_saude.summaries.predictive_checks import predictive_checks
from bayes_saude.summaries.rank_checks import rank_gates

# Of the posterior; each predicts a whole panel.
PREDICTED = 400
# A p-value further out than this, on either side, is a warning. Of a true model one in 25 at most is (Meng
# 1994, doi:10.1214/aos/1176325622: twice the nominal), as a rule far fewer, as predictions follow the data
# that they are fitted to. Some fifteen are looked at, and nothing is taken off for that.
FAR_OUT = 0.01

ADVICE = {
    "mean": "Give the model year_effects = true.",
    "residual": 'Try a family with heavier tails, family = "student_t", and look at the largest values.',
    "transformed": "Look at the rows farthest from their lines: the family has no heavier tails to give.",
    "spread": (
        "Units are not a normal population about their mean: those at the ends are drawn too near to it. "
        "Look at them, and try another level around the units, or a predictor."
    ),
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
        `rank_checks.rank_gates`; and `warnings`, which do not stop, see `misfits`.
    """
    report = check_sampling(fit, **limits)
    gates = [*report["gates"], *rank_gates(fit)]
    return {
        "passed": all(gate["passed"] for gate in gates),
        "gates": gates,
        "warnings": misfits(fit),
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
        the interval in which 95% of the predictions lie; `value`, the p-value; `threshold`; `advice`. Spread
        and extremes are asked of new units, as the same units have each followed its own data. A fit of fewer
        than 100 draws is not asked.
    """
    draws = fit["posterior"].sizes["chain"] * fit["posterior"].sizes["draw"]
    if draws < 1 / FAR_OUT:
        return []
    checks = predictive_checks(fit, draws=PREDICTED)
    own = checks["statistic"].str.startswith(("mean[", "residual"))
    checks = checks[own == (checks["units"] == "same")]
    far = (checks["p_value"] < FAR_OUT) | (checks["p_value"] > 1 - FAR_OUT)
    return [_warning(row, spec_of(fit)) for _, row in checks[far].iterrows()]


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
        "threshold": FAR_OUT,
        "advice": advice,
    }
