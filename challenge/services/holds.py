"""New entries that wait for the checks of integrity before they are published, where their phase says so.

An entry is held in the transaction that stores its first scores, so it is never public before. It is released when
both checks have ended and no flag speaks against it, or by an organizer.
"""

from django.db import transaction
from django.utils import timezone

from challenge.models import (
    IntegrityAccountCheck,
    IntegrityFlag,
    IntegrityRecord,
    Submission,
    integrity_mark,
    ranked_ground_truth,
)
from challenge.services import history
from challenge.services.board import board_changed
from challenge.services.mails import mail_team
from challenge.services.teams import lock_team

#: Words for the team, which never sees flags.
REASON = "We check all new entries of this phase before they are published."


def hold_new(submission_id: int) -> None:
    """Hold an entry that has its first scores, if its phase says so; in the transaction that stores the scores."""
    new = Submission.objects.filter(pk=submission_id, phase__holds_flagged=True, held_at__isnull=True)
    new.filter(disqualified_at__isnull=True, withdrawn_at__isnull=True).update(
        held_at=timezone.now(), held_reason=REASON, awaits_checks=True
    )


@transaction.atomic
def release_if_clear(submission_id: int) -> bool:
    """Publish an entry that awaits its checks if they have ended without a finding; return whether it was released."""
    waiting = Submission.objects.filter(pk=submission_id, awaits_checks=True).first()
    if waiting is None:
        return False
    lock_team(waiting.team_id)
    submission = (
        Submission.objects.select_related("team").filter(pk=submission_id, awaits_checks=True).first()
    )
    if submission is None or awaited(submission):
        return False
    held_at = submission.held_at
    submission.held_at, submission.held_reason, submission.awaits_checks = None, "", False
    submission.save(update_fields=["held_at", "held_reason", "awaits_checks"])
    history.record(
        "released",
        by=history.SITE,
        submission=submission,
        before={"held_at": held_at and held_at.isoformat()},
        reason="The checks of new entries have ended.",
    )
    if submission.integrity_flags.exists():  # it has waited for an organizer
        mail_team(submission.team, "released", {"reason": ""}, submission=submission)
    board_changed()
    return True


def release_checked() -> int:
    """Release all entries whose checks have ended; return their number. The sweep calls it."""
    waiting = Submission.objects.filter(awaits_checks=True).values_list("pk", flat=True)
    return sum(release_if_clear(pk) for pk in list(waiting))


def awaited(submission: Submission) -> list[str]:
    """Return in words, for organizers, what an entry that awaits its checks waits for; empty if it can be released."""
    ground_truth = ranked_ground_truth()
    mark = integrity_mark(ground_truth) if ground_truth else ""
    predictions = IntegrityRecord.objects.filter(submission=submission, version=mark)
    account = IntegrityAccountCheck.objects.filter(submission=submission)
    found = [
        _state_of("the check of the predictions", predictions.values_list("status", flat=True).first()),
        _state_of("the check of the account", account.values_list("status", flat=True).first()),
    ]
    if IntegrityFlag.objects.against_publication().filter(submission=submission).exists():
        found.append("an organizer: a flag of integrity is open or confirmed")
    return [words for words in found if words]


def _state_of(check: str, status: str | None) -> str:
    """Return the wait for a check in words; empty if it has ended."""
    if status == IntegrityRecord.Status.DONE:
        return ""
    return f"an organizer: {check} has failed" if status == IntegrityRecord.Status.FAILED else check
