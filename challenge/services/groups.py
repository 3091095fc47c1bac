"""Groups of submissions of one method that differ only in the seed. Only this module writes groups.

The conditions are checked when a group is made or changed. As for submissions, the team's row is locked from the check
to the write, so that two parallel requests cannot put one submission into two groups.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from django.db import transaction

from accounts.models import Team
from challenge.models import MethodGroup, Submission
from challenge.services import history, mails
from challenge.services.board import board_changed
from challenge.services.numbers import unused_number
from challenge.services.refusals import RefusedError
from challenge.services.teams import lock_team

FEWEST, MOST = MethodGroup.FEWEST, MethodGroup.MOST


class GroupRefusedError(Exception):
    """A group was not made or changed; `problems` lists the reasons, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


@transaction.atomic
def create_group(*, team: Team, name: str, members: Collection[int]) -> MethodGroup:
    """Group submissions of a team.

    Args:
        team: the team of the submissions.
        name: name shown to everyone.
        members: numbers of the submissions.

    Raises:
        GroupRefusedError: these submissions cannot form a group.

    """
    if lock_team(team.pk) is None:
        raise GroupRefusedError(["The account was deleted."])
    chosen = _check(team, members, group=None)
    group = MethodGroup.objects.create(pk=unused_number(MethodGroup), team=team, name=name)
    _take_in(group, chosen)
    board_changed()
    return group


@transaction.atomic
def change_group(group: MethodGroup, *, name: str, members: Collection[int]) -> None:
    """Change the name or the members of a group; submissions that are left out become single again.

    Raises:
        GroupRefusedError: these submissions cannot form a group, or the group has been dissolved.

    """
    if lock_team(group.team_id) is None or not MethodGroup.objects.filter(pk=group.pk).exists():
        raise GroupRefusedError(["This group has been dissolved in the meantime."])
    chosen = _check(group.team, members, group=group)
    group.name = name
    group.save(update_fields=["name"])
    group.submissions.update(group=None)
    _take_in(group, chosen)
    board_changed()


@transaction.atomic
def dissolve_group(group: MethodGroup) -> None:
    """Dissolve a group: its submissions become single again; do nothing if it was dissolved before."""
    lock_team(group.team_id)
    MethodGroup.objects.filter(pk=group.pk).delete()
    board_changed()


@transaction.atomic
def dissolve_for_organizers(group: MethodGroup, *, by: Team | str, reason: str) -> None:
    """Dissolve a group of a team, with a line of history and a mail to the team.

    Raises:
        RefusedError: it was dissolved before.

    """
    lock_team(group.team_id)
    current = MethodGroup.objects.select_related("team").filter(pk=group.pk).first()
    if current is None:
        raise RefusedError("This group has been dissolved in the meantime.")
    members = [str(member) for member in current.submissions.order_by("created_at", "pk")]
    history.record(
        "dissolved the group",
        by=by,
        subject=current,
        team=current.team,
        before={"submissions": ", ".join(members)},
        reason=reason,
    )
    if current.team.email:
        told = {"group": current.name, "entries": members, "reason": reason}
        mails.mail_team(current.team, "group_dissolved", told)
    dissolve_group(current)


def _take_in(group: MethodGroup, chosen: Collection[Submission]) -> None:
    Submission.objects.filter(pk__in=[submission.pk for submission in chosen]).update(group=group)


def _check(team: Team, members: Collection[int], group: MethodGroup | None) -> list[Submission]:
    """Return the submissions with these numbers, or refuse them with all problems."""
    rows = Submission.objects.filter(team=team, pk__in=members).order_by("created_at", "pk")
    chosen = list(rows.select_related("group", "phase").prefetch_related("evaluations"))
    there = {submission.pk for submission in chosen}
    problems = [f"#{pk} is not a submission of your team." for pk in sorted({*members} - there)]
    for submission in chosen:
        problems += _problems_of(submission, group)
    problems += _problems_together(chosen)
    if problems:
        raise GroupRefusedError(problems)
    return chosen


def _problems_of(submission: Submission, group: MethodGroup | None) -> list[str]:
    """Return the reasons why this submission cannot be in any group, or in this group."""
    if submission.is_disqualified:
        return [f"#{submission.pk} was disqualified."]
    if submission.is_held:
        return [f"#{submission.pk} is being checked by the organizers."]
    if submission.is_withdrawn:
        return [f"#{submission.pk} was withdrawn."]
    if not submission.is_scored:
        return [f"#{submission.pk} has no scores."]
    if submission.group not in (None, group):
        return [
            f"#{submission.pk} is already in the group “{submission.group}”. Remove it from that group first."
        ]
    return []


def _problems_together(chosen: Sequence[Submission]) -> list[str]:
    """Return the reasons why these submissions cannot form a group: they must differ only in the seed."""
    problems = []
    if len(chosen) < FEWEST:
        problems.append(f"A group needs at least {FEWEST} submissions.")
    if len(chosen) > MOST:
        problems.append(f"A group has at most {MOST} submissions, but {len(chosen)} are chosen.")
    by_size = sorted(chosen, key=lambda s: s.resolution)
    if len(resolutions := _numbers_by(by_size, lambda s: s.get_resolution_display())) > 1:
        problems.append(f"All submissions of a group must have the same resolution ({_listed(resolutions)}).")
    if len(phases := _numbers_by(chosen, lambda s: f"“{s.phase}”")) > 1:
        problems.append(f"All submissions of a group must be of the same phase ({_listed(phases)}).")
    if len(marks := _numbers_by(chosen, lambda s: "standard" if s.is_standard else "non-standard")) > 1:
        problems.append(f"Standard and non-standard submissions cannot form a group ({_listed(marks)}).")
    if len(visibilities := _numbers_by(chosen, _visibility)) > 1:
        problems.append(
            f"All submissions of a group must have the same visibility ({_listed(visibilities)}). "
            "Edit the submissions first."
        )
    for numbers in _numbers_by(chosen, lambda s: s.sha256).values():
        if "," in numbers:
            problems.append(f"{numbers} are the same file. Each seed counts once.")
    return problems


def _visibility(submission: Submission) -> str:
    """Return the current visibility in words; an anonymity that has ended is public."""
    if submission.is_private:
        return "private"
    if not submission.is_anonymous:
        return "public"
    until = submission.anonymous_until
    return f"anonymous until {until:%-d %B %Y}" if until else "anonymous"


def _numbers_by(chosen: Sequence[Submission], key: Callable[[Submission], str]) -> dict[str, str]:
    """Return the numbers of the submissions as text, by the value of the key."""
    numbers: dict[str, list[str]] = {}
    for submission in chosen:
        numbers.setdefault(key(submission), []).append(f"#{submission.pk}")
    return {value: ", ".join(those) for value, those in numbers.items()}


def _listed(numbers: Mapping[str, str]) -> str:
    return "; ".join(f"{value}: {those}" for value, those in numbers.items())
