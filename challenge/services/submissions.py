"""Acceptance of submissions within the limits, and decisions of organizers about them.

The team's row is locked from the check to the write. Decisions leave a line of the history.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from bigsite import disk
from challenge.formats.times import in_utc
from challenge.models import Phase, Submission, wanted_versions
from challenge.services import evaluations, history
from challenge.services.board import board_changed
from challenge.services.numbers import unused_number
from challenge.services.quotas import remaining_quota
from challenge.services.refusals import RefusedError
from challenge.services.teams import lock_team

NO_LABELS = "The test labels have not been loaded yet. Please try again later."


class SubmissionRefusedError(Exception):
    """A submission was refused; the message says why, and what to do.

    `retry_at` is the time from which a limit allows more; None if waiting does not help.
    """

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        self.retry_at = retry_at
        super().__init__(message)


class HoldRefusedError(RefusedError):
    """A submission was neither held nor released, because it is not in the state for it; the message says why."""


class DuplicateSubmissionError(SubmissionRefusedError):
    """The team has sent the same file before, as the submission `original`.

    `is_same` is true if the statements about it are the same, too: then the team has sent the form twice.
    """

    def __init__(self, original: Submission, *, is_same: bool) -> None:
        self.original = original
        self.is_same = is_same
        super().__init__(
            f"You have already submitted this file at {original.get_resolution_display()}, as submission "
            f"#{original.pk} (“{original.model_name}”)."
        )


def create_submission(
    *,
    team: Team,
    upload: UploadedFile,
    resolution: int,
    model_name: str,
    phase: Phase | None = None,
    training: Mapping[str, Any] | None = None,
    **about: object,
) -> Submission:
    """Accept a submission: check the limits, store the file, and queue the scoring.

    The team's row is locked from the count to the insert, so that parallel uploads cannot exceed the limits. A baseline
    of the organizers is checked, scored and ranked like every entry, and counts towards the limits of the account that
    sends it. To send more, raise the limits of the phase.

    Args:
        team: the team that submits.
        upload: the uploaded file.
        resolution: resolution of the images behind the predictions.
        model_name: name shown on the leaderboard.
        phase: the phase that it is for; by default the first open phase.
        training: the training configuration as plain values by name, for baselines of the organizers.
        about: other fields of `Submission` that the team fills in.

    Raises:
        DuplicateSubmissionError: the team has sent this file for this resolution before.
        SubmissionRefusedError: the phase is not open, no ground truth is loaded, a limit is reached, or the disk is
            nearly full.

    """
    if disk.is_nearly_full():
        raise SubmissionRefusedError(disk.NEARLY_FULL)
    now = timezone.now()
    sha256 = file_hash(upload)
    submission = Submission(
        team=team,
        created_at=now,
        resolution=resolution,
        model_name=model_name,
        file=upload,
        file_name=(upload.name or "")[:200],
        file_size=upload.size or 0,
        sha256=sha256,
        training=training,
        **about,
    )
    submission.sent_anonymous = submission.is_anonymous
    try:
        with transaction.atomic():
            if lock_team(team.pk) is None:
                raise SubmissionRefusedError("The account was deleted.")
            submission.phase = _open_phase(phase, now)
            submission.awaits_publication = not submission.phase.is_published
            if wanted_versions() is None:
                raise SubmissionRefusedError(NO_LABELS)
            _refuse_duplicate(submission, {"model_name": model_name, **about})
            quota = remaining_quota(team, submission.phase, now)
            if quota.refusal:
                raise SubmissionRefusedError(quota.refusal, retry_at=quota.retry_at)
            submission.pk = unused_number(Submission)
            submission.save(force_insert=True)
            evaluations.queue_evaluations([submission])
    except BaseException:
        _discard_file(submission)
        raise
    return submission


def file_hash(upload: UploadedFile) -> str:
    """Return the SHA-256 of an uploaded file, as hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _open_phase(chosen: Phase | None, now: datetime) -> Phase:
    """Return the chosen phase, or the first open phase, as it is now; refuse if it is not open."""
    open_phases = Phase.objects.open_now(now)
    phase = open_phases.filter(pk=chosen.pk).first() if chosen else open_phases.first()
    if phase is None and chosen and open_phases:
        names = " or ".join(f"“{one}”" for one in open_phases)
        raise SubmissionRefusedError(f"{chosen} does not take submissions now. Choose {names}.")
    if phase is None:
        sentences = ["Submissions are closed."]
        over = Phase.objects.latest_opened(now)
        if over and over.closes_at:
            sentences.append(f"{over.name} closed on {in_utc(over.closes_at)}.")
        if upcoming := Phase.objects.upcoming(now):
            sentences.append(f"{upcoming.name} opens on {in_utc(upcoming.opens_at)}.")
        else:
            sentences.append("No other phase is planned yet.")
        raise SubmissionRefusedError(" ".join(sentences))
    return phase


