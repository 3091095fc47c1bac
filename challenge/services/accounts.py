"""Deletion of a team's account: its data in the challenge, and the account itself."""

from django.db import models, transaction

from accounts import log
from accounts.models import Team
from accounts.services import retire
from challenge.models import MethodGroup, NewsReader, Submission, SubmissionRevision
from challenge.results.evidence import reproduction_of
from challenge.services import history, mails
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit
from challenge.services.evidence import delete_files
from challenge.services.figure_files import delete_figures
from challenge.services.predictions import delete_predictions
from challenge.services.team_accounts import TeamRefusedError


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
    log.forget_team(team)
    public = list(team.submissions.ranked().values_list("pk", flat=True))
    _delete_submissions(team.submissions.exclude(pk__in=public))
    team.method_groups.exclude(pk__in=MethodGroup.objects.standing()).delete()
    board_changed()
    if not public:
        team.delete()
        return
    NewsReader.objects.filter(team=team).delete()
    retire(team, keep_name=keep_name)
    if not keep_name:
        SubmissionRevision.objects.filter(submission__in=public).delete()  # earlier texts may name the team
        for pk in public:  # their figures show the name
            try_after_commit(delete_figures, pk)


@transaction.atomic
def close_for_team(team: Team, *, keep_name: bool, by: Team | str, reason: str) -> None:
    """Delete the account of a team that asked for it: see `close_account`.

    The line of history does not keep a name that the team wants removed.

    Raises:
        TeamRefusedError: the account was deleted before, or is of an organizer.

    """
    current = Team.objects.select_for_update().get(pk=team.pk)
    if current.closed_at:
        raise TeamRefusedError("The account was deleted before.")
    if current.is_staff:
        raise TeamRefusedError("This is the account of an organizer. Take its rights away first.")
    stay, go = what_stays(current)
    kept = {"entries that stay": stay, "submissions that were deleted": go, "name is kept": keep_name}
    subject = current.name if keep_name else "an account whose name was removed"
    history.record("closed the account", by=by, team=current, subject=subject, after=kept, reason=reason)
    told = {"team_name": current.name, "kept": stay, "deleted": go, "keep_name": keep_name, "reason": reason}
    mails.mail_team(current, "account_closed", told, address=current.email or "")
    close_account(current, keep_name=keep_name)


def what_stays(team: Team) -> tuple[int, int]:
    """Return how many submissions would stay if the account was deleted, and how many would be deleted."""
    stay = team.submissions.ranked().count()
    return stay, team.submissions.count() - stay


def _delete_submissions(submissions: models.QuerySet[Submission]) -> None:
    for submission in submissions.select_related("reproduction"):
        try_after_commit(submission.file.delete, save=False)
        if made := reproduction_of(submission):
            try_after_commit(delete_files, made)
        try_after_commit(delete_predictions, submission.pk)
        try_after_commit(delete_figures, submission.pk)
    submissions.delete()
