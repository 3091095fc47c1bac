"""`manage.py check_site`: say what the site still needs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from challenge.management.findings import write_findings


class Command(BaseCommand):
    help = "Check that the site has what it needs. The exit status is 1 if something is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := write_findings(self):
            raise CommandError(f"Missing: {missing}.")
        self.stdout.write(self.style.SUCCESS("The site has what it needs."))
