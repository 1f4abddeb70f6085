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

from bayes_saude.models.kept import kept_data, kept_trend
from bayes_saude.models.marginal import Covariance, Rows, log_likelihood
from bayes_saude.models.moments import Moments, make_moments
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import Tree, make_tree
from bayes_saude.models.priors import AnyPrior, location_and_scale, resolve_priors, signed_variable
from bayes_saude.models.spec import ModelSpec


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
    if not spec.integrated:
        return _kept(spec, panel, tree)
    # The moments first: they refuse a panel without a trend, which has no scale for priors either.
    moments = make_moments(panel, tree, spec.data.origin, FAMILIES[spec.model.family].link)
    priors = resolve_priors(spec, panel)
    return gaussian_trend({name: prior.dist for name, prior in priors.items()}, model_data(moments, priors))


def _kept(spec: ModelSpec, panel: pd.DataFrame, tree: Tree) -> pm.Model:
    family, priors = spec.model.family, resolve_priors(spec, panel)
    dists = {name: prior.dist for name, prior in priors.items()}
    data = kept_data(family, panel, tree, spec.data.origin, priors)
    return kept_trend(family, dists, [len(units) for units in tree.units], data)


def model_data(moments: Moments, priors: Mapping[str, AnyPrior]) -> dict[str, NDArray[np.float64]]:
    """Collect what a model takes as data.

    Returns
    -------
    dict
        `moments` : shape (10, patterns, parents), see `Rows`; `scale` : shape (4,), the reference line's
        intercept and slope, then the units of intercepts and slopes; `priors` : shape (hyperparameters, 2),
        location and scale; `incidence_1`, ... : see `marginal.pass_up`, none for one level or two.
    """
    return {
        "moments": np.stack(moments.rows),
        "scale": np.concatenate([moments.reference, moments.units]),
        "priors": np.array([location_and_scale(prior) for prior in priors.values()]),
        **{f"incidence_{i}": matrix for i, matrix in enumerate(moments.incidence, start=1)},
    }


def gaussian_trend(dists: Mapping[str, str], data: Mapping[str, NDArray[np.float64]]) -> pm.Model:
    """Write the hierarchical trend with Gaussian errors, every unit's coefficients integrated out.

    Parameters
    ----------
    dists : mapping of str to str
        Prior distribution by hyperparameter, in the order of the rows of `data["priors"]`: `intercept`,
        `slope`, the parameters of each level, outermost first, `sd_resid`. Without `sd_slope` and `corr`
        units share one slope.
    data : mapping
        See `model_data`.

    Returns
    -------
    pymc.Model
    """
    with pm.Model() as model:
        shared = {name: pm.Data(name, value) for name, value in data.items()}
        standard = {
            name: _standardised_variable(name, dist, shared["priors"][row], shared["scale"])
            for row, (name, dist) in enumerate(dists.items())
        }
        suffixes = [name.removeprefix("sd_intercept") for name in dists if name.startswith("sd_intercept")]
        innermost_first = [_level_covariance(standard, suffix) for suffix in reversed(suffixes)]
        moments = shared["moments"]
        pm.Potential(
            "log_likelihood",
            log_likelihood(
                rows=Rows(*(moments[i] for i in range(len(Rows._fields)))),
                unit=shared["scale"][2],
                coefficients=(standard["intercept"], standard["slope"]),
                sd_resid=standard["sd_resid"],
                priors=innermost_first,
                incidence=[value for name, value in shared.items() if name.startswith("incidence")],
            ),
        )
    return model


def _standardised_variable(
    name: str, dist: str, prior: TensorVariable, scale: TensorVariable
) -> TensorVariable:
    """Make a hyperparameter's variable on the standardised scale, and record it in the outcome's unit.

    Standard deviations come with a sign, see `signed_variable`.
    """
    location, width = prior[0], prior[1]
    if dist == "lkj":
        # In two dimensions LKJ(eta) is Beta(eta, eta) of (corr + 1) / 2.
        return 2 * pm.Beta(f"half_{name}", width, width, initval=0.5) - 1
    is_slope = name.startswith(("slope", "sd_slope"))
    reference, unit = (scale[1], scale[3]) if is_slope else (scale[0], scale[2])
    if dist == "normal":
        variable = pm.Normal(f"standard_{name}", (location - reference) / unit, width / unit, initval=0.0)
        pm.Deterministic(name, reference + unit * variable)
    else:
        variable = signed_variable(f"signed_{name}", dist, width / unit)
        pm.Deterministic(name, unit * abs(variable))
    return variable


def _level_covariance(standard: Mapping[str, TensorVariable], suffix: str) -> Covariance:
    """Covariance of a level's coefficients; records the correlation of the unsigned standard deviations."""
    sd_intercept = standard[f"sd_intercept{suffix}"]
    if f"sd_slope{suffix}" not in standard:
        return Covariance.of(sd_intercept, 0.0, 0.0)
    sd_slope, corr = standard[f"sd_slope{suffix}"], standard[f"corr{suffix}"]
    pm.Deterministic(f"corr{suffix}", corr * pt.sign(sd_intercept) * pt.sign(sd_slope))
    return Covariance.of(sd_intercept, sd_slope, corr)
