"""The trend under any family, every unit's coefficients kept as parameters.

How they are written decides how well they mix:

- Time is centred at the panel's mean, and a unit's height *there* is the parameter, not its intercept at the
  origin, which drifts with its slope. So are a level's scatter of heights and its correlation with slopes.
  Priors are about the origin all the same: those here follow from them exactly, see `_scatter`.
- Units' heights and slopes are centred as far as their data tell them, see `kept_units`.
- Scales of slopes are sampled with a sign, see `signed_variable`: 13 macro-regions allow one of zero. Three
  leave scales wide open, and then 275 of 8,000 transitions diverge at a target acceptance of 0.9, with
  scatter at the origin and no signs 86: so few units want 0.99.

Measured on 853 municipalities of 77 health regions of 13 macro-regions in five years (beta-binomial, share of
admissions) with municipalities' heights centred and their slopes not, least bulk ESS of the hyperparameters,
always of a slope scale or of a correlation: in 8,000 iterations at a target acceptance of 0.8, 19 gradients
each, 1,320; scatter at the origin, 900. In 2,000 at 0.9, 31 gradients each, 360; scatter at the origin, 330;
that without signs, 170. nutpie's low-rank mass matrix: 410 in 2,000, but at up to 127 gradients each.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from bayes_saude.models.families import LIKELIHOODS
from bayes_saude.models.kept_units import Level, Scatter, heights, lines
from bayes_saude.models.outcomes import FAMILIES
from bayes_saude.models.predictor import INTERCEPT, TERMS
from bayes_saude.models.priors import log_prior, signed_variable
from bayes_saude.models.shifts import UNSHIFTED, Sizes, contrasts
from bayes_saude.models.years import Years, sd_of_years, year_effects


class Shape(NamedTuple):
    """What decides how many parameters a model has.

    Parameters
    ----------
    units : tuple of int
        Numbers of units, outermost level first.
    shifts : Sizes
    sequence : bool
        Whether the units of the outermost level stand in an order, see `sequence`.
    """

    units: tuple[int, ...]
    shifts: Sizes = UNSHIFTED
    sequence: bool = False


# Where the sampler starts: units that differ by a third of the prior's scale.
START = 0.3
# Log-odds and log rates of rows scatter about their trend by some such number, from which the deviations of
# times are written; any gives the same model.
SD_ROW = 0.3
# Degrees of freedom above which Student's t has a mean.
LEAST_DF = 1.0


def kept_trend(family: str, dists: Mapping[str, str], shape: Shape, data: Mapping[str, NDArray]) -> pm.Model:
    """Write the hierarchical trend with every unit's coefficients as parameters.

    Parameters
    ----------
    family : str
        A name in `families.LIKELIHOODS`.
    dists : mapping of str to str
        Prior distribution by hyperparameter, in the order of the rows of `data["priors"]`.
    shape : Shape
    data : mapping
        See `kept_data.kept_data`.

    Returns
    -------
    pymc.Model
        Deterministic variables are `intercept` and `effect_0`, `effect_1`, ..., of shape (units, terms): each
        unit's deviation from its parent's intercept (at the origin) and slope, without the effects of the
        predictors' groups, which are the vectors `intercept[...]` and `slope[...]`.
    """
    with pm.Model() as model:
        shared = {name: pm.Data(name, values) for name, values in data.items()}
        centre, reference = shared["place"][0], shared["place"][1]
        of_prior = {name: shared["priors"][row] for row, name in enumerate(dists)}
        besides = {name: _scale_variable(name, dists, of_prior) for name in FAMILIES[family].parameters}
        years, line = _years(dists, of_prior, shared, besides, shape.shifts.times)
        height, slope = _population(of_prior, centre, reference, line)

        suffixes = [name.removeprefix("sd_intercept") for name in dists if name.startswith("sd_intercept")]
        for depth, (suffix, size) in enumerate(zip(suffixes, shape.units, strict=True)):
            innermost = depth == len(suffixes) - 1
            level = Level(
                depth, size,
                basis=shared["basis"] if shape.sequence and not depth else None,
                information=shared["information"] if innermost else None,
            )  # fmt: skip
            if depth:
                parents = shared[f"parents_{depth}"]
                height, slope = height[parents], (slope[parents] if slope.ndim else slope)
            if innermost:
                height, slope = _with_groups((height, slope), of_prior, shared, shape.shifts.groups)
            if f"sd_slope{suffix}" in dists:
                scatter = _scatter(suffix, dists, of_prior, centre)
                height, slope = lines(level, (height, slope), scatter, centre)
            else:
                sd = _scale_variable(f"sd_intercept{suffix}", dists, of_prior)
                height, own = heights(level, height, sd)
                pm.Deterministic(f"effect_{depth}", own[:, None])

        leaf, elapsed = shared["leaf"], shared["elapsed"]
        eta = reference + height[leaf] + (slope[leaf] if slope.ndim else slope) * elapsed
        if years is not None:
            eta += years[shared["time"]] - line[0] - line[1] * elapsed
        pm.Potential("log_likelihood", LIKELIHOODS[family](eta, shared, *besides.values()).sum())
    return model


def _years(
    dists: Mapping[str, str],
    of_prior: Mapping[str, TensorVariable],
    shared: Mapping[str, TensorVariable],
    besides: Mapping[str, TensorVariable],
    size: int,
) -> tuple[TensorVariable | None, tuple[TensorVariable, TensorVariable]]:
    """Make the deviations of times, where there are; give their line, height at the mean time and slope."""
    if not size:
        return None, (pt.constant(0.0), pt.constant(0.0))
    _, width = _pair(of_prior["sd_year"])
    sd_row = besides.get("sd_resid", pt.constant(SD_ROW))
    seen = Years(*(shared[name] for name in Years._fields))
    sd_year = sd_of_years(dists["sd_year"], width, sd_row, seen)
    pm.Deterministic("sd_year", abs(sd_year))
    years = year_effects(sd_year, sd_row, seen, size)
    pm.Deterministic("year_effect", years)
    of_line = shared["line"] @ years
    return years, (of_line[0], of_line[1])


def _population(
    of_prior: Mapping[str, TensorVariable],
    centre: TensorVariable,
    reference: TensorVariable,
    line: tuple[TensorVariable, TensorVariable],
) -> tuple[TensorVariable, TensorVariable]:
    """Make the population's height at the mean time and slope, with the line of the times' deviations.

    The data cannot tell that line from the population's own, whose intercept and slope are recorded.
    """
    location, width = _pair(of_prior["slope"])
    seen_slope = pm.Normal("seen_slope", location + line[1], width, initval=0.0)
    slope = pm.Deterministic("slope", seen_slope - line[1])
    location, width = _pair(of_prior["intercept"])
    middle = location + centre * slope - reference
    height = pm.Normal("height", middle + line[0], width, initval=0.0)
    pm.Deterministic("intercept", height - line[0] + reference - centre * slope)
    return height, seen_slope


def _with_groups(
    parent: tuple[TensorVariable, TensorVariable],
    of_prior: Mapping[str, TensorVariable],
    shared: Mapping[str, TensorVariable],
    sizes: Sequence[int],
) -> tuple[TensorVariable, TensorVariable]:
    """Add to the parents' lines the effects of the groups that the units of the innermost level are in."""
    height, slope = parent
    for k, size in enumerate(sizes):
        for term in TERMS:
            name = f"{term}[group_{k}]"
            if name not in of_prior:
                continue
            _, width = _pair(of_prior[name])
            z = pm.Normal(f"z_{name}", shape=size - 1, initval=np.zeros(size - 1))
            effects = pm.Deterministic(name, width * (contrasts(size) @ z))[shared[f"group_{k}"]]
            if term == INTERCEPT:
                height = height + effects
            else:
                height, slope = height + shared["place"][0] * effects, slope + effects
    return height, slope


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
    pm.Potential(f"prior{suffix}", log_prior(dists[names[0]], sd_intercept / width) + eta * log_ratio)
    pm.Deterministic(names[0], sd_intercept)
    pm.Deterministic(names[1], abs(sd_slope))
    pm.Deterministic(names[2], along / sd_intercept * pt.sign(sd_slope))
    return Scatter(sd_height, sd_slope, r)


def _scale_variable(
    name: str, dists: Mapping[str, str], of_prior: Mapping[str, TensorVariable]
) -> TensorVariable:
    """Make the variable of a standard deviation, of the dispersion or of the degrees of freedom."""
    _, width = _pair(of_prior[name])
    match dists[name]:
        case "halfnormal":
            return pm.HalfNormal(name, width, initval=START * width)
        case "gamma":
            shape, rate = _pair(of_prior[name])
            return pm.Truncated(name, pm.Gamma.dist(alpha=shape, beta=rate), lower=LEAST_DF, initval=10.0)
        case "exponential":
            return pm.Exponential(name, scale=width, initval=START * width)
        case _:
            return pm.HalfCauchy(name, width, initval=START * width)


def _pair(prior: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    return prior[0], prior[1]
