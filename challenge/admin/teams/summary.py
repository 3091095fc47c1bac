"""Summary of a team for its page in the admin: limits, submissions and history."""

from dataclasses import dataclass

from accounts.models import Team
from challenge.models import HistoryLine, Phase, Submission, state_of
from challenge.services.quotas import Quota, remaining_quota

#: Submissions and lines of history that the page lists; links lead to all.
SHOWN = 50
LINES = 10


@dataclass(frozen=True)
class Limits:
    """Limits of a team in a phase."""

    phase: Phase
    quota: Quota
    a_day: int
    in_total: int


@dataclass(frozen=True)
class Listed:
    """A submission with its state in words."""

    submission: Submission
    state: str


def summary_of(team: Team, organizer: Team) -> dict[str, object]:
    """Return what the page shows of a team in addition to its account."""
    return {
        "limits": [_limits(team, phase) for phase in _phases(team)],
        "submissions": _submissions(team),
        "lines": HistoryLine.objects.filter(team=team).shown_to(organizer)[:LINES],
    }


def _phases(team: Team) -> list[Phase]:
    """Return the open phases, and the phases with extra submissions of the team."""
    current = list(Phase.objects.open_now())
    extra = Phase.objects.filter(extra_submissions__team=team).distinct()
    return [*current, *(phase for phase in extra if phase not in current)]


def _limits(team: Team, phase: Phase) -> Limits:
    a_day, in_total = phase.extra_submissions.filter(team=team).sums()
    return Limits(phase, remaining_quota(team, phase), a_day, in_total)


def _submissions(team: Team) -> list[Listed]:
    rows = team.submissions.prefetch_related("evaluations")[:SHOWN]
    return [Listed(row, state_of(row).label) for row in rows]
