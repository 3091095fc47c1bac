"""Intervals of an entry that is scored again with the same labels: they stay until the new ones are there."""

import pytest

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import Uncertainty, ranked_versions
from challenge.services import evaluations, history, uncertainty

pytestmark = pytest.mark.django_db


def ranges() -> list[tuple[int, int] | None]:
    rows = leaderboard(Filters(28, all_entries=True), ranked_versions())
    return [row.rank_range for row in with_rank_ranges(rows, "auc")]


@pytest.fixture
def estimated(submit_and_score, team, other_team):
    made = [submit_and_score(team), submit_and_score(other_team, skill=2.0)]
    for submission in made:
        uncertainty.estimate(submission.evaluations.get().pk)
    return made


def test_equal_scores_keep_their_intervals(estimated):
    before = ranges()
    assert None not in before
    evaluations.score_again(estimated, by=history.COMMAND, reason="To be sure.")
    for submission in estimated:
        evaluations.evaluate(submission.evaluations.get().pk)
    assert ranges() == before
    assert {one.status for one in Uncertainty.objects.all()} == {Uncertainty.Status.QUEUED}


def test_other_scores_drop_intervals_that_are_not_theirs(estimated):
    changed = estimated[0].evaluations.get()
    changed.dataset_scores.update(auc=0.5)
    evaluations.score_again([estimated[0]], by=history.COMMAND, reason="It looks odd.")
    evaluations.evaluate(changed.pk)
    assert not Uncertainty.objects.get(evaluation=changed).has_results
