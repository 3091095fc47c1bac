"""Groups of submissions of one method that differ only in the seed."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.team_names import ANONYMOUS
from challenge.models.visibility import not_private, not_removed

if TYPE_CHECKING:
    from challenge.models.submissions import SubmissionQuerySet


def _count(*conditions: Q) -> Count:
    """Count the members whose scores stand and that meet the conditions."""
    in_force = not_removed("submissions__") & Q(submissions__evaluations__scored_at__isnull=False)
    return Count("submissions", filter=Q(in_force, *conditions), distinct=True)


class MethodGroupQuerySet(models.QuerySet["MethodGroup"]):
    """Groups by their public members."""

    def with_public_count(self) -> Self:
        """Add `public_count`, the number of members that enter the group's public scores."""
        return self.annotate(public_count=_count(not_private("submissions__")))

    def with_counts(self) -> Self:
        """Add `public_count`, and `count`: the same with private members, as their team sees the group."""
        return self.with_public_count().annotate(count=_count())

    def standing(self) -> Self:
        """Keep groups with at least two public members. Others are shown as a group only to their team."""
        return self.with_public_count().filter(public_count__gte=MethodGroup.FEWEST)


class MethodGroup(models.Model):
    """Runs of one method with different seeds, reported as mean and standard deviation instead of one by one.

    `services.groups` defines which submissions can be grouped. A member that is disqualified or withdrawn later stays
    in the group but not in its scores (`public_members`), so it counts again if that is undone. All members have one
    visibility, which is that of the group.
    """

    FEWEST, MOST = 2, 20

    public_count: int  # only on rows from `with_public_count`
    count: int  # only on rows from `with_counts`
    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="method_groups")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField("made", default=timezone.now, editable=False)

    objects = MethodGroupQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the URL of the group's page."""
        return reverse("group", args=[self.pk])

    def members_in_force(self) -> "SubmissionQuerySet":
        """Return the members that enter the group's scores as its team sees them, the earliest first."""
        return self.submissions.in_force().order_by("created_at", "pk")

    def public_members(self) -> "SubmissionQuerySet":
        """Return the members that enter the group's scores as others see them, the earliest first."""
        return self.submissions.ranked().order_by("created_at", "pk")

    @property
    def is_standing(self) -> bool:
        """True if it is shown as a group to everyone: see `MethodGroupQuerySet.standing`."""
        return self.public_members().count() >= self.FEWEST

    @property
    def is_anonymous(self) -> bool:
        """True if its team is hidden from others now."""
        return any(member.is_anonymous for member in self.submissions.all())

    @property
    def public_team_name(self) -> str:
        """Name of the team for others; `access.shown_team` gives the name for a viewer."""
        return ANONYMOUS if self.is_anonymous else str(self.team)

    @property
    def is_standard(self) -> bool:
        """True if all members in its scores are standard.

        All members were equal in this when they were grouped; an organizer may have corrected one since.
        """
        return all(member.is_standard for member in self.members_in_force())
