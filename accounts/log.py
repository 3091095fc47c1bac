"""Log of accounts: the signals of Django and allauth become rows of `AccountEvent`.

Of a typed name that is no account, only the beginning is kept: people type passwords into the wrong field.
"""

from datetime import timedelta

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import signals as auth
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AccountEvent, Team

Kind = AccountEvent.Kind
#: Events of second factors that are added and removed. The recovery codes end with the last factor.
ADDED = {
    Authenticator.Type.TOTP: Kind.FACTOR_ON,
    Authenticator.Type.WEBAUTHN: Kind.PASSKEY_ON,
    Authenticator.Type.RECOVERY_CODES: Kind.CODES,
}
REMOVED = {Authenticator.Type.TOTP: Kind.FACTOR_OFF, Authenticator.Type.WEBAUTHN: Kind.PASSKEY_OFF}
#: Characters that are kept of a typed name that is no account.
KEPT = 3


def note(kind: AccountEvent.Kind, request: HttpRequest | None, team: Team) -> None:
    """Add an event of an account, unless the account has just been deleted."""
    current = Team.objects.filter(pk=team.pk, closed_at__isnull=True).first()
    if current:
        _add(kind, request, current, current.name)


def note_typed(kind: AccountEvent.Kind, request: HttpRequest | None, login: str) -> None:
    """Add an event of a log-in with this name or address, which may be no account."""
    if team := Team.objects.by_login(login):
        _add(kind, request, team, team.name)
    else:
        _add(kind, request, None, f"{login.strip()[:KEPT]}…")


def forget_old() -> None:
    """Remove the events that are older than `ACCOUNT_LOG_DAYS`."""
    end = timezone.now() - timedelta(days=settings.ACCOUNT_LOG_DAYS)
    old = AccountEvent.objects.filter(at__lt=end)
    if old.exists():
        old.delete()


def forget_team(team: Team) -> None:
    """Remove the events of an account that is deleted."""
    AccountEvent.objects.filter(team=team).delete()


def _add(kind: AccountEvent.Kind, request: HttpRequest | None, team: Team | None, name: str) -> None:
    AccountEvent.objects.create(kind=kind, team=team, name=name, address=_address(request))


def _address(request: HttpRequest | None) -> str | None:
    """Return the network address of a request; None for a command."""
    if request is None:
        return None
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:  # it has none
        return None


@receiver(auth.user_logged_in)
def _logged_in(request: HttpRequest, user: Team, **kwargs: object) -> None:
    note(Kind.LOGIN, request, user)


@receiver(auth.user_logged_out)
def _logged_out(request: HttpRequest, user: Team | None, **kwargs: object) -> None:
    if user:
        note(Kind.LOGOUT, request, user)


@receiver(auth.user_login_failed)
def _login_failed(credentials: dict[str, str], request: HttpRequest | None = None, **kwargs: object) -> None:
    note_typed(Kind.LOGIN_FAILED, request, credentials.get("username") or credentials.get("email") or "")


@receiver([account.password_changed, account.password_set, account.password_reset])
def _password_changed(request: HttpRequest, user: Team, **kwargs: object) -> None:
    note(Kind.PASSWORD, request, user)


@receiver(account.email_added)
def _email_asked(request: HttpRequest, user: Team, **kwargs: object) -> None:
    note(Kind.EMAIL_ASKED, request, user)


@receiver(account.email_changed)
def _email_changed(request: HttpRequest, user: Team, **kwargs: object) -> None:
    note(Kind.EMAIL, request, user)


@receiver(factors.authenticator_added)
@receiver(factors.authenticator_reset)
def _factor_added(request: HttpRequest, user: Team, authenticator: Authenticator, **kwargs: object) -> None:
    note(ADDED[authenticator.type], request, user)


@receiver(factors.authenticator_removed)
def _factor_removed(request: HttpRequest, user: Team, authenticator: Authenticator, **kwargs: object) -> None:
    if kind := REMOVED.get(authenticator.type):
        note(kind, request, user)


@receiver(factors.authenticator_used)
def _factor_used(request: HttpRequest, user: Team, authenticator: Authenticator, **kwargs: object) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        note(Kind.CODE_USED, request, user)


@receiver(factors.authentication_failed)
def _code_failed(request: HttpRequest, user: Team, **kwargs: object) -> None:
    note(Kind.CODE_FAILED, request, user)
