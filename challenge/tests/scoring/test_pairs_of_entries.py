"""Comparison of two entries or two rankings over paired replicates: flips and Kendall's tau."""

import numpy as np
import pytest
from scipy import stats

from challenge.scoring.statistics.rank_inference import flip_share, kendall_taus


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
