"""Ranks in plain arrays."""

import numpy as np
import pytest

from bayes_saude.summaries.ranks import (
    above_mean,
    monte_carlo_error,
    rank_columns,
    rank_distribution,
    rank_draws,
    sampling_error,
)


def ranked(values, higher_is_better=True, seed=0):
    return rank_draws(np.asarray(values), higher_is_better=higher_is_better, rng=np.random.default_rng(seed))


def test_the_best_value_of_a_draw_ranks_first():
    assert ranked([[5.0, 9.0, 7.0], [1.0, 0.0, 2.0]]).tolist() == [[3, 1, 2], [2, 3, 1]]
    assert ranked([[5.0, 9.0, 7.0], [1.0, 0.0, 2.0]], False).tolist() == [[1, 3, 2], [2, 1, 3]]


def test_ties_leave_every_rank_once_and_fall_at_random():
    n_draws = 4000
    ranks = ranked(np.tile([3.0, 1.0, 1.0, 1.0], (n_draws, 1)))
    assert (np.sort(ranks, axis=1) == [1, 2, 3, 4]).all()
    assert (ranks[:, 0] == 1).all()
    # Each tied unit is second in a third of the draws; four binomial standard errors.
    share = (ranks[:, 1:] == 2).mean(axis=0)
    assert share == pytest.approx([1 / 3] * 3, abs=4 * np.sqrt(2 / 9 / n_draws))


def test_ties_fall_alike_with_the_same_seed():
    ties = np.zeros((50, 6))
    assert (ranked(ties, seed=4) == ranked(ties, seed=4)).all()
    assert (ranked(ties, seed=4) != ranked(ties, seed=5)).any()


def test_distribution_counts_the_share_of_draws_at_each_rank():
    ranks = np.array([[1, 2, 3], [1, 3, 2], [2, 1, 3], [1, 2, 3]], dtype=np.int32)
    expected = [[0.75, 0.25, 0], [0.25, 0.5, 0.25], [0, 0.25, 0.75]]
    assert rank_distribution(ranks) == pytest.approx(np.array(expected))


def test_columns_of_an_example_worked_by_hand():
    # Unit 0 holds the ranks 1 1 1 2, unit 1 the ranks 2 2 3 1, unit 2 the ranks 3 3 2 3.
    ranks = np.array([[1, 2, 3], [1, 2, 3], [1, 3, 2], [2, 1, 3]], dtype=np.int32)
    columns = rank_columns(ranks, top=2, bottom=1, prob=0.5)
    assert columns["expected_rank"] == pytest.approx([1.25, 2.0, 2.75])
    assert columns["median_rank"].tolist() == [1, 2, 3]
    # A quarter and three quarters of the draws lie at or below these ranks.
    assert columns["rank_low"].tolist() == [1, 1, 2]
    assert columns["rank_high"].tolist() == [1, 2, 3]
    assert columns["p_top"] == pytest.approx([1.0, 0.75, 0.25])
    assert columns["p_bottom"] == pytest.approx([0.0, 0.25, 0.75])
    assert columns["p_best"] == pytest.approx([0.75, 0.25, 0.0])


@pytest.mark.parametrize("size", [2, 10])
def test_a_group_of_all_units_or_more_has_no_probability(size):
    ranks = np.array([[1, 2], [2, 1]], dtype=np.int32)
    columns = rank_columns(ranks, top=size, bottom=size, prob=0.95)
    assert np.isnan(columns["p_top"]).all()
    assert np.isnan(columns["p_bottom"]).all()


def test_what_never_happens_has_probability_zero_to_the_last_digit():
    # Seven shares of a seventh, added up in binary, are not one.
    ranks = np.array([[*np.roll(np.arange(1, 8), draw), 8] for draw in range(7)], dtype=np.int32)
    columns = rank_columns(ranks, top=7, bottom=1, prob=0.95)
    assert columns["p_bottom"].tolist() == [0] * 7 + [1]
    assert columns["p_top"].tolist() == [1] * 7 + [0]


def test_above_the_mean_is_one_below_zero_and_on_it_a_half():
    assert above_mean(np.array([[1.0, 2, 6], [1, 2, 3]])).tolist() == [[0, 0, 1], [0, 0.5, 1]]


