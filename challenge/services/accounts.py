"""Deletion of a team's account: its data in the challenge, and the account itself."""

from django.db import models, transaction

from accounts.models import Team
from accounts.services import retire
from challenge.models import MethodGroup, Submission, SubmissionRevision
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit
from challenge.services.figure_files import delete_figures


@transaction.atomic
def close_account(team: Team, *, keep_name: bool) -> None:
    """Delete an account, its non-public groups, and its submissions without public scores, including their files.

    Public results keep their files, because a new version of the scorer or of the labels scores them again. Anonymous
    ones are among them and stay anonymous; private and withdrawn entries are deleted. The team of public results
    remains as a name that nobody can log in with. A team without public results is deleted.

    Args:
        team: the team whose account is deleted.
        keep_name: true if public results stay under the team's name, false for an anonymous name.

    """
    team = Team.objects.select_for_update().get(pk=team.pk)  # blocks new submissions meanwhile
    public = list(team.submissions.ranked().values_list("pk", flat=True))
    _delete_submissions(team.submissions.exclude(pk__in=public))
    team.method_groups.exclude(pk__in=MethodGroup.objects.standing()).delete()
    board_changed()
    if not public:
        team.delete()
        return
    retire(team, keep_name=keep_name)
    if not keep_name:
        SubmissionRevision.objects.filter(submission__in=public).delete()  # earlier texts may name the team
        for pk in public:  # their figures show the name
            try_after_commit(delete_figures, pk)


def _delete_submissions(submissions: models.QuerySet[Submission]) -> None:
    for submission in submissions:
        try_after_commit(submission.file.delete, save=False)
        try_after_commit(delete_figures, submission.pk)
    submissions.delete()
