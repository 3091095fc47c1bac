"""Comparison of two entries or two rankings over paired replicates: flips, differences, Kendall's tau."""

import numpy as np
import pytest
from scipy import stats

from challenge.scoring.statistics.rank_inference import flip_share, kendall_taus, paired_difference


@pytest.mark.parametrize(
    ("value_a", "value_b", "replicates_a", "replicates_b", "share"),
    [
        (0.9, 0.8, [0.9, 0.9, 0.9, 0.9], [0.8, 0.8, 0.8, 0.8], 0),
        (0.9, 0.8, [0.8, 0.8, 0.8, 0.8], [0.9, 0.9, 0.9, 0.9], 1),
        (0.9, 0.8, [0.9, 0.8, 0.9, 0.7], [0.8, 0.9, 0.8, 0.7], 0.375),  # same, flipped, same, tied
        (0.8, 0.9, [0.9, 0.8, 0.9, 0.7], [0.8, 0.9, 0.8, 0.7], 0.625),
        (0.9, 0.9, [0.9, 0.9, 0.9, 0.9], [0.8, 0.8, 0.8, 0.8], 0.5),
        (0.9, 0.9, [0.9, 0.8, 0.9, 0.7], [0.9, 0.8, 0.9, 0.7], 0.5),
    ],
)
def test_flips(value_a, value_b, replicates_a, replicates_b, share):
    a, b = np.array(replicates_a), np.array(replicates_b)
    assert flip_share(value_a, value_b, a, b) == share
    assert flip_share(value_b, value_a, b, a) == share


def test_a_paired_difference_by_hand():
    shared = (
        np.random.default_rng(0).permutation(41) / 64
    )  # hard and easy test sets; dyadic, so that sums are exact
    apart = np.arange(-20, 21) / 64
    found = paired_difference(0.75, 0.5, shared + apart, shared)
    assert found.difference == 0.25
    assert (found.low, found.high) == (-19 / 64, 19 / 64)  # 1 of the 40 steps in from each end
    assert found.std_error == pytest.approx(np.sqrt(41 * 42 / 12) / 64)  # of a discrete uniform distribution
    assert paired_difference(0.75, 0.5, shared + apart, shared, level=0.5).high == 10 / 64


def test_the_difference_of_equal_predictions_is_certain():
    replicates = np.random.default_rng(0).normal(size=50)
    found = paired_difference(0.5, 0.5, replicates, replicates)
    assert (found.difference, found.low, found.high, found.std_error) == (0, 0, 0, 0)


def test_a_difference_of_float32_replicates_is_taken_in_double_precision():
    a, b = np.full(9, 0.9, np.float32), np.full(9, 0.1, np.float32)
    assert paired_difference(0.9, 0.1, a, b).low == float(a[0]) - float(b[0])


@pytest.mark.parametrize("decimals", [8, 1, 0])
@pytest.mark.parametrize("m", [2, 3, 12, 60])
def test_kendall_taus_are_those_of_scipy(m, decimals):
    """With fewer decimals, more values are tied, in the full data and in the replicates."""
    rng = np.random.default_rng(m)
    values = rng.normal(size=m)
    replicates = (values[:, None] + rng.normal(size=(m, 40))).round(decimals)
    values = values.round(decimals)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = [stats.kendalltau(values, replicate).statistic for replicate in replicates.T]
    assert kendall_taus(values, replicates) == pytest.approx(expected, nan_ok=True)


def test_kendall_taus_by_hand():
    replicates = np.array([[3, 1, 1, 2], [2, 2, 3, 2], [1, 3, 2, 2]])
    assert kendall_taus([0.9, 0.8, 0.7], replicates) == pytest.approx([1, -1, -1 / 3, np.nan], nan_ok=True)
    assert np.isnan(kendall_taus([0.9, 0.9, 0.9], replicates)).all()
