"""Submissions of one method that differ in their seed."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from challenge.models.submissions import SubmissionQuerySet


class MethodGroupQuerySet(models.QuerySet["MethodGroup"]):
    """Groups by what they amount to."""

    def with_public_count(self) -> Self:
        """With `public_count`, the number of members that their figures are made of."""
        is_public = Q(
            submissions__disqualified_at__isnull=True, submissions__evaluations__scored_at__isnull=False
        )
        return self.annotate(public_count=Count("submissions", filter=is_public, distinct=True))

    def standing(self) -> Self:
        """Those with at least two public members: the others are no groups (any more) to anyone but their team."""
        return self.with_public_count().filter(public_count__gte=MethodGroup.FEWEST)


class MethodGroup(models.Model):
    """Runs of one method with different seeds: they are reported as mean and deviation, in place of each alone.

    `services.groups` says what can be grouped. A member that is disqualified afterwards stays in the group's rows but
    not in its figures (`public_members`), so that it is back when the disqualification is taken back.
    """

    FEWEST, MOST = 2, 20

    public_count: int  # of a row that `with_public_count` gave
    team = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="method_groups")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField("made", default=timezone.now, editable=False)

    objects = MethodGroupQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of this group."""
        return reverse("group", args=[self.pk])

    def public_members(self) -> "SubmissionQuerySet":
        """Return the members that its figures are made of, the earliest first."""
        return self.submissions.public().order_by("created_at", "pk")

    @property
    def is_standing(self) -> bool:
        """Whether it is a group to everybody: as `MethodGroupQuerySet.standing`."""
        return self.public_members().count() >= self.FEWEST

    @property
    def is_standard(self) -> bool:
        """Whether all that its figures are made of is standard.

        Its members were equal in this when they were grouped; an organizer may have corrected one since.
        """
        return all(member.is_standard for member in self.public_members())
