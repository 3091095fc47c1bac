"""Numbers of ranked entries, their teams, and published results, for the home page."""

from dataclasses import dataclass

from django.http import QueryDict

from challenge.leaderboard.store import Result
from challenge.models import PublishedMethod, Submission, SubmissionQuerySet


@dataclass(frozen=True)
class Counts:
    """Numbers of all that is ranked at any resolution."""

    entries: int
    teams: int
    published: int


def _counts(parameters: QueryDict) -> Counts:
    entries = Submission.objects.ranked()
    # hidden teams are counted apart: the sum must not tell if they have other entries
    teams = _count_teams(entries.named()) + _count_teams(entries.anonymous())
    return Counts(entries.count(), teams, PublishedMethod.objects.count())


def _count_teams(entries: SubmissionQuerySet) -> int:
    return entries.order_by().values("team").distinct().count()


COUNTS = Result("counts", _counts)
