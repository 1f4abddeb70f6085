"""Whether a fit may be trusted: gates that it passes before anything is concluded from it."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import arviz_stats
import numpy as np
import xarray as xr

from bayes_saude.errors import ConvergenceError
from bayes_saude.inference.energy import bfmi
from bayes_saude.inference.reading import posterior_of, replicates_of
from bayes_saude.inference.replicates import about_replicates, by_replicate
from bayes_saude.inference.unit_checks import effects_are_kept, worst_units
from bayes_saude.models.predictor import TERMS

# Where effects are integrated out draws are cheap; where they are not, Vehtari et al.'s 100 per chain.
ESS_BULK, ESS_BULK_KEPT = 1000, 400
# The largest share of transitions that may end at the sampler's limit of steps: they are slow, not wrong.
MAX_SHARE_AT_LIMIT = 0.01

MORE_TUNING = (
    "Fit again with more tuning (--tune 2000); if that does not help, give the parameter a narrower prior."
)
MORE_CHAINS = "R-hat needs two chains or more: fit again with --chains 4."
MORE_DRAWS = "Fit again with more draws (--draws 4000)."
NO_DIVERGENCES = (
    "The sampler could not follow the posterior everywhere. Give standard deviations narrower priors, or "
    "leave out a level or the slopes of units; more draws do not help."
)
# Stan's limit. Chains shorter than this do not tell their BFMI well enough.
LEAST_BFMI, TELLING_DRAWS = 0.3, 100
NOT_FINITE = "draws that are not finite"
NO_NUMBERS = "Look for extreme numbers in panel and priors, and fit again."
WIDER_STEPS = (
    "The sampler's steps are narrow beside the spread of the energy, so that tails are reached slowly. Give "
    "standard deviations narrower priors, or fit again with more tuning (--tune 2000)."
)
FEWER_STEPS = "Fit again with more tuning (--tune 2000), or with an origin inside the panel's times."


def check_sampling(
    fit: xr.DataTree,
    *,
    rhat: float = 1.01,
    replicate_rhat: float = 1.05,
    ess_bulk: float | None = None,
    ess_tail: float = 400,
    divergences: float = 0,
) -> dict[str, Any]:
    """Check how well hyperparameters, and units where they are sampled, were sampled.

    `summaries.checks.check` goes on to what rankings print, and to whether the model reproduces the data.

    Parameters
    ----------
    fit : xarray.DataTree
    rhat : float
        Every hyperparameter's R-hat is to be below it (rank-normalised; Vehtari et al. 2021,
        doi:10.1214/20-BA1221), all replicates of the panel together.
    replicate_rhat : float
        In every replicate by itself, where there are several, R-hat is to be below it: among all chains one
        that is astray in one replicate hardly shows. The limit is wider because the draws are fewer.
    ess_bulk, ess_tail : float
        Every hyperparameter's effective sample sizes are to be above them. For the bulk the default is 1,000,
        or 400 where units' effects are parameters of the model, and R-hat and bulk ESS of every unit's
        intercept and slope are then gates too.
    divergences : float
        No more transitions than this may have diverged.

    Returns
    -------
    dict
        Ready for JSON: `passed`, and `gates`, each with `name`, `passed`, `value` (None where it is
        undefined, as R-hat of one chain is; such a gate fails), `threshold`, `advice` (what to do, empty
        where it passes) and `parameter` (the worst one, empty where the gate is about none).
    """
    parameters = hyperparameter_draws(fit).merge(_shift_draws(fit))
    replicate = replicates_of(fit)
    parts = by_replicate(parameters, replicate)
    draws = about_replicates(parameters, replicate)
    mixing = MORE_CHAINS if min(part.sizes["chain"] for part in parts) == 1 else MORE_TUNING
    statistics = fit["sample_stats"]
    kept = effects_are_kept(fit)
    ess_bulk = ess_bulk or (ESS_BULK_KEPT if kept else ESS_BULK)
    # A parameter that never moves has no R-hat: it comes out undefined, and fails.
    with np.errstate(invalid="ignore", divide="ignore"):
        of_parameters = [
            _gate_of_parameters("R-hat", arviz_stats.rhat(draws), rhat, mixing, low_is_good=True),
            _gate_of_parameters("bulk ESS", arviz_stats.ess(draws, method="bulk"), ess_bulk, MORE_DRAWS),
            _gate_of_parameters("tail ESS", arviz_stats.ess(draws, method="tail"), ess_tail, MORE_DRAWS),
        ]
        if len(parts) > 1:
            of_each = xr.concat([arviz_stats.rhat(part) for part in parts], dim="part")
            worst = of_each.max("part", skipna=False)
            name = "R-hat of the worst replicate"
            gate = _gate_of_parameters(name, worst, replicate_rhat, mixing, low_is_good=True)
            of_parameters.insert(1, gate)
        if kept:
            units = worst_units(fit)
            of_parameters += [
                _gate_of_parameters("R-hat of units", units.rhat, rhat, mixing, low_is_good=True),
                _gate_of_parameters("bulk ESS of units", units.ess_bulk, ESS_BULK_KEPT, MORE_DRAWS),
            ]
    diverged = int(statistics["diverging"].sum())
    lost = sum(int((~np.isfinite(values)).sum()) for values in posterior_of(fit).values())
    gates = [
        *of_parameters,
        _gate("divergences", diverged, divergences, NO_DIVERGENCES),
        _gate(NOT_FINITE, lost, 0, NO_NUMBERS),
    ]
    if "reached_max_treedepth" in statistics:
        share = float(statistics["reached_max_treedepth"].mean())
        gates.append(_gate("share at the limit of steps", share, MAX_SHARE_AT_LIMIT, FEWER_STEPS))
    if "energy_step" in statistics and statistics.sizes["draw"] >= TELLING_DRAWS:
        least = float(np.min(bfmi(fit)))
        gates.append(as_gate("BFMI", least >= LEAST_BFMI, least, LEAST_BFMI, WIDER_STEPS, ""))
    return {"passed": all(gate["passed"] for gate in gates), "gates": gates}


def require(report: Mapping[str, Any]) -> None:
    """Refuse a fit that fails its checks.

    Parameters
    ----------
    report : mapping
        From `check`.

    Raises
    ------
    ConvergenceError
        Naming every gate that fails, and what to do.
    """
    if report["passed"]:
        return
    raise ConvergenceError(
        "\n".join(
            [
                "The fit fails its checks, so that nothing should be concluded from it:",
                *(f"  {what}. {advice}" for what, advice in failures(report)),
                "To go on all the same, give --despite-checks; in a script, leave out `require`.",
            ]
        )
    )


def failures(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say of each gate that fails what is beyond which limit, and what to do.

    Parameters
    ----------
    report : mapping
        From `check`.

    Returns
    -------
    list of tuple of str
        As "bulk ESS of sd_resid is 996.6, the limit 1000", and the advice.
    """
    return [
        (
            f"{gate['name']}{' of ' + gate['parameter'] if gate['parameter'] else ''} is {gate_value(gate)}, "
            f"the limit {gate['threshold']:g}",
            gate["advice"],
        )
        for gate in report["gates"]
        if not gate["passed"]
    ]