def _refuse_duplicate(submission: Submission, statements: Mapping[str, object]) -> None:
    """Refuse a file that counts in this phase and is not withdrawn.

    Baselines of two trainings may predict the same, so for them only the same name makes a duplicate.
    """
    earlier = Submission.objects.counted().filter(
        team=submission.team,
        phase=submission.phase,
        sha256=submission.sha256,
        resolution=submission.resolution,
        withdrawn_at__isnull=True,
    )
    if submission.training is not None:
        earlier = earlier.filter(model_name=submission.model_name)
    if original := earlier.first():
        is_same = all(getattr(original, name) == value for name, value in statements.items())
        raise DuplicateSubmissionError(original, is_same=is_same)


def _discard_file(submission: Submission) -> None:
    """Delete the stored file of a submission that is not in the database.

    It may be there: a request can also end after the commit, for example by a time-out of the web server.
    """
    is_stored = getattr(submission.file, "_committed", False)
    if is_stored and not Submission.objects.filter(file=submission.file.name).exists():
        submission.file.delete(save=False)


@transaction.atomic
def disqualify(submission: Submission, reason: str, *, by: Team | str) -> None:
    """Remove a submission from the ranking and from public view; its team sees the reason."""
    lock_team(submission.team_id)
    _change(submission, disqualified_at=timezone.now(), disqualification_reason=reason)
    history.record("disqualified", by=by, submission=submission, reason=reason)
    board_changed()


@transaction.atomic
def reinstate(submission: Submission, *, by: Team | str, reason: str = "") -> None:
    """Withdraw a disqualification."""
    lock_team(submission.team_id)
    before = Submission.objects.get(pk=submission.pk).disqualification_reason
    _change(submission, disqualified_at=None, disqualification_reason="")
    history.record(
        "reinstated",
        by=by,
        submission=submission,
        before={"disqualification_reason": before},
        reason=reason,
    )
    board_changed()


@transaction.atomic
def hold(submission: Submission, reason: str, *, by: Team | str) -> None:
    """Take a submission from the ranking and from public view while organizers check it; limits stay used.

    Raises:
        HoldRefusedError: it is held already, disqualified or withdrawn.

    """
    lock_team(submission.team_id)
    current = Submission.objects.get(pk=submission.pk)
    if refusal := refusal_of_hold(current):
        raise HoldRefusedError(refusal)
    _change(submission, held_at=timezone.now(), held_reason=reason)
    history.record("held", by=by, submission=submission, reason=reason)
    board_changed()


@transaction.atomic
def release(submission: Submission, *, by: Team | str, reason: str = "") -> None:
    """End the hold of a submission: it is ranked and public as before.

    Raises:
        HoldRefusedError: it is not held.

    """
    lock_team(submission.team_id)
    current = Submission.objects.get(pk=submission.pk)
    if refusal := refusal_of_release(current):
        raise HoldRefusedError(refusal)
    _change(submission, held_at=None, held_reason="", awaits_checks=False)
    before = {"held_reason": current.held_reason}
    history.record("released", by=by, submission=submission, before=before, reason=reason)
    board_changed()


def refusal_of_hold(submission: Submission) -> str:
    """Return the reason why a submission cannot be held; empty if it can."""
    if submission.is_held:
        return f"{submission} is held already."
    if submission.is_disqualified:
        return f"{submission} is disqualified, so it need not be held."
    if submission.is_withdrawn:
        return f"{submission} was withdrawn by its team, so it need not be held."
    return ""


def refusal_of_release(submission: Submission) -> str:
    """Return the reason why a submission cannot be released; empty if it can."""
    return "" if submission.is_held else f"{submission} is not held."


def _change(submission: Submission, **values: object) -> None:
    for name, value in values.items():
        setattr(submission, name, value)
    submission.save(update_fields=values)
