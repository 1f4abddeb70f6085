"""The trend under any family, every unit's coefficients kept as parameters.

How they are written decides how well they mix:

- Time is centred at the panel's mean, and a unit's height *there* is the parameter, not its intercept at the
  origin, which drifts with its slope. So are a level's scatter of heights and its correlation with slopes.
  Priors are about the origin all the same: those here follow from them exactly, see `_scatter`.
- Heights are centred hierarchically, height ~ N(height of the parent, .): a unit's data tell it well.
- Slopes are not centred: slope = parent's + sd_slope (r z0 + sqrt(1 - r²) z) with z ~ N(0, 1), z0 the
  height's standardised deviation and r their correlation. Few years tell a slope badly, and a centred one
  makes a funnel with its scale.
- Scales of slopes are sampled with a sign, see `signed_variable`: macro-regions allow one of zero.

Measured on 853 municipalities of 77 health regions of 13 macro-regions in five years (beta-binomial, share of
admissions), least bulk ESS of the hyperparameters, always of a slope scale or of a correlation:

- in 8,000 iterations at a target acceptance of 0.8, 19 gradients each: 1,320; scatter at the origin, 900;
- in 2,000 at 0.9, 31 gradients each: 360; scatter at the origin, 330; that without signs, 170.

Municipalities' slopes centred: 470 in the same 2,000, but where their true scale was 0.01 for 0.07, 4, with
R-hat 1.42 and 24 divergences, against 130 and none. Heights of macro-regions and health regions not centred:
350 for the population's intercept, 1,600 or more centred. nutpie's low-rank mass matrix: 410 in 2,000, but at
up to 127 gradients each.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from bayes_saude.models.families import LIKELIHOODS
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import Tree
from bayes_saude.models.priors import AnyPrior, location_and_scale, pooled, signed_variable


class Scatter(NamedTuple):
    """Of a level's lines about their parents': at the mean time; the slopes' deviation has a sign."""

    sd_height: TensorVariable
    sd_slope: TensorVariable
    corr: TensorVariable


# Where the sampler starts: units that differ by a third of the prior's scale.
START = 0.3


def kept_data(
    family: str, panel: pd.DataFrame, tree: Tree, origin: float, priors: Mapping[str, AnyPrior]
) -> dict[str, NDArray]:
    """Collect what a model takes as data.

    Parameters
    ----------
    family : str
    panel : pandas.DataFrame
        One replicate of a validated panel.
    tree : Tree
    origin : float
        The trend's zero.
    priors : mapping
        From `resolve_priors`.

    Returns
    -------
    dict
        `leaf` : shape (rows,), position of each row's unit; `elapsed` : shape (rows,), time since the mean
        time; `place` : shape (2,), the mean time since the origin, and the pooled outcome on the trend's
        scale, from which heights are counted; `priors` : shape (hyperparameters, 2); `parents_1`, ... : shape
        (units,), for each level but the outermost; the outcome's columns.
    """
    time = panel["time"].to_numpy(dtype=np.float64)
    return {
        "leaf": tree.leaf_of(panel),
        "elapsed": time - time.mean(),
        "place": np.array([time.mean() - origin, pooled(family, panel)]),
        "priors": np.array([location_and_scale(prior) for prior in priors.values()]),
        **{f"parents_{depth}": tree.parents[depth] for depth in range(1, len(tree.levels))},
        **{name: panel[name].to_numpy(dtype=np.float64) for name in FAMILIES[family].columns},
    }


def kept_trend(
    family: str, dists: Mapping[str, str], sizes: Sequence[int], data: Mapping[str, NDArray]
) -> pm.Model:
    """Write the hierarchical trend with every unit's coefficients as parameters.

    Parameters
    ----------
    family : str
        A name in `families.LIKELIHOODS`.
    dists : mapping of str to str
        Prior distribution by hyperparameter, in the order of the rows of `data["priors"]`.
    sizes : sequence of int
        Numbers of units, outermost level first.
    data : mapping
        See `kept_data`.

    Returns
    -------
    pymc.Model
        Deterministic variables are `intercept` and `effect_0`, `effect_1`, ..., of shape (units, terms): each
        unit's deviation from its parent's intercept (at the origin) and slope.
    """
    with pm.Model() as model:
        shared = {name: pm.Data(name, values) for name, values in data.items()}
        centre, reference = shared["place"][0], shared["place"][1]
        of_prior = {name: shared["priors"][row] for row, name in enumerate(dists)}
        slope = pm.Normal("slope", *_pair(of_prior["slope"]), initval=0.0)
        location, width = _pair(of_prior["intercept"])
        height = pm.Normal("height", location + centre * slope - reference, width, initval=0.0)
        pm.Deterministic("intercept", height + reference - centre * slope)

        suffixes = [name.removeprefix("sd_intercept") for name in dists if name.startswith("sd_intercept")]
        for depth, (suffix, size) in enumerate(zip(suffixes, sizes, strict=True)):
            if depth:
                parents = shared[f"parents_{depth}"]
                height, slope = height[parents], (slope[parents] if slope.ndim else slope)
            if f"sd_slope{suffix}" in dists:
                scatter = _scatter(suffix, dists, of_prior, centre)
                height, slope = _lines(depth, size, (height, slope), scatter, centre)
            else:
                sd = _scale_variable(f"sd_intercept{suffix}", dists, of_prior)
                height = _heights(depth, size, height, sd)

        leaf = shared["leaf"]
        eta = reference + height[leaf] + (slope[leaf] if slope.ndim else slope) * shared["elapsed"]
        besides = [_scale_variable(name, dists, of_prior) for name in FAMILIES[family].parameters]
        pm.Potential("log_likelihood", LIKELIHOODS[family](eta, shared, *besides).sum())
    return model


