"""`manage.py reset_second_factor`: for the only administrator who has lost phone and recovery codes."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Team
from challenge.services import history
from challenge.services.team_accounts import TeamRefusedError, reset_second_factor


class Command(BaseCommand):
    help = (
        "Remove the second factor of an account; the person sets up another at the next visit of the admin."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="name or e-mail address of the account")
        parser.add_argument(
            "--reason", required=True, help="reason, for the history and the mail to the person"
        )

    def handle(self, *args: object, account: str, reason: str, **options: object) -> None:
        person = Team.objects.by_login(account)
        if person is None:
            raise CommandError(f"No account has the name or address {account}.")
        try:
            reset_second_factor(person, by=history.COMMAND, reason=reason)
        except TeamRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person} has no second factor any more.")
