"""The Gaussian family with the coefficients of every unit integrated out, exactly.

All that the data say of a unit's coefficients g = (intercept, slope) is exp(c + h'g - g'Pg / 2). For a unit
of the innermost level P = X'X / s2, h = X'y / s2 and c = -n log(2 pi s2) / 2 - y'y / (2 s2), with X = (1, t -
origin). Integrating g ~ N(m, S) gives what they say of the parent's coefficients m, in the same form:

    c -> c - log|I + S P| / 2 + h'Mh / 2,   h -> (I + P S)^-1 h,   P -> P - P M P,   M = (S^-1 + P)^-1,

and what siblings say adds up. So the likelihood passes up the tree of units, level by level, to the
population's coefficients. Everything is two by two and written in scalars: M = (S + |S| adj P) / |I + S P|
and P - P M P = (P + |P| adj S) / |I + S P|, which need no inverse, so that S may be singular (a correlation
of one).

Units of the innermost level that share a parent and X'X share P and M as well. They enter as one row of sums,
because h'Mh = tr(M hh'): 853 municipalities seen in the same four years are one row.

`integrate` and `pass_up` run on PyTensor variables for the likelihood and on arrays of draws for the effects.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytensor.tensor as pt

# A NumPy array of floats or a PyTensor variable.
type Array = Any


class Symmetric(NamedTuple):
    """The matrix [[a, b], [b, d]], or many of them."""

    a: Array
    b: Array
    d: Array


class Covariance(NamedTuple):
    """A covariance matrix and its determinant, which subtraction of the elements would not give exactly."""

    matrix: Symmetric
    determinant: Array

    @classmethod
    def of(cls, sd_intercept: Array, sd_slope: Array, corr: Array) -> "Covariance":
        """Make diag(sd) R diag(sd)."""
        var_intercept, var_slope = sd_intercept**2, sd_slope**2
        matrix = Symmetric(var_intercept, corr * sd_intercept * sd_slope, var_slope)
        return cls(matrix, var_intercept * var_slope * (1 - corr) * (1 + corr))


class Message(NamedTuple):
    """What data say of coefficients g: exp(h'g - g'Pg / 2), with P the precision."""

    precision: Symmetric
    h: tuple[Array, Array]


class Integral(NamedTuple):
    """What it leaves to integrate a unit's coefficients g ~ N(m, S) out.

    Parameters
    ----------
    message : Message
        What was integrated: P and h.
    posterior : Covariance
        M, the covariance of g given m and the data. Its mean is m + M(h - P m).
    determinant : Array
        |I + S P|.
    upward : Message
        What the data say of m.
    """

    message: Message
    posterior: Covariance
    determinant: Array
    upward: Message


class Rows(NamedTuple):
    """Moments of the units of the innermost level, one row for all that share a parent and X'X.

    Arrays of shape (patterns, parents): a column holds a parent's rows, and a parent with fewer patterns than
    others has rows of no units. With one level, where all units have one parent, the population, each row has
    a column of its own instead: (1, patterns), because the long axis is faster last. The sums over units are
    of X'y = (y, ty) and of y'y; time counts from the origin, and y is the residual about a common line.
    """

    units: Array
    observations: Array  # of each unit, as are the two sums that follow
    t: Array
    tt: Array
    y: Array  # summed over the row's units, as is all that follows
    ty: Array
    y_y: Array
    y_ty: Array
    ty_ty: Array
    ysq: Array

    def message(self, variance: Array) -> Message:
        """P of each of a row's units and the sum of their h."""
        precision = Symmetric(self.observations / variance, self.t / variance, self.tt / variance)
        return Message(precision, (self.y / variance, self.ty / variance))


