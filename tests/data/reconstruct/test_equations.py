"""The 2 x 2 algebra against the same quantities from dense covariance matrices."""

import numpy as np
import pytest

from bayes_saude.data.reconstruct.equations import MixedModel

TIMES = [np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 3]), np.array([0.0, 0, 1, 1, 2, 3])]
X = [np.column_stack([np.ones(len(t)), t]) for t in TIMES]


def model_at(corr: float) -> MixedModel:
    theta = np.array([10.0, 2.0, 3.0, 0.7, corr, 1.5])
    S = np.array([x.T @ x for x in X])
    return MixedModel.from_parameters(theta, S, np.array([float(len(x)) for x in X]), np.ones(len(X)))


def dense(model: MixedModel) -> tuple[list[np.ndarray], np.ndarray]:
    inverses = [np.linalg.inv(x @ model.cov @ x.T + model.var_resid * np.eye(len(x))) for x in X]
    total = sum(x.T @ v @ x for x, v in zip(X, inverses, strict=True))
    return inverses, np.linalg.inv(total)


@pytest.mark.parametrize("corr", [-0.6, 0.0, 1.0])
def test_information_scores_and_trace_are_those_of_the_dense_matrices(corr: float) -> None:
    model = model_at(corr)
    inverses, C = dense(model)
    e = [np.sin(np.arange(len(x)) + 1.0) for x in X]
    for j, (x, V) in enumerate(zip(X, inverses, strict=True)):
        np.testing.assert_allclose(model.information[j], x.T @ V @ x, rtol=1e-12)
        np.testing.assert_allclose(model.weight[j] @ (x.T @ e[j]), x.T @ V @ e[j], rtol=1e-12)
        conditional = model.cov - model.cov @ x.T @ V @ x @ model.cov
        np.testing.assert_allclose(model.conditional_cov[j], conditional, atol=1e-12)
    np.testing.assert_allclose(model.fixed_cov, C, rtol=1e-12)
    Q = [x.T @ V @ x for x, V in zip(X, inverses, strict=True)]
    np.testing.assert_allclose(model.expected_score_cov, sum(q - q @ C @ q for q in Q), rtol=1e-10)
    trace = sum(np.trace(V) - np.trace(V @ x @ C @ x.T @ V) for x, V in zip(X, inverses, strict=True))
    assert model.trace_p == pytest.approx(trace, rel=1e-12)


def test_effects_give_back_their_scores_and_cross_products() -> None:
    model = model_at(0.3)
    s = np.array([[4.0, -1.0], [0.5, 2.0], [-3.0, 1.0]])
    g = np.einsum("jab,jb->ja", model.weight, s)
    effects = g @ model.cov
    np.testing.assert_allclose(model.scores_of_effects(effects), g, rtol=1e-12)
    np.testing.assert_allclose(model.cross_products_of_effects(effects), s, rtol=1e-12)


def test_a_row_may_stand_for_many_groups() -> None:
    one = model_at(0.3)
    thrice = MixedModel(one.beta, one.cov, one.var_resid, one.S, one.n, np.full(3, 3.0))
    copied = MixedModel(
        one.beta, one.cov, one.var_resid, np.tile(one.S, (3, 1, 1)), np.tile(one.n, 3), np.ones(9)
    )
    np.testing.assert_allclose(thrice.expected_score_cov, copied.expected_score_cov, rtol=1e-12)
    assert thrice.trace_p == pytest.approx(copied.trace_p, rel=1e-12)
