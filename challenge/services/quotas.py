"""Submissions that a team has left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Team
from challenge.formats.times import in_utc
from challenge.models import Phase, Submission, day_start


@dataclass(frozen=True)
class Quota:
    """Remaining submissions of a team in a phase."""

    day_limit: int
    day_left: int
    total_limit: int
    total_left: int
    failures_left: int
    resets_at: datetime

    @property
    def refusal(self) -> str:
        """Reason why no submission is accepted now; empty while some are left."""
        resets = f"The limit resets on {in_utc(self.resets_at)}."
        if self.total_left == 0:
            return f"Your team has reached the limit of submissions in this phase ({self.total_limit})."
        if self.day_left == 0:
            return f"Your team has reached the daily limit of submissions ({self.day_limit}). {resets}"
        if self.failures_left == 0:
            return f"Too many of your submissions failed today. Check your file. {resets}"
        return ""

    @property
    def retry_at(self) -> datetime | None:
        """Time from which a submission is accepted again; None if one is accepted now, or none in this phase."""
        return self.resets_at if self.refusal and self.total_left else None


def remaining_quota(team: Team, phase: Phase, now: datetime | None = None) -> Quota:
    """Return the team's quota: queued, running and scored submissions count, failed submissions do not.

    Extra submissions of the team are added to the limits of the phase.
    """
    now = now or timezone.now()
    more_a_day, more_in_total = phase.extra_submissions.filter(team=team).sums()
    day_limit, total_limit = phase.daily_limit + more_a_day, phase.total_limit + more_in_total
    submissions = Submission.objects.filter(team=team, phase=phase)
    today = submissions.on_day(now)
    return Quota(
        day_limit=day_limit,
        day_left=max(0, day_limit - today.counted().count()),
        total_limit=total_limit,
        total_left=max(0, total_limit - submissions.counted().count()),
        failures_left=max(0, phase.daily_failure_limit - today.filter(counts_toward_limits=False).count()),
        resets_at=day_start(now) + timedelta(days=1),
    )


def used_up_quotas(team: Team) -> list[Quota]:
    """Return the quotas of the open phases if none of them accepts a submission of the team; empty if one does."""
    quotas = [remaining_quota(team, phase) for phase in Phase.objects.open_now()]
    return quotas if all(quota.refusal for quota in quotas) else []


def refusal_of(quotas: Iterable[Quota]) -> str:
    """Return the reasons of quotas that are used up, each once."""
    return " ".join(dict.fromkeys(quota.refusal for quota in quotas))
