"""The difference between public and withheld means, and its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from challenge.scoring.statistics.gaps import gap, gap_interval

IS_WITHHELD = np.array([False, True, False, True, True])


@given(arrays(float, (5, 7), elements=st.floats(0, 1)))
def test_the_difference_is_that_of_the_two_means(values):
    found = gap(values, IS_WITHHELD)
    expected = [(line[0] + line[2]) / 2 - (line[1] + line[3] + line[4]) / 3 for line in values.T]
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_known_interval():
    replicates = np.array([[0.9, 0.8, 0.7, 0.8], [0.5, 0.5, 0.5, 0.5]])
    error = np.sqrt(0.02 / 3)
    low, high = gap_interval(0.3, replicates, np.array([False, True]))
    assert (low, high) == pytest.approx((0.3 - 1.959964 * error, 0.3 + 1.959964 * error), abs=1e-6)


def test_independent_datasets_add_their_variances():
    """The oracle: no image is in two datasets, so the variance is the weighted sum of those of the datasets."""
    rng = np.random.default_rng(1)
    spreads = np.array([0.01, 0.02, 0.03, 0.005, 0.04])
    replicates = 0.8 + spreads[:, None] * rng.standard_normal((5, 200_000))
    low, high = gap_interval(0.0, replicates, IS_WITHHELD)
    public, withheld = spreads[~IS_WITHHELD], spreads[IS_WITHHELD]
    error = np.sqrt((public**2).sum() / 4 + (withheld**2).sum() / 9)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.01)


def test_the_interval_covers_the_true_difference_in_19_of_20_cases():
    """Accuracies on new test images; their bootstrap replicates are binomial."""
    rng = np.random.default_rng(2)
    sizes, rates = np.array([400, 60, 300, 80, 100]), np.array([0.9, 0.8, 0.7, 0.85, 0.6])
    truth, hits = float(gap(rates, IS_WITHHELD)), 0
    for _ in range(1000):
        found = rng.binomial(sizes, rates) / sizes
        replicates = rng.binomial(sizes[:, None], found[:, None], (5, 1000)) / sizes[:, None]
        low, high = gap_interval(float(gap(found, IS_WITHHELD)), replicates, IS_WITHHELD)
        hits += low <= truth <= high
    assert 0.93 <= hits / 1000 <= 0.965
