"""REML and posterior side by side: the same units, the same rule, and where the two part.

Both are on the scale of the trend: log-odds of a share, the logarithm of a rate.

The thesis's rule calls a unit *above* or *below* where the 95% interval of its coefficient excludes the
overall mean, and says *none* of the rest. The overall mean is here the mean of the level's units, for both:

- For REML with one level that is the thesis's own: predicted effects sum to zero, so the mean of the units'
  estimates *is* the fixed effect. The interval holds the uncertainty of the unit, not that of the mean.
- For the posterior the interval is that of the difference between the unit and the mean of the units in the
  same draw. Comparing with the fixed effect in each draw would ask how the unit stands to a population from
  which the 28 regions were drawn, and doubt about that population would remain were every region known
  exactly; comparing with one number, such as the fixed effect's posterior mean, would forget that the mean is
  estimated from the units and moves with them.

So a unit is above exactly where its `p_above_mean` exceeds 0.975. Its own interval, `bayes_low` to
`bayes_high`, also holds the doubt about the level common to all units and may be wider than that of the
difference.
"""

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr

from bayes_saude.inference.checks import about_replicates, hyperparameter_draws, name_of_level
from bayes_saude.models.predictor import TERMS
from bayes_saude.summaries.coefficients import (
    replicates_of,
    scale_of,
    spec_of,
    unit_quantity,
)
from bayes_saude.summaries.ranked import HIGHER
from bayes_saude.summaries.ranking import ABOVE, BELOW, NONE, all_rankings, classes, select
from bayes_saude.summaries.ranks import above_mean, monte_carlo_error
from bayes_saude.summaries.reml import BOUNDARY

COLUMNS = (
    "level", "unit", "parameter", "reml", "reml_low", "reml_high", "reml_class", "reml_rank",
    "bayes", "bayes_low", "bayes_high", "bayes_class", "p_above_mean", "expected_rank", "agrees",
)  # fmt: skip
HYPERPARAMETER_COLUMNS = (
    "parameter", "reml", "reml_se", "bayes_mean", "bayes_sd", "bayes_low", "bayes_high",
    "rhat", "ess_bulk", "ess_tail", "note",
)  # fmt: skip