def autocorrelated_ranks(rng, n_chains, n_draws, shift=0.0, lead=(0, 0, 0)):
    """Ranks of three units, AR(1) chains of 0.8: the first is shifted by its chain, all by `lead`."""
    noise = rng.normal(size=(n_chains, n_draws, 3))
    values = np.empty_like(noise)
    values[:, 0] = noise[:, 0]
    for draw in range(1, n_draws):
        values[:, draw] = 0.8 * values[:, draw - 1] + 0.6 * noise[:, draw]
    values[..., 0] += np.broadcast_to(shift, (n_chains,))[:, None]
    values += lead
    return rank_draws(values.reshape(-1, 3), higher_is_better=True, rng=rng).reshape(values.shape)


def test_mcse_is_the_spread_of_repeated_expected_ranks():
    rng = np.random.default_rng(1)
    runs = [autocorrelated_ranks(rng, n_chains=4, n_draws=250) for _ in range(200)]
    spread = np.std([run.mean(axis=(0, 1)) for run in runs], axis=0, ddof=1)
    claimed = np.mean([monte_carlo_error(run, np.ones(4)) for run in runs], axis=0)
    # The spread of 200 runs is itself known to 5% (1 / sqrt(2 * 199)); four times that.
    assert claimed == pytest.approx(spread, rel=0.2)
    # Were draws independent, the error would be less than half of it.
    assert (claimed > 2 * np.mean([run.std(axis=(0, 1)) for run in runs], axis=0) / np.sqrt(1000)).all()


@pytest.mark.parametrize("lead", [(0, 0, 0), (3, 0, 0)])
def test_the_error_of_a_probability_is_the_spread_of_repeated_ones(lead):
    rng = np.random.default_rng(4)
    runs = [autocorrelated_ranks(rng, n_chains=4, n_draws=250, lead=lead) == 1 for _ in range(200)]
    shares = np.array([run.mean(axis=(0, 1)) for run in runs])
    spread = shares.std(axis=0, ddof=1)
    claimed = np.sqrt(np.mean([sampling_error(run.astype(float), np.ones(4)) ** 2 for run in runs], axis=0))
    assert claimed == pytest.approx(spread, rel=0.2)  # as above
    # Were draws independent, it would be that of a binomial.
    p = shares.mean(axis=0)
    assert (claimed > 1.2 * np.sqrt(p * (1 - p) / 1000)).all()


def test_mcse_counts_the_finite_number_of_replicates():
    rng = np.random.default_rng(2)
    replicate = np.repeat([1, 2, 3, 4, 5], 2)
    runs = [
        autocorrelated_ranks(rng, n_chains=10, n_draws=100, shift=rng.normal(size=5).repeat(2))
        for _ in range(200)
    ]
    spread = np.std([run.mean(axis=(0, 1)) for run in runs], axis=0, ddof=1)
    claimed = np.sqrt(np.mean([monte_carlo_error(run, replicate) ** 2 for run in runs], axis=0))
    # The first unit differs between replicates. The variance of five means is known to 71% (sqrt(2 / 4)),
    # its mean over 200 runs to 5%, the standard error to half of that; the spread to 5%: four times both.
    assert claimed[0] == pytest.approx(spread[0], rel=4 * np.hypot(0.025, 0.05))


def test_replicates_that_agree_add_little():
    ranks = autocorrelated_ranks(np.random.default_rng(3), n_chains=8, n_draws=500)
    together = monte_carlo_error(ranks, np.ones(8))
    apart = monte_carlo_error(ranks, np.repeat([1, 2], 4))
    # With nothing between two replicates their means differ by sampling only: S² / R is w² times a
    # chi-squared of one degree of freedom, which exceeds 9 in 0.3% of cases.
    assert (apart < 3 * together).all()


def test_a_unit_that_never_moves_has_no_error():
    ranks = np.tile(np.array([1, 2, 3], dtype=np.int32), (2, 50, 1))
    ranks[0, ::2, 1:] = [3, 2]
    error = monte_carlo_error(ranks, np.array([1, 1]))
    assert error[0] == 0
    assert (error[1:] > 0).all()
