"""Freezing of the board: a worker makes rows and archive, and stores them if the board has not changed meanwhile."""

import logging
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.utils import timezone

from challenge import files
from challenge.formats.atomic import DRAFT
from challenge.formats.checksums import sha256_of
from challenge.formats.times import utc
from challenge.leaderboard.export import head as head_of_export
from challenge.models import BoardRevision, Metric, Release, Resolution, Versions, ranked_versions
from challenge.releases.archive import write_archive
from challenge.releases.rows import ALL, frozen_replicates, frozen_rows
from challenge.releases.texts import folder_of
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION
from challenge.services import releases
from challenge.services.releases import Archive, FrozenRow

logger = logging.getLogger(__name__)

#: The board is read again if it changed while it was read; after so many times the sweep tries later.
MOST_READS = 5


def freeze(release_id: int) -> None:
    """Freeze the board for a release that is queued; do nothing if it is not (or no longer) queued."""
    claimed_at = releases.claim(release_id)
    if claimed_at is None:
        return
    release = Release.objects.get(pk=release_id)
    try:
        is_stored = any(_freeze_once(release, claimed_at) for _ in range(MOST_READS))
    except Exception as error:  # it may be temporary, such as a full disk: the sweep retries a few times
        logger.exception("%s was not frozen.", release)
        releases.put_back(release_id, claimed_at, error)
    else:
        if not is_stored:
            releases.put_back(release_id, claimed_at)


def _freeze_once(release: Release, claimed_at: datetime) -> bool:
    """Make the content and store it; return false if the board has changed meanwhile, or another worker took over."""
    revision, frozen_at = BoardRevision.current(), timezone.now()
    versions = ranked_versions()
    rows = frozen_rows(versions)
    head = _head(versions, frozen_at, rows)
    with TemporaryDirectory(dir=settings.RELEASES_DIR, prefix=DRAFT) as folder:
        draft = Path(folder, "archive.zip")
        write_archive(draft, release, frozen_at, head, rows, frozen_replicates(versions))
        checksum, size = sha256_of(draft), draft.stat().st_size
        # The name has the checksum: a worker that was taken over never replaces the file that is stored.
        place = settings.RELEASES_DIR / f"{folder_of(release)}-{checksum[:16]}.zip"
        files.store(draft, place)
    archive = Archive(place.name, checksum, size)
    is_stored = releases.store(
        release, claimed_at, revision=revision, frozen_at=frozen_at, head=head, rows=rows, archive=archive
    )
    if not is_stored:
        files.delete(place)
    return is_stored


def _head(versions: Versions | None, frozen_at: datetime, rows: list[FrozenRow]) -> dict[str, Any]:
    """Return the header of a release: the header of exports, the datasets, and the numbers of rows."""
    head = head_of_export(versions, BOOTSTRAP_VERSION)
    del head["generated_at"]
    return {
        "frozen_at": utc(frozen_at),
        **head,
        "metrics": Metric.values,
        "resolutions": Resolution.values,
        "datasets": [
            {"name": d.name, "title": d.title, "task": d.task, "n_classes": d.n_classes, "n_test": d.n_test}
            for d in MEDMNIST_PLUS
        ],
        "rows_by_resolution": {
            str(resolution): _counts([row for row in rows if row.resolution == resolution])
            for resolution in Resolution.values
        },
    }


def _counts(rows: list[FrozenRow]) -> dict[str, int]:
    """Return the numbers of entries and of published results, and how many of both have a rank by AUC."""
    published = sum(row.values["kind"] == "published" for row in rows)
    ranked = sum(Metric.AUC in row.values["ranks"][ALL] for row in rows)
    return {"entries": len(rows) - published, "published": published, "ranked": ranked}