def _heights(depth: int, size: int, parent: TensorVariable, sd: TensorVariable) -> TensorVariable:
    """Make the heights of a level whose units share their parents' slope."""
    height = pm.Normal(f"height_{depth}", parent, sd, shape=size, initval=np.zeros(size))
    pm.Deterministic(f"effect_{depth}", (height - parent)[:, None])
    return height


def _lines(
    depth: int,
    size: int,
    parent: tuple[TensorVariable, TensorVariable],
    scatter: Scatter,
    centre: TensorVariable,
) -> tuple[TensorVariable, TensorVariable]:
    """Make a level's heights at the mean time and slopes, and record the effects at the origin."""
    height = pm.Normal(f"height_{depth}", parent[0], scatter.sd_height, shape=size, initval=np.zeros(size))
    z = pm.Normal(f"z_{depth}", shape=size, initval=np.zeros(size))
    own_height = height - parent[0]
    corr, across = scatter.corr, pt.sqrt((1 - scatter.corr) * (1 + scatter.corr))
    own_slope = scatter.sd_slope * (corr * own_height / scatter.sd_height + across * z)
    effect = pt.stack([own_height - centre * own_slope, own_slope], axis=-1)
    pm.Deterministic(f"effect_{depth}", effect)
    return height, parent[1] + own_slope


def _scatter(
    suffix: str, dists: Mapping[str, str], of_prior: Mapping[str, TensorVariable], centre: TensorVariable
) -> Scatter:
    """Make a level's scatter at the mean time, and record that at the origin, which the priors are of.

    The determinant of the covariance of heights and slopes is the same at any time: with q for the ratio of
    the heights' variance to that of the intercepts, 1 - corr² at the origin is q (1 - r²), so that LKJ(eta)
    there is LKJ(eta) here times q**(eta - 1). The change of variables brings another q, as the entries of the
    covariance at the origin are linear in those at the mean time, with determinant one.
    """
    names = [f"{parameter}{suffix}" for parameter in ("sd_intercept", "sd_slope", "corr")]
    (_, width), (_, width_of_slopes), (_, eta) = (_pair(of_prior[name]) for name in names)
    # In two dimensions LKJ(eta) is Beta(eta, eta) of (corr + 1) / 2.
    r = 2 * pm.Beta(f"half_corr_at_mean_time{suffix}", eta, eta, initval=0.5) - 1
    sd_height = pm.HalfFlat(f"sd_height{suffix}", initval=START * width)
    unit = START * width_of_slopes
    sd_slope = unit * signed_variable(f"signed_{names[1]}", dists[names[1]], width_of_slopes / unit)

    along, across = r * sd_height - centre * sd_slope, sd_height * pt.sqrt((1 - r) * (1 + r))
    sd_intercept = pt.sqrt(along**2 + across**2)
    log_ratio = 2 * pt.log(sd_height / sd_intercept)
    pm.Potential(f"prior{suffix}", _log_prior(dists[names[0]], sd_intercept / width) + eta * log_ratio)
    pm.Deterministic(names[0], sd_intercept)
    pm.Deterministic(names[1], abs(sd_slope))
    pm.Deterministic(names[2], along / sd_intercept * pt.sign(sd_slope))
    return Scatter(sd_height, sd_slope, r)


def _log_prior(dist: str, value: TensorVariable) -> TensorVariable:
    """Log density of a standard deviation in units of its prior's scale, up to a constant."""
    match dist:
        case "halfnormal":
            return -(value**2) / 2
        case "exponential":
            return -value
        case _:
            return -pt.log1p(value**2)


def _scale_variable(
    name: str, dists: Mapping[str, str], of_prior: Mapping[str, TensorVariable]
) -> TensorVariable:
    """Make the variable of a standard deviation or of the dispersion."""
    _, width = _pair(of_prior[name])
    match dists[name]:
        case "halfnormal":
            return pm.HalfNormal(name, width, initval=START * width)
        case "exponential":
            return pm.Exponential(name, scale=width, initval=START * width)
        case _:
            return pm.HalfCauchy(name, width, initval=START * width)


def _pair(prior: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    return prior[0], prior[1]
