"""Acceptance of submissions within the limits, and disqualification."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as format_date

from accounts.models import Team
from challenge.models import GroundTruth, Phase, Submission, day_start
from challenge.services import evaluations
from challenge.services.board import board_changed
from challenge.services.numbers import unused_number
from challenge.services.teams import lock_team

NO_LABELS = "The test labels have not been loaded yet. Please try again later."


class SubmissionRefusedError(Exception):
    """A submission was refused; the message says why, and what to do."""


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
        resets = f"The limit resets on {format_date(self.resets_at.astimezone(UTC), 'j F Y, H:i')} UTC."
        if self.total_left == 0:
            return f"Your team has reached the limit of submissions in this phase ({self.total_limit})."
        if self.day_left == 0:
            return f"Your team has reached the daily limit of submissions ({self.day_limit}). {resets}"
        if self.failures_left == 0:
            return f"Too many of your submissions failed today. Check your file. {resets}"
        return ""


def remaining_quota(team: Team, phase: Phase, now: datetime | None = None) -> Quota:
    """Return the team's quota: queued, running and scored submissions count, failed submissions do not."""
    now = now or timezone.now()
    submissions = Submission.objects.filter(team=team, phase=phase)
    today = submissions.on_day(now)
    return Quota(
        day_limit=phase.daily_limit,
        day_left=max(0, phase.daily_limit - today.counted().count()),
        total_limit=phase.total_limit,
        total_left=max(0, phase.total_limit - submissions.counted().count()),
        failures_left=max(0, phase.daily_failure_limit - today.filter(counts_toward_limits=False).count()),
        resets_at=day_start(now) + timedelta(days=1),
    )


def create_submission(
    *,
    team: Team,
    upload: UploadedFile,
    resolution: int,
    model_name: str,
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
        training: the training configuration as plain values by name, for baselines of the organizers.
        about: other fields of `Submission` that the team fills in.

    Raises:
        DuplicateSubmissionError: the team has sent this file for this resolution before.
        SubmissionRefusedError: no phase is open, no ground truth is loaded, or a limit is reached.

    """
    now = timezone.now()
    sha256 = _sha256(upload)
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
            submission.phase = _open_phase(now)
            if GroundTruth.objects.active() is None:
                raise SubmissionRefusedError(NO_LABELS)
            _refuse_duplicate(submission, {"model_name": model_name, **about})
            if refusal := remaining_quota(team, submission.phase, now).refusal:
                raise SubmissionRefusedError(refusal)
            submission.pk = unused_number(Submission)
            submission.save(force_insert=True)
            evaluations.queue_evaluations([submission])
    except BaseException:
        _discard_file(submission)
        raise
    return submission


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _open_phase(now: datetime) -> Phase:
    phase = Phase.objects.current(now)
    if phase is None:
        upcoming = Phase.objects.upcoming(now)
        opens = f" {upcoming.name} opens on {upcoming.opens_at:%d %B %Y, %H:%M} UTC." if upcoming else ""
        raise SubmissionRefusedError(f"Submissions are closed.{opens}")
    return phase


def _refuse_duplicate(submission: Submission, statements: Mapping[str, object]) -> None:
    """Refuse a file that counts and is not withdrawn.

    Baselines of two trainings may predict the same, so for them only the same name makes a duplicate.
    """
    earlier = Submission.objects.counted().filter(
        team=submission.team,
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


def disqualify(submission: Submission, reason: str) -> None:
    """Remove a submission from the ranking and from public view; its team sees the reason."""
    submission.disqualified_at = timezone.now()
    submission.disqualification_reason = reason
    submission.save(update_fields=["disqualified_at", "disqualification_reason"])
    board_changed()


def reinstate(submission: Submission) -> None:
    """Withdraw a disqualification."""
    submission.disqualified_at = None
    submission.disqualification_reason = ""
    submission.save(update_fields=["disqualified_at", "disqualification_reason"])
    board_changed()
