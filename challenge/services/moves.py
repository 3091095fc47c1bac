"""Moves of submissions between accounts of one team."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import Team
from challenge.models import MethodGroup, Submission, SubmissionQuerySet
from challenge.services import history, mails
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit
from challenge.services.figure_files import delete_figures
from challenge.services.team_accounts import TeamRefusedError
from challenge.services.teams import lock_team


@transaction.atomic
def move_submissions(
    source: Team, target: Team, numbers: Collection[int], *, by: Team | str, reason: str
) -> int:
    """Move submissions and their groups to another account; return their number.

    Limits follow: the submissions count for the new account, in place of the old one. Where the new account has
    chosen an entry, its choice stays.

    Args:
        source: the account that has the submissions.
        target: the account that gets them.
        numbers: numbers of the submissions.
        by: the organizer.
        reason: the reason, for the organizers.

    Raises:
        TeamRefusedError: an account was deleted, there is nothing to move, or a group would be divided.

    """
    if source.pk == target.pk:
        raise TeamRefusedError("This is the same account.")
    for pk in sorted(
        [source.pk, target.pk]
    ):  # one order for all, so that two moves do not wait for each other
        lock_team(pk)
    if Team.objects.filter(pk=target.pk, closed_at__isnull=False).exists():
        raise TeamRefusedError(f"The account {target} was deleted.")
    moved = Submission.objects.filter(team=source, pk__in=numbers)
    chosen = list(moved.order_by("pk"))
    if not chosen:
        raise TeamRefusedError("There is nothing to move.")
    groups = MethodGroup.objects.filter(submissions__in=chosen).distinct()
    _refuse_divided(groups, {submission.pk for submission in chosen})
    _end_choices(moved, target)
    group_numbers = list(groups.values_list("pk", flat=True))
    MethodGroup.objects.filter(pk__in=group_numbers).update(team=target)
    Submission.objects.filter(pk__in=[submission.pk for submission in chosen]).update(team=target)
    for submission in chosen:
        try_after_commit(delete_figures, submission.pk)  # they show the name
        history.record(
            "moved",
            by=by,
            submission=submission,
            team=target,
            before={"team": str(source)},
            after={"team": str(target)},
            reason=reason,
        )
    told = {
        "before": str(source),
        "after": str(target),
        "entries": [str(s) for s in chosen],
        "reason": reason,
    }
    for team in (source, target):
        mails.mail_team(team, "entries_moved", told)
    board_changed()
    return len(chosen)


def _refuse_divided(groups: Collection[MethodGroup], moved: Collection[int]) -> None:
    for group in groups:
        left = [pk for pk in group.submissions.values_list("pk", flat=True) if pk not in moved]
        if left:
            numbers = ", ".join(f"#{pk}" for pk in sorted(left))
            raise TeamRefusedError(f"The group “{group}” would be divided. Move these, too: {numbers}.")


def _end_choices(moved: SubmissionQuerySet, target: Team) -> None:
    """Forget the choices among moved submissions at resolutions at which the target has chosen in the phase."""
    taken = Submission.objects.filter(team=target, chosen_at__isnull=False)
    for phase, resolution in list(taken.values_list("phase", "resolution")):
        moved.filter(phase=phase, resolution=resolution).update(chosen_at=None)
