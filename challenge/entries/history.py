"""Changes of an entry that readers are told about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst

from challenge.formats.times import utc
from challenge.models import Submission, day_start
from challenge.services.entries import CORRECTED
from challenge.services.score_changes import SCORES_CHANGED, changed_means


def edited_at(submission: Submission) -> datetime | None:
    """Return the time of the last edit by the team since the first scores; None if there is none."""
    if submission.first_outcome_at is None:
        return None
    later = submission.revisions.filter(replaced_at__gt=submission.first_outcome_at)
    last = later.exclude(values__has_key=CORRECTED).first()
    return last.replaced_at if last else None


@dataclass(frozen=True)
class ScoreChange:
    """Change of an entry's means, when it was scored again."""

    at: datetime
    #: Label, earlier and later mean of each metric that changed.
    means: Sequence[tuple[str, float, float]]
    #: Versions behind the earlier and the later scores.
    before: str
    after: str
    reason: str


def score_changes(submission: Submission) -> list[ScoreChange]:
    """Return the changes of an entry's scores, the newest first, for all who see its scores."""
    lines = submission.history.filter(action=SCORES_CHANGED).order_by("-at", "-pk")
    return [
        ScoreChange(
            line.at,
            changed_means(line),
            line.before.get("by", ""),
            line.after.get("by", ""),
            capfirst(line.reason),
        )
        for line in lines
    ]


def score_changes_document(submission: Submission) -> list[dict[str, Any]]:
    """Return the same as plain values for JSON; the day is enough, as on the page."""
    return [
        {
            "day": utc(day_start(change.at)),
            "before": change.before,
            "after": change.after,
            "means": {label: {"before": old, "after": new} for label, old, new in change.means},
            "reason": change.reason,
        }
        for change in score_changes(submission)
    ]
