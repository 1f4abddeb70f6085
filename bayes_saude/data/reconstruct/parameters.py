"""First step: move the printed parameters inside their rounding until both models of an indicator agree.

The fits by region and by municipality describe the same records, so they share the totals of every year and
the total sum of squares, and REML's equations bind each table's parameters to its own predicted effects.
These equations are solved by sequential linear programming: of all solutions, the one whose largest
distance from a printed value, in half units of its last digit, is smallest. The ends of printed intervals
are a second goal of less weight: those of coverage and vaccine conflict with the rest by less than a unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

from bayes_saude.data.reconstruct.equations import MixedModel
from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.printed import PARAMETERS, Printed
from bayes_saude.errors import DataError

Z95 = 1.96
LEVELS = ("region", "municipality")
REGION_HALF_UNIT = 0.0005
MEAN_HALF_UNIT = 0.005
HARD, SOFT, FREE = 0, 1, 2
WEIGHTS = (1.0, 0.2, 0.01)  # parameters and estimates; ends of intervals; what is not printed
FIRST_RADIUS, RADIUS_SHRINKS, PROGRAMS = 20.0, 0.5, 16


@dataclass(frozen=True)
class Agreement:
    """Parameters of both models, effects of the regions and yearly means that satisfy every equation.

    Attributes
    ----------
    region, municipality : MixedModel
    region_effects : ndarray (R, 2)
        Predicted effects of the regions (deviations from the fixed effects).
    means : ndarray (T,)
    last_deviations : ndarray (2,)
        Predicted deviation from the mean line in 2014 of the two municipalities that lack that year.
    largest : float
        Largest distance from a printed parameter, standard error, estimate or mean, in half units.
    largest_interval : float
        The same over the ends of printed intervals.
    """

    region: MixedModel
    municipality: MixedModel
    region_effects: np.ndarray
    means: np.ndarray
    last_deviations: np.ndarray
    largest: float
    largest_interval: float


class Numbers(NamedTuple):
    """Printed numbers: value, half a unit of the last digit, and how much they bind."""

    target: np.ndarray
    half: np.ndarray
    kind: np.ndarray


@dataclass(frozen=True)
class _State:
    """The unknowns as one vector: parameters by region and by municipality, effects, means, deviations."""

    z: np.ndarray
    R: int
    T: int

    @property
    def theta_region(self) -> np.ndarray:
        return self.z[:6]

    @property
    def theta_municipality(self) -> np.ndarray:
        return self.z[6:12]

    @property
    def effects(self) -> np.ndarray:
        return self.z[12 : 12 + 2 * self.R].reshape(self.R, 2)

    @property
    def means(self) -> np.ndarray:
        return self.z[12 + 2 * self.R : 12 + 2 * self.R + self.T]

    @property
    def last_deviations(self) -> np.ndarray:
        return self.z[-2:]


def agree(printed: Printed, layout: Layout, last_deviations: np.ndarray) -> Agreement:
    """Find parameters inside the print's rounding at which all equations hold.

    Parameters
    ----------
    printed : Printed
    layout : Layout
    last_deviations : ndarray (2,)
        A draw of the predicted deviation from the mean line in the last year of the two municipalities that
        lack it, in the indicator's unit. The equations all but fix their sum; the rest stays near the draw.

    Raises
    ------
    DataError
        If some printed parameter or estimate would have to leave its rounding.
    """
    R, T = len(printed.regions), len(printed.years)
    z = np.concatenate([_start(printed), last_deviations])
    scale = np.concatenate([_halves(printed), np.full(2, printed.sds.mean())])
    if printed.singular:
        scale[6 + PARAMETERS.index("corr")] = 0.0
    numbers = _numbers(printed, last_deviations)

    def equations(v: np.ndarray) -> np.ndarray:
        return _equations(_State(v, R, T), layout)

    def shown(v: np.ndarray) -> np.ndarray:
        return _shown(_State(v, R, T), layout)

    for radius in FIRST_RADIUS * RADIUS_SHRINKS ** np.arange(PROGRAMS):
        z = z + _linear_program(z, scale, radius, equations, shown, numbers)
    for _ in range(3):  # what is left of the equations is far below any rounding: shortest steps to zero
        z = z - scale * np.linalg.lstsq(_jacobian(equations, z, scale), equations(z))[0]
    distance = np.abs(shown(z) - numbers.target) / numbers.half
    largest, largest_interval = (float(distance[numbers.kind == kind].max()) for kind in (HARD, SOFT))
    if np.abs(equations(z)).max() > 1e-10 or largest > 1:
        raise DataError(
            f"the printed results of '{printed.indicator}' do not agree: the largest distance from a printed "
            f"value is {largest:.2f} half units, the largest error of an equation "
            f"{np.abs(equations(z)).max():.1e}.",
            "Check the tables under data/sa2015 against the thesis.",
        )
    state = _State(z, R, T)
    region, municipality = _models(state, layout)
    return Agreement(
        region,
        municipality,
        state.effects,
        state.means,
        state.last_deviations,
        largest,
        largest_interval,
    )


def _models(state: _State, layout: Layout) -> tuple[MixedModel, MixedModel]:
    return layout.by_region(state.theta_region), layout.by_municipality(state.theta_municipality)


def _start(printed: Printed) -> np.ndarray:
    theta = [printed.models[level].value[list(PARAMETERS)].to_numpy() for level in LEVELS]
    effects = printed.region_effects["estimate"] - theta[0][:2]
    return np.concatenate([*theta, effects.ravel(), printed.means])


def _halves(printed: Printed) -> np.ndarray:
    theta = [printed.models[level].half[list(PARAMETERS)].to_numpy() for level in LEVELS]
    return np.concatenate(
        [
            *theta,
            np.full(2 * len(printed.regions), REGION_HALF_UNIT),
            np.full(len(printed.years), MEAN_HALF_UNIT),
        ]
    )


def _equations(state: _State, layout: Layout) -> np.ndarray:
    """Every equation that must be zero, each divided by its natural size."""
    region, municipality = _models(state, layout)
    u, last = state.effects, layout.X[-1]
    sds = state.theta_region[2:4].real
    U = u.T @ u - region.cov @ region.expected_score_cov @ region.cov
    total = np.einsum("rab,b->a", region.S, region.beta) + region.cross_products_of_effects(u).sum(0)
    counts = layout.observed.sum(0)
    deviations = state.last_deviations
    missing = last * deviations.sum()
    S_total = region.S.sum(0)
    N = region.n.sum()
    size = N * state.theta_region[5].real
    gap = municipality.beta - region.beta
    squares = (
        _squares_by_municipality(municipality, layout, deviations)
        - 2 * gap @ missing
        + gap @ S_total @ gap
        - _squares_by_region(region, u)
    )
    return np.concatenate(
        [
            u.mean(0) / sds,
            (U / np.outer(sds, sds))[np.triu_indices(2)] / len(u),
            (total - layout.X.T @ (counts * state.means)) / size,
            (total - S_total @ municipality.beta + missing) / size,
            [squares / (N * state.theta_region[5].real ** 2)],
        ]
    )


def _squares_by_region(model: MixedModel, u: np.ndarray) -> np.ndarray:
    """Total of e'e that the region model's equation for sigma implies: |e - Xu|^2 = sigma^4 tr P."""
    s = model.cross_products_of_effects(u)
    fitted = 2 * (u * s).sum() - np.einsum("ra,rab,rb->", u, model.S, u)
    return model.var_resid**2 * model.trace_p + fitted


def _squares_by_municipality(model: MixedModel, layout: Layout, deviations: np.ndarray) -> np.ndarray:
    """Return the same by municipality, where the sum of g g' is known but not each effect.

    The cross-products of a municipality without 2014 lack that year's square of its predicted deviation.
    """
    E = model.expected_score_cov
    complete = layout.X.T @ layout.X
    fitted = 2 * model.var_resid * np.trace(model.cov @ E) + np.trace(complete @ model.cov @ E @ model.cov)
    return model.var_resid**2 * model.trace_p + fitted - (deviations**2).sum()


def squares_by_year(printed: Printed, layout: Layout, agreement: Agreement) -> np.ndarray:
    """Sum of squares about each year's mean, (T,).

    In the proportions of the intervals that table 2 prints for the means, which are too rough (resampled, it
    seems) to be met exactly; their total is the one that the models' parameters imply.
    """
    counts = layout.observed.sum(0)
    model = agreement.municipality
    off_line = agreement.means - layout.X @ model.beta
    total = _squares_by_municipality(model, layout, agreement.last_deviations) - counts @ off_line**2
    share = counts * printed.sds**2
    squares: np.ndarray = total * share / share.sum()
    return squares


def _numbers(printed: Printed, last_deviations: np.ndarray) -> Numbers:
    """Collect every printed number of an indicator; `_shown` gives the same quantities of a state."""
    rows: list[tuple[np.ndarray, np.ndarray | float, int]] = []
    for level in LEVELS:
        table = printed.models[level]
        rows.append((table["value"].to_numpy(), table["half"].to_numpy(), HARD))
    effects = printed.region_effects
    low, high = printed.half_width.T
    rows += [
        (effects["estimate"], REGION_HALF_UNIT, HARD),
        (printed.means, MEAN_HALF_UNIT, HARD),
        (effects["low"], REGION_HALF_UNIT, SOFT),
        (effects["high"], REGION_HALF_UNIT, SOFT),
        ((low + high) / 2, (high - low) / 2, SOFT),
        (last_deviations, printed.sds.mean(), FREE),
    ]
    return Numbers(
        np.concatenate([np.ravel(target) for target, _, _ in rows]),
        np.concatenate([np.broadcast_to(half, np.size(target)) for target, half, _ in rows]),
        np.concatenate([np.full(np.size(target), kind) for target, _, kind in rows]),
    )


def _shown(state: _State, layout: Layout) -> np.ndarray:
    """Compute from a state what the print shows, in the order of `_numbers`."""
    region, municipality = _models(state, layout)
    values = []
    for model, theta in ((region, state.theta_region), (municipality, state.theta_municipality)):
        values += [theta, np.sqrt(np.diag(model.fixed_cov)), theta[[2, 3, 5]] ** 2]
    estimate = region.beta + state.effects
    width = Z95 * np.sqrt(np.diagonal(region.conditional_cov, axis1=1, axis2=2))
    values += [
        estimate,
        state.means,
        estimate - width,
        estimate + width,
        Z95 * np.sqrt(np.diag(municipality.conditional_cov[0])),
        state.last_deviations,
    ]
    return np.concatenate([np.ravel(value) for value in values])


def _linear_program(
    z: np.ndarray,
    scale: np.ndarray,
    radius: float,
    equations: Callable[[np.ndarray], np.ndarray],
    shown: Callable[[np.ndarray], np.ndarray],
    numbers: Numbers,
) -> np.ndarray:
    """Step from z that minimises the weighted largest distance of each kind, both functions made linear.

    The program's unknowns are the step in units of `scale`, at most `radius` each, then the three distances.
    """
    k = len(z)
    J_eq = _jacobian(equations, z, scale)
    J = _jacobian(shown, z, scale) / numbers.half[:, None]
    now = (shown(z) - numbers.target) / numbers.half
    reach = -(numbers.kind[:, None] == np.arange(3)).astype(float)
    result = linprog(
        c=np.concatenate([np.zeros(k), WEIGHTS]),
        A_ub=np.vstack([np.column_stack([J, reach]), np.column_stack([-J, reach])]),
        b_ub=np.concatenate([-now, now]),
        A_eq=np.column_stack([J_eq, np.zeros((len(J_eq), 3))]),
        b_eq=-equations(z),
        bounds=[(-radius, radius)] * k + [(0, None)] * 3,
        method="highs",
    )
    if result.x is None:
        raise DataError(
            f"no parameters inside the print's rounding satisfy the equations ({result.message}).",
            "Check the tables under data/sa2015 against the thesis.",
        )
    step: np.ndarray = scale * result.x[:k]
    return step


def _jacobian(function: Callable[[np.ndarray], np.ndarray], z: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Exact derivatives by the complex step, per unit of `scale`."""
    columns = []
    for i, unit in enumerate(scale):
        shifted = z.astype(complex)
        shifted[i] += 1e-30j
        columns.append(function(shifted).imag * (unit / 1e-30))
    return np.column_stack(columns)
