"""From a model file and a panel to a PyMC model.

The model of values that scatter normally works on the standardised scale of `moments`; `intercept`,
`sd_slope` and so on are in the outcome's own unit, or on the scale of its link. Everything that changes from
panel to panel is in `pm.Data`, so that a model compiled once serves all panels. The other families' trend is
in `kept`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from bayes_saude.models.kept import Shape, kept_trend
from bayes_saude.models.kept_data import kept_data
from bayes_saude.models.marginal import Covariance, Rows, log_likelihood
from bayes_saude.models.moments import Moments, make_moments
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.parameters import prior_distributions
from bayes_saude.models.predictor import TERMS, Tree, make_tree
from bayes_saude.models.priors import AnyPrior, location_and_scale, resolve_priors, signed_variable
from bayes_saude.models.sequence import sequence_basis
from bayes_saude.models.shifts import Additions, Shifts, Sizes, contrasts, less, make_shifts
from bayes_saude.models.spec import ModelSpec
from bayes_saude.models.years import Years, sd_of_years, year_effects


def build(spec: ModelSpec, panel: pd.DataFrame) -> pm.Model:
    """Make the PyMC model of one panel.

    Parameters
    ----------
    spec : ModelSpec
    panel : pandas.DataFrame
        Validated, of one replicate.

    Returns
    -------
    pymc.Model
        The hyperparameters are variables named as in `resolve_priors`, in the outcome's unit or on the scale
        of the family's link.

    Raises
    ------
    DataError
        If the panel cannot identify the trend: one time only, no scatter, a level with no siblings.
    """
    tree = make_tree(panel, spec.data.levels)
    shifts = make_shifts(panel, tree, spec.data.predictors, spec.model.year_effects)
    if not spec.integrated:
        return _kept(spec, panel, tree, shifts)
    # The moments first: they refuse a panel without a trend, which has no scale for priors either.
    moments = make_moments(panel, tree, spec.data.origin, FAMILIES[spec.model.family].link, shifts)
    priors = resolve_priors(spec, panel)
    dists = {name: prior.dist for name, prior in priors.items()}
    return gaussian_trend(dists, model_data(moments, priors), shifts.sizes)


def _kept(spec: ModelSpec, panel: pd.DataFrame, tree: Tree, shifts: Shifts) -> pm.Model:
    family, priors = spec.model.family, resolve_priors(spec, panel)
    basis = sequence_basis(panel, tree) if spec.model.sequence else None
    # Predictors are numbered, as the compiled model knows no names.
    numbers = [f"group_{k}" for k in range(len(shifts.groups))]
    slots = prior_distributions(
        spec.data.levels, slopes=spec.model.slopes, family=family, predictors=numbers,
        year_effects=shifts.of_times,
    )  # fmt: skip
    dists = {slot: prior.dist for slot, prior in zip(slots, priors.values(), strict=True)}
    shape = Shape(tuple(len(units) for units in tree.units), shifts.sizes, basis is not None)
    return kept_trend(
        family, dists, shape, kept_data(family, panel, tree, spec.data.origin, priors, shifts, basis)
    )


def model_data(moments: Moments, priors: Mapping[str, AnyPrior]) -> dict[str, NDArray[np.float64]]:
    """Collect what a model takes as data.

    Returns
    -------
    dict
        `moments` : shape (10, patterns, parents), see `Rows`; `scale` : shape (4,), the reference line's
        intercept and slope, then the units of intercepts and slopes; `priors` : shape (hyperparameters, 2),
        location and scale; `incidence_1`, ... : see `marginal.pass_up`, none for one level or two; where
        something shifts the trend the arrays of `Additions`, and where times do those of `Years`.
    """
    return {
        "moments": np.stack(moments.rows),
        "scale": np.concatenate([moments.reference, moments.units]),
        "priors": np.array([location_and_scale(prior) for prior in priors.values()]),
        **{f"incidence_{i}": matrix for i, matrix in enumerate(moments.incidence, start=1)},
        **(moments.additions._asdict() if moments.additions else {}),
        **(moments.years._asdict() if moments.years else {}),
    }


def gaussian_trend(dists: Mapping[str, str], data: Mapping[str, NDArray], sizes: Sizes) -> pm.Model:
    """Write the hierarchical trend with Gaussian errors, every unit's coefficients integrated out.

    Parameters
    ----------
    dists : mapping of str to str
        Prior distribution by hyperparameter, in the order of the rows of `data["priors"]`: `intercept`,
        `slope`, the parameters of predictors, those of each level, outermost first, `sd_year`, `sd_resid`.
        Without `sd_slope` and `corr` units share one slope.
    data : mapping
        See `model_data`.
    sizes : Sizes
        Numbers of parameters that shift the trend.

    Returns
    -------
    pymc.Model
        `year_effect` and each predictor's `intercept[...]` and `slope[...]` are vectors.
    """
    with pm.Model() as model:
        shared = {name: pm.Data(name, value) for name, value in data.items()}
        of_prior = {name: shared["priors"][row] for row, name in enumerate(dists)}
        scale = shared["scale"]
        standard = {
            name: _scatter_variable(name, dist, of_prior[name], scale)
            for name, dist in dists.items()
            if dist != "normal" and name != "sd_year"
        }
        rows = Rows(*(shared["moments"][i] for i in range(len(Rows._fields))))
        line = (0.0, 0.0)
        if any(sizes):
            additions = Additions(*(shared[name] for name in Additions._fields))
            parameters = pt.concatenate(_shift_variables(dists, standard, of_prior, shared, sizes))
            rows, _ = less(rows, parameters, additions)
            of_line = parameters @ additions.line
            line = (of_line[0], of_line[1])
        intercept, slope = (
            _fixed_variable(name, of_prior[name], scale, shift)
            for name, shift in zip(TERMS, line, strict=True)
        )
        suffixes = [name.removeprefix("sd_intercept") for name in dists if name.startswith("sd_intercept")]
        innermost_first = [_level_covariance(standard, suffix) for suffix in reversed(suffixes)]
        pm.Potential(
            "log_likelihood",
            log_likelihood(
                rows=rows,
                unit=scale[2],
                coefficients=(intercept, slope),
                sd_resid=standard["sd_resid"],
                priors=innermost_first,
                incidence=[value for name, value in shared.items() if name.startswith("incidence")],
            ),
        )
    return model


def _fixed_variable(
    name: str, prior: TensorVariable, scale: TensorVariable, shift: TensorVariable | float
) -> TensorVariable:
    """Make the population's intercept or slope, standardised, and record it in the outcome's unit.

    The variable is that of the line through all observations, which the data tell well: the population's and
    the line through what shifts the trend. The data cannot tell the two apart, only their priors can.
    """
    reference, unit = _place_of(name, scale)
    location = (prior[0] - reference) / unit
    variable = pm.Normal(f"standard_{name}", location + shift, prior[1] / unit, initval=0.0) - shift
    pm.Deterministic(name, reference + unit * variable)
    return variable


def _place_of(name: str, scale: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    """Look up what zero and one on the standardised scale are in the outcome's unit."""
    is_slope = name.startswith(("slope", "sd_slope"))
    return (scale[1], scale[3]) if is_slope else (scale[0], scale[2])


