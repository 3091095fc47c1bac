"""Files of the site, as they are kept in a backup: only new ones are copied, because files never change."""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from challenge import files as stored
from challenge.files import CHUNK, Found
from challenge.formats.atomic import DRAFT

#: Name of the key's file, when the site made the key itself.
KEY = "secret_key"


@dataclass(frozen=True)
class KeptFile:
    """A file of a backup: its checksum, and the size and time (in ns) of the file that it was copied from."""

    sha256: str
    size: int
    changed_at: int


def folders() -> dict[str, Path]:
    """Return the folders of a backup, each with the folder of the site that it is a copy of.

    With a bucket, all but the sample images are in the bucket: see `local_folders`. Published predictions, drawn
    figures and static files are left out, because the site makes them again.
    """
    return {
        "submissions": settings.SUBMISSION_DIR,
        "ground_truth": settings.GROUND_TRUTH_DIR,
        "releases": settings.RELEASES_DIR,
        "samples": settings.SAMPLES_DIR,
    }


def local_folders() -> dict[str, Path]:
    """Return those folders that are on the disk of this machine."""
    if not stored.are_in_bucket():
        return folders()
    return {"samples": settings.SAMPLES_DIR}


def key_of_the_site() -> Path | None:
    """Return the file of the key; None if the environment sets the key."""
    path = settings.DATA_DIR / KEY
    return path if path.exists() and path.read_text() == settings.SECRET_KEY else None


def files_of_the_site() -> dict[str, Found]:
    """Return the files to keep, by their names in a backup."""
    local = local_folders()
    found = {
        f"{name}/{file.place.relative_to(folder).as_posix()}": file
        for name, folder in folders().items()
        for file in (stored.found_here(folder) if name in local else stored.found(folder))
    }
    if key := key_of_the_site():
        about = key.stat()
        found[KEY] = Found(key, about.st_size, about.st_mtime_ns)
    return dict(sorted(found.items()))


def open_file(name: str, file: Found) -> IO[bytes]:
    """Open a file of the site by its name in a backup."""
    is_local = name == KEY or name.partition("/")[0] in local_folders()
    return file.place.open("rb") if is_local else stored.open_file(file.place)


def keep(
    folder: Path, files: Mapping[str, Found], kept: Mapping[str, KeptFile], say: Callable[[str], None]
) -> dict[str, KeptFile]:
    """Copy the files to the folder of a backup, except those that it has, and return all that are there now.

    A file that is deleted meanwhile is left out.
    """
    now: dict[str, KeptFile] = {}
    for number, (name, file) in enumerate(files.items(), 1):
        known = kept.get(name)
        if known and (known.size, known.changed_at) == (file.size, file.changed_at):
            now[name] = known
        else:
            with suppress(FileNotFoundError), open_file(name, file) as source:
                now[name] = KeptFile(copy(source, folder / name, file.changed_at), file.size, file.changed_at)
        if number % 1000 == 0:
            say(f"{number:,} of {len(files):,} files")
    return now


def copy(source: IO[bytes], target: Path, changed_at: int) -> str:
    """Copy a file, readable for this user only, and return its SHA-256. The target appears when it is complete."""
    digest = hashlib.sha256()
    _make_private(target.parent)
    draft = target.with_name(f"{DRAFT}{target.name}")
    draft.touch(mode=0o600)
    with draft.open("wb") as copied:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            copied.write(chunk)
    os.utime(draft, ns=(changed_at, changed_at))
    draft.replace(target)
    return digest.hexdigest()


def _make_private(folder: Path) -> None:
    """Create a folder and its parents, if they are missing, for this user only."""
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
