"""Submissions by programs: a request that is sent again makes no second submission."""

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge.models import Submission, SubmitRequest
from challenge.services.submissions import create_submission, file_hash
from challenge.services.teams import lock_team


class KeyReusedError(Exception):
    """A key came with another request; the message says so."""


@transaction.atomic
def submit_once(
    *, key: str | None, team: Team, upload: UploadedFile, **about: Any
) -> tuple[Submission, bool]:
    """Accept a submission like `create_submission`; return it, and whether this request made it.

    The team's row is locked first, so that of two requests with one key at the same time, the second finds the
    submission of the first.

    Args:
        key: chosen by the sender, the same if the request is sent again; None for a request without a key.
        team: the team that submits.
        upload: the uploaded file.
        about: other arguments of `create_submission`.

    Raises:
        KeyReusedError: the key came with another file or other statements before.
        SubmissionRefusedError: as for `create_submission`.

    """
    if key is None:
        return create_submission(team=team, upload=upload, **about), True
    lock_team(team.pk)
    digest = _digest(key)
    fingerprint = _fingerprint(upload, about)
    earlier = SubmitRequest.objects.filter(team=team, digest=digest).select_related("submission").first()
    if earlier and earlier.fingerprint != fingerprint:
        raise KeyReusedError("This Idempotency-Key came with another file or other statements before.")
    if earlier:
        return earlier.submission, False
    submission = create_submission(team=team, upload=upload, **about)
    SubmitRequest.objects.create(team=team, digest=digest, fingerprint=fingerprint, submission=submission)
    return submission, True


def is_known(key: str | None, team: Team) -> bool:
    """Return whether a request with this key has made a submission, which another one with it only returns."""
    return key is not None and SubmitRequest.objects.filter(team=team, digest=_digest(key)).exists()


def forget_old_keys() -> None:
    """Remove the keys that are too old to matter."""
    SubmitRequest.objects.filter(created_at__lt=timezone.now() - SubmitRequest.KEPT).delete()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _fingerprint(upload: UploadedFile, about: dict[str, Any]) -> str:
    stated = repr(sorted((name, str(value)) for name, value in about.items()))
    return hashlib.sha256(f"{file_hash(upload)} {stated}".encode()).hexdigest()
