"""Bayesian signed-rank test, compared with baycomp."""

import baycomp
import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.bayesian import N_SAMPLES, SEED, Outcomes, signed_rank_test

SINGLES = [[place] for place in range(12)]


def probabilities(outcomes: Outcomes) -> list[float]:
    return [outcomes.first_higher, outcomes.equal, outcomes.second_higher]


@pytest.mark.parametrize("shift", [-0.03, -0.01, 0.0, 0.012, 0.05])
@pytest.mark.parametrize("spread", [0.005, 0.05])
def test_the_probabilities_are_those_of_baycomp(shift, spread):
    rng = np.random.default_rng(int(1000 * (shift + spread)) + 100)
    first = rng.uniform(0.6, 0.99, 12)
    second = first + rng.normal(shift, spread, 12)
    found = signed_rank_test(first, second, SINGLES, rope=0.01)
    expected = baycomp.SignedRankTest.probs(first, second, rope=0.01, nsamples=N_SAMPLES, random_state=SEED)
    assert probabilities(found) == pytest.approx(expected, abs=1e-9)
    other_seed = baycomp.SignedRankTest.probs(first, second, rope=0.01, nsamples=N_SAMPLES, random_state=1)
    assert probabilities(found) == pytest.approx(other_seed, abs=0.015)


def test_datasets_of_one_source_count_as_one_with_their_mean():
    rng = np.random.default_rng(0)
    first, second = rng.uniform(0.8, 0.9, (2, 12))
    found = signed_rank_test(first, second, MEDMNIST_PLUS.blocks, rope=0.01)
    first, second = ([*scores[:9], scores[9:].mean()] for scores in (first, second))
    expected = baycomp.SignedRankTest.probs(
        np.array(first), np.array(second), rope=0.01, nsamples=N_SAMPLES, random_state=SEED
    )
    assert probabilities(found) == pytest.approx(expected, abs=1e-9)


def test_the_order_of_the_methods_turns_the_result():
    first, second = np.random.default_rng(3).uniform(0.8, 0.9, (2, 12))
    there = signed_rank_test(first, second, MEDMNIST_PLUS.blocks)
    back = signed_rank_test(second, first, MEDMNIST_PLUS.blocks)
    assert probabilities(there) == probabilities(back)[::-1]


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(0.0, [0, 1, 0]), (0.005, [0, 1, 0]), (0.1, [1, 0, 0]), (-0.1, [0, 0, 1])],
)
def test_clear_cases(difference, expected):
    second = np.linspace(0.6, 0.9, 12)
    found = signed_rank_test(second + difference, second, SINGLES)
    assert probabilities(found) == pytest.approx(expected, abs=1e-3)


def test_decimal_scores_tie_as_whole_numbers_do():
    """0.94 - 0.93 is not exactly 0.01 in binary. In hundredths, baycomp sees that such sums are at the limit."""
    rng = np.random.default_rng(0)
    first = rng.integers(80, 99, 12)
    second = first + rng.integers(-2, 4, 12)
    found = signed_rank_test(first / 100, second / 100, SINGLES, rope=0.01)
    whole = baycomp.SignedRankTest.probs(first, second, rope=1, nsamples=N_SAMPLES, random_state=SEED)
    binary = baycomp.SignedRankTest.probs(
        first / 100, second / 100, rope=0.01, nsamples=N_SAMPLES, random_state=SEED
    )
    assert probabilities(found) == pytest.approx(whole, abs=1e-9)
    assert probabilities(found) != pytest.approx(binary, abs=1e-3)
