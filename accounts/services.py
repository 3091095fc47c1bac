"""What ends an account. Of the challenge's tables, it deletes rows of the team that leaves, and no others."""

from functools import partial

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Team
from accounts.team_names import ANONYMOUS
from challenge.models import MethodGroup, Submission
from challenge.services.figure_files import delete_figures

EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"


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
    if public:
        _retire(team, keep_name=keep_name)
    else:
        team.delete()


def _delete_submissions(submissions: models.QuerySet[Submission]) -> None:
    for submission in submissions:
        # A file that cannot be deleted is logged, and keeps no other from being deleted.
        transaction.on_commit(partial(submission.file.delete, save=False), robust=True)
        transaction.on_commit(partial(delete_figures, submission.pk), robust=True)
    submissions.delete()


def _retire(team: Team, *, keep_name: bool) -> None:
    """Leave of the team what holds its public results; a new password hash ends all its sessions."""
    EmailAddress.objects.filter(user=team).delete()
    team.email = None
    team.set_unusable_password()
    team.is_active = False
    team.last_login = None
    team.closed_at = timezone.now()
    if not keep_name:
        for pk in team.submissions.values_list("pk", flat=True):  # they bear the name
            transaction.on_commit(partial(delete_figures, pk), robust=True)
        team.name = f"{ANONYMOUS} {get_random_string(6, EASY_TO_READ)}"  # one of 887 million
    team.save()
