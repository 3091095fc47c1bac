"""Access rules for submissions and groups: only this module decides what a user may see.

The team of an entry and the organizers are its insiders. They see everything; `models.submissions` names the states
in which others see its page (`public`), its scores (`ranked`), and its team (`named`).
"""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404

from accounts.models import Team
from challenge.models import MethodGroup, Submission, SubmissionQuerySet, not_private, not_removed


def is_own(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Return whether the submission is of the user's own team, which may change it."""
    return submission.team_id == user.pk


def is_insider(user: Team | AnonymousUser, owner: Submission | MethodGroup) -> bool:
    """Return whether the user is of the team of a submission or group, or an organizer."""
    return user.is_staff or owner.team_id == user.pk


def may_see_file(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Return whether the user may see the file and its problems."""
    return is_insider(user, submission)


def may_see_scores(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Return whether the user may see the scores, figures and exports of a submission that has them."""
    return is_insider(user, submission) or submission.is_ranked


def shown_team(user: Team | AnonymousUser, owner: Submission | MethodGroup) -> str:
    """Return the name of the team of a submission or group, as this user may see it.

    Files, figures and cached pages are the same for all: they have the owner's `public_team_name`.
    """
    return str(owner.team) if is_insider(user, owner) else owner.public_team_name


def get_visible_submission(user: Team | AnonymousUser, pk: int) -> Submission:
    """Return a submission whose page the user may see, at least the page that says that it was withdrawn.

    Raises:
        Http404: it does not exist, or the user may not see it; both look the same.

    """
    submission = _for_its_page(Submission.objects.filter(pk=pk)).first()
    if submission is None or not (submission.is_public or is_insider(user, submission)):
        raise Http404
    return submission


def get_submission_with_visible_scores(user: Team | AnonymousUser, pk: int) -> Submission:
    """Return a submission whose scores, figures and exports the user may see.

    Raises:
        Http404: it does not exist, or the user may not see its scores; both look the same.

    """
    submission = get_visible_submission(user, pk)
    if not may_see_scores(user, submission):
        raise Http404
    return submission


def get_own_submission(team: Team, pk: int) -> Submission:
    """Return one of the team's own submissions, which it may change.

    Raises:
        Http404: it does not exist, or it belongs to another team; both look the same.

    """
    submission = _for_its_page(Submission.objects.filter(pk=pk, team=team)).first()
    if submission is None:
        raise Http404
    return submission


def _for_its_page(submissions: SubmissionQuerySet) -> SubmissionQuerySet:
    """Load all that the page of a submission shows of it, in a fixed number of queries."""
    return submissions.select_related("team", "phase", "group__team").prefetch_related(
        "evaluations__ground_truth", "evaluations__dataset_scores"
    )


def visible_scored_submissions(user: Team | AnonymousUser, pks: Collection[int]) -> list[Submission]:
    """Return the submissions whose scores the user may see, as on their pages."""
    scored = Submission.objects.filter(pk__in=pks).scored()
    if not user.is_staff:
        scored = scored.filter(Q(team=user.pk) | (not_private() & not_removed()))
    return list(
        scored.select_related("team").prefetch_related(
            "evaluations__ground_truth", "evaluations__dataset_scores"
        )
    )


def get_visible_group(user: Team | AnonymousUser, pk: int) -> MethodGroup:
    """Return a group that the user may see: groups with enough public members are public, others only for insiders.

    Raises:
        Http404: it does not exist, or the user may not see it; both look the same.

    """
    group = MethodGroup.objects.filter(pk=pk).select_related("team").first()
    if group is None or not (group.is_standing or is_insider(user, group)):
        raise Http404
    return group


def visible_groups(user: Team | AnonymousUser, pks: Collection[int]) -> list[MethodGroup]:
    """Return the groups that the user may see, as on their pages."""
    groups = MethodGroup.objects.filter(pk__in=pks).with_public_count()
    if not user.is_staff:
        groups = groups.filter(Q(public_count__gte=MethodGroup.FEWEST) | Q(team=user.pk))
    return list(groups.select_related("team"))


def visible_members(user: Team | AnonymousUser, groups: Collection[MethodGroup]) -> SubmissionQuerySet:
    """Return the submissions behind the scores of groups, as the user may see them, the earliest first."""
    members = Submission.objects.filter(group__in=groups).in_force().order_by("created_at", "pk")
    return members if user.is_staff else members.filter(Q(team=user.pk) | not_private())


def get_own_group(team: Team, pk: int) -> MethodGroup:
    """Return one of the team's own groups, which it may change or dissolve.

    Raises:
        Http404: it does not exist, or it belongs to another team; both look the same.

    """
    group = MethodGroup.objects.filter(pk=pk, team=team).first()
    if group is None:
        raise Http404
    return group