def compare(
    fit: xr.DataTree, frequentist: xr.Dataset, *, ranking: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Put each unit's REML estimate, interval, class and rank beside the posterior's.

    Parameters
    ----------
    fit : xarray.DataTree
    frequentist : xarray.Dataset
        From `reml` of the same fit; its `prob` is that of all intervals here.
    ranking : pandas.DataFrame, optional
        From `all_rankings(fit)` with the same `prob`, where it is at hand.

    Returns
    -------
    pandas.DataFrame
        One row per level, parameter (intercept, slope) and unit, with the columns `COLUMNS`. The classes are
        explained at the head of this module; `reml_rank` counts from 1, the best estimate in the model file's
        direction; `agrees` says whether both classes are the same. `DataFrame.attrs` records `prob`.
    """
    spec = spec_of(fit)
    if ranking is None:
        ranking = all_rankings(fit, prob=frequentist.attrs["prob"])
    tables = [
        _compare_units(frequentist, select(ranking, level, parameter), spec.ranking.direction == HIGHER)
        for level in spec.data.levels
        for parameter in TERMS[: 1 + spec.model.slopes]
    ]
    comparison = pd.concat(tables, ignore_index=True)
    comparison.attrs = {"prob": frequentist.attrs["prob"]}
    return comparison


def _compare_units(frequentist: xr.Dataset, posterior: pd.DataFrame, higher_is_better: bool) -> pd.DataFrame:
    level, parameter = posterior["level"].iloc[0], posterior["by"].iloc[0]
    units = posterior["unit"].to_numpy()
    reml, low, high = (
        frequentist[f"{level}_{what}"].sel({"term": parameter, level: units}).values
        for what in ("estimate", "low", "high")
    )
    p_above = posterior["p_above_mean"].to_numpy()
    table = pd.DataFrame(
        {
            "level": level,
            "unit": units,
            "parameter": parameter,
            "reml": reml,
            "reml_low": low,
            "reml_high": high,
            "reml_class": np.select([low > reml.mean(), high < reml.mean()], [ABOVE, BELOW], NONE),
            "reml_rank": pd.Series(reml).rank(method="min", ascending=not higher_is_better).astype(int),
            "bayes": posterior["mean"].to_numpy(),
            "bayes_low": posterior["low"].to_numpy(),
            "bayes_high": posterior["high"].to_numpy(),
            "bayes_class": classes(p_above, frequentist.attrs["prob"]),
            "p_above_mean": p_above,
            "expected_rank": posterior["expected_rank"].to_numpy(),
        }
    )
    return table.assign(agrees=table["reml_class"] == table["bayes_class"])[list(COLUMNS)]


def mark_borderline(fit: xr.DataTree, comparison: pd.DataFrame) -> pd.DataFrame:
    """Mark the units whose class by the posterior another run, with other replicates, might turn.

    Parameters
    ----------
    fit : xarray.DataTree
    comparison : pandas.DataFrame
        From `compare` of the fit.

    Returns
    -------
    pandas.DataFrame
        The comparison with one more column: `borderline`, whether `p_above_mean` lies within two Monte Carlo
        standard errors, those of `monte_carlo_error`, of a limit between two classes.
    """
    tail = (1 - comparison.attrs["prob"]) / 2
    marked = comparison.assign(borderline=False)
    for key, rows in comparison.groupby(["level", "parameter"], sort=False):
        level, parameter = map(str, key)
        values = unit_quantity(fit, level, parameter).transpose("chain", "draw", level)
        error = monte_carlo_error(above_mean(values.values), replicates_of(fit))
        error_of = pd.Series(error, index=values[level].values)[rows["unit"]].to_numpy()
        from_limit = 0.5 - tail - (rows["p_above_mean"] - 0.5).abs()
        marked.loc[rows.index, "borderline"] = from_limit.abs() < 2 * error_of
    return marked


def agreement(comparison: pd.DataFrame) -> pd.DataFrame:
    """Count where REML and posterior agree.

    Parameters
    ----------
    comparison : pandas.DataFrame
        From `compare`, or from `mark_borderline`.

    Returns
    -------
    pandas.DataFrame
        One row per level and parameter: units, agree (units of the same class), both_above, both_below,
        only_reml (REML names a class, the posterior none), only_bayes, opposite, rank_correlation, Spearman's
        between REML's ranks and the expected ranks, and, of a marked comparison, borderline.
    """
    rows = []
    for (level, parameter), units in comparison.groupby(["level", "parameter"], sort=False):
        reml, bayes = units["reml_class"], units["bayes_class"]
        rows.append(
            {
                "level": level,
                "parameter": parameter,
                "units": len(units),
                "agree": (reml == bayes).sum(),
                "both_above": ((reml == ABOVE) & (bayes == ABOVE)).sum(),
                "both_below": ((reml == BELOW) & (bayes == BELOW)).sum(),
                "only_reml": ((reml != NONE) & (bayes == NONE)).sum(),
                "only_bayes": ((reml == NONE) & (bayes != NONE)).sum(),
                "opposite": ((reml != bayes) & (reml != NONE) & (bayes != NONE)).sum(),
                "rank_correlation": units["reml_rank"].corr(units["expected_rank"].rank()),
                **({"borderline": units["borderline"].sum()} if "borderline" in units else {}),
            }
        )
    return pd.DataFrame(rows)


def hyperparameters(fit: xr.DataTree, frequentist: xr.Dataset) -> pd.DataFrame:
    """Put fixed effects and variance components of REML beside their posterior, with its diagnostics.

    Parameters
    ----------
    fit : xarray.DataTree
    frequentist : xarray.Dataset
        From `reml` of the same fit.

    Returns
    -------
    pandas.DataFrame
        One row per parameter, with the columns `HYPERPARAMETER_COLUMNS`. With several levels a component is
        named with its level, `sd_intercept[region]`. REML has standard errors for fixed effects only, and
        nothing beside a parameter of which it has no counterpart, such as `dispersion` or the scale of
        Student's t, which is no standard deviation. The posterior's interval is equal-tailed; R-hat and
        effective sample sizes are those of the chains about their replicates, see `about_replicates`. `note`
        is "boundary" beside a component that REML puts on the edge of what is possible, a correlation of 1 or
        -1 or a standard deviation of 0: a single point where the posterior has a whole distribution.
        `DataFrame.attrs` records `prob` and the `scale` of fixed effects and components, see `scale_of`.
    """
    draws = hyperparameter_draws(fit)
    names = [str(name) for name in draws]
    tail = (1 - frequentist.attrs["prob"]) / 2
    stacked = np.stack([draws[name].values.ravel() for name in names])
    low, high = np.quantile(stacked, [tail, 1 - tail], axis=1)
    chains = about_replicates(draws, replicates_of(fit))
    rows = dict.fromkeys(names, (np.nan, np.nan, "")) | _reml_rows(frequentist)
    if "df" in names:
        rows["sd_resid"] = (np.nan, np.nan, "")
    # Of draws that never move these are undefined.
    with np.errstate(invalid="ignore", divide="ignore"):
        rhat = arviz_stats.rhat(chains)
        bulk, tail_ess = (arviz_stats.ess(chains, method=method) for method in ("bulk", "tail"))
    table = pd.DataFrame(
        {
            "parameter": names,
            "reml": [rows[name][0] for name in names],
            "reml_se": [rows[name][1] for name in names],
            "bayes_mean": stacked.mean(axis=1),
            "bayes_sd": stacked.std(axis=1, ddof=1),
            "bayes_low": low,
            "bayes_high": high,
            "rhat": _each(rhat, names),
            "ess_bulk": _each(bulk, names),
            "ess_tail": _each(tail_ess, names),
            "note": [rows[name][2] for name in names],
        }
    )[list(HYPERPARAMETER_COLUMNS)]
    table.attrs = {"prob": frequentist.attrs["prob"], "scale": scale_of(fit)}
    return table


def _each(values: xr.Dataset, names: list[str]) -> list[float]:
    return [float(values[name]) for name in names]


def _reml_rows(frequentist: xr.Dataset) -> dict[str, tuple[float, float, str]]:
    """Value, standard error and note of each parameter."""
    fixed = frequentist["fixed"].to_series(), frequentist["fixed_se"].to_series()
    rows = {name: (fixed[0][name], fixed[1][name], "") for name in TERMS}
    levels = list(frequentist["level"].values)
    resid = float(frequentist["sd_resid"])
    for level in levels:
        components = frequentist.sel(level=level)
        note = _boundary_note(float(components["singular"]), frequentist.attrs["replicates"])
        for name in ("sd_intercept", "sd_slope"):
            value = float(components[name])
            rows[name_of_level(name, level, levels)] = value, np.nan, note if value < BOUNDARY * resid else ""
        rows[name_of_level("corr", level, levels)] = float(components["corr"]), np.nan, note
    if "sd_year" in frequentist:
        rows["sd_year"] = float(frequentist["sd_year"]), np.nan, ""
    return {**rows, "sd_resid": (resid, np.nan, "")}


def _boundary_note(share: float, replicates: int) -> str:
    if share in (0, 1):
        return "boundary" if share else ""
    return f"boundary in {round(share * replicates)} of {replicates} replicates"
