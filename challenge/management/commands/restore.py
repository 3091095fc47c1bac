"""`manage.py restore`: replace the rows and files of a site by those of a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from challenge.backups.errors import BackupError
from challenge.backups.files import KEY, key_of_the_site
from challenge.backups.restoring import restore_backup
from challenge.management.examples import CommandWithExamples
from challenge.upkeep.findings import unusable_database

EXAMPLES = """\
Examples:
  manage.py migrate && manage.py restore /backup/big    on a new machine
  manage.py restore --replace /backup/big               delete what the site has, and restore the backup

Stop web server, workers and beat first, and start them afterwards. The database may be of another kind than the
one that the backup was made from, for example MariaDB in place of SQLite. Everything is checked before anything is
changed; after an error, the site is as before. Nobody stays logged in; passwords, second factors and tokens work.
The worker then takes up what waited, and makes boards, drawn figures and published predictions again.
"""


class Command(CommandWithExamples):
    help = "Restore a backup that `manage.py backup` made: database, files, labels and key."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="folder of the backup")
        parser.add_argument(
            "--replace", action="store_true", help="delete what the site has; otherwise it must be empty"
        )

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        uses_its_own_key = key_of_the_site() is not None
        try:
            manifest = restore_backup(folder.resolve(), self.stdout.write, replace=replace)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(unusable_database(error)) from error
        except OSError as error:
            raise CommandError(f"Nothing was restored ({error}). The site is as before.") from error
        self.stdout.write(self.style.SUCCESS(f"The site is as on {manifest.made_at}."))
        self.stdout.write("Everybody has to log in again. Start web server, workers and beat.")
        if KEY in manifest.files and not uses_its_own_key:
            self.stdout.write(
                "The environment sets SECRET_KEY, so the key of the backup has no effect. With another key, links "
                "in earlier mails do not work."
            )
