"""State of the daily mails to the organizers: jobs like all mails, so that a mail server that is down delays them."""

from datetime import datetime, timedelta

from django.utils import timezone

from challenge.models import Digest
from challenge.services import queue
from challenge.services.jobs import requeue_stuck

#: Hour (UTC) from which the digest of a day is made.
HOUR = 6
#: A digest that is older is not sent any more: a newer one says more.
GIVE_UP_AFTER = timedelta(days=1)


def queue_due(now: datetime | None = None) -> None:
    """Queue the digest of the current UTC day, once; two sweeps at the same time make one row."""
    now = now or timezone.now()
    if now.hour < HOUR:
        return
    digest, is_new = Digest.objects.get_or_create(day=now.date())
    if is_new:
        queue.enqueue_digest(digest.pk)


def claim(digest_id: int) -> datetime | None:
    """Claim a digest for this task, and return the time of the claim; None if it is not queued."""
    return Digest.objects.filter(pk=digest_id).claim()


def mark_sent(digest_id: int) -> None:
    """Record that the digest was sent."""
    Digest.objects.filter(pk=digest_id).update(status=Digest.Status.SENT, sent_at=timezone.now())


def mark_empty(digest_id: int, claimed_at: datetime) -> None:
    """Record that nothing needed a person, or that nobody gets digests."""
    Digest.objects.filter(pk=digest_id).held(claimed_at).update(status=Digest.Status.EMPTY)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue digests again whose message, worker or server was lost; return their number."""
    now = now or timezone.now()
    recent = Digest.objects.filter(day__gte=(now - GIVE_UP_AFTER).date())
    return requeue_stuck(recent, enqueue=lambda lost: queue.enqueue_digest(lost.pk), now=now)
