"""`manage.py setup`: prepare a site, ask for what it needs, and say what is still missing."""

import getpass
import os
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email
from django.db import DatabaseError

from accounts.models import Team
from challenge.management.env_file import env_path, set_value
from challenge.management.examples import CommandWithExamples
from challenge.management.findings import write_findings
from challenge.models import GroundTruth, PublishedMethod
from challenge.services import history
from challenge.services.administrators import add_administrator
from challenge.upkeep.content_checks import administrator
from challenge.upkeep.findings import unusable_database
from challenge.upkeep.setting_checks import has_contact

#: Variable with the administrator's password, for scripts; `createsuperuser` reads the same one.
PASSWORD = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105 - a name
DOWNLOAD = "download"
EXAMPLES = f"""\
Examples:
  manage.py setup
      asks for everything that is missing; Enter skips a question
  {PASSWORD}=... manage.py setup --no-input --admin Chair chair@example.org \\
      --contact big@example.org --labels download --test-mail chair@example.org
      asks nothing

It prepares the database and the static files, and imports the published results. What is there already stays, so it can
be run again at any time. `manage.py check_site` says later what is missing.
"""


class Command(CommandWithExamples):
    help = "Prepare a site: database, static files, administrator, contact, labels, published results, test mail."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--admin", nargs=2, metavar=("NAME", "ADDRESS"), help="administrator to add")
        parser.add_argument("--contact", metavar="ADDRESS", help="address that teams write to")
        parser.add_argument(
            "--labels", metavar="SOURCE", help=f"“{DOWNLOAD}”, or a folder or npz as for load_ground_truth"
        )
        parser.add_argument("--test-mail", metavar="ADDRESS", help="send a test mail to this address")
        parser.add_argument("--no-input", action="store_true", help="ask nothing")

    def handle(
        self,
        *args: Any,
        admin: list[str] | None,
        contact: str | None,
        labels: str | None,
        test_mail: str | None,
        no_input: bool,
        **options: Any,
    ) -> None:
        self.asks = not no_input and sys.stdin.isatty()
        self.stdout.write("Preparing the database and the static files ...")
        try:
            call_command("migrate", verbosity=0)
        except DatabaseError as error:
            raise CommandError(unusable_database(error)) from error
        call_command("collectstatic", interactive=False, verbosity=0)
        self.set_contact(contact)
        self.add_administrator(admin)
        self.load_labels(labels)
        self.import_published()
        self.send_test_mail(test_mail)
        self.stdout.write("")
        if missing := write_findings(self):
            self.stdout.write(f"Still missing: {missing}. `manage.py check_site` says this again later.")

    def set_contact(self, contact: str | None) -> None:
        if not contact and not has_contact():
            contact = self.ask("Address that teams write to", validate_email)
        if not contact:
            return
        self.require(validate_email, contact)
        set_value("CONTACT_EMAIL", contact)
        settings.CONTACT_EMAIL = contact  # this process has read the file before
        self.stdout.write(f"{env_path()} has the contact now. Restart web server and worker if they run.")

    def add_administrator(self, admin: list[str] | None) -> None:
        if not administrator():
            if admin:
                self.stdout.write("The site has an administrator; --admin adds no other.")
            return
        name, address = admin or (self.ask("Name of the administrator", _check_name), None)
        address = address or (name and self.ask("E-mail address of the administrator", _check_address))
        if not (name and address):
            return
        self.require(_check_name, name)
        self.require(_check_address, address)
        password = os.environ.get(PASSWORD) or self.ask_password()
        if not password:
            raise CommandError(f"The administrator needs a password: set {PASSWORD}.")
        self.require(validate_password, password)
        team = add_administrator(name, address, password, by=history.COMMAND)
        self.stdout.write(
            f"{team} may do everything in {settings.SITE_URL}/{settings.ADMIN_PATH}, which asks for a second factor."
        )

    def load_labels(self, labels: str | None) -> None:
        if not labels and GroundTruth.objects.active() is None:
            question = (
                f"Test labels: “{DOWNLOAD}” (some hundred kilobytes), or the folder of MedMNIST's files"
            )
            labels = self.ask(question)
        if labels == DOWNLOAD:
            self.attempt("load_ground_truth", download=True)
        elif labels:
            self.attempt("load_ground_truth", labels)

    def import_published(self) -> None:
        if not PublishedMethod.objects.exists():
            self.attempt("import_reported_baselines")

    def send_test_mail(self, address: str | None) -> None:
        address = address or self.ask("Address for a test mail", validate_email)
        if address:
            self.attempt("send_test_mail", address)

    def attempt(self, name: str, *args: str, **options: Any) -> None:
        """Run another command; if it fails, say so, and go on: setup can be run again."""
        try:
            call_command(name, *args, stdout=self.stdout, **options)
        except CommandError as error:
            self.stdout.write(self.style.ERROR(str(error)))

    def require(self, validate: Callable[[str], Any], value: str) -> None:
        try:
            validate(value)
        except ValidationError as error:
            raise CommandError(f"“{value}”: {' '.join(error.messages)}") from error

    def ask_password(self) -> str:
        """Ask twice, because nobody sees what is typed; return nothing if it is skipped."""
        while password := self.ask("Password", validate_password, is_secret=True):
            if self.ask("The password again", is_secret=True) == password:
                return password
            self.stdout.write("These are two different passwords.")
        return ""

    def ask(
        self, question: str, validate: Callable[[str], Any] | None = None, *, is_secret: bool = False
    ) -> str:
        """Ask until the answer is valid or empty; without a terminal, the answer is empty."""
        read = getpass.getpass if is_secret else input
        while self.asks and (answer := read(f"{question} (Enter: skip): ").strip()):
            try:
                if validate:
                    validate(answer)
            except ValidationError as error:
                self.stdout.write(" ".join(error.messages))
            else:
                return answer
        return ""


def _check_name(name: str) -> None:
    """Refuse a name that a team could not have, or that another team has."""
    Team(name=name).clean_fields(exclude=["password", "name_key", "email"])
    Team(name=name).clean()


def _check_address(address: str) -> None:
    """Refuse a text that is no address, and the address of another team."""
    validate_email(address)
    if Team.objects.filter(email=Team.objects.normalize_email(address)).exists():
        raise ValidationError("A team has this address.")
