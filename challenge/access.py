"""Who may see what of a submission: the only place that decides it."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.models import Team
from challenge.models import Submission


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
        .select_related("team", "phase")
        .prefetch_related("evaluations__ground_truth", "evaluations__dataset_scores")
        .first()
    )
    if submission is None or not (submission.is_public or may_see_file(user, submission)):
        raise Http404
    return submission
