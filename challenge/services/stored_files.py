"""Files of uploads in the storage: plain CSV is compressed an hour after its first result, and read as it was sent.

Reading a compressed file takes 65 ms more, so no team waits for it. The scorer and the verification read both kinds.
"""

import gzip
import hashlib
import logging
import secrets
import shutil
from datetime import datetime, timedelta
from io import UnsupportedOperation
from tempfile import TemporaryFile
from typing import IO, NoReturn, cast

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from challenge.models import Submission
from challenge.scoring.reading.archives import MAGICS as ZIP_MAGICS
from challenge.services import queue
from challenge.services.commits import try_after_commit
from challenge.services.teams import lock_team

logger = logging.getLogger(__name__)

#: End of the names of files that the site has compressed; no upload gets such a name.
PACKED = ".packed.gz"
#: By then, the first scoring, the intervals and the checks have read the file.
REST = timedelta(hours=1)
#: Maximum number of files that are queued at once: two minutes of work in the background.
MOST_PACKED_AT_ONCE = 300
#: Levels above 4 save 4 % more, and take three times as long.
_LEVEL = 4
_CHUNK = 2**20
_COMPRESSED = (b"\x1f\x8b", *ZIP_MAGICS)


class _AsSent(gzip.GzipFile):
    """Content of a compressed file. It shows no descriptor, or web servers would send the bytes on the disk."""

    def __init__(self, stored: IO[bytes]) -> None:
        super().__init__(fileobj=stored, mode="rb")
        self._stored = stored

    def close(self) -> None:
        """Close both."""
        super().close()
        self._stored.close()

    def fileno(self) -> NoReturn:
        """Refuse."""
        raise UnsupportedOperation("fileno")


def open_as_sent(submission: Submission) -> IO[bytes]:
    """Open the file of a submission; the content is what the team sent.

    Raises:
        OSError: there is no such file.
        ValueError: the submission has no file.

    """
    stored = submission.file.open("rb")
    is_packed = (submission.file.name or "").endswith(PACKED)
    return cast(IO[bytes], _AsSent(cast(IO[bytes], stored))) if is_packed else cast(IO[bytes], stored)


def plain_name(name: str) -> str:
    """Return the name that a file had before the site compressed it."""
    return name.removesuffix(PACKED).rpartition(".")[0] if name.endswith(PACKED) else name


def queue_packing(now: datetime | None = None) -> int:
    """Have plain files compressed in the background, the oldest first; return their number."""
    plain = Submission.objects.scored().filter(
        file__endswith=".csv",
        file_packed_at__isnull=True,
        file_deleted_at__isnull=True,
        withdrawn_at__isnull=True,
        first_outcome_at__lt=(now or timezone.now()) - REST,
    )
    pks = list(plain.order_by("created_at").values_list("pk", flat=True)[:MOST_PACKED_AT_ONCE])
    for pk in pks:
        queue.enqueue_packing(pk)
    return len(pks)


def pack(submission_id: int) -> None:
    """Compress the file of a submission; do nothing if that is done, or if the file is deleted or compressed already.

    The plain file goes after the commit. A change of the entry meanwhile wins, and then the compressed file goes.
    """
    submission = Submission.objects.filter(pk=submission_id, file_packed_at__isnull=True).first()
    if submission is None or submission.file_deleted_at or not submission.file:
        return
    plain = submission.file.name
    packed = _write_packed(submission)
    if packed is None:
        return
    with transaction.atomic():
        lock_team(submission.team_id)
        unchanged = Submission.objects.filter(
            pk=submission.pk, file=plain, file_deleted_at__isnull=True, withdrawn_at__isnull=True
        )
        is_stored = unchanged.update(file=packed, file_packed_at=timezone.now())
        unneeded = plain if is_stored else packed
        if packed != plain:
            try_after_commit(default_storage.delete, unneeded)


def _write_packed(submission: Submission) -> str | None:
    """Compress the file, and return the name of the result: its own if it is compressed; None if it is damaged."""
    with submission.file.open("rb") as sent, TemporaryFile() as draft:
        if sent.read(4).startswith(_COMPRESSED):
            return submission.file.name
        sent.seek(0)
        with gzip.GzipFile("", "wb", _LEVEL, draft, mtime=0) as compressed:
            shutil.copyfileobj(sent, compressed, _CHUNK)
        draft.seek(0)
        if _sha256(gzip.GzipFile(fileobj=draft)) != submission.sha256:
            logger.error("The file of %s is not what was sent: it is damaged, and stays as it is", submission)
            return None
        draft.seek(0)
        return default_storage.save(
            f"{submission.file.name}.{secrets.token_hex(4)}{PACKED}", File(cast(IO[bytes], draft))
        )


def _sha256(file: gzip.GzipFile) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
