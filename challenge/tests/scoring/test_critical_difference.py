"""Critical difference, compared with the example and the table of Demšar (2006) and with scipy.stats."""

import numpy as np
import pytest
from scipy import stats

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.critical_difference import (
    block_ranks,
    compare_with_control,
    critical_difference,
    friedman_test,
    groups_that_do_not_differ,
    methods_beyond_signed_ranks,
    nemenyi_quantile,
    ranks_by_dataset,
    smallest_signed_rank_p,
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


def test_the_organ_sets_are_one_block_with_their_mean_rank():
    ranks = ranks_by_dataset(np.random.default_rng(0).normal(size=(12, 5)))
    found = block_ranks(ranks, MEDMNIST_PLUS.blocks)
    assert found.shape == (10, 5)
    assert (found[:9] == ranks[:9]).all()
    assert found[9] == pytest.approx((ranks[9] + ranks[10] + ranks[11]) / 3)
    assert [MEDMNIST_PLUS.datasets[place].name for place in MEDMNIST_PLUS.blocks[-1]] == [
        "organamnist", "organcmnist", "organsmnist",
    ]  # fmt: skip


def holm(p: dict[int, float]) -> dict[int, float]:
    """Adjust p-values by Holm's definition: the largest of (m - i + 1) p_i so far, in increasing order."""
    found, largest = {}, 0.0
    for place, name in enumerate(sorted(p, key=lambda name: p[name])):
        largest = max(largest, (len(p) - place) * p[name])
        found[name] = min(1.0, largest)
    return found


@pytest.mark.parametrize("control", [0, 2, 4])
def test_comparisons_with_a_control_by_hand(control):
    ranks = ranks_by_dataset(np.random.default_rng(1).normal(np.arange(5) / 2, size=(10, 5)))
    means, error = ranks.mean(axis=0), np.sqrt(5 * 6 / (6 * 10))
    p = {i: 2 * stats.norm.sf(abs(means[i] - means[control]) / error) for i in range(5) if i != control}
    expected = holm(p) | {control: 1.0}
    assert compare_with_control(ranks, control) == pytest.approx([expected[i] for i in range(5)])


def test_the_control_of_the_paper():
    """Section 3.2.2 of the paper compares C4.5 with the others: p = 0.016, 0.019, 0.607. Holm rejects the first two."""
    adjusted = compare_with_control(ranks_by_dataset(-RANKS), 0)
    assert adjusted[3] == pytest.approx(3 * 0.016, abs=1.5e-3)
    assert adjusted[1] == adjusted[3], "2 * 0.019 is smaller, and adjusted values never fall"
    assert adjusted[2] == pytest.approx(0.607, abs=3e-3)
    assert (adjusted < 0.05).tolist() == [False, True, False, True]


@pytest.mark.parametrize(("n_datasets", "n_methods"), [(10, 8), (12, 15)])
def test_when_signed_rank_tests_of_all_pairs_can_find_nothing(n_datasets, n_methods):
    smallest = stats.wilcoxon(np.arange(1, n_datasets + 1), method="exact").pvalue
    assert smallest_signed_rank_p(n_datasets) == pytest.approx(smallest)
    assert methods_beyond_signed_ranks(n_datasets) == n_methods
    pairs = [k * (k - 1) / 2 for k in (n_methods - 1, n_methods)]
    assert smallest * pairs[0] <= 0.05 < smallest * pairs[1]
