"""Files of the site, as they are kept in a backup: only new ones are copied, because files never change."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

CHUNK = 2**20
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

    Published predictions, drawn figures and static files are left out, because the site makes them again.
    """
    return {
        "submissions": settings.SUBMISSION_DIR,
        "ground_truth": settings.GROUND_TRUTH_DIR,
        "releases": settings.RELEASES_DIR,
        "samples": settings.SAMPLES_DIR,
    }


def key_of_the_site() -> Path | None:
    """Return the file of the key; None if the environment sets the key."""
    path = settings.DATA_DIR / KEY
    return path if path.exists() and path.read_text() == settings.SECRET_KEY else None


def files_of_the_site() -> dict[str, Path]:
    """Return the files to keep, by their names in a backup."""
    found = {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for name, folder in folders().items()
        for path in _files(folder)
    }
    key = key_of_the_site()
    return found | {KEY: key} if key else found


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files under a folder, without drafts that another process is writing."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".draft-") for part in path.parts):
            yield path


def keep(
    folder: Path, files: Mapping[str, Path], kept: Mapping[str, KeptFile], say: Callable[[str], None]
) -> dict[str, KeptFile]:
    """Copy the files to the folder of a backup, except those that it has, and return all that are there now.

    A file that is deleted meanwhile is left out.
    """
    now: dict[str, KeptFile] = {}
    for number, (name, path) in enumerate(files.items(), 1):
        try:
            stat = path.stat()
            known = kept.get(name)
            if known and (known.size, known.changed_at) == (stat.st_size, stat.st_mtime_ns):
                now[name] = known
            else:
                now[name] = KeptFile(copy(path, folder / name), stat.st_size, stat.st_mtime_ns)
        except FileNotFoundError:
            continue
        if number % 1000 == 0:
            say(f"{number:,} of {len(files):,} files")
    return now


def copy(source: Path, target: Path) -> str:
    """Copy a file, readable for this user only, and return its SHA-256. The target appears when it is complete."""
    digest = hashlib.sha256()
    with source.open("rb") as file:
        _make_private(target.parent)
        draft = target.with_name(f".draft-{target.name}")
        draft.touch(mode=0o600)
        with draft.open("wb") as copied:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                copied.write(chunk)
    times = source.stat()
    os.utime(draft, ns=(times.st_atime_ns, times.st_mtime_ns))
    draft.replace(target)
    return digest.hexdigest()


def _make_private(folder: Path) -> None:
    """Create a folder and its parents, if they are missing, for this user only."""
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
