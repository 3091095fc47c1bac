"""Smallest difference that a paired comparison sees, against a simulation and by hand."""

import numpy as np
import pytest

from challenge.scoring.statistics.all_pairs import compare_all_pairs
from challenge.scoring.statistics.power import detectable_difference, standard_errors_of_pairs


def test_card_et_al_by_hand():
    """1.95996 + 0.84162 standard errors."""
    assert detectable_difference(1) == pytest.approx(2.80158, abs=1e-5)
    assert detectable_difference(0.002) == pytest.approx(0.00560, abs=1e-5)
    assert detectable_difference(1, critical=3) == pytest.approx(3.84162, abs=1e-5)


def test_standard_errors_are_those_of_each_pair():
    replicates = np.random.default_rng(0).normal(size=(4, 12, 2, 100))
    found = standard_errors_of_pairs(list(replicates))
    assert found.shape == (6, 12, 2)
    assert found[5, 3, 1] == pytest.approx((replicates[2, 3, 1] - replicates[3, 3, 1]).std(ddof=1))
    assert standard_errors_of_pairs(list(replicates[:1])).size == 0


def test_four_of_five_test_sets_show_a_detectable_difference():
    """Two entries that are right together more often than by chance, on new test sets of 800 images each."""
    rng = np.random.default_rng(20240907)
    n_images, n_sets, rate = 800, 1000, 0.7

    def test_set(lead: float) -> np.ndarray:
        """Return for each image if the two entries are right, (2, n); half of the images are answered alike."""
        alike = rng.random(n_images) < 0.5
        draws = rng.random((2, n_images))
        draws[1, alike] = draws[0, alike]
        return draws < np.array([[rate + lead], [rate]])

    variance_apart = 2 * rate * (1 - rate)  # of the difference on an image that is not answered alike
    lead = detectable_difference(np.sqrt(variance_apart / 2 / n_images))
    found = 0
    for _ in range(n_sets):
        right = test_set(lead)
        counts = rng.multinomial(n_images, np.full(n_images, 1 / n_images), size=200)
        tests = compare_all_pairs([right.mean(axis=1)], [right @ counts.T / n_images])
        found += right[0].mean() - right[1].mean() > 1.96 * tests.std_errors[0][0, 1]
    assert found / n_sets == pytest.approx(0.8, abs=0.04)
