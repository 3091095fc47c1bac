"""Luck of the best of several equally good entries."""

import numpy as np
import pytest
from scipy import integrate, stats

from challenge.scoring.statistics.selection import excess_of_best


def highest_of(n: int) -> float:
    """Return the expected highest of n standard normal values."""
    return integrate.quad(lambda x: x * n * stats.norm.pdf(x) * stats.norm.cdf(x) ** (n - 1), -10, 10)[0]


@pytest.mark.parametrize("n", [2, 5, 20])
@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_the_expected_highest_of_normal_scores(n, correlation):
    """Noise common to all attempts cancels out: only the rest can be lucky."""
    rng = np.random.default_rng(n)
    common = np.sqrt(correlation) * rng.standard_normal(50_000)
    replicates = 0.9 + common + np.sqrt(1 - correlation) * rng.standard_normal((n, 50_000))
    assert excess_of_best(replicates) == pytest.approx(np.sqrt(1 - correlation) * highest_of(n), abs=0.02)


def test_entries_of_different_skill_are_made_equally_good():
    replicates = np.random.default_rng(0).standard_normal((4, 1000))
    assert excess_of_best(replicates + np.array([[0], [5], [9], [1]])) == pytest.approx(
        excess_of_best(replicates)
    )


def test_no_selection_is_no_luck():
    replicates = np.random.default_rng(0).standard_normal((1, 1000))
    assert excess_of_best(replicates) == pytest.approx(0, abs=1e-12)
    assert excess_of_best(np.repeat(replicates, 3, axis=0)) == pytest.approx(0, abs=1e-12)


def test_the_score_of_the_best_is_too_high_by_the_luck():
    """Six equally good attempts on new test sets: the best is above the truth by what their replicates say."""
    rng = np.random.default_rng(20240908)
    n_images, rate = 500, 0.8
    excesses, said = [], []
    for _ in range(400):
        alike = rng.random(n_images) < 0.5
        draws = rng.random((6, n_images))
        draws[:, alike] = draws[0, alike]
        right = draws < rate
        excesses.append(right.mean(axis=1).max() - right.mean())
        counts = rng.multinomial(n_images, np.full(n_images, 1 / n_images), size=200)
        said.append(excess_of_best(right @ counts.T / n_images))
    assert np.mean(said) == pytest.approx(np.mean(excesses), rel=0.06)
