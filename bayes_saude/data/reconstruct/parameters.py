"""First step: move the printed parameters inside their rounding until both models of an indicator agree.

The fits by region and by municipality describe the same records, so they share the totals of every year and
the total sum of squares, and REML's equations bind each table's parameters to its own predicted effects.
These equations are solved by sequential linear programming: of all solutions, the one whose largest
distance from a printed value, in half units of its last digit, is smallest. The ends of printed intervals
are a second goal of less weight: those of coverage and vaccine conflict with the rest by less than a unit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from bayes_saude.data.reconstruct.constraints import (
    HARD,
    MEAN_HALF_UNIT,
    REGION_HALF_UNIT,
    SOFT,
    Numbers,
    State,
    equations_at,
    models_at,
    printed_numbers,
    shown_at,
    total_squares,
)
from bayes_saude.data.reconstruct.equations import MixedModel
from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.printed import LEVELS, PARAMETERS, Printed
from bayes_saude.errors import DataError

WEIGHTS = (1.0, 0.2, 0.01)  # of the largest distance of each kind: HARD, SOFT, FREE
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
    numbers = printed_numbers(printed, last_deviations)

    def equations(v: np.ndarray) -> np.ndarray:
        return equations_at(State(v, R, T), layout)

    def shown(v: np.ndarray) -> np.ndarray:
        return shown_at(State(v, R, T), layout)

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
    state = State(z, R, T)
    region, municipality = models_at(state, layout)
    return Agreement(
        region,
        municipality,
        state.effects,
        state.means,
        state.last_deviations,
        largest,
        largest_interval,
    )


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


def squares_by_year(printed: Printed, layout: Layout, agreement: Agreement) -> np.ndarray:
    """Sum of squares about each year's mean, (T,).

    In the proportions of the intervals that table 2 prints for the means, which are too rough (resampled, it
    seems) to be met exactly; their total is the one that the models' parameters imply.
    """
    counts = layout.observed.sum(0)
    model = agreement.municipality
    off_line = agreement.means - layout.X @ model.beta
    total = total_squares(model, layout, agreement.last_deviations) - counts @ off_line**2
    share = counts * printed.sds**2
    squares: np.ndarray = total * share / share.sum()
    return squares


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
