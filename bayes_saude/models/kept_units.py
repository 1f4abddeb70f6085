"""The heights and slopes of a level's units, as a sampler meets them in `kept`.

Of hundreds of units whose data tell them neither well nor badly both usual forms mix badly. Where heights are
centred, height ~ N(parent, sd), the room that they take goes with sd to the power of their number; where they
are not, height = parent + sd z, that of z does so inversely. Either way the energy goes with hundreds of
log(sd), of which each new momentum makes up little (Betancourt 2016, arXiv:1604.00695).

Units of the innermost level are written in between (Papaspiliopoulos, Roberts and Sköld 2007,
doi:10.1214/088342307000000014): by how far they are from what prior and data leave of their parent, in
standard deviations of what they leave, see `partly_centred`. That takes about the same room at every sd. It
is the centred form where data tell all and the other where they tell nothing; a scale near zero, where
centred slopes make a funnel, finds the latter by itself.

Outer levels have tens of units, each told by all below it: heights are centred, slopes not.

Units that stand in an order, see `sequence`, are made of independent steps, which are written alike: of nine
groups in four years, the median over seeds of the least bulk ESS was 1,540 with heights centred and slopes
not, as here 1,900.

Measured, the less of two chains. Vaccine coverage of 853 municipalities in four years (Student's t), 2,000
iterations after 1,000: with heights centred and slopes not, the logarithms of the sd of heights and of slopes
made up two thirds of the energy's variance, and the Bayesian fraction of missing information was 0.30; with
neither centred 0.44; as here 0.84. Share of admissions (beta-binomial, see `kept`), 1,500 after 700, least
bulk ESS of the hyperparameters: 430 with municipalities' heights centred and their slopes not, as here 790.
"""

from typing import NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable


class Scatter(NamedTuple):
    """Of a level's lines about their parents': at the mean time; the slopes' deviation has a sign."""

    sd_height: TensorVariable
    sd_slope: TensorVariable
    corr: TensorVariable


class Level(NamedTuple):
    """A level's units: their number, and what their coefficients are written with.

    Parameters
    ----------
    depth : int
    size : int
    basis : TensorVariable, optional
        Shape (units, units - 1), where the units stand in an order, see `sequence`.
    information : TensorVariable, optional
        Shape (2, units), of the innermost level: about how much its data tell a unit's height and slope.
    """

    depth: int
    size: int
    basis: TensorVariable | None
    information: TensorVariable | None


def heights(
    level: Level, parent: TensorVariable, sd: TensorVariable
) -> tuple[TensorVariable, TensorVariable]:
    """Make the heights of a level's units, and their deviations from their parents'."""
    name, size = f"height_{level.depth}", level.size
    if level.basis is not None:
        if level.information is None:
            steps = pm.Normal(name, 0.0, sd, shape=size - 1, initval=np.zeros(size - 1))
        else:
            steps = partly_centred(name, 0.0, sd, level.basis.T**2 @ level.information[0], size - 1)
        own = level.basis @ steps
        return parent + own, own
    if level.information is None:
        height = pm.Normal(name, parent, sd, shape=size, initval=np.zeros(size))
    else:
        height = partly_centred(name, parent, sd, level.information[0], size)
    return height, height - parent


def lines(
    level: Level, parent: tuple[TensorVariable, TensorVariable], scatter: Scatter, centre: TensorVariable
) -> tuple[TensorVariable, TensorVariable]:
    """Make a level's heights at the mean time and slopes, and record the effects at the origin."""
    height, own_height = heights(level, parent[0], scatter.sd_height)
    along = scatter.sd_slope * scatter.corr * own_height / scatter.sd_height
    across = scatter.sd_slope * pt.sqrt((1 - scatter.corr) * (1 + scatter.corr))
    name, size = f"z_{level.depth}", level.size
    if level.basis is not None:
        if level.information is None:
            steps = across * pm.Normal(name, shape=size - 1, initval=np.zeros(size - 1))
        else:
            steps = partly_centred(name, 0.0, across, level.basis.T**2 @ level.information[1], size - 1)
        own_slope = along + level.basis @ steps
    elif level.information is None:
        own_slope = along + across * pm.Normal(name, shape=size, initval=np.zeros(size))
    else:
        own_slope = partly_centred(name, parent[1] + along, across, level.information[1], size) - parent[1]
    effect = pt.stack([own_height - centre * own_slope, own_slope], axis=-1)
    pm.Deterministic(f"effect_{level.depth}", effect)
    return height, parent[1] + own_slope


def partly_centred(
    name: str, mean: TensorVariable | float, sd: TensorVariable, information: TensorVariable, size: int
) -> TensorVariable:
    """Make variables that are normal given their mean and sd.

    Parameters
    ----------
    name : str
        Of the variable that is sampled in their place.
    mean : TensorVariable or float
        A scalar or of shape (size,).
    sd : TensorVariable
        A scalar; its sign changes nothing.
    information : TensorVariable
        Shape (size,): one over the variance that data alone would leave each. A guess will do: the variables
        are the same whatever it is.
    size : int

    Returns
    -------
    TensorVariable
        Shape (size,).
    """
    left = 1 / (1 + information * sd**2)
    width = sd * pt.sqrt(left)
    z = pm.Normal(name, information * width * mean, 1 / pt.sqrt(left), shape=size, initval=np.zeros(size))
    return left * mean + width * z
