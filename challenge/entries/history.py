"""Changes of an entry that readers are told about."""

from datetime import datetime

from challenge.models import Submission
from challenge.services.entries import CORRECTED


def edited_at(submission: Submission) -> datetime | None:
    """Return the time of the last edit by the team since the first scores; None if there is none."""
    if submission.first_outcome_at is None:
        return None
    later = submission.revisions.filter(replaced_at__gt=submission.first_outcome_at)
    last = later.exclude(values__has_key=CORRECTED).first()
    return last.replaced_at if last else None
