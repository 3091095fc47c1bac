"""Changes of an entry that readers are told about."""

from datetime import datetime

from challenge.models import Submission


def edited_at(submission: Submission) -> datetime | None:
    """Return the time of the last edit since the first scores; None if what it says is as it was then."""
    if submission.first_outcome_at is None:
        return None
    last = submission.revisions.filter(replaced_at__gt=submission.first_outcome_at).first()
    return last.replaced_at if last else None
