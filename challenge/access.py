"""Who may see what of a submission or a group of them: the only place that decides it."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404

from accounts.models import Team
from challenge.models import MethodGroup, Submission


def may_see_file(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Whether the user is of the submission's team or an organizer: they see the file and why it failed."""
    return user.is_staff or submission.team_id == user.pk


def get_visible_submission(user: Team | AnonymousUser, pk: int) -> Submission:
    """Return a submission that the user may see: scored ones are public, the others are the team's own.

    Raises:
        Http404: there is none, or the user may not see it - and cannot tell which.

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
    """Return those of the submissions that have scores which the user may see: as on their own pages."""
    scored = Submission.objects.filter(pk__in=pks, evaluations__scored_at__isnull=False).distinct()
    if not user.is_staff:
        scored = scored.filter(Q(disqualified_at__isnull=True) | Q(team=user.pk))
    return list(
        scored.select_related("team").prefetch_related(
            "evaluations__ground_truth", "evaluations__dataset_scores"
        )
    )


def get_visible_group(user: Team | AnonymousUser, pk: int) -> MethodGroup:
    """Return a group that the user may see: one that stands is public, another is its team's own.

    Raises:
        Http404: there is none, or the user may not see it - and cannot tell which.

    """
    group = MethodGroup.objects.filter(pk=pk).select_related("team").first()
    if group is None or not (group.is_standing or user.is_staff or group.team_id == user.pk):
        raise Http404
    return group


def visible_groups(user: Team | AnonymousUser, pks: Collection[int]) -> list[MethodGroup]:
    """Return those of the groups that the user may see: as on their own pages."""
    groups = MethodGroup.objects.filter(pk__in=pks).with_public_count()
    if not user.is_staff:
        groups = groups.filter(Q(public_count__gte=MethodGroup.FEWEST) | Q(team=user.pk))
    return list(groups.select_related("team"))


def get_own_group(team: Team, pk: int) -> MethodGroup:
    """Return a group that the team may change or dissolve: its own.

    Raises:
        Http404: there is none, or it is another team's - and nobody can tell which.

    """
    group = MethodGroup.objects.filter(pk=pk, team=team).first()
    if group is None:
        raise Http404
    return group
