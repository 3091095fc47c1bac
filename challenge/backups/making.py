"""Making a backup while the site runs: first the rows as of one moment, then the files, so each row has its file."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.utils import timezone

from bigsite.version import site_version
from challenge.backups.errors import BackupError
from challenge.backups.files import files_of_the_site, keep
from challenge.backups.manifest import KeptTable, Manifest, last_migrations, read_manifest, write_manifest
from challenge.backups.tables import kept_models, snapshot, write_table
from challenge.formats.atomic import DRAFT
from challenge.formats.checksums import sha256_of

Say = Callable[[str], None]


def make_backup(folder: Path, say: Say) -> Manifest:
    """Write a backup to a folder, or renew the backup that is there: then only new files are copied.

    An earlier backup stays complete until the new one is.

    Args:
        folder: empty or missing, or with an earlier backup.
        say: takes lines about the progress.

    Raises:
        BackupError: the folder has other content, or another process writes to it.
        OSError: the folder cannot be written, or is full.

    """
    migrations = last_migrations()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone_in(folder):
        earlier = read_manifest(folder)
        if earlier is None:
            _require_empty(folder)
        made_at = timezone.now()
        rows = f"rows-{made_at:%Y%m%dT%H%M%S%f}"
        (folder / rows).mkdir(mode=0o700)
        with snapshot():
            tables = _write_tables(folder / rows, say)
        files = keep(folder, files_of_the_site(), earlier.files if earlier else {}, say)
        manifest = Manifest(
            made_at.isoformat(), site_version(), connection.vendor, migrations, rows, tables, files
        )
        write_manifest(folder, manifest)
        _forget_earlier(folder, earlier, manifest)
    return manifest


def _require_empty(folder: Path) -> None:
    """Refuse a folder with other content; what an interrupted backup left is none."""
    ours = ("rows-", "submissions", "ground_truth", "releases", "samples", "secret_key", DRAFT)
    others = [path.name for path in folder.iterdir() if not path.name.startswith(ours)]
    if others:
        raise BackupError(f"{folder} has other files ({others[0]}). Name an empty or a new folder.")


def _write_tables(folder: Path, say: Say) -> dict[str, KeptTable]:
    tables = {}
    for model in kept_models():
        path = folder / table_file(model._meta.label)
        rows = write_table(model, path)
        path.chmod(0o600)
        tables[model._meta.label] = KeptTable(rows, sha256_of(path))
        if rows:
            say(f"{rows:,} {model._meta.verbose_name_plural}")
    return tables


def table_file(label: str) -> str:
    """Return the name of the file with the rows of a model."""
    return f"{label.lower()}.jsonl.gz"


def _forget_earlier(folder: Path, earlier: Manifest | None, manifest: Manifest) -> None:
    """Delete what only earlier backups had, also interrupted ones."""
    for path in folder.glob("rows-*"):
        if path.name != manifest.rows:
            shutil.rmtree(path)
    for name in {*(earlier.files if earlier else ())} - {*manifest.files}:
        (folder / name).unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other process make or restore a backup in this folder meanwhile.

    Raises:
        BackupError: another process does so now.

    """
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupError(f"Another process uses {folder} now. Wait until it ends.") from error
    finally:
        os.close(lock)
