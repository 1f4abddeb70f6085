"""The frequentist fit of the same trend: a Gaussian mixed model by REML, by the library `mixedlm`.

`mixedlm` finds the optimum of lme4's profiled criterion, boundary optima included, in hundredths of a second.
What it leaves open is the variance of a unit's line in nested models, which has a closed form.
"""

from collections.abc import Sequence
from statistics import NormalDist

import mixedlm
import numpy as np
import pandas as pd
import xarray as xr
from mixedlm.models.lmer import LmerResult
from numpy.typing import NDArray

from bayes_saude.errors import ConvergenceError
from bayes_saude.models.predictor import TERMS, make_tree
from bayes_saude.models.spec import ModelSpec
from bayes_saude.summaries.coefficients import panel_of, spec_of
from bayes_saude.summaries.conditional import conditional_variances
from bayes_saude.summaries.empirical import empirical_trend

# lme4's tolerance: a standard deviation below 1e-4 of the residual one is on the boundary.
BOUNDARY = 1e-4
# A start well inside: the lower triangle of the covariance's Cholesky factor, relative to the residual
# deviation.
INSIDE = (0.5, 0.0, 0.5)
YEARS = "years"
# The checks that only warn are made here, or shown in the result.
CONTROL = mixedlm.lmerControl(
    check_conv=False,
    check_singular=False,
    check_scaleX="ignore",
    check_nlev_gtreq_5="ignore",
)


def reml(fit: xr.DataTree, *, prob: float = 0.95) -> xr.Dataset:
    """Fit the trend of a Bayesian fit to its panel by REML.

    Parameters
    ----------
    fit : xarray.DataTree
    prob : float
        Probability of the units' intervals.

    Returns
    -------
    xarray.Dataset
        See `reml_panel`.

    Raises
    ------
    ConvergenceError
        If the optimiser gives up.
    """
    return reml_panel(spec_of(fit), panel_of(fit), prob=prob)


def reml_panel(spec: ModelSpec, panel: pd.DataFrame, *, prob: float = 0.95) -> xr.Dataset:
    """Fit a model's trend to a panel by REML.

    Parameters
    ----------
    spec : ModelSpec
        Of any family. Where that is not Gaussian, what is fitted is the Gaussian mixed model of the same
        trend to the outcome on the link's scale, see `empirical_trend`: empirical log-odds of a share, the
        logarithm of a rate or a value. It gives each row the same weight, a municipality of ten admissions
        that of one of ten thousand, and takes the noise of counting and the scatter beyond it for one:
        `sd_resid`. Years' deviations are random effects, crossed with the units; predictors' are fixed. It
        knows no order of units, and outliers weigh as any other row.
    panel : pandas.DataFrame
        Validated.
    prob : float
        Probability of the units' intervals.

    Returns
    -------
    xarray.Dataset
        fixed, fixed_se (term)
            Fixed effects and standard errors.
        sd_intercept, sd_slope, corr (level); sd_resid
            Standard deviations and correlation of the random effects. The correlation is missing beside a
            standard deviation of zero.
        singular (level)
            Share of the replicates in which the covariance of the level's effects is singular.
        sd_year
            Standard deviation of the years' deviations, where the model has them.
        loglik
            Restricted log-likelihood, of the outcome on the link's scale.
        `{level}_estimate`, `{level}_se`, `{level}_low`, `{level}_high` (level, term)
            Each unit's line, fixed effects included; for a unit that holds others the mean of the lines of
            its innermost units. The interval is that of Sá (2015), appendices A-F: estimate ± 1.96 standard
            deviations of the line given the data and all parameters, fixed effects and years' deviations too,
            for one level
            sqrt(diag((Σ⁻¹ + X'X/σ²)⁻¹)); 1.96 is rounded as there, for other `prob` likewise.

        All are on the link's scale. Where the panel has replicates each is fitted, and everything is the mean
        over them: a unit whose effect is printed has the same estimate in all. Attributes are `replicates`,
        their number, `prob`, and `z`, the 1.96.

    Raises
    ------
    ConvergenceError
        If the optimiser gives up.
    """
    panel = panel.assign(
        value=empirical_trend(panel, spec.model.family),
        elapsed=panel["time"].astype(float) - spec.data.origin,
    )
    fits = [_fit_one(rows, spec) for _, rows in panel.groupby("replicate")]
    pooled = xr.concat(fits, dim="replicate", join="outer").mean("replicate")
    z = round(NormalDist().inv_cdf((1 + prob) / 2), 2)
    for level in spec.data.levels:
        estimate, margin = pooled[f"{level}_estimate"], z * pooled[f"{level}_se"]
        pooled = pooled.assign({f"{level}_low": estimate - margin, f"{level}_high": estimate + margin})
    return pooled.assign_attrs(replicates=len(fits), prob=prob, z=z)


