"""Send a test mail, to see whether the mail server takes mails of the site."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from bigsite.mails import compose


class Command(BaseCommand):
    help = "Send a test mail, and say whether the mail server took it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="address that the mail goes to")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(f"“{address}” is no e-mail address.") from error
        try:
            compose("test", {}, to=address).send()
        except OSError as error:  # includes smtplib's errors
            raise CommandError(f"{_explain(error)} The server said: {error}") from error
        if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
            self.stdout.write(
                f"The mail server {_server()} took the mail to {address}. See whether it arrives."
            )
        else:
            self.stdout.write(
                f"The mail to {address} was not sent to a server, because EMAIL_URL names none "
                f"(back end: {settings.EMAIL_BACKEND})."
            )


def _server() -> str:
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def _explain(error: OSError) -> str:
    """Return a sentence about what failed, and the setting to look at."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The mail server {_server()} refused the user name or the password in EMAIL_URL."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"The mail server {_server()} refused the address of the receiver."
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"The mail server {_server()} refused the sender: look at DEFAULT_FROM_EMAIL."
    if isinstance(error, smtplib.SMTPException):
        return f"The mail server {_server()} did not take the mail: look at EMAIL_URL."
    return f"The mail server {_server()} cannot be reached: look at EMAIL_URL."
