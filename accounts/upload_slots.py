"""Uploads that one team sends at the same time: each takes a slot, and there are `UPLOADS_AT_ONCE`.

The address of a form names its team, signed: if the session ends before the form is sent, its body is still read, so
that the text in it is kept. Nobody else can have the site read a large body of a visitor.
"""

from django.conf import settings
from django.core import signing
from django.core.cache import cache

#: Time after which a slot is free again if the process that had it has died.
SECONDS = 180
TOO_MANY = (
    "Your team is sending several files at this moment. Wait until they have arrived, then send this one."
)


_SALT = "accounts.upload_slots"
#: Time for which a form may stay open without its session.
FORM_SECONDS = 24 * 3600


def mark_of_form(team_id: int) -> str:
    """Return the signed mark of a team for the address of its form."""
    return signing.TimestampSigner(salt=_SALT).sign(str(team_id))


def team_of_mark(mark: str) -> int | None:
    """Return the number of the team in a mark; None if it is not ours, or too old."""
    try:
        return int(signing.TimestampSigner(salt=_SALT).unsign(mark, max_age=FORM_SECONDS))
    except signing.BadSignature:
        return None


def take_slot(team_id: int) -> str | None:
    """Return a free slot of a team, which is now taken; None if all are taken."""
    for number in range(settings.UPLOADS_AT_ONCE):
        slot = f"upload-{team_id}-{number}"
        if cache.add(slot, True, SECONDS):
            return slot
    return None


def free_slot(slot: str) -> None:
    """Give a slot back."""
    cache.delete(slot)
