"""Rank of an entry on each dataset, compared with a ranking of all rows of the leaderboard."""

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenge.leaderboard.by_dataset import dataset_ranks
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import DatasetScore, Evaluation, Metric, Submission, ranked_versions
from challenge.results.rows import with_dataset_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.ranking import rank
from challenge.services import groups, history, submissions


def ranks_of(submission: Submission, metric: Metric = Metric.AUC) -> dict[str, tuple[int, int]]:
    evaluation = submission.evaluations.select_related("submission__group", "ground_truth").get()
    return dataset_ranks(evaluation.submission, evaluation, metric, ranked_versions())


def ranks_by_hand(submission: Submission, metric: Metric) -> dict[str, tuple[int, int]]:
    """Build every row, and rank the rows on each dataset."""
    rows = leaderboard(Filters(submission.resolution, metric, all_entries=True), ranked_versions())
    rows = with_dataset_scores(rows)
    place = next(i for i, row in enumerate(rows) if submission in row.members)
    found = {}
    for dataset in MEDMNIST_PLUS:
        scores = [row.by_dataset.get(dataset.name, {}).get(metric) for row in rows]
        places = rank([score.value if score else None for score in scores])
        if own := places[place]:
            found[dataset.name] = (own, sum(other is not None for other in places))
    return found


@pytest.mark.parametrize("metric", [Metric.AUC, Metric.COHEN_KAPPA])
def test_they_are_those_of_all_rows(metric, entry_by_dataset, team, other_team):
    call_command("import_reported_baselines", verbosity=0)
    rng = np.random.default_rng(5)
    made = [entry_by_dataset(team, 0.9, sha256=f"{n}") for n in range(8)]
    made.append(entry_by_dataset(other_team, 0.9, resolution=28))
    for score in DatasetScore.objects.all():
        score.auc, score.cohen_kappa = rng.choice([0.5, 0.7, 0.9, 0.96, rng.random()], 2)
        score.save()
    groups.create_group(team=team, name="Seeds", members=[one.pk for one in made[:3]])
    for submission in made:
        found = ranks_of(submission, metric)
        assert found == ranks_by_hand(submission, metric)
        assert len(found) == 12


def test_what_is_not_ranked_has_none_and_takes_none(entry_by_dataset, team):
    best, other, old = (entry_by_dataset(team, auc) for auc in (0.95, 0.9, 0.85))
    submissions.disqualify(best, "Trained on test images.", by=history.COMMAND)
    old.evaluations.update(scorer_version="0")
    assert ranks_of(Submission.objects.get(pk=best.pk)) == {}
    assert ranks_of(old) == {}
    assert set(ranks_of(other).values()) == {(1, 1)}


def test_more_entries_take_no_more_queries(entry_by_dataset, team):
    submission = entry_by_dataset(team, 0.9)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            ranks_of(submission)
        return len(queries)

    alone = count()
    for number in range(5):
        entry_by_dataset(team, 0.9 + number / 100)
    assert count() == alone
    assert set(ranks_of(submission).values()) == {(5, 6)}  # the other entry at 0.9 shares its rank
    assert Evaluation.objects.count() == 6
