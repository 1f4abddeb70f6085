"""Variances in closed form against dense matrices: the joint normal of all effects and observations."""

import numpy as np
import pytest

from bayes_saude.summaries.conditional import conditional_variances

# Seven units in four regions, of which one has a unit only, in two states.
PARENTS = [np.zeros(2, int), np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1, 2, 2, 3])]
SD_RESID = 1.5


def covariance(sd_intercept: float, sd_slope: float, corr: float) -> np.ndarray:
    between = corr * sd_intercept * sd_slope
    return np.array([[sd_intercept**2, between], [between, sd_slope**2]])


SCATTER = [covariance(2, 0.7, -0.4), covariance(1.2, 0.4, 0.3), covariance(1, 0.6, 0.8)]
NONE = covariance(0, 0, 0)


def dense(lines: list[np.ndarray], parents: list[np.ndarray], covariances: list[np.ndarray]) -> list[list]:
    """Condition effects on observations; by level and unit the variance of the mean of its units' lines."""
    ancestors = [np.arange(len(lines))]
    for parent in parents[:0:-1]:
        ancestors.insert(0, parent[ancestors[0]])
    # Each innermost unit's coefficients as sums of effects, two columns for each unit of each level.
    sums = np.hstack([np.kron(np.eye(len(p))[a], np.eye(2)) for p, a in zip(parents, ancestors, strict=True)])
    prior = np.zeros((sums.shape[1],) * 2)
    place = 0
    for parent, sigma in zip(parents, covariances, strict=True):
        for _ in parent:
            prior[place : place + 2, place : place + 2] = sigma
            place += 2
    design = np.vstack([x @ sums[2 * i : 2 * i + 2] for i, x in enumerate(lines)])
    marginal = design @ prior @ design.T + SD_RESID**2 * np.eye(len(design))
    posterior = prior - prior @ design.T @ np.linalg.solve(marginal, design @ prior)
    of_unit = sums.reshape(len(lines), 2, -1)
    means = [
        [of_unit[home == unit].mean(axis=0) for unit in range(len(parent))]
        for parent, home in zip(parents, ancestors, strict=True)
    ]
    return [[mean @ posterior @ mean.T for mean in of_level] for of_level in means]


@pytest.mark.parametrize(
    ("parents", "covariances"),
    [
        (PARENTS, SCATTER),
        # A correlation of one, and effects that are all zero.
        (PARENTS, [SCATTER[0], covariance(1.2, 0.4, 1.0), SCATTER[2]]),
        (PARENTS, [SCATTER[0], NONE, SCATTER[2]]),
        (PARENTS, [SCATTER[0], SCATTER[1], NONE]),
        ([np.zeros(4, int), PARENTS[2]], SCATTER[:2]),
        ([np.zeros(7, int)], SCATTER[:1]),
    ],
    ids=["three levels", "on the boundary", "no middle", "no innermost", "two levels", "one level"],
)
def test_variances_are_those_of_the_joint_normal(parents, covariances):
    # Units lack years of their own; one has a single year, by which no line is fixed.
    years = [[0, 1, 2, 3], [0, 2, 3], [1], [0, 1, 2, 3], [0, 1], [1, 2, 3], [0, 3]]
    lines = [np.column_stack([np.ones(len(t)), t]) for t in years]
    information = np.stack([x.T @ x for x in lines]) / SD_RESID**2
    variances = conditional_variances(information, parents, covariances)
    for of_level, expected in zip(variances, dense(lines, parents, covariances), strict=True):
        # Variances are of order one and both ways are exact: what remains is rounding.
        np.testing.assert_allclose(of_level, expected, rtol=1e-10, atol=1e-12)
