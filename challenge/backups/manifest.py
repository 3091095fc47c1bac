"""Table of contents of a backup, written last: a folder without it holds no complete backup."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from challenge.backups.errors import BackupError
from challenge.backups.files import KeptFile
from challenge.formats.atomic import atomic_write

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class KeptTable:
    """Rows of one model: their number, and the checksum of their file."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Everything that is in a backup, and what it was made from."""

    made_at: str
    software: str
    database: str
    #: Last migration of each application.
    migrations: dict[str, str]
    #: Folder of the tables in the backup.
    rows: str
    #: Tables by the names of their models, for example `challenge.Submission`.
    tables: dict[str, KeptTable]
    files: dict[str, KeptFile]

    def size(self) -> int:
        """Return the size of all files in bytes."""
        return sum(file.size for file in self.files.values())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a backup, which makes the backup complete."""
    with atomic_write(folder / NAME) as draft:
        draft.write_text(json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1))
        draft.chmod(0o600)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None if there is none.

    Raises:
        BackupError: the manifest cannot be read.

    """
    path = folder / NAME
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
        if found.pop("format") != FORMAT:
            raise BackupError(f"{path} is of another format. Restore it with the version that made it.")
        tables = {name: KeptTable(**about) for name, about in found.pop("tables").items()}
        files = {name: KeptFile(**about) for name, about in found.pop("files").items()}
        return Manifest(tables=tables, files=files, **found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path} cannot be read ({error}). Take another backup.") from error


def last_migrations() -> dict[str, str]:
    """Return the last migration of each application.

    Raises:
        BackupError: the database does not have all migrations.

    """
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    if waiting := executor.migration_plan(leaves):
        raise BackupError(f"Migrations are not applied: {len(waiting)}. Run `manage.py migrate` first.")
    return dict(leaves)
