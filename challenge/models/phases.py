"""Phases: when submissions are accepted, how many, and when their results are public; extra submissions of teams."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone


class PhaseQuerySet(models.QuerySet["Phase"]):
    """Phases by time, and by the order in which they were added."""

    def first_added(self) -> Self:
        """Keep the first phase. Its board is the board of the site, at the addresses without a phase."""
        return self.order_by("pk")[:1]

    def open_now(self, now: datetime | None = None) -> Self:
        """Keep the phases that take submissions, in the order in which they were added."""
        now = now or timezone.now()
        not_closed = Q(closes_at__isnull=True) | Q(closes_at__gt=now)
        return self.filter(not_closed, opens_at__lte=now).order_by("pk")

    def current(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that a submission is for if its team chooses none: the first open phase."""
        return self.open_now(now).first()

    def latest_opened(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that opened last, even if it is over."""
        return self.filter(opens_at__lte=now or timezone.now()).order_by("-opens_at", "-pk").first()

    def upcoming(self, now: datetime | None = None) -> "Phase | None":
        """Return the phase that opens next."""
        return self.filter(opens_at__gt=now or timezone.now()).order_by("opens_at").first()

    def with_withheld(self) -> Self:
        """Keep phases that have opened and score withheld datasets, too."""
        opened = self.filter(opens_at__lte=timezone.now(), withheld_datasets__isnull=False)
        return opened.distinct().order_by("pk")

    def due(self, now: datetime) -> Self:
        """Keep closed phases whose results become public after closing, and are not public yet."""
        return self.filter(publishes_at_once=False, published_at__isnull=True, closes_at__lte=now)


class Phase(models.Model):
    """Period in which submissions are accepted, with its limits and a board of its own.

    Several phases can be open at the same time; a team then chooses one for each submission.
    """

    name = models.CharField(max_length=100)
    opens_at = models.DateTimeField("opening")
    closes_at = models.DateTimeField(
        "closing", null=True, blank=True, help_text="Leave empty to keep it open."
    )
    daily_limit = models.PositiveIntegerField(
        "submissions a day", default=10, help_text="Per team and UTC day. Failed submissions do not count."
    )
    total_limit = models.PositiveIntegerField(
        "submissions in total",
        default=100,
        help_text="Per team in this phase. Failed submissions do not count.",
    )
    daily_failure_limit = models.PositiveIntegerField(
        "failed submissions a day",
        default=30,
        help_text="Per team and UTC day: failed submissions are free up to this number.",
    )
    publishes_at_once = models.BooleanField(
        "results at once",
        default=True,
        help_text="Clear this to keep the results of others from teams until the phase has closed. Until then, a team "
        "sees the scores of its own entries.",
    )
    published_at = models.DateTimeField("results published", null=True, editable=False)
    holds_flagged = models.BooleanField(
        "hold new entries until they are checked",
        default=False,
        help_text="A new entry is ranked and public only when the checks of integrity have ended without an open flag, "
        "usually within a minute, or when an organizer releases it.",
    )
    compares_truth = models.BooleanField(
        "compare the column “truth”",
        default=True,
        help_text="Files in the layout of the thesis may state labels. A difference from ours shows that rows are in "
        "another order, and the answer names the first one. Clear this to tell nobody whether a label is right. With "
        "withheld datasets, nothing is compared.",
    )

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=models.F("opens_at")),
                name="phase_closes_after_it_opens",
                violation_error_message="The phase must close after it opens.",
            ),
            models.CheckConstraint(
                condition=Q(publishes_at_once=True) | Q(closes_at__isnull=False),
                name="results_after_closing_need_a_closing_time",
                violation_error_message="Results after closing need a closing time.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime | None = None) -> bool:
        """Return whether submissions are accepted at the given time."""
        now = now or timezone.now()
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)

    @property
    def is_published(self) -> bool:
        """True if everybody may see its results."""
        return self.publishes_at_once or self.published_at is not None

    @cached_property
    def board(self) -> int | None:
        """Number of its board in addresses; None for the first phase, whose board has no number."""
        first = Phase.objects.first_added().first()
        return None if first == self else self.pk


class ExtraSubmissionsQuerySet(models.QuerySet["ExtraSubmissions"]):
    """Extra submissions of a team in a phase."""

    def sums(self) -> tuple[int, int]:
        """Return how many more a day and in total."""
        found = self.aggregate(a_day=Sum("a_day", default=0), in_total=Sum("in_total", default=0))
        return found["a_day"], found["in_total"]


class ExtraSubmissions(models.Model):
    """Submissions that an organizer granted a team in addition to the limits of a phase."""

    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="extra_submissions")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="extra_submissions")
    a_day = models.PositiveSmallIntegerField("more a day", default=0)
    in_total = models.PositiveSmallIntegerField("more in total", default=0)
    reason = models.TextField()
    created_at = models.DateTimeField("granted", default=timezone.now, editable=False)

    objects = ExtraSubmissionsQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "extra submissions"

    def __str__(self) -> str:
        return f"{self.team}, {self.phase}: {self.a_day} more a day, {self.in_total} more in total"


def in_phase(board: int | None, prefix: str = "") -> Q:
    """Match submissions on the board of a phase; `prefix` is the path to the submission, as in `models.visibility`."""
    return Q(**{f"{prefix}phase": board or Phase.objects.first_added().values("pk")})


def day_start(now: datetime) -> datetime:
    """Return the start of the UTC day, from which daily limits count."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
