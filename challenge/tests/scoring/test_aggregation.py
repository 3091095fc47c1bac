"""Ways to rank entries over several datasets, compared with results by hand and the formulas of the papers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from challenge.scoring.statistics import aggregation
from challenge.scoring.statistics.critical_difference import ranks_by_dataset
from challenge.scoring.statistics.ranking import rank

NAN = np.nan
#: Scores of entries (rows) on datasets, with ties: multiples of 1/8, so that sums are exact.
TABLES = arrays.arrays(
    float, st.tuples(st.integers(1, 6), st.integers(2, 5)), elements=st.integers(0, 8).map(lambda n: n / 8)
)


def ranks(aggregate: np.ndarray, *, lower_is_better: bool = False) -> list[int | None]:
    return rank((-aggregate if lower_is_better else aggregate).tolist())


@pytest.mark.parametrize(
    ("scores", "expected", "places"),
    [
        ([[0.9, 0.8], [0.8, 0.7]], [1, 2], [1, 2]),
        ([[0.9, 0.7], [0.8, 0.8]], [1.5, 1.5], [1, 1]),
        # First dataset: 1.5, 1.5, 3. Second: 1.5, 3, 1.5. Third: 2, 1, 3.
        ([[0.9, 0.8, 0.7], [0.9, 0.6, 0.8], [0.5, 0.8, 0.1]], [5 / 3, 5.5 / 3, 7.5 / 3], [1, 2, 3]),
        # The last entry has no score on the third dataset: the others are ranked 2 and 1 there. Elsewhere it counts.
        ([[0.9, 0.8, 0.7], [0.9, 0.6, 0.8], [0.5, 0.8, NAN]], [5 / 3, 5.5 / 3, NAN], [1, 2, None]),
        ([[NAN, 0.8], [0.7, NAN]], [NAN, NAN], [None, None]),
        ([[0.5], [0.5], [0.5], [0.1]], [2, 2, 2, 4], [1, 1, 1, 4]),
    ],
)
def test_mean_ranks(scores, expected, places):
    found = aggregation.mean_ranks(scores)
    assert found == pytest.approx(expected, nan_ok=True)
    assert ranks(found, lower_is_better=True) == places


@settings(deadline=None)
@given(TABLES)
def test_mean_ranks_are_those_of_the_critical_difference_and_of_scipy(scores):
    found = aggregation.mean_ranks(scores)
    assert found == pytest.approx(ranks_by_dataset(scores.T).mean(axis=0))
    assert found == pytest.approx(stats.rankdata(-scores, axis=0).mean(axis=1))


def test_the_mean_rank_over_metrics():
    auc, balanced_accuracy, kappa = [0.95, 0.94, 0.90], [0.80, 0.85, 0.80], [0.70, 0.60, NAN]
    found = aggregation.mean_rank_over_metrics(np.transpose([auc, balanced_accuracy, kappa]))
    assert found == pytest.approx([(1 + 2.5 + 1) / 3, (2 + 1 + 2) / 3, NAN], nan_ok=True)
    assert ranks(found, lower_is_better=True) == [1, 2, None]


def test_wins_by_test_by_hand():
    """With standard errors of 0.01, differences of 0.1 and more are significant, differences of 0.01 are not."""
    scores = np.array(
        [
            [0.90, 0.50, 0.90],  # beats the last two, nobody, the others
            [0.89, 0.50, 0.70],  # beats the last two, nobody, nobody
            [0.70, 0.51, 0.71],
            [0.60, 0.51, 0.70],
        ]
    )
    replicates = scores[:, :, None] + 0.01 * np.random.default_rng(0).normal(size=(4, 3, 500))
    found = aggregation.wins_by_test(scores, replicates)
    assert found.tolist() == [2 + 0 + 3, 2 + 0 + 0, 1 + 0 + 0, 0]
    assert ranks(found) == [1, 2, 3, 4]

    scores[1, 0] = NAN  # no wins by or against this entry there; it counts on the other datasets
    assert aggregation.wins_by_test(scores, replicates) == pytest.approx([5, NAN, 1, 0], nan_ok=True)
    scores[1, 0], replicates[1, 2] = 0.89, NAN  # a published result
    assert aggregation.wins_by_test(scores, replicates) == pytest.approx([4, NAN, 1, 0], nan_ok=True)


def test_wins_on_all_datasets_are_tested_together():
    """2.4 standard errors are a win on one dataset, but among twelve datasets chance alone reaches them."""
    scores = np.full((2, 12), 0.5)
    scores[0, 0] += 2.4 * 0.01 * 2**0.5
    replicates = scores[:, :, None] + 0.01 * np.random.default_rng(0).normal(size=(2, 12, 2000))
    assert aggregation.wins_by_test(scores[:, :1], replicates[:, :1]).tolist() == [1, 0]
    assert aggregation.wins_by_test(scores, replicates).tolist() == [0, 0]


def test_what_a_win_is_depends_on_the_level():
    scores = np.array([[0.52], [0.5]])
    replicates = scores[:, :, None] + 0.01 * np.random.default_rng(0).normal(size=(2, 1, 500))
    assert aggregation.wins_by_test(scores, replicates, 0.95).tolist() == [0, 0]  # 1.41 standard errors
    assert aggregation.wins_by_test(scores, replicates, 0.8).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("scores", "values", "datasets"),
    [
        ([[0.9, 0.2, 0.5], [0.1, 0.3, 0.2]], [0.2, 0.1], [1, 0]),
        ([[0.4, 0.3, 0.3]], [0.3], [1]),
        ([[0.9, NAN, 0.5], [-0.1, 0.3, 0.2]], [NAN, -0.1], [-1, 0]),
    ],
)
def test_the_worst_dataset(scores, values, datasets):
    found, indices = aggregation.worst_dataset(scores)
    assert found == pytest.approx(values, nan_ok=True)
    assert indices.tolist() == datasets


def test_ranks_when_a_dataset_is_left_out():
    scores = np.array(
        [
            [1, 1, 0],  # means without each dataset: 1/2, 1/2, 1
            [0.5, 0.5, 0.5],  # 1/2, 1/2, 1/2
            [0.25, 0.75, 0.25],  # 1/2, 1/4, 1/2
            [1, 1, NAN],
        ]
    )
    expected = [[1, 1], [1, 2], [1, 3], [NAN, NAN]]  # ranks 1 1 1, 1 1 3 and 1 2 2
    assert aggregation.leave_one_out_rank_range(scores) == pytest.approx(np.array(expected), nan_ok=True)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], [0.5, NAN]),
        ([[1, 2, 3]], [(0.8 + (0.2 + 0.4 + 0.6) / 3) / 2, NAN]),
        ([[3, 0], [1, 2]], [((0.8 + 0.6) / 2 + (0.2 + 0.4) / 2) / 2, NAN]),
        ([[0, 1]], [((0.8 + 0.2) / 2 + 0.4 + 0.6) / 3, NAN]),
        ([[2]], [0.5, NAN]),
    ],
)
def test_the_mean_with_groups(groups, expected):
    scores = [[0.8, 0.2, 0.4, 0.6], [0.8, NAN, 0.4, 0.6]]
    assert aggregation.grouped_mean(scores, groups) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("groups", [[[0, 1], [1, 2]], [[0, 0]]])
def test_groups_do_not_overlap(groups):
    with pytest.raises(ValueError, match="in two groups"):
        aggregation.grouped_mean([[0.8, 0.2, 0.4]], groups)


@pytest.mark.parametrize(
    ("accuracy", "points"),
    [
        ([0.9, 0.5], 250 + 250),  # the baseline itself
        ([1.0, 1.0], 2000),
        ([0.95, 0.75], 562.5 + 562.5),  # half its error: 1000 (3/4)^2
        ([0.8, 0.0], 0),  # twice its error
        ([0.7, 0.5], 0 + 250),  # a larger error costs no more points
        ([NAN, 0.5], NAN),
    ],
)
def test_the_decathlon_by_hand(accuracy, points):
    found = aggregation.decathlon_score([accuracy, [0.9, 0.5]], [0.9, 0.5])
    assert found == pytest.approx([points, 500], nan_ok=True)


def test_the_decathlon_where_the_baseline_makes_no_error():
    accuracy = [[1.0, 0.5], [0.999, 0.5], [NAN, 0.5]]
    found = aggregation.decathlon_score(accuracy, [1.0, 0.5])
    assert found == pytest.approx([1250, 250, NAN], nan_ok=True)


@settings(deadline=None)
@given(
    arrays.arrays(float, (4, 3), elements=st.floats(0, 1)),
    arrays.arrays(float, 3, elements=st.floats(0, 0.99)),
)
def test_the_decathlon_is_equation_1_of_its_paper(accuracy, baseline):
    largest = 2 * (1 - baseline)
    expected = (1000 * largest**-2.0 * np.maximum(0, largest - (1 - accuracy)) ** 2).sum(axis=1)
    assert aggregation.decathlon_score(accuracy, baseline) == pytest.approx(expected, abs=1e-8)


AGGREGATES = {
    "mean ranks": lambda scores: -aggregation.mean_ranks(scores),
    "worst": lambda scores: aggregation.worst_dataset(scores)[0],
    "grouped mean": lambda scores: aggregation.grouped_mean(scores, [[0, 1]]),
    "best rank left out": lambda scores: aggregation.leave_one_out_rank_range(scores)[:, 0],
    "worst rank left out": lambda scores: aggregation.leave_one_out_rank_range(scores)[:, 1],
    "decathlon": lambda scores: aggregation.decathlon_score(scores, [0.75] * scores.shape[1]),
}


@pytest.mark.parametrize("aggregate", AGGREGATES.values(), ids=AGGREGATES)
@settings(deadline=None)
@given(TABLES, st.randoms())
def test_the_order_of_the_entries_does_not_matter(aggregate, scores, random):
    order = random.sample(range(len(scores)), len(scores))
    assert (aggregate(scores[order]) == aggregate(scores)[order]).all()


@pytest.mark.parametrize("aggregate", [a for a in AGGREGATES if a != "decathlon"])
@settings(deadline=None)
@given(TABLES)
def test_a_constant_for_all_changes_no_rank(aggregate, scores):
    assert ranks(AGGREGATES[aggregate](scores + 4)) == ranks(AGGREGATES[aggregate](scores))


@pytest.mark.parametrize("aggregate", AGGREGATES.values(), ids=AGGREGATES)
@settings(deadline=None)
@given(TABLES, st.data())
def test_only_what_is_complete_is_ranked(aggregate, scores, data):
    missing = data.draw(arrays.arrays(bool, scores.shape))
    found = aggregate(np.where(missing, NAN, scores))
    assert (np.isnan(found) == missing.any(axis=1)).all()
