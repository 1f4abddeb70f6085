"""The REML equations of a random intercept and slope, group by group in 2 x 2 algebra.

Groups have y = X(b + u) + e with u ~ N(0, Sigma), e ~ N(0, sigma^2 I) and X = (1, t). Everything the
equations need of a group is S = X'X, s = X'(y - Xb) and n. Nothing here inverts Sigma, so correlation 1 is no
special case; all functions accept complex numbers, which gives exact derivatives by the complex step.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MixedModel:
    """A random-intercept-and-slope model at given parameters, for groups with cross-products `S`.

    Attributes
    ----------
    beta : ndarray (2,)
        Fixed intercept and slope.
    cov : ndarray (2, 2)
        Covariance of the random effects (Sigma).
    var_resid : float
        Residual variance.
    S : ndarray (J, 2, 2)
        X'X of each group.
    n : ndarray (J,)
        Records of each group.
    count : ndarray (J,)
        How many groups each row stands for: sums over groups are weighted by it.
    """

    beta: np.ndarray
    cov: np.ndarray
    var_resid: float
    S: np.ndarray
    n: np.ndarray
    count: np.ndarray

    @classmethod
    def from_parameters(
        cls, theta: np.ndarray, S: np.ndarray, n: np.ndarray, count: np.ndarray
    ) -> "MixedModel":
        """Build from (intercept, slope, sd_intercept, sd_slope, corr, sd_resid)."""
        b0, b1, sd0, sd1, corr, sd = theta
        cov = np.array([[sd0 * sd0, corr * sd0 * sd1], [corr * sd0 * sd1, sd1 * sd1]])
        return cls(np.array([b0, b1]), cov, sd * sd, S, n, count)

    @property
    def weight(self) -> np.ndarray:
        """K = (I + S Sigma / sigma^2)^-1 / sigma^2, (J, 2, 2): g = X'V^-1 e = K s."""
        return np.linalg.inv(np.eye(2) * self.var_resid + self.S @ self.cov)

    @property
    def information(self) -> np.ndarray:
        """Q = X'V^-1 X = K S, (J, 2, 2)."""
        return self.weight @ self.S

    @property
    def fixed_cov(self) -> np.ndarray:
        """C = (sum Q)^-1, covariance of the fixed effects, (2, 2)."""
        return np.linalg.inv(self.total(self.information))

    def total(self, per_group: np.ndarray) -> np.ndarray:
        """Sum over groups."""
        return np.tensordot(self.count, per_group, 1)

    @property
    def conditional_cov(self) -> np.ndarray:
        """Covariance of each group's effects given y, (J, 2, 2): (Sigma^-1 + S / sigma^2)^-1."""
        return self.var_resid * self.cov @ self.weight

    @property
    def expected_score_cov(self) -> np.ndarray:
        """Sum of Q - Q C Q: what REML equates the sum of g g' to, (2, 2)."""
        Q = self.information
        return self.total(Q - Q @ self.fixed_cov @ Q)

    @property
    def trace_p(self) -> float:
        """Trace of P = V^-1 - V^-1 X C X' V^-1: what REML equates |V^-1 e|^2 to."""
        K = self.weight
        KS = K @ self.S
        trace_inverse = (self.n - np.trace(self.cov @ KS, axis1=1, axis2=2)) / self.var_resid
        correction = np.trace(self.fixed_cov @ self.total(KS @ np.swapaxes(K, 1, 2)))
        return self.total(trace_inverse) - correction

    def scores_of_effects(self, effects: np.ndarray) -> np.ndarray:
        """Return the g whose predicted effects are u = Sigma g, (J, 2); the correlation is inside (-1, 1)."""
        return effects @ np.linalg.inv(self.cov)

    def cross_products_of_effects(self, effects: np.ndarray) -> np.ndarray:
        """Return the s = X'(y - Xb) whose predicted effects are given, (J, 2)."""
        return self.var_resid * self.scores_of_effects(effects) + np.einsum("jab,jb->ja", self.S, effects)
