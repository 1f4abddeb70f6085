"""The units' effects, drawn exactly once the hyperparameters are.

Given its parent's coefficients m, the hyperparameters and the data, a unit's coefficients are N(m + M(h - P
m), M), with P, h and M of `models.marginal`: one pass down the tree of units for each draw of the
hyperparameters gives a draw of all effects.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from bayes_saude.models.marginal import Covariance, Integral, pass_up
from bayes_saude.models.moments import Moments
from bayes_saude.models.predictor import Tree
from bayes_saude.models.shifts import less

type Values = NDArray[np.float64]
type Draws = Mapping[str, Values]

# Draws are taken in chunks of so many cells, which keeps what lies between input and result in the
# processor's cache.
CHUNK = 2**17


def draw_effects(
    draws: Draws, moments: Moments, tree: Tree, rng: np.random.Generator
) -> list[NDArray[np.float32]]:
    """Draw every unit's deviation from its parent.

    Parameters
    ----------
    draws : mapping of str to array
        Hyperparameters in the outcome's unit: `intercept`, `slope`, `sd_resid`, shape (draws,);
        `sd_intercept` and, where units have slopes, `sd_slope` and `corr`, shape (draws, levels), outermost
        first; where the trend is shifted `year_effect`, shape (draws, times), and `intercept[...]`,
        `slope[...]` of each predictor, shape (draws, groups).
    moments : Moments
    tree : Tree
    rng : numpy.random.Generator

    Returns
    -------
    list of array
        For each level, outermost first, shape (draws, units, terms), in the outcome's unit; the intercept is
        the only term where units have no slopes.
    """
    n_draws, n_terms = len(draws["intercept"]), 2 if "corr" in draws else 1
    effects = [np.empty((n_draws, len(units), n_terms), dtype=np.float32) for units in tree.units]
    step = max(1, CHUNK // len(tree.units[-1]))
    for start in range(0, n_draws, step):
        chunk = slice(start, start + step)
        deviations = _deviations({name: values[chunk] for name, values in draws.items()}, moments, tree, rng)
        for effect, deviation in zip(effects, deviations, strict=True):
            for term in range(n_terms):
                effect[chunk, :, term] = moments.units[term] * deviation[term]
    return effects


class _Conditional(NamedTuple):
    """Distribution of a unit's deviation from its parent: offset + gain h + root z, with z standard normal.

    Arrays of shape (draws, units) or, for the innermost level's rows, (draws, patterns, parents).
    """

    offset: tuple[Values, Values]
    gain: tuple[Values, Values, Values]
    root: tuple[Values, Values, Values]

    @classmethod
    def of(cls, integral: Integral, parent: tuple[Values, Values]) -> Self:
        """Condition on the parent's coefficients, of a shape to go with the integral's."""
        (a, b, d), _ = integral.message
        (s, c, r), determinant = integral.posterior
        surprise = (-a * parent[0] - b * parent[1], -b * parent[0] - d * parent[1])
        offset = (s * surprise[0] + c * surprise[1], c * surprise[0] + r * surprise[1])
        # Cholesky factor of M; where the intercepts do not vary at all, only slopes do.
        varies = s > 0
        safe = np.where(varies, s, 1.0)
        root = (
            np.sqrt(s),
            np.where(varies, c, 0.0) / np.sqrt(safe),
            np.sqrt(np.where(varies, determinant / safe, r)),
        )
        return cls(offset, (s, c, r), root)

    def of_units(self, row: NDArray[np.intp]) -> Self:
        """Take each unit's row, shape (draws, units)."""

        def taken(values: Values) -> Values:
            return values.reshape(len(values), -1)[:, row]

        (o0, o1), (s, c, r), (l00, l10, l11) = self
        return type(self)(
            (taken(o0), taken(o1)), (taken(s), taken(c), taken(r)), (taken(l00), taken(l10), taken(l11))
        )

    def draw(self, h: tuple[Values, Values], rng: np.random.Generator) -> tuple[Values, Values]:
        """Draw deviations given each unit's h."""
        s, c, r = self.gain
        z = rng.standard_normal((2, *s.shape), dtype=np.float32)
        intercept = self.offset[0] + s * h[0] + c * h[1] + self.root[0] * z[0]
        slope = self.offset[1] + c * h[0] + r * h[1] + self.root[1] * z[0] + self.root[2] * z[1]
        return intercept, slope


def _deviations(
    draws: Draws, moments: Moments, tree: Tree, rng: np.random.Generator
) -> Iterator[tuple[Values, Values]]:
    """Draw standardised deviations, intercepts and slopes of shape (draws, units), outermost level first."""
    variance = ((draws["sd_resid"] / moments.units[0]) ** 2)[:, None]
    priors = covariances(draws, moments, len(tree.levels))
    rows, (y, ty) = moments.rows, moments.leaf_xy.T
    if moments.additions:
        rows, taken = less(rows, standard_shifts(draws, moments), moments.additions)
        y, ty = (
            total - of_unit.reshape(len(of_unit), -1)[:, moments.leaf_row]
            for total, of_unit in zip((y, ty), taken, strict=True)
        )
    integrals, _ = pass_up(rows, variance[..., None], priors, moments.incidence)

    intercept = (draws["intercept"] - moments.reference[0])[:, None] / moments.units[0]
    slope = (draws["slope"] - moments.reference[1])[:, None] / moments.units[1]
    for parents, integral in zip(tree.parents[:-1], integrals[:0:-1], strict=True):
        intercept, slope = intercept[:, parents], slope[:, parents]
        deviation = _Conditional.of(integral, (intercept, slope)).draw(integral.message.h, rng)
        yield deviation
        intercept, slope = intercept + deviation[0], slope + deviation[1]

    of_rows = _Conditional.of(integrals[0], (intercept[:, None], slope[:, None]))
    yield of_rows.of_units(moments.leaf_row).draw((y / variance, ty / variance), rng)


def standard_shifts(draws: Draws, moments: Moments) -> Values:
    """Standardise what shifts the trend, shape (draws, parameters), in the order of `Additions`."""
    blocks = [draws["year_effect"] / moments.units[0]] if "year_effect" in draws else []
    for name in draws:
        if name.startswith("intercept["):
            intercept = draws[name] / moments.units[0]
            slope = draws.get(name.replace("intercept", "slope", 1), np.zeros_like(intercept))
            blocks += [intercept, slope / moments.units[1]]
    return np.concatenate(blocks, axis=1)


def covariances(draws: Draws, moments: Moments, n_levels: int) -> list[Covariance]:
    """Standardise each level's covariance, innermost first, in the shapes that `pass_up` wants."""
    sd_intercept = draws["sd_intercept"] / moments.units[0]
    none = np.zeros_like(sd_intercept)
    sd_slope = draws.get("sd_slope", none) / moments.units[1]
    corr = draws.get("corr", none)
    shapes = [(-1, 1, 1)] + [(-1, 1)] * (n_levels - 1)
    return [
        Covariance.of(*(values[:, level].reshape(shape) for values in (sd_intercept, sd_slope, corr)))
        for level, shape in zip(reversed(range(n_levels)), shapes, strict=True)
    ]