def gate_value(gate: Mapping[str, Any]) -> str:
    """Write the value of a gate of `check`."""
    return "undefined" if gate["value"] is None else f"{gate['value']:.4g}"


def hyperparameter_draws(fit: xr.DataTree) -> xr.Dataset:
    """Take every hyperparameter as a variable of its own.

    Parameters
    ----------
    fit : xarray.DataTree

    Returns
    -------
    xarray.Dataset
        Dims (chain, draw): the fixed effects, the parameters of each level, outermost first, then all others.
        With several levels a level's parameter is named with it, `sd_intercept[region]`.
    """
    posterior = posterior_of(fit)
    levels = posterior["level"].values.tolist()
    draws = {name: posterior[name] for name in TERMS}
    names = [str(name) for name in posterior if name not in draws]
    for level in levels:
        for name in names:
            if posterior[name].dims == ("chain", "draw", "level"):
                draws[name_of_level(name, level, levels)] = posterior[name].sel(level=level, drop=True)
    draws |= {name: posterior[name] for name in names if posterior[name].dims == ("chain", "draw")}
    return xr.Dataset(draws)


def _shift_draws(fit: xr.DataTree) -> xr.Dataset:
    """Take each deviation of a time and each effect of a predictor's group as a variable of its own."""
    posterior, draws = posterior_of(fit), {}
    of_units = {f"{level}_effect" for level in posterior["level"].values}
    for name in (str(name) for name in posterior if str(name).endswith("_effect") and name not in of_units):
        of = posterior[name].dims[2:]
        for labels in product(*(posterior[dim].values.tolist() for dim in of)):
            one = posterior[name].sel(dict(zip(of, labels, strict=True)), drop=True)
            draws[f"{name}[{', '.join(map(str, labels))}]"] = one
    return xr.Dataset(draws)


def name_of_level(parameter: str, level: str, levels: Sequence[str]) -> str:
    """Name a level's parameter: `sd_intercept`, or `sd_intercept[region]` where there are several levels."""
    return parameter if len(levels) == 1 else f"{parameter}[{level}]"


def _gate_of_parameters(
    name: str, values: xr.Dataset, threshold: float, advice: str, *, low_is_good: bool = False
) -> dict[str, Any]:
    of_parameter = {str(parameter): float(values[parameter]) for parameter in values.data_vars}
    badness = {
        parameter: np.inf if np.isnan(value) else (value if low_is_good else -value)
        for parameter, value in of_parameter.items()
    }
    worst = max(badness, key=badness.__getitem__)
    value = of_parameter[worst]
    passed = value < threshold if low_is_good else value > threshold
    return as_gate(name, passed, value, threshold, advice, worst)


def _gate(name: str, value: float, threshold: float, advice: str) -> dict[str, Any]:
    return as_gate(name, value <= threshold, value, threshold, advice, "")


def as_gate(
    name: str, passed: bool, value: float, threshold: float, advice: str, parameter: str
) -> dict[str, Any]:
    """Write a gate down, ready for JSON; `advice` is for where it fails."""
    return {
        "name": name,
        "passed": bool(passed),
        # JSON has no NaN.
        "value": value if np.isfinite(value) else None,
        "threshold": threshold,
        "advice": "" if passed else advice,
        "parameter": parameter,
    }
