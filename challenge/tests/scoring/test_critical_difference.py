"""Critical difference, compared with the example and the table of Demšar (2006) and with scipy.stats."""

import numpy as np
import pytest
from scipy import stats

from challenge.scoring.statistics.critical_difference import (
    critical_difference,
    friedman_test,
    groups_that_do_not_differ,
    nemenyi_quantile,
    ranks_by_dataset,
)

#: Table 6 of the paper: the ranks of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 datasets.
RANKS = np.array(
    [
        *(
            [4, 3, 2, 1],
            [1, 2, 3, 4],
            [4, 1, 2, 3],
            [4, 1, 3, 2],
            [4, 2, 3, 1],
            [1, 2.5, 4, 2.5],
            [3, 2, 4, 1],
        ),
        *([2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5], [3, 2, 4, 1], [4, 1, 2, 3]),
        [3, 1, 4, 2],
    ]
)
#: Table 5(a) of the paper, at 0.05, for 2 to 10 methods.
QUANTILES = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]


def test_the_example_of_the_paper():
    ranks = ranks_by_dataset(-RANKS)
    assert ranks.mean(axis=0) == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    test = friedman_test(ranks)
    assert test.chi2 == pytest.approx(9.28, abs=5e-3)
    assert test.f == pytest.approx(3.69, abs=5e-3)
    assert test.degrees == (3, 39)
    assert test.p < 0.05  # the paper: the critical value of F(3, 39) is 2.85
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=5e-3)
    assert critical_difference(4, 14, alpha=0.10) == pytest.approx(1.12, abs=5e-3)


@pytest.mark.parametrize(("n_methods", "quantile"), list(enumerate(QUANTILES, start=2)))
def test_the_quantiles_of_the_paper(n_methods, quantile):
    assert nemenyi_quantile(n_methods) == pytest.approx(quantile, abs=1e-3)


@pytest.mark.parametrize("n_methods", [2, 3, 7, 20, 50])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.10])
def test_the_quantiles_of_scipy(n_methods, alpha):
    expected = stats.studentized_range.ppf(1 - alpha, n_methods, np.inf) / np.sqrt(2)
    assert nemenyi_quantile(n_methods, alpha) == pytest.approx(expected, abs=1e-5)


def test_ranks_and_statistics_are_those_of_scipy():
    scores = np.random.default_rng(0).normal(size=(12, 6)) + np.arange(6) * 0.3
    ranks = ranks_by_dataset(scores)
    assert ranks == pytest.approx(stats.rankdata(-scores, axis=1))
    expected = stats.friedmanchisquare(*scores.T)
    test = friedman_test(ranks)
    assert test.chi2 == pytest.approx(expected.statistic)
    assert test.chi2_p == pytest.approx(expected.pvalue)
    assert test.p == pytest.approx(stats.f.sf(test.f, *test.degrees))


def test_equal_scores_share_their_mean_rank():
    assert ranks_by_dataset([[0.9, 0.8, 0.9, 0.7]]).tolist() == [[1.5, 3, 1.5, 4]]


def test_where_all_datasets_agree_the_methods_differ():
    test = friedman_test(ranks_by_dataset([[3, 2, 1]] * 12))
    assert test.f == float("inf")
    assert test.p == 0


def test_where_all_scores_are_equal_nothing_differs():
    test = friedman_test(ranks_by_dataset([[1, 1, 1]] * 12))
    assert (test.chi2, test.f, test.p) == (0, 0, 1)


@pytest.mark.parametrize(
    ("mean_ranks", "difference", "groups"),
    [
        ([3.143, 2.000, 2.893, 1.964], 1.25, [(1.964, 3.143)]),  # 1.179 apart
        ([3.143, 2.000, 2.893, 1.964], 1.12, [(1.964, 2.893), (2.893, 3.143)]),
        ([1, 2, 3, 4], 1.5, [(1, 2), (2, 3), (3, 4)]),
        ([1, 1, 5], 1, [(1, 1)]),
        ([1, 3, 5], 1, []),
    ],
)
def test_groups_that_do_not_differ(mean_ranks, difference, groups):
    assert groups_that_do_not_differ(mean_ranks, difference) == groups
