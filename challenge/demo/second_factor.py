"""Second factor of the demo's organizer: its key is public, and the welcome prints recovery codes.

The demo listens on 127.0.0.1 only. Without a known factor, nobody could look at the admin without an authenticator app.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import Team

#: Key for an authenticator app.
KEY = "DEMODEMODEMODEMODEMODEMODEMODEMO"
#: Number of recovery codes in the welcome.
PRINTED = 3


def set_up(organizer: Team) -> None:
    """Give the organizer the second factor, and new recovery codes when few are left."""
    if not organizer.has_second_factor:
        TOTP.activate(organizer, KEY)
    if len(unused_codes(organizer)) < PRINTED:
        Authenticator.objects.filter(user=organizer, type=Authenticator.Type.RECOVERY_CODES).delete()
        RecoveryCodes.activate(organizer)


def unused_codes(organizer: Team) -> list[str]:
    """Return the recovery codes that still work."""
    codes = Authenticator.objects.filter(user=organizer, type=Authenticator.Type.RECOVERY_CODES).first()
    return codes.wrap().get_unused_codes() if codes else []
