"""allauth adapter of this site."""

import logging
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import log
from accounts.models import NAME_TAKEN, AccountEvent, Team
from accounts.team_names import looks_like_email, normalize_team_name, team_name_key
from bigsite.mails import compose

logger = logging.getLogger(__name__)
#: Bits of an IPv6 address that name a network: a visitor usually has all addresses of one.
NETWORK_BITS = 64


class AccountAdapter(DefaultAccountAdapter):
    """Team names instead of user names, one address per team, links that start with `SITE_URL`."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is not active.",
        "duplicate_email": "This is already your e-mail address, or it is waiting to be confirmed.",
        "email_blocked": "The organizers have blocked this address. If this is a mistake, write to us.",
        "email_password_mismatch": "The e-mail address or the password is not correct.",
        "email_taken": "A team is already registered with this e-mail address.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many failed attempts. Please try again in five minutes.",
        "username_password_mismatch": "The team name or the password is not correct.",
        "username_taken": NAME_TAKEN,
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the normalised team name; refuse an invalid or a taken name."""
        for validate in Team._meta.get_field("name").validators:
            validate(username)
        if not shallow and Team.objects.filter(name_key=team_name_key(username)).exists():
            raise self.validation_error("username_taken")
        return normalize_team_name(username)

    def clean_email(self, email: str) -> str:
        """Return the address as stored; refuse the long s, which Django accepts as an ASCII letter."""
        email = Team.objects.normalize_email(email)
        if not email.isascii():
            raise ValidationError("Enter a valid email address.", "invalid")
        return email

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Return whether an address can be deleted: only a pending one, since a team always keeps a confirmed one."""
        return not email_address.primary

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address, unless another team has taken it in the meantime."""
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count failed attempts for each account and network together, regardless of spelling.

        Somebody else's failures, from another network, then never keep a team out.
        """
        login = credentials.get("email") or credentials.get("username") or ""
        counted = Team.objects.normalize_email(login) if looks_like_email(login) else team_name_key(login)
        try:
            super().pre_authenticate(request, email=f"{counted} {network_of(self.get_client_ip(request))}")
        except ValidationError:
            log.note_typed(AccountEvent.Kind.LOCKED, request, login)
            raise

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict | None = None
    ) -> EmailMessage:
        """Return a message of the site: `account/email/x` is the text `templates/mails/account/x.txt`."""
        return compose(template_prefix.replace("/email/", "/"), context, to=email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; if the mail server does not accept it, show a message instead of failing halfway."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # every smtplib error is one
            logger.exception("The mail server did not take %s", template_prefix)
            self.add_message(
                self.request,
                messages.ERROR,
                message="We could not send the e-mail: our mail server does not respond. Please try again later.",
            )


def network_of(address: str) -> str:
    """Return an IPv4 address, or the network of an IPv6 address."""
    found = ip_address(address)
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:  # as a server that listens on both sees it
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), NETWORK_BITS), strict=False))


class FactorAdapter(DefaultMFAAdapter):
    """Second factors under the name of this site."""

    def generate_authenticator_name(self, user: Team, type: Authenticator.Type) -> str:
        """Return the suggested name of a new passkey."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return f"Passkey {number}"

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER
