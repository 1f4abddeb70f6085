"""Which municipality has records in which year, and the cross-products that follow."""

import numpy as np

from bayes_saude.data.reconstruct.equations import MixedModel
from bayes_saude.data.reconstruct.printed import Printed


class Layout:
    """The records of one indicator when two municipalities lack the last year.

    Attributes
    ----------
    X : ndarray (T, 2)
    incomplete : ndarray of int, (2,)
        Positions of the two municipalities without the last year.
    observed : ndarray of bool, (J, T)
    region : ndarray of int, (J,)
    pattern : ndarray of int, (J,)
        0 where all years are there, 1 where the last is lacking.
    S_pattern, n_pattern, count : ndarray (2, 2, 2), (2,) and (2,)
        X'X and records of a municipality of each pattern; how many municipalities have it.
    S_region, n_region : ndarray (R, 2, 2) and (R,)
    """

    def __init__(self, printed: Printed, incomplete: np.ndarray) -> None:
        J, T, R = len(printed.municipalities), len(printed.years), len(printed.regions)
        self.X = np.column_stack([np.ones(T), printed.years])
        self.incomplete = incomplete
        self.region = printed.region
        self.pattern = np.zeros(J, int)
        self.pattern[incomplete] = 1
        self.observed = np.ones((J, T), bool)
        self.observed[incomplete, -1] = False
        self.S_pattern = np.array([self.X.T @ self.X, self.X[:-1].T @ self.X[:-1]])
        self.n_pattern = np.array([T, T - 1.0])
        self.count = np.bincount(self.pattern).astype(float)
        self.S_region = np.zeros((R, 2, 2))
        np.add.at(self.S_region, printed.region, self.S_pattern[self.pattern])
        self.n_region = np.bincount(printed.region, self.n_pattern[self.pattern])

    def by_region(self, theta: np.ndarray) -> MixedModel:
        """Return the model by region at (intercept, slope, sd_intercept, sd_slope, corr, sd_resid)."""
        return MixedModel.from_parameters(theta, self.S_region, self.n_region, np.ones(len(self.n_region)))

    def by_municipality(self, theta: np.ndarray) -> MixedModel:
        """Return the model by municipality, one row per pattern of years."""
        return MixedModel.from_parameters(theta, self.S_pattern, self.n_pattern, self.count)
