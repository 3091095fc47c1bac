"""News of the organizers: publication, the teams that want them by mail, and the state of the mails.

A mail is sent at least once: if a server breaks the connection, nobody knows whether it has delivered the mail.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge.formats.times import in_utc
from challenge.models import News, NewsMail, NewsReader
from challenge.services import history, queue
from challenge.services.teams import lock_team

PAUSE = timedelta(minutes=1)  # after a mail server was silent, do not wait for it again: scoring comes first
SLOW = timedelta(seconds=5)  # if another task takes longer for a mail, the server does not answer

#: Mails that a worker tries to claim; others may be claimed by other workers meanwhile.
CANDIDATES = 10
#: Fields that organizers write.
WRITTEN = ["title", "text", "published_at", "by_mail"]


@transaction.atomic
def save_news(news: News, *, by: Team | str) -> None:
    """Add or change a piece of news, with a line of history; its mails follow if they are due."""
    earlier = News.objects.select_for_update().filter(pk=news.pk).first()
    before, after = _values(earlier) if earlier else {}, _values(news)
    news.save(
        update_fields=WRITTEN if earlier else None
    )  # a worker may have made the mails since it was loaded
    history.record_saved(before, after, by=by, subject=f"News: {news}")
    queue_due_mails()


@transaction.atomic
def delete_news(news: News, *, by: Team | str) -> None:
    """Delete a piece of news with its unsent mails, with a line of history."""
    history.record("deleted", by=by, subject=f"News: {news}", before=_values(news))
    news.delete()


def _values(news: News) -> dict[str, str | bool]:
    published = in_utc(news.published_at) if news.published_at else "no: a draft"
    return {"title": news.title, "text": news.text, "published": published, "mail it": news.by_mail}


@transaction.atomic
def choose_mails(team: Team, *, wanted: bool) -> None:
    """Note whether a team wants news by mail; a closed account gets none."""
    if lock_team(team.pk) is None:
        return
    if wanted:
        NewsReader.objects.get_or_create(team=team)
    else:
        NewsReader.objects.filter(team=team).delete()


@transaction.atomic
def queue_due_mails(now: datetime | None = None) -> None:
    """Make the mails of news that have appeared, one for each team that wants news; each piece of news once."""
    now = now or timezone.now()
    for news in News.objects.to_mail(now):
        if not News.objects.filter(pk=news.pk, mails_queued_at__isnull=True).update(mails_queued_at=now):
            continue  # another worker has made them
        readers = NewsReader.objects.filter(team__is_active=True, team__email__isnull=False)
        NewsMail.objects.bulk_create(
            NewsMail(news=news, team_id=team, created_at=now, queued_at=now)
            for team in readers.values_list("team", flat=True)
        )
        queue.enqueue_news()


def claim_next() -> tuple[NewsMail, datetime] | None:
    """Claim the mail that has waited longest, and return it with the time of the claim; None if no mail waits."""
    waiting = NewsMail.objects.recent(timezone.now()).filter(status=NewsMail.Status.QUEUED)
    for mail in waiting.select_related("news", "team").order_by("queued_at", "pk")[:CANDIDATES]:
        if claimed_at := NewsMail.objects.filter(pk=mail.pk).claim():
            return mail, claimed_at
    return None


def mark_sent(mail: NewsMail) -> None:
    """Record that the mail was sent, even if another task has taken it over."""
    NewsMail.objects.filter(pk=mail.pk).update(status=NewsMail.Status.SENT, sent_at=timezone.now())


def mark_unsent(mail: NewsMail, claimed_at: datetime, status: NewsMail.Status) -> None:
    """Record that the mail will not be sent, unless another task has taken it over."""
    NewsMail.objects.filter(pk=mail.pk).held(claimed_at).update(status=status)


def server_is_silent(now: datetime | None = None) -> bool:
    """Return whether a mail was tried a moment ago and is still not sent."""
    now = now or timezone.now()
    tried = NewsMail.objects.filter(status=NewsMail.Status.SENDING)
    return tried.filter(claimed_at__range=(now - PAUSE, now - SLOW)).exists()


def continue_mailing(now: datetime | None = None) -> None:
    """Make due mails, put back mails whose worker or server was lost, and have the next portion sent."""
    now = now or timezone.now()
    queue_due_mails(now)
    recent = NewsMail.objects.recent(now)
    recent.filter(status=NewsMail.Status.SENDING, claimed_at__lt=now - NewsMail.LEASE).put_back()
    if recent.filter(status=NewsMail.Status.QUEUED).exists():
        queue.enqueue_news()
