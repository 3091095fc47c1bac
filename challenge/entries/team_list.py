"""Submissions of a team in pages, newest first, with those that are pending on any page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page, Paginator

from accounts.models import Team
from challenge.models import Evaluation, Submission, Versions, ranked_versions

PER_PAGE = 25
#: Maximum number of pending submissions of other pages that are named.
MOST_NAMED = 5


@dataclass(frozen=True)
class TeamList:
    """A page of a team's submissions."""

    page: Page
    versions: Versions | None
    #: Number of pending submissions on all pages, and the time at which the last of them was queued.
    n_pending: int
    last_queued_at: datetime | None
    #: Pending submissions on other pages, the newest first: `MOST_NAMED` at most.
    pending_elsewhere: Sequence[Submission]

    @cached_property
    def rows(self) -> list[tuple[Submission, Evaluation | None]]:
        """Submissions of the page, each with the evaluation that gives its state."""
        return [(one, one.current_evaluation(self.versions)) for one in self.page]


def team_list(team: Team, page: str | None) -> TeamList:
    """Return a page of the team's submissions; the first or the last page for a number that does not exist."""
    versions = ranked_versions()
    sent = Submission.objects.filter(team=team)
    shown = Paginator(
        sent.select_related("phase").prefetch_related("evaluations__ground_truth"), PER_PAGE
    ).get_page(page)
    pending = Evaluation.objects.filter(
        submission__team=team, status__in=[Evaluation.Status.QUEUED, Evaluation.Status.SCORING]
    )
    queued = dict(pending.order_by("queued_at").values_list("submission_id", "queued_at"))
    elsewhere = sorted(set(queued) - {one.pk for one in shown}, reverse=True)[:MOST_NAMED]
    return TeamList(
        shown,
        versions,
        n_pending=len(queued),
        last_queued_at=max(queued.values(), default=None),
        pending_elsewhere=list(sent.filter(pk__in=elsewhere)),
    )