def integrate(message: Message, prior: Covariance) -> Integral:
    """Integrate coefficients g ~ N(m, S) out of exp(h'g - g'Pg / 2).

    Parameters
    ----------
    message : Message
        P and h; `h` may be a sum over units that share P.
    prior : Covariance
        S, which may be singular.

    Returns
    -------
    Integral
    """
    (a, b, d), (h0, h1) = message
    (s, c, r), det_prior = prior
    det_precision = a * d - b * b
    det = 1 + a * s + 2 * b * c + d * r + det_precision * det_prior
    posterior = Symmetric((s + det_prior * d) / det, (c - det_prior * b) / det, (r + det_prior * a) / det)
    precision = Symmetric(
        (a + det_precision * r) / det, (b - det_precision * c) / det, (d + det_precision * s) / det
    )
    h = (
        ((1 + b * c + d * r) * h0 - (a * c + b * r) * h1) / det,
        ((1 + a * s + b * c) * h1 - (b * s + d * c) * h0) / det,
    )
    return Integral(message, Covariance(posterior, det_prior / det), det, Message(precision, h))


def pass_up(
    rows: Rows, variance: Array, priors: Sequence[Covariance], incidence: Sequence[Array]
) -> tuple[list[Integral], Message]:
    """Integrate level after level, the innermost first.

    Parameters
    ----------
    rows : Rows
    variance : Array
        Residual variance: a scalar, or shape (draws, 1, 1).
    priors : sequence of Covariance
        Innermost level first: scalars, or shape (draws, 1, 1) for the innermost level and (draws, 1) for the
        others.
    incidence : sequence of Array
        For each level that is neither innermost nor outermost, innermost first: shape (units, parents), 1
        where a unit belongs to a parent. None is needed for one level or two.

    Returns
    -------
    integrals : list of Integral
        Innermost level first: of the rows, then of the units of each outer level.
    population : Message
        What the rows, or the units of the outermost of several levels, say of the population's coefficients.
        It is left to the caller to add it up: with one level the likelihood is then one pass over the rows.
    """
    innermost = integrate(rows.message(variance), priors[0])
    integrals = [innermost]
    precision, h = innermost.upward
    # h is a sum over a row's units already, the precision that of one unit.
    message = Message(Symmetric(*(rows.units * element for element in precision)), h)
    for depth, prior in enumerate(priors[1:]):
        precision, h = message
        elements = [*precision, *h]
        if depth:
            # Rows again, one for each unit: Numba compiles this several times faster than a matrix product.
            elements = [e[..., :, None] * incidence[depth - 1] for e in elements]
        summed = [e.sum(axis=-2) for e in elements]
        integrals.append(integrate(Message(Symmetric(*summed[:3]), (summed[3], summed[4])), prior))
        message = integrals[-1].upward
    return integrals, message


def log_likelihood(
    rows: Rows,
    unit: Array,
    coefficients: tuple[Array, Array],
    sd_resid: Array,
    priors: Sequence[Covariance],
    incidence: Sequence[Array],
) -> Array:
    """Log density of all observations, every unit's coefficients integrated out.

    Parameters
    ----------
    rows : Rows
        Of responses divided by `unit`.
    unit : Array
        The scale by which responses were divided: the density is that of the undivided ones.
    coefficients : tuple of Array
        The population's intercept and slope, on the scale of `rows`, as are all that follow.
    sd_resid : Array
    priors, incidence
        As in `pass_up`.

    Returns
    -------
    Array
        A scalar.
    """
    variance = sd_resid**2
    integrals, (precision, h) = pass_up(rows, variance, priors, incidence)
    intercept, slope = coefficients
    n_observations = (rows.units * rows.observations).sum()
    log_density = (
        -0.5 * n_observations * pt.log(2 * np.pi * variance * unit**2) - 0.5 * rows.ysq.sum() / variance
    )

    innermost, outer = integrals[0], integrals[1:]
    m = innermost.posterior.matrix
    explained = (m.a * rows.y_y + 2 * m.b * rows.y_ty + m.d * rows.ty_ty) / variance**2
    log_density += 0.5 * (explained - rows.units * pt.log(innermost.determinant)).sum()
    for level in outer:
        m, (h0, h1) = level.posterior.matrix, level.message.h
        explained = m.a * h0**2 + 2 * m.b * h0 * h1 + m.d * h1**2
        log_density += 0.5 * (explained - pt.log(level.determinant)).sum()

    quadratic = precision.a * intercept**2 + 2 * precision.b * intercept * slope + precision.d * slope**2
    return log_density + (h[0] * intercept + h[1] * slope - 0.5 * quadratic).sum()
