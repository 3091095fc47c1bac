"""`manage.py backup`: write everything that a site needs to a folder, while it runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from challenge.backups.errors import BackupError
from challenge.backups.files import KEY
from challenge.backups.making import make_backup
from challenge.management.examples import CommandWithExamples

EXAMPLES = """\
Examples:
  manage.py backup /backup/big              the first time: everything
  manage.py backup /backup/big              each night: all rows again, and only the new files
  manage.py backup /backup/big-$(date +%F)  a full copy for each day

The site goes on running. The backup has the rows of the database, the files of submissions and releases, the labels,
and the key if the site made it. It holds hashes of passwords and secrets of second factors: keep it as safe as the
site.
Sessions are not in it, nor what the site makes again: boards, drawn figures, published predictions.
`manage.py restore` restores it, also into another kind of database.
"""


class Command(CommandWithExamples):
    help = "Write a backup of database, files, labels and key to a folder, while the site runs."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="new or empty folder, or one with an earlier backup")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = make_backup(folder.resolve(), self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The backup is not complete ({error}). An earlier backup in {folder} is unharmed."
            ) from error
        rows = sum(table.rows for table in manifest.tables.values())
        size = filesizeformat(manifest.size())
        self.stdout.write(
            self.style.SUCCESS(f"{folder}: {rows:,} rows, {len(manifest.files):,} files, {size}.")
        )
        if KEY not in manifest.files:
            self.stdout.write(
                "The environment sets SECRET_KEY, so the key is not in the backup. Keep it, too."
            )
