"""Third step: move the panel by shortest steps until every REML equation and every printed number holds.

Linear in the records: the totals of each region (hence its predicted effects) and of each year, and the
predicted effects of municipalities. Quadratic: the equations for the variances by municipality, and the
spread within each year. Inequalities (rounding, intervals, quartiles, possible values) each concern one
municipality, so a step is solved municipality by municipality, with only the shared equations in common.
"""

import logging

import numpy as np

from bayes_saude.data.reconstruct.constraints import MEAN_HALF_UNIT
from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.parameters import Agreement, squares_by_year
from bayes_saude.data.reconstruct.printed import Printed
from bayes_saude.errors import ConvergenceError

log = logging.getLogger(__name__)

MOST_STEPS = 80  # most seeds need about 10
SETTLED = 40  # steps after which the order of the values within a year is kept
MOST_DEPARTURES = 4  # times a bound may leave the working set: more would let two of them take turns for ever
QUANTILES = (0.25, 0.5, 0.75)


class Equations:
    """The equations that all records share: values, gradients, and the functionals of each municipality.

    Parameters
    ----------
    printed : Printed
    layout : Layout
    agreement : Agreement
    across : float
        With correlation 1: scatter of the g across the effects' line, over its expectation. Below 1
        REML's optimum stays on the boundary.
    """

    def __init__(self, printed: Printed, layout: Layout, agreement: Agreement, across: float) -> None:
        model = agreement.municipality
        self.layout, self.model = layout, model
        X, seen = layout.X, layout.observed[:, :, None]
        self.to_score = np.einsum("jab,jtb->jat", model.weight[layout.pattern], X * seen)  # g = to_score e
        self.to_effect = np.einsum("ab,jbt->jat", model.cov, self.to_score)
        E = model.expected_score_cov
        sds = np.sqrt(np.diag(model.cov))
        if printed.singular:
            normal = np.array([-sds[1], sds[0]])
            self.pairs = [(sds, np.array([1.0, 0.0])), (sds, np.array([0.0, 1.0])), (normal, normal)]
            factors = [1.0, 1.0, across]
        else:
            e0, e1 = np.eye(2)
            self.pairs, factors = [(e0, e0), (e0, e1), (e1, e1)], [1.0, 1.0, 1.0]
        self.expected = np.array([f * (a @ E @ b) for f, (a, b) in zip(factors, self.pairs, strict=True)])
        self.sizes = np.array([np.sqrt((a @ E @ a) * (b @ E @ b)) for a, b in self.pairs])
        self.means = agreement.means
        self.squares = squares_by_year(printed, layout, agreement)
        self._linear(agreement)

    def _linear(self, agreement: Agreement) -> None:
        """Gradients and targets of the totals by region and the means by year."""
        layout, region = self.layout, agreement.region
        J, T = layout.observed.shape
        R = len(region.S)
        by_region = np.zeros((2 * R, J, T))
        for a in range(2):
            by_region[2 * layout.region + a, np.arange(J)] = layout.X[:, a] * layout.observed
        totals = region.cross_products_of_effects(agreement.region_effects)
        totals = totals + np.einsum("rab,b->ra", region.S, region.beta)
        by_year = np.zeros((T, J, T))
        counts = layout.observed.sum(0)
        for t in range(T):
            by_year[t, :, t] = layout.observed[:, t]
        gradient = np.concatenate([by_region, by_year])
        target = np.concatenate([totals.ravel(), counts * agreement.means])
        size = np.sqrt((gradient**2).sum((1, 2)))
        self.linear, self.linear_target = gradient / size[:, None, None], target / size

    def __call__(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Value (m,) and gradient (m, J, T) of every shared equation at the records `y`, (J, T)."""
        model, layout = self.model, self.layout
        e = np.where(layout.observed, y - layout.X @ model.beta, 0.0)
        g = np.einsum("jat,jt->ja", self.to_score, e)
        values, gradients = [], []
        for (a, b), expected, size in zip(self.pairs, self.expected, self.sizes, strict=True):
            ga, gb = g @ a, g @ b
            row = ga[:, None] * np.einsum("a,jat->jt", b, self.to_score)
            row += gb[:, None] * np.einsum("a,jat->jt", a, self.to_score)
            values.append((ga @ gb - expected) / size)
            gradients.append(row / size)
        weighted = self._inverse(e)
        values.append(((weighted**2).sum() - model.trace_p) / model.trace_p)
        gradients.append(2 * self._inverse(weighted) / model.trace_p)
        off_mean = np.where(layout.observed, y - self.means, 0.0)
        for t, squares in enumerate(self.squares[:-1]):  # the last year's follows from the total
            row = np.zeros(y.shape)
            row[:, t] = 2 * off_mean[:, t] / squares
            values.append((off_mean[:, t] ** 2).sum() / squares - 1)
            gradients.append(row)
        linear = np.einsum("mjt,jt->m", self.linear, np.where(layout.observed, y, 0.0)) - self.linear_target
        return np.concatenate([values, linear]), np.concatenate([gradients, self.linear])

    def _inverse(self, e: np.ndarray) -> np.ndarray:
        """V^-1 e, municipality by municipality."""
        effects = np.einsum("jat,jt->ja", self.to_effect, e)
        fitted = np.where(self.layout.observed, effects @ self.layout.X.T, 0.0)
        return (e - fitted) / self.model.var_resid


def solve(
    printed: Printed,
    layout: Layout,
    agreement: Agreement,
    bounds: np.ndarray,
    start: np.ndarray,
    across: float,
) -> np.ndarray:
    """Move `start` to records at which all equations and bounds hold.

    Parameters
    ----------
    printed, layout, agreement
        The print of one indicator and the parameters that agree with it.
    bounds : ndarray (J, 2, 2)
        Lowest and highest predicted effects: municipality, term, end.
    start : ndarray (J, T)
    across : float
        See `Equations`.

    Returns
    -------
    ndarray (J, T)
        Records, missing where the layout has none.

    Raises
    ------
    ConvergenceError
        If the steps stall: another seed usually does not.
    """
    equations = Equations(printed, layout, agreement, across)
    local = _local_functionals(equations, printed.singular)
    fixed = _deviation_targets(layout, agreement)
    y = np.where(layout.observed, start, 0.0)
    active = np.zeros(local.shape[:2], bool)
    departures = np.zeros(local.shape[:2], int)
    shift = agreement.municipality.beta @ layout.X.T
    for step in range(MOST_STEPS):
        if step < SETTLED:
            value_low, value_high = _value_bounds(y, printed, layout)
        value = np.einsum("jmt,jt->jm", local, np.where(layout.observed, y - shift, 0.0))
        low = np.concatenate([bounds[..., 0], fixed, value_low - shift], 1)
        high = np.concatenate([bounds[..., 1], fixed, value_high - shift], 1)
        wanted = np.clip(value, low, high) - value
        violation = np.abs(np.where(local.any(2), wanted, 0.0)).max(0)
        residual, gradient = equations(y)
        log.debug("step %d: equations %.1e, bounds %s", step, np.abs(residual).max(), violation)
        if np.abs(residual).max() < 1e-11 and violation.max() < 1e-9 * printed.sds.max():
            log.info("%s: solved in %d steps", printed.indicator, step)
            return np.where(layout.observed, y, np.nan)
        active = (active | (wanted != 0)) & local.any(2)
        may_leave = (high > low) & (departures < MOST_DEPARTURES)
        nearer_low = np.abs(value + wanted - low) <= np.abs(value + wanted - high)
        move, kept = _shortest_step(
            residual, gradient, local, wanted, active, np.where(nearer_low, 1, -1), may_leave
        )
        departures += active & ~kept
        active = kept
        y = y + move
    raise ConvergenceError(
        f"the reconstruction of '{printed.indicator}' stalled (largest error of an equation "
        f"{np.abs(residual).max():.1e}, of a bound {violation.max():.1e})."
    )


def _local_functionals(equations: Equations, singular: bool) -> np.ndarray:
    """Rows that a bound may hold to: two effects, the last year's deviation, each record; (J, 3 + T, T)."""
    layout = equations.layout
    J, T = layout.observed.shape
    deviation = np.zeros((J, 1, T))
    deviation[layout.incomplete, 0] = np.einsum(
        "a,jat->jt", layout.X[-1], equations.to_effect[layout.incomplete]
    )
    effects = equations.to_effect.copy()
    if singular:
        effects[:, 1] = 0.0  # a multiple of the intercept's
    return np.concatenate([effects, deviation, np.eye(T) * layout.observed[:, None, :]], 1)


def _deviation_targets(layout: Layout, agreement: Agreement) -> np.ndarray:
    targets = np.zeros((len(layout.observed), 1))
    targets[layout.incomplete, 0] = agreement.last_deviations
    return targets


def _value_bounds(y: np.ndarray, printed: Printed, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of each record from the possible values and the quartiles, by the present order in each year."""
    low = np.full(y.shape, printed.bounds[0])
    high = np.full(y.shape, printed.bounds[1])
    slack = 0.98 * MEAN_HALF_UNIT
    for t, quartiles in enumerate(printed.quartiles):
        rows = np.flatnonzero(layout.observed[:, t])
        order = rows[np.argsort(y[rows, t], kind="stable")]
        for p, q in zip(QUANTILES, quartiles, strict=True):
            position = p * (len(rows) - 1)
            first, last = int(np.floor(position)), int(np.ceil(position))
            upto, above = order[: last + 1], order[first:]
            high[upto, t] = np.minimum(high[upto, t], q + slack)
            low[above, t] = np.maximum(low[above, t], q - slack)
    return low, high


def _shortest_step(
    residual: np.ndarray,
    gradient: np.ndarray,
    local: np.ndarray,
    wanted: np.ndarray,
    active: np.ndarray,
    direction: np.ndarray,
    may_leave: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Shortest step that meets the linearised equations and the active bounds.

    Minimises |d|^2 / 2 subject to gradient d = -residual and, within each municipality, A d = a over active
    rows. A bound whose multiplier pulls the wrong way holds nothing back and leaves. `direction` is 1 where a
    bound pushes up and -1 where it pushes down. Returns d (J, T) and the active set.
    """
    for _ in range(12):
        A = local * active[:, :, None]
        A_plus = np.linalg.pinv(A, rcond=1e-9)
        a = np.where(active, wanted, 0.0)
        own = np.einsum("jtm,jm->jt", A_plus, a)
        project = np.eye(A.shape[2]) - A_plus @ A
        projected = np.einsum("jtu,mju->mjt", project, gradient)
        flat = projected.reshape(len(gradient), -1)
        right = -residual - np.einsum("mjt,jt->m", gradient, own)
        mu = np.linalg.lstsq(flat @ flat.T, right, rcond=1e-11)[0]
        move = np.einsum("m,mjt->jt", mu, projected) + own
        pull = np.einsum("m,mjt->jt", mu, gradient)
        inner = np.einsum("jtm,jm->jt", A_plus, a - np.einsum("jmt,jt->jm", A, pull))
        multiplier = np.einsum("jtm,jt->jm", A_plus, inner)
        wrong = active & may_leave & (multiplier * direction < 0)
        if not wrong.any():
            break
        active = active & ~wrong
    return move, active
