"""Access rules for submissions and groups: only this module decides what a user may see.

The team of an entry, and organizers who may look at submissions, are its insiders. They see everything except the file,
which needs a permission of its own; `models.submissions` names the states in which others see its page (`public`), its
scores (`ranked`), and its team (`named`). `services.roles` says which role has which permission.
"""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.http import Http404

from accounts.models import Team
from challenge.models import MethodGroup, Submission, SubmissionQuerySet, not_private, not_removed

_NEWS_SIGNER = Signer(salt="news by mail")


def sees_all(user: Team | AnonymousUser) -> bool:
    """Return whether the user is an organizer who may look at the submissions of all teams."""
    return _may(user, "challenge.view_submission")


def _may(user: Team | AnonymousUser, permission: str) -> bool:
    """Return whether an organizer has a permission. Others have none, so their pages need no query for it."""
    return user.is_staff and user.has_perm(permission)


def is_own(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Return whether the submission is of the user's own team, which may change it."""
    return submission.team_id == user.pk


def is_insider(user: Team | AnonymousUser, owner: Submission | MethodGroup) -> bool:
    """Return whether the user is of the team of a submission or group, or an organizer who may look at it."""
    return owner.team_id == user.pk or sees_all(user)


def may_see_file(user: Team | AnonymousUser, submission: Submission) -> bool:
    """Return whether the user may open the file: its team, and organizers who may download files."""
    return is_own(user, submission) or _may(user, "challenge.download_files")


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
    return submissions.select_related(
        "team", "phase", "group__team", "study_confirmation", "reproduction"
    ).prefetch_related("evaluations__ground_truth", "evaluations__dataset_scores")


def visible_scored_submissions(user: Team | AnonymousUser, pks: Collection[int]) -> list[Submission]:
    """Return the submissions whose scores the user may see, as on their pages."""
    scored = Submission.objects.filter(pk__in=pks).scored()
    if not sees_all(user):
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
    if not sees_all(user):
        groups = groups.filter(Q(public_count__gte=MethodGroup.FEWEST) | Q(team=user.pk))
    return list(groups.select_related("team"))


def visible_members(user: Team | AnonymousUser, groups: Collection[MethodGroup]) -> SubmissionQuerySet:
    """Return the submissions behind the scores of groups, as the user may see them, the earliest first."""
    members = Submission.objects.filter(group__in=groups).in_force().order_by("created_at", "pk")
    members = members.select_related("study_confirmation", "reproduction")
    return members if sees_all(user) else members.filter(Q(team=user.pk) | not_private())


def get_own_group(team: Team, pk: int) -> MethodGroup:
    """Return one of the team's own groups, which it may change or dissolve.

    Raises:
        Http404: it does not exist, or it belongs to another team; both look the same.

    """
    group = MethodGroup.objects.filter(pk=pk, team=team).first()
    if group is None:
        raise Http404
    return group


def news_token(team: Team) -> str:
    """Return the text that lets the receiver of a mail end news to this team, without a log-in and for all time."""
    return _NEWS_SIGNER.sign(str(team.pk))


def team_of_news_token(token: str) -> Team | None:
    """Return the team of such a text; None if it is not genuine, or if the account is gone."""
    try:
        return Team.objects.filter(pk=_NEWS_SIGNER.unsign(token)).first()
    except BadSignature:
        return None
