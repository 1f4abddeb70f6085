"""What binds the parameters of an indicator: equations that must hold, and numbers that are printed.

The unknowns are one vector, `State`. Everything here accepts complex numbers, for exact derivatives.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bayes_saude.data.reconstruct.equations import MixedModel
from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.printed import LEVELS, Z95, Printed

REGION_HALF_UNIT = 0.0005
MEAN_HALF_UNIT = 0.005
HARD, SOFT, FREE = 0, 1, 2  # parameters and estimates; ends of intervals; what is not printed


class Numbers(NamedTuple):
    """Printed numbers: value, half a unit of the last digit, and how much they bind."""

    target: np.ndarray
    half: np.ndarray
    kind: np.ndarray


@dataclass(frozen=True)
class State:
    """The unknowns as one vector: parameters by region and by municipality, effects, means, deviations."""

    z: np.ndarray
    R: int
    T: int

    @property
    def theta_region(self) -> np.ndarray:
        """Parameters by region, in the order of `PARAMETERS`."""
        return self.z[:6]

    @property
    def theta_municipality(self) -> np.ndarray:
        """Parameters by municipality."""
        return self.z[6:12]

    @property
    def effects(self) -> np.ndarray:
        """Predicted effects of the regions, (R, 2)."""
        return self.z[12 : 12 + 2 * self.R].reshape(self.R, 2)

    @property
    def means(self) -> np.ndarray:
        """Means of the years, (T,)."""
        return self.z[12 + 2 * self.R : 12 + 2 * self.R + self.T]

    @property
    def last_deviations(self) -> np.ndarray:
        """Predicted deviations in the last year where it lacks, (2,)."""
        return self.z[-2:]


def models_at(state: State, layout: Layout) -> tuple[MixedModel, MixedModel]:
    """Return the models by region and by municipality at the parameters of a state."""
    return layout.by_region(state.theta_region), layout.by_municipality(state.theta_municipality)


def equations_at(state: State, layout: Layout) -> np.ndarray:
    """Every equation that must be zero, each divided by its natural size."""
    region, municipality = models_at(state, layout)
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
        total_squares(municipality, layout, deviations)
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


def total_squares(model: MixedModel, layout: Layout, deviations: np.ndarray) -> np.ndarray:
    """Return the same by municipality, where the sum of g g' is known but not each effect.

    The cross-products of a municipality without 2014 lack that year's square of its predicted deviation.
    """
    E = model.expected_score_cov
    complete = layout.X.T @ layout.X
    fitted = 2 * model.var_resid * np.trace(model.cov @ E) + np.trace(complete @ model.cov @ E @ model.cov)
    return model.var_resid**2 * model.trace_p + fitted - (deviations**2).sum()


def printed_numbers(printed: Printed, last_deviations: np.ndarray) -> Numbers:
    """Collect every printed number of an indicator; `shown_at` gives the same quantities of a state."""
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


def shown_at(state: State, layout: Layout) -> np.ndarray:
    """Compute from a state what the print shows, in the order of `printed_numbers`."""
    region, municipality = models_at(state, layout)
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
