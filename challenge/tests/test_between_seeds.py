"""Variation between seeds in the replicates of groups, as boards, comparisons and pages use them."""

from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from scipy import stats

from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import Evaluation, MethodGroup, Submission, Uncertainty, ranked_versions
from challenge.results.replicates import dataset_replicates, mean_replicates, metric_replicates
from challenge.results.rows import Row, row_of
from challenge.results.seeds import split_by_group
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import groups


@pytest.fixture
def seeds(uncertain_entry, team) -> Callable[..., MethodGroup]:
    """Return a function that adds a group of seeds with these mean AUCs."""

    def make(*aucs: float, **about) -> MethodGroup:
        runs = [uncertain_entry(team, auc, sha256=f"{auc}{about}", **about) for auc in aucs]
        return groups.create_group(team=team, name=f"Seeds {aucs}", members=[run.pk for run in runs])

    return make


@pytest.fixture
def board(ground_truth) -> Callable[[], list[Row]]:
    """Return a function that gives the rows of all entries, in the order of their times."""

    def rows() -> list[Row]:
        evaluations = Evaluation.objects.ranked(ranked_versions()).select_related("submission__group")
        return [row_of(*one) for one in split_by_group(evaluations.order_by("submission__created_at"))]

    return rows


def without_noise(row: Row, place: int = 0) -> np.ndarray:
    """Return the mean of the stored replicates over the seeds, (12, B)."""
    stored = Uncertainty.objects.filter(evaluation__in=row.evaluations).values_list(
        "dataset_replicates", flat=True
    )
    return np.mean([np.frombuffer(one, "<f4").reshape(12, 4, -1)[:, place] for one in stored], axis=0)


def test_replicates_of_groups_vary_with_the_pooled_deviation(seeds, board):
    """Deviations 0.001 (3 seeds) and 0.002 (2 seeds): pooled over 3 degrees of freedom."""
    seeds(0.900, 0.901, 0.902)
    seeds(0.950, 0.950 + 0.002 * 2**0.5)
    pooled = np.sqrt((2 * 0.001**2 + 0.002**2) / 3) * stats.t.ppf(0.975, 3) / stats.norm.ppf(0.975)
    rows = board()
    found = mean_replicates(rows, ["auc"])
    for row in rows:
        noise = found[row.key][0] - without_noise(row).mean(axis=0)
        assert noise.std() == pytest.approx(pooled / len(row.evaluations) ** 0.5, rel=0.07)
    noises = [found[row.key][0] - without_noise(row).mean(axis=0) for row in rows]
    assert abs(np.corrcoef(noises)[0, 1]) < 0.1, "paired groups have independent noise"


def test_means_and_datasets_have_the_same_noise_at_each_read(seeds, board):
    seeds(0.900, 0.901, 0.902)
    rows = board()
    (means,) = mean_replicates(rows, METRICS).values()
    (by_dataset,) = dataset_replicates(rows, METRICS).values()
    (of_kappa,) = metric_replicates(rows, "cohen_kappa").values()
    assert by_dataset.mean(axis=0) == pytest.approx(means, abs=1e-6)
    assert of_kappa == pytest.approx(by_dataset[:, METRICS.index("cohen_kappa")], abs=1e-9)
    assert means == pytest.approx(next(iter(mean_replicates(rows, METRICS).values())), abs=0)


def test_entries_of_one_run_keep_their_replicates(seeds, uncertain_entry, other_team, board):
    uncertain_entry(other_team, 0.93)
    seeds(0.900, 0.901)
    alone, _ = rows = board()
    assert metric_replicates(rows, "auc")[alone.key] == pytest.approx(without_noise(alone))


def test_groups_of_other_resolutions_are_not_pooled(seeds, board):
    seeds(0.900, 0.901)
    rows = board()
    before = mean_replicates(rows, ["auc"])[rows[0].key]
    seeds(0.7, 0.8, resolution=28)
    assert mean_replicates(board(), ["auc"])[rows[0].key] == pytest.approx(before, abs=0)


def test_a_private_group_widens_only_where_it_is_seen(seeds, board, ground_truth):
    """Deviations of private seeds stay hidden: they change no number of others."""
    seeds(0.900, 0.901)
    rows = board()
    before = mean_replicates(rows, ["auc"])[rows[0].key]
    hidden = seeds(0.7, 0.8, visibility=Submission.Visibility.PRIVATE)
    assert mean_replicates(board(), ["auc"])[rows[0].key] == pytest.approx(before, abs=0)
    own = Evaluation.objects.filter(submission__group=hidden).select_related("submission__group")
    (row,) = [row_of(group, members) for group, members in split_by_group(own)]
    (found,) = mean_replicates([row], ["auc"]).values()
    assert (found[0] - without_noise(row).mean(axis=0)).std() > 0.03


def test_another_seed_could_change_the_order(seeds, uncertain_entry, team, other_team, board):
    """Two methods whose seeds differ by more than their means: the images alone would tell them apart."""
    seeds(0.90, 0.92, 0.94, spread=0.001)
    other = [uncertain_entry(other_team, auc, sha256=f"{auc}", spread=0.001) for auc in (0.91, 0.93, 0.95)]
    rows = sorted(board(), key=lambda row: -row.scores["auc"].value)
    groups.create_group(team=other_team, name="Other", members=[run.pk for run in other])
    rows = sorted(board(), key=lambda row: -row.scores["auc"].value)
    ranked = with_rank_ranges(
        [Row(r.owner, r.scores, r.evaluations, rank=i) for i, r in enumerate(rows, 1)], "auc"
    )
    assert [row.rank_range for row in ranked] == [(1, 2), (1, 2)]
    assert all(row.is_with_leader for row in ranked)


def test_boards_without_groups_take_no_more_queries(seeds, uncertain_entry, team, board):
    uncertain_entry(team, 0.9)
    rows = board()
    with CaptureQueriesContext(connection) as queries:
        mean_replicates(rows, ["auc"])
    assert len(queries) == 1
    for aucs in [(0.8, 0.81), (0.7, 0.71), (0.6, 0.61)]:
        seeds(*aucs)
    rows = board()
    with CaptureQueriesContext(connection) as queries:
        mean_replicates(rows, ["auc"])
    assert len(queries) == 3
