"""Waiting submissions and the time that the last ones took, for teams and for monitors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Min
from django.utils import timezone

from challenge.formats.texts import counted
from challenge.formats.times import in_words
from challenge.models import Evaluation, Submission
from challenge.upkeep import work

#: Number of submissions that the times are computed from, and the time in which they were sent.
MOST, LATELY = 20, timedelta(days=1)


@dataclass(frozen=True)
class Throughput:
    """Submissions that wait for their first result, and times from upload to result."""

    waiting: int
    #: Time for which the first of them has waited.
    longest_wait: timedelta | None
    #: Times of the last submissions of a day.
    times: list[timedelta]
    worker_runs: bool

    @property
    def typical(self) -> timedelta | None:
        """Median of the times."""
        if not self.times:
            return None
        return timedelta(seconds=median(span.total_seconds() for span in self.times))

    @property
    def longest(self) -> timedelta | None:
        """Largest of the times."""
        return max(self.times, default=None)

    def __str__(self) -> str:
        sentences = [self._about_waiting()]
        if self.typical and self.longest:
            results = counted(len(self.times), "result")
            sentences.append(
                f"The last {results} took {in_words(self.typical)} (median), at most {in_words(self.longest)}."
                if len(self.times) > 1
                else f"The last result took {in_words(self.typical)}."
            )
        if not self.worker_runs:
            sentences.append("Scoring is stopped now; we score what waits as soon as it runs again.")
        return " ".join(sentences)

    def _about_waiting(self) -> str:
        if self.waiting == 0 or self.longest_wait is None:
            return "No submission waits."
        waits = "waits" if self.waiting == 1 else "wait"
        return f"{counted(self.waiting, 'submission')} {waits}, the first for {in_words(self.longest_wait)}."


def throughput(now: datetime | None = None) -> Throughput:
    """Return how many submissions wait and how long the last ones took, in three queries."""
    now = now or timezone.now()
    waiting = Evaluation.objects.filter(
        status__in=Evaluation.PENDING, submission__first_outcome_at__isnull=True
    ).aggregate(count=Count("pk"), since=Min("submission__created_at"))
    last = Submission.objects.filter(created_at__gt=now - LATELY, first_outcome_at__isnull=False)
    times = last.order_by("-created_at").values_list("created_at", "first_outcome_at")[:MOST]
    return Throughput(
        waiting=waiting["count"],
        longest_wait=now - waiting["since"] if waiting["since"] else None,
        times=[outcome - sent for sent, outcome in times if outcome],
        worker_runs=not work.is_old(work.last_sweep(), now),
    )
