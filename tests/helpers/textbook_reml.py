"""Restricted maximum likelihood from its definition, with exact derivatives.

Plain on purpose, and nothing of the package is used, so that it can vouch for the package.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import root


class Block(NamedTuple):
    """Groups that share their times."""

    X: np.ndarray
    y: np.ndarray
    names: list[str]


@dataclass
class Fit:
    """The optimum: parameters and standard errors by name, effects and conditional deviations by group."""

    parameters: dict[str, float]
    effects: pd.DataFrame
    deviations: pd.DataFrame
    score_inside: float


def refit(y: np.ndarray, t: np.ndarray, group: np.ndarray, start: dict[str, float]) -> Fit:
    """Solve the likelihood equations of y = (b0 + a) + (b1 + m) t + e near `start`.

    A start with correlation 1 stays there; `score_inside` is then the derivative of the criterion towards
    the inside, which is positive where the boundary is the optimum.
    """
    scale = np.std(y)
    blocks = _blocks(y / scale, t, group)
    ratio = start["sd_slope"] / start["sd_resid"]
    free = [start["sd_intercept"] / start["sd_resid"], start["corr"] * ratio]
    if start["corr"] < 1:
        free.append(np.sqrt(1 - start["corr"] ** 2) * ratio)
    solution = root(lambda v: _gradient(v, blocks), free, tol=1e-12).x
    # The criterion is about 1e4 in size and exact to about 1e-12 of it.
    assert np.abs(_gradient(solution, blocks) * solution).max() < 1e-6
    inside = _gradient(np.append(solution, 1e-3), blocks)[2] if start["corr"] == 1 else 0.0
    return _summary(solution, blocks, scale, float(inside))


def _blocks(y: np.ndarray, t: np.ndarray, group: np.ndarray) -> list[Block]:
    """Stack groups seen at the same times: X (n, 2), y (groups, n) and the groups' names."""
    seen: dict[tuple, tuple[list, list]] = {}
    for name, rows in pd.Series(np.arange(len(y))).groupby(group).groups.items():
        ys, names = seen.setdefault(tuple(t[rows]), ([], []))
        ys.append(y[rows])
        names.append(name)
    return [
        Block(np.column_stack([np.ones(len(times)), times]), np.array(ys), names)
        for times, (ys, names) in seen.items()
    ]


def _factor(v: np.ndarray) -> np.ndarray:
    return np.array([[v[0], 0 * v[0]], [v[1], v[2] if len(v) > 2 else 0 * v[0]]])


def _pieces(v, blocks):
    """Log-determinants, X'V^-1X and X'V^-1y of V = I + ZZ' with Z = XL, by the Woodbury identity."""
    L = _factor(v)
    logdet, moments = 0.0, 0.0
    for X, y, _ in blocks:
        J = len(y)
        Z, W = X @ L, np.concatenate([np.broadcast_to(X, (J, *X.shape)), y[..., None]], axis=2)
        core = np.eye(2) + Z.T @ Z
        ZW = Z.T @ W
        logdet = logdet + J * np.log(core[0, 0] * core[1, 1] - core[0, 1] * core[1, 0])
        moments = moments + np.einsum("jni,jnk->ik", W, W)
        moments = moments - np.einsum("jai,ab,jbk->ik", ZW, np.linalg.inv(core), ZW)
    return logdet, moments[:2, :2], moments[:2, 2], moments[2, 2]


def _criterion(v, blocks):
    """Minus twice the restricted log-likelihood, fixed effects and residual variance profiled out."""
    logdet, A, b, yy = _pieces(v, blocks)
    sign, size = np.linalg.slogdet(A)
    df = sum(y.size for _, y, _ in blocks) - 2
    return logdet + np.log(sign) + size + df * np.log(yy - b @ np.linalg.solve(A, b))


def _gradient(v, blocks):
    steps = np.eye(len(v)) * 1e-30j
    return np.array([_criterion(v + step, blocks).imag / 1e-30 for step in steps])


def _summary(v, blocks, scale, inside) -> Fit:
    _, A, b, yy = _pieces(v, blocks)
    beta = np.linalg.solve(A, b)
    var = (yy - b @ beta) / (sum(y.size for _, y, _ in blocks) - 2)
    L = _factor(v)
    cov = L @ L.T * var
    names, effects, deviations = [], [], []
    for X, y, block_names in blocks:
        V = X @ cov @ X.T + var * np.eye(len(X))
        gain = cov @ np.linalg.solve(V, X).T
        names += block_names
        effects.append((y - X @ beta) @ gain.T * scale)
        deviations.append(np.tile(np.sqrt(np.diag(cov - gain @ X @ cov)) * scale, (len(y), 1)))
    sd = np.sqrt(np.diag(cov)) * scale
    se = np.sqrt(np.diag(np.linalg.inv(A)) * var) * scale
    parameters = {
        "intercept": beta[0] * scale,
        "slope": beta[1] * scale,
        "sd_intercept": sd[0],
        "sd_slope": sd[1],
        "corr": cov[0, 1] * scale**2 / sd.prod(),
        "sd_resid": np.sqrt(var) * scale,
        "intercept_se": se[0],
        "slope_se": se[1],
        "var_intercept": sd[0] ** 2,
        "var_slope": sd[1] ** 2,
        "var_resid": var * scale**2,
    }
    columns = ["intercept", "slope"]
    return Fit(
        parameters,
        pd.DataFrame(np.concatenate(effects) + beta * scale, names, columns),
        pd.DataFrame(np.concatenate(deviations), names, columns),
        inside,
    )
