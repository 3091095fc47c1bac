"""Files of the site: in the data folder, or in a bucket under the same names.

A file is known by its place: the path that it has in the data folder. Without a bucket, the file is there. With a
bucket, web servers and workers share no disk: `local_copy` and `fetched` bring a file to this machine.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages
from django.db.models.fields.files import FieldFile

from bigsite.storage_settings import BUCKET
from challenge.formats.atomic import DRAFT, atomic_write

CHUNK = 2**20


@dataclass(frozen=True)
class Found:
    """A file of the site, with its size and the time of its last change in ns."""

    place: Path
    size: int
    changed_at: int


def are_in_bucket() -> bool:
    """Return whether the files are in a bucket."""
    return BUCKET in settings.STORAGES


def bucket() -> Any:
    """Return the storage of the bucket."""
    return storages[BUCKET]


def name_of(place: Path) -> str:
    """Return the name that a file has in the bucket."""
    return place.relative_to(settings.DATA_DIR).as_posix()


def shown(place: Path) -> str:
    """Return the place of a file for organizers."""
    return f"{name_of(place)} of the bucket {bucket().bucket_name}" if are_in_bucket() else str(place)


def exists(place: Path) -> bool:
    """Return whether there is such a file.

    Raises:
        StorageDownError: the bucket does not answer.

    """
    return bucket().exists(name_of(place)) if are_in_bucket() else place.exists()


def size_of(place: Path) -> int | None:
    """Return the size of a file in bytes; None if there is no such file.

    Raises:
        StorageDownError: the bucket does not answer.

    """
    try:
        return bucket().size(name_of(place)) if are_in_bucket() else place.stat().st_size
    except FileNotFoundError:
        return None


def open_file(place: Path) -> IO[bytes]:
    """Open a file for reading.

    Raises:
        FileNotFoundError: there is no such file.
        StorageDownError: the bucket does not answer.

    """
    return bucket().open(name_of(place)) if are_in_bucket() else place.open("rb")


def delete(place: Path) -> None:
    """Delete a file, and the copy of it on this machine; do nothing if it is missing."""
    if are_in_bucket():
        bucket().delete(name_of(place))
    place.unlink(missing_ok=True)


def store(draft: Path, place: Path) -> None:
    """Move a complete file of this machine to its place; the draft of a local file must be on the same disk."""
    if not are_in_bucket():
        draft.replace(place)
        return
    with draft.open("rb") as content:
        bucket().save(name_of(place), File(content))


@contextmanager
def writing(place: Path) -> Iterator[Path]:
    """Yield a draft with the same file name, which then replaces the file; after an error, the draft is deleted."""
    if not are_in_bucket():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic_write(place) as draft:
            yield draft
        return
    with TemporaryDirectory(prefix=DRAFT) as folder:
        draft = Path(folder, place.name)
        yield draft
        store(draft, place)


def found(folder: Path, prefix: str = "") -> Iterator[Found]:
    """Yield the files under a folder whose names begin so, in no order, without drafts that are being written."""
    if not are_in_bucket():
        yield from found_here(folder, prefix)
        return
    for name, size, changed_at in bucket().found(f"{name_of(folder)}/{prefix}"):
        yield Found(settings.DATA_DIR / name, size, int(changed_at.timestamp()) * 10**9)


def found_here(folder: Path, prefix: str = "") -> Iterator[Found]:
    """Yield the files under a folder of this machine, as `found` does."""
    for path in folder.glob(f"{prefix}*") if prefix else folder.rglob("*"):
        if path.is_file() and not any(part.startswith(DRAFT) for part in path.parts):
            with suppress(FileNotFoundError):  # deleted in the meantime
                stat = path.stat()
                yield Found(path, stat.st_size, stat.st_mtime_ns)


def sha256_of(place: Path) -> str:
    """Return the SHA-256 of a file, which may be missing: see `open_file`."""
    digest = hashlib.sha256()
    with open_file(place) as content:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def is_stored(file: FieldFile) -> bool:
    """Return whether the file of a row is there."""
    return bool(file) and file.storage.exists(file.name or "")


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """Yield a path of the file of a row: its own, or that of a copy which is deleted afterwards.

    Raises:
        FileNotFoundError: the bucket has no such file. In a folder, whoever opens the path finds out.
        StorageDownError: the bucket does not answer.

    """
    if isinstance(file.storage, FileSystemStorage):
        yield Path(file.path)
        return
    name = file.name or ""
    with TemporaryDirectory(prefix="copy-") as folder:
        copy = Path(folder, Path(name).name)
        with file.storage.open(name) as stored, copy.open("wb") as target:
            shutil.copyfileobj(stored, target, CHUNK)
        yield copy


def fetched(place: Path) -> Path:
    """Return a path of a file whose name tells its content, so that a copy of it never becomes outdated.

    The first caller on a machine fetches the copy to the place. The path of a missing file is returned, too: whoever
    opens it finds out.

    Raises:
        StorageDownError: the bucket does not answer.

    """
    if are_in_bucket() and not place.exists():
        with suppress(FileNotFoundError), open_file(place) as stored:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with atomic_write(place) as draft, draft.open("wb") as target:
                shutil.copyfileobj(stored, target, CHUNK)
    return place
