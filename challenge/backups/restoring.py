"""Restoring a backup: everything is checked first, and the rows and files of the site are replaced last."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction

from accounts.models import Team
from challenge.backups.bucket import delete_others_in_bucket, send_to_bucket
from challenge.backups.errors import BackupError
from challenge.backups.files import KEY, KeptFile, copy, local_folders
from challenge.backups.making import alone_in, table_file
from challenge.backups.manifest import Manifest, last_migrations, read_manifest
from challenge.backups.tables import empty_tables, kept_models, read_table
from challenge.formats.checksums import sha256_of
from challenge.models import GroundTruth, Release, Submission
from challenge.services.stored_files import PACKED, plain_name

Say = Callable[[str], None]


def restore_backup(folder: Path, say: Say, *, replace: bool = False) -> Manifest:
    """Replace the rows and files of this site by those of a backup; after an error, the site is as before.

    Sessions are not in a backup, so nobody is logged in afterwards.

    Args:
        folder: folder of the backup.
        say: takes lines about the progress.
        replace: delete what the site has. Otherwise, a site with content is refused.

    Raises:
        BackupError: there is no backup, it is damaged or of another version, or the site has content.

    """
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is None:
        raise BackupError(f"{folder} has no complete backup: there is no manifest.json.")
    _require_same_version(manifest)
    if not replace:
        _require_empty_site()
    with alone_in(folder):
        say("Checking the checksums ...")
        _require_undamaged(folder, manifest)
        new = Path(mkdtemp(prefix="restoring-", dir=settings.DATA_DIR))
        try:
            _copy_files(folder, new, manifest.files, say)
            with ExitStack() as undo:
                send_to_bucket(folder, manifest.files, undo, say)
                with connection.constraint_checks_disabled(), transaction.atomic():
                    _restore_rows(folder, manifest, say)
                    connection.check_constraints()
                    _swap_folders(new, undo)  # last: an error before it rolls the rows back
                undo.pop_all()  # the rows are committed
            delete_others_in_bucket(manifest.files, say)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    ContentType.objects.clear_cache()
    cache.clear()  # it may know a later state of the board
    return manifest


def _require_same_version(manifest: Manifest) -> None:
    here = last_migrations()
    if here != manifest.migrations:
        apart = sorted({*here.items()} ^ {*manifest.migrations.items()})
        raise BackupError(
            f"The backup is of version {manifest.software} with other tables ({apart[0][0]} {apart[0][1]}). "
            "Restore it with the software that made it, then upgrade."
        )


def _require_empty_site() -> None:
    counts = {
        model._meta.verbose_name_plural: model._base_manager.count()
        for model in (Team, Submission, GroundTruth, Release)
    }
    if found := [f"{count} {name}" for name, count in counts.items() if count]:
        raise BackupError(
            f"This site has content: {', '.join(found)}. To delete it and restore the backup, use --replace."
        )


def _require_undamaged(folder: Path, manifest: Manifest) -> None:
    tables = {
        f"{manifest.rows}/{table_file(label)}": table.sha256 for label, table in manifest.tables.items()
    }
    for name, sha256 in (tables | {name: file.sha256 for name, file in manifest.files.items()}).items():
        path = folder / name
        if not path.is_file():
            raise BackupError(f"The backup is damaged: {path} is missing. Take another backup.")
        if sha256_of(path) != sha256:
            raise BackupError(f"The backup is damaged: {path} was changed. Take another backup.")


def _copy_files(folder: Path, new: Path, files: dict[str, KeptFile], say: Say) -> None:
    local = local_folders()
    for name in local:
        (new / name).mkdir(mode=0o700)
    for name in files:
        if name == KEY or name.partition("/")[0] in local:
            path = folder / name
            with path.open("rb") as source:
                copy(source, new / name, path.stat().st_mtime_ns)
    say(f"{len(files):,} files")


def _restore_rows(folder: Path, manifest: Manifest, say: Say) -> None:
    empty_tables()
    models = {model._meta.label: model for model in kept_models()}
    for label, table in manifest.tables.items():
        rows = read_table(models[label], folder / manifest.rows / table_file(label))
        if rows != table.rows:
            raise BackupError(f"The backup has {rows} rows of {label}, and should have {table.rows}.")
        if rows:
            say(f"{rows:,} {apps.get_model(label)._meta.verbose_name_plural}")
    _follow_packed(manifest)


def _follow_packed(manifest: Manifest) -> None:
    """Name the compressed files of submissions whose files were compressed between the copies of rows and files."""
    folder = "submissions/"
    files = {name.removeprefix(folder) for name in manifest.files if name.startswith(folder)}
    packed = {plain_name(name): name for name in files if name.endswith(PACKED)}
    for plain in packed.keys() - files:
        Submission.objects.filter(file=plain).update(file=packed[plain])


def _swap_folders(new: Path, undo: ExitStack) -> None:
    """Put the restored folders in the place of the site's; `new` then holds the earlier ones."""
    for name, folder in local_folders().items():
        earlier = new / f"earlier-{name}"
        if folder.exists():
            folder.rename(earlier)
            undo.callback(earlier.rename, folder)
        (new / name).rename(folder)
        undo.callback(folder.rename, new / name)
    if (new / KEY).exists():
        (new / KEY).replace(settings.DATA_DIR / KEY)
