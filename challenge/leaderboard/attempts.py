"""Attempts behind an entry: scored submissions of its team at the resolution in the phase, when it was selected.

If the best entry represents the team, all submissions scored so far are attempts. If the team chose the entry, those
scored until then are. Withdrawn, disqualified and private submissions are attempts, too: the team knew their scores
when it selected. Submissions sent as anonymous are left out until they name the team, as the number would tell who they
are. A submission that becomes anonymous later stays counted: a number that falls when an anonymous entry appears would
tell the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Min, Q

from challenge.leaderboard.filters import Filters
from challenge.models import Submission, SubmissionQuerySet
from challenge.models.visibility import named
from challenge.results.rows import Row

#: Times of the first scores of submissions, by their number, for each team, phase and resolution.
Times = Mapping[tuple[int, int, int], Mapping[int, datetime]]


def with_attempts_of_selection(rows: Sequence[Row], filters: Filters) -> list[Row]:
    """Add the number of attempts to the rows of a leaderboard, if it shows one entry for each team."""
    return list(rows) if filters.all_entries else with_attempts(rows)


def with_attempts(rows: Sequence[Row]) -> list[Row]:
    """Add the number of attempts to rows of named entries, in one query; each baseline is a method of its own."""
    counted = {row.key for row in rows if _has_attempts(row)}
    resolutions = {row.resolution for row in rows if row.key in counted}
    times = _times(Submission.objects.filter(resolution__in=resolutions))
    return [replace(row, attempts=len(_attempts(row, times))) if row.key in counted else row for row in rows]


def attempts_of(row: Row) -> list[int]:
    """Return the numbers of the submissions that a row was selected from; none where `with_attempts` counts none."""
    if row.team_key is None or not _has_attempts(row):
        return []
    team, _ = row.team_key
    sent = Submission.objects.filter(team=team, phase=row.phase, resolution=row.resolution)
    return _attempts(row, _times(sent))


def _has_attempts(row: Row) -> bool:
    return row.method is None and not (row.is_anonymous or row.is_hidden or row.is_baseline)


def _times(submissions: SubmissionQuerySet) -> Times:
    """A later scoring of the same submission is no attempt, so the time of its first outcome counts."""
    found: dict[tuple[int, int, int], dict[int, datetime]] = {}
    sent = submissions.filter(evaluations__scored_at__isnull=False, training__isnull=True)
    sent = sent.filter(Q(sent_anonymous=False) | named())
    scored = sent.order_by().values_list("pk", "team_id", "phase_id", "resolution", "first_outcome_at")
    for pk, team, phase, resolution, outcome_at, scored_at in scored.annotate(Min("evaluations__scored_at")):
        found.setdefault((team, phase, resolution), {})[pk] = outcome_at or scored_at
    return found


def _attempts(row: Row, times: Times) -> list[int]:
    team, _ = row.team_key or (0, False)
    scored = times.get((team, row.phase or 0, row.resolution), {})
    chosen_at = row.chosen_at
    return [pk for pk, time in scored.items() if chosen_at is None or time <= chosen_at]
