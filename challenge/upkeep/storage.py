"""Space on the disk of the data folder, and files that nothing uses."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from bigsite.outages import StorageDownError
from challenge import files
from challenge.models import Probe, Reproduction, Submission

logger = logging.getLogger(__name__)

#: A younger file may belong to an upload that is not committed yet.
YOUNGEST = timedelta(hours=1)


@dataclass(frozen=True)
class StoredFile:
    """A file of the folder of submissions."""

    name: str
    size: int
    changed_at: datetime


@dataclass(frozen=True)
class Space:
    """Space on the disk of the data folder, in bytes."""

    free: int
    total: int

    @property
    def is_little(self) -> bool:
        """True if files may soon be refused, as they are below half of this space."""
        return self.free < 2 * settings.MIN_FREE_BYTES


def space() -> Space:
    """Return the space on the disk of the data folder."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return Space(usage.free, usage.total)


def unused_files() -> list[StoredFile]:
    """Return the files of uploads that belong to no submission, by name: requests that ended halfway leave them."""
    used = {file for model in (Submission, Probe) for file in model.objects.values_list("file", flat=True)}
    for of_reproduction in Reproduction.objects.values_list(*Reproduction.FILES):
        used |= {*of_reproduction}
    latest = timezone.now() - YOUNGEST
    found = (file for file in _uploads() if file.name not in used)
    return sorted((file for file in found if file.changed_at < latest), key=lambda file: file.name)


def delete_unused_files() -> int:
    """Delete files that have belonged to no submission for `FAILED_FILE_DAYS`, and return their number.

    While the bucket does not answer, none is deleted: the next run does it.
    """
    before = timezone.now() - timedelta(days=settings.FAILED_FILE_DAYS)
    try:
        old = [file for file in unused_files() if file.changed_at < before]
        for file in old:
            files.delete(settings.SUBMISSION_DIR / file.name)
    except StorageDownError as error:
        logger.error("Files without a submission cannot be deleted: %s", error)
        return 0
    return len(old)


def _uploads() -> Iterator[StoredFile]:
    for file in files.found(settings.SUBMISSION_DIR):
        name = file.place.relative_to(settings.SUBMISSION_DIR).as_posix()
        yield StoredFile(name, file.size, datetime.fromtimestamp(file.changed_at / 10**9, UTC))
