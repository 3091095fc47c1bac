"""Second factors of people in tests, and the codes of their authenticator apps."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from accounts.models import Team


def code_of(person: Team) -> str:
    """Return the code that the app of a person shows now."""
    return code(Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP).data["secret"])


def code(secret: str) -> str:
    """Return the code that an app shows now for a key."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_second_factor(person: Team) -> Team:
    """Set up a second factor, without which nobody opens the admin."""
    if not person.has_second_factor:
        TOTP.activate(person, generate_totp_secret())
        del person.has_second_factor
    return person
