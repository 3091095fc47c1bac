"""Weighted means over datasets, compared with sums by hand, with the plain mean, and with single datasets."""

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.misses import Misses
from challenge.scoring.statistics.rank_inference import rank_ranges, rank_replicates
from challenge.scoring.statistics.ranking import rank
from challenge.scoring.statistics.weighted import smallest_weights, weighted_means

N = MEDMNIST_PLUS.n_datasets
WEIGHTS = st.lists(st.integers(0, 10), min_size=N, max_size=N).filter(any)
SCORES = st.floats(0, 1, width=32)
#: Replicates of some entries, (D, m, B).
REPLICATES = arrays.arrays(
    np.float32, st.tuples(st.just(N), st.integers(1, 5), st.integers(1, 20)), elements=SCORES
)


@given(WEIGHTS, st.lists(SCORES, min_size=N, max_size=N))
def test_the_mean_is_that_of_exact_fractions(weights, scores):
    exact = sum(w * Fraction(s) for w, s in zip(weights, scores, strict=True)) / sum(weights)
    assert weighted_means(np.array(scores), weights) == pytest.approx(float(exact), abs=1e-12)


@given(WEIGHTS, REPLICATES)
def test_replicates_are_weighted_one_by_one(weights, replicates):
    found = weighted_means(replicates, weights)
    assert found.shape == replicates.shape[1:]
    for place in np.ndindex(found.shape):
        by_hand = sum(w * float(v) for w, v in zip(weights, replicates[:, *place], strict=True)) / sum(
            weights
        )
        assert found[place] == pytest.approx(by_hand, abs=1e-12)


@given(REPLICATES, st.integers(1, 10))
def test_equal_weights_are_the_plain_mean_with_its_ranks_and_ranges_to_the_last_digit(replicates, weight):
    found = weighted_means(replicates, [weight] * N)
    plain = replicates.astype(float).mean(axis=0)
    assert (found == plain).all()
    assert rank(found[:, 0].tolist()) == rank(plain[:, 0].tolist())
    assert (rank_ranges(rank_replicates(found)) == rank_ranges(rank_replicates(plain))).all()


@given(REPLICATES, st.integers(0, N - 1), st.integers(1, 10))
def test_a_single_dataset_is_ranked_by_its_own_values(replicates, dataset, weight):
    weights = [weight if place == dataset else 0 for place in range(N)]
    found = weighted_means(replicates, weights)
    assert (found == replicates[dataset]).all()
    assert (rank_replicates(found) == rank_replicates(replicates[dataset])).all()


def test_a_missing_score_matters_only_on_a_dataset_that_counts():
    scores = np.array([[0.5, 0.5], [np.nan, 0.7], [0.9, 0.9]])
    assert weighted_means(scores, [1, 0, 3]).tolist() == pytest.approx([0.8, 0.8])
    assert np.isnan(weighted_means(scores, [1, 1, 0])).tolist() == [True, False]


@given(WEIGHTS)
def test_the_smallest_weights_keep_the_ratios_and_have_no_common_divisor(weights):
    smallest = smallest_weights(weights)
    assert gcd(*smallest) == 1
    assert [w * sum(smallest) for w in weights] == [w * sum(weights) for w in smallest]
    assert smallest_weights(smallest) == smallest


def test_weights_of_nothing_stay_0():
    assert smallest_weights([0] * N) == (0,) * N


@given(WEIGHTS)
def test_missed_images_of_a_weighted_mean_are_those_of_each_dataset_times_its_share(weights):
    rng = np.random.default_rng(0)
    total, squares = rng.uniform(size=(2, N, len(METRICS)))
    found = Misses(total, squares).weighted(weights)
    shares = [w / sum(weights) for w in weights]
    by_hand = sum(share * line for share, line in zip(shares, total, strict=True))
    assert np.allclose(found.total, by_hand)
    assert np.allclose(found.squares, sum(s**2 * line for s, line in zip(shares, squares, strict=True)))
    mean = Misses(total, squares).mean()
    assert np.allclose(mean.total, total.mean(axis=0))
    assert np.allclose(mean.squares, squares.sum(axis=0) / N**2)