def _scatter_variable(name: str, dist: str, prior: TensorVariable, scale: TensorVariable) -> TensorVariable:
    """Make the variable of a standard deviation, standardised and with a sign, or of a correlation.

    The standard deviation is recorded in the outcome's unit without its sign, see `signed_variable`.
    """
    if dist == "lkj":
        # In two dimensions LKJ(eta) is Beta(eta, eta) of (corr + 1) / 2.
        return 2 * pm.Beta(f"half_{name}", prior[1], prior[1], initval=0.5) - 1
    _, unit = _place_of(name, scale)
    variable = signed_variable(f"signed_{name}", dist, prior[1] / unit)
    pm.Deterministic(name, unit * abs(variable))
    return variable


def _shift_variables(
    dists: Mapping[str, str],
    standard: Mapping[str, TensorVariable],
    of_prior: Mapping[str, TensorVariable],
    shared: Mapping[str, TensorVariable],
    sizes: Sizes,
) -> list[TensorVariable]:
    """Make the parameters that shift the trend, standardised, and record them in the outcome's unit."""
    scale, blocks = shared["scale"], []
    if sizes.times:
        years = Years(*(shared[name] for name in Years._fields))
        sd_resid = standard["sd_resid"]
        sd_year = sd_of_years(dists["sd_year"], of_prior["sd_year"][1] / scale[2], sd_resid, years)
        pm.Deterministic("sd_year", scale[2] * abs(sd_year))
        blocks.append(year_effects(sd_year, sd_resid, years, sizes.times))
        pm.Deterministic("year_effect", scale[2] * blocks[-1])
    predictors = [name.removeprefix("intercept") for name in of_prior if name.startswith("intercept[")]
    for suffix, size in zip(predictors, sizes.groups, strict=True):
        for name in (f"{term}{suffix}" for term in TERMS):
            if name not in of_prior:
                blocks.append(pt.zeros(size))
                continue
            z = pm.Normal(f"z_{name}", shape=size - 1, initval=np.zeros(size - 1))
            _, unit = _place_of(name, scale)
            blocks.append(of_prior[name][1] / unit * (contrasts(size) @ z))
            pm.Deterministic(name, unit * blocks[-1])
    return blocks


def _level_covariance(standard: Mapping[str, TensorVariable], suffix: str) -> Covariance:
    """Covariance of a level's coefficients; records the correlation of the unsigned standard deviations."""
    sd_intercept = standard[f"sd_intercept{suffix}"]
    if f"sd_slope{suffix}" not in standard:
        return Covariance.of(sd_intercept, 0.0, 0.0)
    sd_slope, corr = standard[f"sd_slope{suffix}"], standard[f"corr{suffix}"]
    pm.Deterministic(f"corr{suffix}", corr * pt.sign(sd_intercept) * pt.sign(sd_slope))
    return Covariance.of(sd_intercept, sd_slope, corr)