def _fit_one(panel: pd.DataFrame, spec: ModelSpec) -> xr.Dataset:
    levels = spec.data.levels
    # Columns of our own names, so that a level may be called anything.
    groups = [f"g{depth}" for depth in range(len(levels))]
    frame = panel.rename(columns=dict(zip(levels, groups, strict=True)))[["value", "elapsed", *groups]]
    contrasts = _contrasts(panel, spec)
    effects = "1 + elapsed" if spec.model.slopes else "1"
    random = [f"({effects} | {group})" for group in groups]
    if spec.model.year_effects:
        frame[YEARS] = panel["time"].astype(str)
        random.append(f"(1 | {YEARS})")
    formula = " + ".join(["value ~ elapsed", *map(str, contrasts), *random])
    result = _highest(formula, pd.concat([frame, contrasts], axis=1))
    if not result.converged:
        raise ConvergenceError(
            f"REML of '{spec.name}' did not converge ({result.message}). "
            "Check that units have more than one time."
        )
    blocks = [np.asarray(result.VarCorr().groups[group].cov) for group in groups]
    smallest = np.array([np.linalg.eigvalsh(block)[0] for block in blocks])
    # A model without slopes is one whose slopes have variance zero.
    covariances = [np.pad(block, (0, len(TERMS) - len(block))) for block in blocks]
    variances = np.stack([np.diag(covariance) for covariance in covariances])
    with np.errstate(invalid="ignore"):
        corr = np.array([covariance[0, 1] for covariance in covariances]) / np.sqrt(variances.prod(axis=1))
    return xr.Dataset(
        {
            "fixed": ("term", result.beta[: len(TERMS)]),
            "fixed_se": ("term", np.sqrt(np.diag(result.vcov()))[: len(TERMS)]),
            "sd_intercept": ("level", np.sqrt(variances[:, 0])),
            "sd_slope": ("level", np.sqrt(variances[:, 1])),
            "corr": ("level", corr.clip(-1, 1)),
            "sd_resid": result.sigma,
            "singular": ("level", (smallest < (BOUNDARY * result.sigma) ** 2).astype(float)),
            "loglik": float(result.logLik()),
            **_unit_lines(result, panel, spec, groups, covariances),
            **({"sd_year": _sd_year(result)} if spec.model.year_effects else {}),
        },
        coords={"term": list(TERMS), "level": list(levels)},
    )


def _contrasts(panel: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """Columns whose coefficients are effects of predictors' groups on intercept and slope, adding up to zero.

    They are named by predictor, group and term; the last group's effect is the others' sum, turned.
    """
    columns = {}
    for number, predictor in enumerate(spec.data.predictors):
        names, code = np.unique(panel[predictor].to_numpy(dtype=str), return_inverse=True)
        last = code == len(names) - 1
        for term, factor in enumerate((1.0, panel["elapsed"].to_numpy())[: 1 + spec.model.slopes]):
            for group in range(len(names) - 1):
                columns[f"p{number}_{group}_{term}"] = factor * ((code == group) * 1.0 - last)
    return pd.DataFrame(columns, index=panel.index)


def _sd_year(result: LmerResult) -> float:
    return float(np.sqrt(np.asarray(result.VarCorr().groups[YEARS].cov)[0, 0]))


def _highest(formula: str, frame: pd.DataFrame) -> LmerResult:
    # The criterion can have several optima on the boundary, and rarely the search ends on a lower one: an end
    # there is tried again from well inside.
    result = mixedlm.lmer(formula, frame, control=CONTROL)
    if not result.isSingular(BOUNDARY):
        return result
    slopes = "1 + elapsed" in formula
    blocks = [block.grouping_factor for block in result.matrices.random_structures]
    start = [value for name in blocks for value in (INSIDE if slopes and name != YEARS else INSIDE[:1])]
    again = mixedlm.lmer(formula, frame, control=CONTROL, start=np.array(start))
    return max((result, again), key=lambda fitted: float(fitted.logLik()))


def _unit_lines(
    result: LmerResult,
    panel: pd.DataFrame,
    spec: ModelSpec,
    groups: Sequence[str],
    covariances: Sequence[NDArray],
) -> dict[str, xr.DataArray]:
    """Lines of every level's units, effects of predictors included, and their standard deviations."""
    tree = make_tree(panel, spec.data.levels)
    leaf = tree.leaf_of(panel)
    sums = np.stack([np.bincount(leaf, weights=panel["elapsed"] ** power) for power in range(3)], axis=1)
    information = sums[:, [[0, 1], [1, 2]]] / result.sigma**2
    variances = conditional_variances(information, tree.parents, covariances)

    places = {block.grouping_factor: block.level_map for block in result.matrices.random_structures}
    effects = result.ranef()
    lines = result.beta[None, : len(TERMS)]
    for units, parent, group in zip(tree.units, tree.parents, groups, strict=True):
        own = np.zeros((len(units), len(TERMS)))
        for term, values in enumerate(effects[group].values()):
            own[:, term] = values[[places[group][name] for name in units]]
        lines = own + lines[parent]
    lines = lines + _of_predictors(result.beta[len(TERMS) :], panel, spec, leaf)

    # For each level, outermost first, the unit in which each innermost one lies.
    homes = [np.arange(len(lines))]
    for parent in tree.parents[:0:-1]:
        homes.insert(0, parent[homes[0]])
    estimates: dict[str, xr.DataArray] = {}
    for level, units, home, variance in zip(tree.levels, tree.units, homes, variances, strict=True):
        means = np.stack([np.bincount(home, weights=line) for line in lines.T], axis=1)
        means /= np.bincount(home)[:, None]
        deviations = np.sqrt(np.diagonal(variance, axis1=1, axis2=2))
        coords = {level: units.astype(object), "term": list(TERMS)}
        estimates[f"{level}_estimate"] = xr.DataArray(means, coords=coords, dims=(level, "term"))
        estimates[f"{level}_se"] = xr.DataArray(deviations, coords=coords, dims=(level, "term"))
    return estimates


def _of_predictors(
    beta: NDArray, panel: pd.DataFrame, spec: ModelSpec, leaf: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Effects of predictors on the lines of the innermost units, shape (units, terms)."""
    added = np.zeros((leaf.max() + 1, len(TERMS)))
    # After one year a slope's contrast is that of the intercept.
    for (name, column), value in zip(_contrasts(panel.assign(elapsed=1.0), spec).items(), beta, strict=True):
        own = np.zeros(len(added))
        own[leaf] = value * column.to_numpy()
        added[:, int(str(name).rpartition("_")[2])] += own
    return added
