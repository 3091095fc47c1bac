"""Access rules for submissions and groups: only this module decides what a user may see."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404

from accounts.models import Team
from challenge.models import MethodGroup, Submission


def may_see_file(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Return whether the user may see the file and its problems: its team and organizers may."""
    return user.is_staff or submission.team_id == user.pk


def get_visible_submission(user: Team | AnonymousUser, pk: int) -> Submission:
    """Return a submission that the user may see: scored submissions are public, others are visible to their team.

    Raises:
        Http404: it does not exist, or the user may not see it; both look the same.

    """
    submission = (
        Submission.objects.filter(pk=pk)
        .select_related("team", "phase", "group")
        .prefetch_related("evaluations__ground_truth", "evaluations__dataset_scores")
        .first()
    )
    if submission is None or not (submission.is_public or may_see_file(user, submission)):
        raise Http404
    return submission


def visible_scored_submissions(user: Team | AnonymousUser, pks: Collection[int]) -> list[Submission]:
    """Return the scored submissions that the user may see, as on their pages."""
    scored = Submission.objects.filter(pk__in=pks, evaluations__scored_at__isnull=False).distinct()
    if not user.is_staff:
        scored = scored.filter(Q(disqualified_at__isnull=True) | Q(team=user.pk))
    return list(
        scored.select_related("team").prefetch_related(
            "evaluations__ground_truth", "evaluations__dataset_scores"
        )
    )


def get_visible_group(user: Team | AnonymousUser, pk: int) -> MethodGroup:
    """Return a group that the user may see: groups with enough public members are public, others only for their team.

    Raises:
        Http404: it does not exist, or the user may not see it; both look the same.

    """
    group = MethodGroup.objects.filter(pk=pk).select_related("team").first()
    if group is None or not (group.is_standing or user.is_staff or group.team_id == user.pk):
        raise Http404
    return group


def visible_groups(user: Team | AnonymousUser, pks: Collection[int]) -> list[MethodGroup]:
    """Return the groups that the user may see, as on their pages."""
    groups = MethodGroup.objects.filter(pk__in=pks).with_public_count()
    if not user.is_staff:
        groups = groups.filter(Q(public_count__gte=MethodGroup.FEWEST) | Q(team=user.pk))
    return list(groups.select_related("team"))


def get_own_group(team: Team, pk: int) -> MethodGroup:
    """Return one of the team's own groups, which it may change or dissolve.

    Raises:
        Http404: it does not exist, or it belongs to another team; both look the same.

    """
    group = MethodGroup.objects.filter(pk=pk, team=team).first()
    if group is None:
        raise Http404
    return group
