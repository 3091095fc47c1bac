"""State of releases: asked for by an organizer, frozen by a worker, and never changed afterwards but for the DOI.

`releases.freezing` makes the content. As for scoring, a worker stores it only while it still holds its claim.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge.formats.times import in_utc
from challenge.models import BoardRevision, Release, ReleaseMember, ReleaseRow, today
from challenge.services import history, queue
from challenge.services.jobs import requeue_stuck


class ReleaseRefusedError(Exception):
    """A release was not made or not changed; the message says why."""


@dataclass(frozen=True)
class FrozenRow:
    """Row of a release: its resolution and key, plain values, and the numbers of the submissions behind it."""

    resolution: int
    key: str
    values: Mapping[str, Any]
    members: Sequence[int]


@dataclass(frozen=True)
class Archive:
    """File with the archive of a release."""

    name: str
    sha256: str
    size: int


@transaction.atomic
def ask_for_release(name: str, *, by: Team | str, reason: str) -> Release:
    """Have the board frozen under a name; a release that could not be made can be asked for again.

    Raises:
        ReleaseRefusedError: the name is taken.

    """
    release, is_new = Release.objects.select_for_update().get_or_create(name=name)
    if not is_new and release.status != Release.Status.FAILED:
        raise ReleaseRefusedError(f"There is a release {name} already. A release is never replaced.")
    now = timezone.now()
    Release.objects.filter(pk=release.pk).update(
        status=Release.Status.QUEUED, asked_at=now, queued_at=now, attempts=0
    )
    history.record("asked for a release", by=by, subject=release, reason=reason)
    queue.enqueue_release(release.pk)
    release.refresh_from_db()
    return release


def claim(release_id: int) -> datetime | None:
    """Claim a release for this task, and return the time of the claim; None if it is not queued."""
    return Release.objects.filter(pk=release_id).claim()


@transaction.atomic
def store(
    release: Release,
    claimed_at: datetime,
    *,
    revision: int,
    frozen_at: datetime,
    head: Mapping[str, Any],
    rows: Sequence[FrozenRow],
    archive: Archive,
) -> bool:
    """Store a frozen board, unless it has changed since `revision`; return whether it is stored.

    From here on everybody sees the release. The revision of the board is locked, so that no change comes in between.
    At the start of a day (UTC) the anonymity of an entry can end without any change.
    """
    BoardRevision.objects.select_for_update().filter(pk=1).first()
    is_unchanged = BoardRevision.current() == revision and today() == frozen_at.date()
    claimed = Release.objects.filter(pk=release.pk).held(claimed_at)
    if not (is_unchanged and claimed.select_for_update().first()):
        return False
    ReleaseRow.objects.bulk_create(
        [
            ReleaseRow(release=release, resolution=row.resolution, key=row.key, values=row.values)
            for row in rows
        ],
        batch_size=200,
    )
    ReleaseMember.objects.bulk_create(
        [
            ReleaseMember(release=release, key=row.key, number=number)
            for row in rows
            for number in row.members
        ],
        batch_size=500,
    )
    claimed.update(
        status=Release.Status.DONE,
        frozen_at=frozen_at,
        head=head,
        archive_name=archive.name,
        archive_sha256=archive.sha256,
        archive_size=archive.size,
    )
    after = {"frozen": in_utc(frozen_at), "rows": len(rows), "archive, SHA-256": archive.sha256}
    history.record("froze the board", by=history.SITE, subject=release, after=after)
    return True


def put_back(release_id: int, claimed_at: datetime, error: Exception | None = None) -> None:
    """Have a release tried again, after a fault or because the board changed; it fails after a few attempts."""
    Release.objects.filter(pk=release_id).held(claimed_at).retry(error)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost releases again."""
    return requeue_stuck(
        Release.objects.all(),
        enqueue=lambda lost: queue.enqueue_release(lost.pk),
        give_up=lambda lost, claimed_at: put_back(lost.pk, claimed_at),
        now=now,
    )


@transaction.atomic
def set_doi(release: Release, doi: str, *, by: Team | str) -> None:
    """Enter the DOI under which the archive was deposited; nothing else of a release changes.

    Raises:
        ReleaseRefusedError: the release is not frozen yet.

    """
    current = Release.objects.select_for_update().get(pk=release.pk)
    if not current.is_frozen:
        raise ReleaseRefusedError(f"{current} is not frozen yet.")
    if current.doi == doi:
        return
    Release.objects.filter(pk=current.pk).update(doi=doi)
    history.record(
        "entered the DOI",
        by=by,
        subject=current,
        before={"DOI": current.doi or "none"},
        after={"DOI": doi or "none"},
    )
