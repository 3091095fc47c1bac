"""Rank sets of the highest entries of a resolution."""

from unittest.mock import patch

import numpy as np
import pytest

from challenge.leaderboard import rank_sets as module
from challenge.leaderboard.rank_sets import RankSet, rank_sets
from challenge.models import Metric, Submission, Uncertainty
from challenge.results.rows import RowKey
from challenge.scoring.statistics import rank_inference as uncertain_ranks
from challenge.services import groups, history, submissions


def sets_of(*made: Submission) -> list[RankSet | None]:
    found = rank_sets(224, Metric.AUC)
    return [found.get(RowKey.of(submission)) for submission in made]


def test_close_entries_share_a_set_and_a_distant_one_has_its_own(uncertain_entry, team):
    low, high, close = (uncertain_entry(team, auc) for auc in (0.8, 0.901, 0.9))
    assert sets_of(high, close, low) == [RankSet(1, 2, 3), RankSet(1, 2, 3), RankSet(3, 3, 3)]


def test_they_are_simultaneous_over_the_entries(uncertain_entry, team):
    made = [uncertain_entry(team, 0.9 - 0.004 * n) for n in range(8)]
    values = [one.evaluations.get().auc for one in made]
    replicates = np.stack(
        [
            np.frombuffer(Uncertainty.objects.get(evaluation__submission=one).mean_replicates, "<f4")[:1000]
            for one in made
        ]
    )
    expected = [RankSet(low, high, 8) for low, high in uncertain_ranks.rank_sets(values, replicates).tolist()]
    assert sets_of(*made) == expected
    assert len({(one.low, one.high) for one in expected}) > 3


def test_what_is_not_ranked_or_has_no_replicates_is_in_none(
    uncertain_entry, entry_by_dataset, team, other_team
):
    first, second = uncertain_entry(team, 0.95), uncertain_entry(team, 0.8)
    new = entry_by_dataset(team, 0.99)
    hidden, elsewhere = uncertain_entry(team, 0.98), uncertain_entry(other_team, 0.98, resolution=28)
    submissions.disqualify(hidden, "Trained on test images.", by=history.COMMAND)
    assert sets_of(first, second, new, hidden, elsewhere) == [
        RankSet(1, 1, 2), RankSet(2, 2, 2), None, None, None,
    ]  # fmt: skip


def test_one_entry_alone_has_none(uncertain_entry, team):
    assert sets_of(uncertain_entry(team, 0.9)) == [None]


def test_a_group_is_one_entry(uncertain_entry, team):
    alone = uncertain_entry(team, 0.9)
    seeds = [uncertain_entry(team, auc, sha256=f"{auc}") for auc in (0.846, 0.844)]
    group = groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    found = rank_sets(224, Metric.AUC)
    assert found == {RowKey.of(alone): RankSet(1, 1, 2), RowKey.of(group): RankSet(2, 2, 2)}


@pytest.mark.parametrize("most", [2, 3])
def test_it_is_among_the_highest_only(most, uncertain_entry, team):
    made = [uncertain_entry(team, 0.95 - n / 20) for n in range(4)]
    with patch.object(module, "MOST", most):
        found = sets_of(*made)
    assert found == [RankSet(n, n, most) if n <= most else None for n in range(1, 5)]
