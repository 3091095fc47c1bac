"""Groups of submissions of one method that differ only in the seed."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from challenge.models.submissions import SubmissionQuerySet


class MethodGroupQuerySet(models.QuerySet["MethodGroup"]):
    """Groups by their public members."""

    def with_public_count(self) -> Self:
        """Add `public_count`, the number of members that enter the group's scores."""
        is_public = Q(
            submissions__disqualified_at__isnull=True, submissions__evaluations__scored_at__isnull=False
        )
        return self.annotate(public_count=Count("submissions", filter=is_public, distinct=True))

    def standing(self) -> Self:
        """Keep groups with at least two public members. Others are shown as a group only to their team."""
        return self.with_public_count().filter(public_count__gte=MethodGroup.FEWEST)


class MethodGroup(models.Model):
    """Runs of one method with different seeds, reported as mean and standard deviation instead of one by one.

    `services.groups` defines which submissions can be grouped. A member that is disqualified later stays in the group
    but not in its scores (`public_members`), so it counts again if the disqualification is withdrawn.
    """

    FEWEST, MOST = 2, 20

    public_count: int  # only on rows from `with_public_count`
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

    def public_members(self) -> "SubmissionQuerySet":
        """Return the members that enter the group's scores, the earliest first."""
        return self.submissions.public().order_by("created_at", "pk")

    @property
    def is_standing(self) -> bool:
        """True if it is shown as a group to everyone: see `MethodGroupQuerySet.standing`."""
        return self.public_members().count() >= self.FEWEST

    @property
    def is_standard(self) -> bool:
        """True if all its public members are standard.

        All members were equal in this when they were grouped; an organizer may have corrected one since.
        """
        return all(member.is_standard for member in self.public_members())
