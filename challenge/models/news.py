"""News of the organizers, the teams that want them by mail, and the mails."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from challenge.formats.markdown import validate as validate_markdown
from challenge.models.jobs import QUEUED, Job, JobQuerySet


class NewsQuerySet(models.QuerySet["News"]):
    """News by state."""

    def published(self, now: datetime | None = None) -> Self:
        """Keep news that everybody may read."""
        return self.filter(published_at__lte=now or timezone.now())

    def to_mail(self, now: datetime | None = None) -> Self:
        """Keep published news whose mails are wanted and not queued yet."""
        return self.published(now).filter(by_mail=True, mails_queued_at__isnull=True)


class News(models.Model):
    """A text that tells teams what changed."""

    title = models.CharField(max_length=150)
    text = models.TextField(
        validators=[validate_markdown],
        help_text="Markdown. HTML that could run or load something is removed.",
    )
    published_at = models.DateTimeField(
        "published",
        null=True,
        blank=True,
        help_text="The news appear at this time (UTC). Leave empty to keep a draft.",
    )
    by_mail = models.BooleanField(
        "mail it",
        default=False,
        help_text="To all teams that asked for news. The mails are sent when the news appear, and only once.",
    )
    mails_queued_at = models.DateTimeField("mails made", null=True, editable=False)

    objects = NewsQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name_plural = "news"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the URL of the page of this text."""
        return reverse("news_item", args=[self.pk])

    @property
    def is_published(self) -> bool:
        """True if everybody may read it."""
        return self.published_at is not None and self.published_at <= timezone.now()


class NewsReader(models.Model):
    """A team that wants news by mail."""

    team = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="news_reader")
    since = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.team}, since {self.since:%Y-%m-%d}"


class NewsMailQuerySet(JobQuerySet["NewsMail"]):
    """Mails by state."""

    def pending(self) -> Self:
        """Keep the mails that are neither sent nor given up."""
        return self.filter(status__in=[NewsMail.Status.QUEUED, NewsMail.Status.SENDING])

    def recent(self, now: datetime) -> Self:
        """Keep the mails that are still worth sending."""
        return self.filter(created_at__gt=now - NewsMail.GIVE_UP_AFTER)


class NewsMail(Job):
    """Mail with a piece of news to one team: a job with its state, so that no team gets it twice or not at all."""

    class Status(models.TextChoices):
        """State of the mail."""

        QUEUED = QUEUED, "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Undeliverable"
        UNWANTED = "unwanted", "No longer wanted"

    RUNNING = Status.SENDING
    QUEUE_PATIENCE = timedelta(seconds=60)
    #: A claimed mail that was not sent is retried after this time: the mail server was down.
    LEASE = timedelta(minutes=5)
    #: A mail is retried for this long, with any number of attempts.
    GIVE_UP_AFTER = timedelta(days=3)

    news = models.ForeignKey(News, models.CASCADE, related_name="mails")
    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="news_mails")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField("due", default=timezone.now, editable=False)
    sent_at = models.DateTimeField("sent", null=True, editable=False)

    objects = NewsMailQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["news", "team"], name="one_mail_of_news_per_team")]
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"{self.news}, to {self.team}"
