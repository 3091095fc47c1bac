"""Closing the account of a team: the challenge's part, and the account itself."""

from functools import partial

from django.db import models, transaction

from accounts.models import Team
from accounts.services import retire
from challenge.models import MethodGroup, Submission
from challenge.services.board import board_changed
from challenge.services.figure_files import delete_figures


@transaction.atomic
def close_account(team: Team, *, keep_name: bool) -> None:
    """Delete an account, its submissions without public scores with their files, and groups that are not public.

    Public results stay, with their files: a new version of the scorer or of the labels has to score
    them again. Their team stays as a name that nobody can log in with; without public results it goes.

    Args:
        team: whose account it is.
        keep_name: whether public results stay under the team's name, or under an anonymous one.

    """
    team = Team.objects.select_for_update().get(pk=team.pk)  # no submission comes in meanwhile
    public = list(team.submissions.public().values_list("pk", flat=True))
    _delete_submissions(team.submissions.exclude(pk__in=public))
    team.method_groups.exclude(pk__in=MethodGroup.objects.standing()).delete()
    board_changed()
    if not public:
        team.delete()
        return
    retire(team, keep_name=keep_name)
    if not keep_name:
        for pk in public:  # their figures bear the name
            transaction.on_commit(partial(delete_figures, pk), robust=True)


def _delete_submissions(submissions: models.QuerySet[Submission]) -> None:
    for submission in submissions:
        # A file that cannot be deleted is logged, and keeps no other from being deleted.
        transaction.on_commit(partial(submission.file.delete, save=False), robust=True)
        transaction.on_commit(partial(delete_figures, submission.pk), robust=True)
    submissions.delete()
