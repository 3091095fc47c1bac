"""Additions to the history of what organizers did."""

from collections.abc import Iterable, Mapping
from typing import TypedDict, Unpack

from accounts.models import Team
from challenge.models import HistoryLine, Submission

#: Names in place of an organizer's.
COMMAND = "manage.py"
SITE = "the site"


class About(TypedDict, total=False):
    """Parts of a line that an act may have, by keyword."""

    #: Name of what was acted on; by default the submission, or the team.
    subject: object
    #: Submission that was acted on.
    submission: Submission | None
    #: Team that the act concerns; by default the team of the submission.
    team: Team | None
    #: Values before and after the act by name, as JSON can keep them.
    before: Mapping[str, object]
    after: Mapping[str, object]
    #: Reason that the organizer gave.
    reason: str


def line(action: str, *, by: Team | str, **about: Unpack[About]) -> HistoryLine:
    """Return a line that is not added yet, for `record_all`.

    Args:
        action: the act, in the past tense and in lower case: "disqualified".
        by: the organizer, or `COMMAND` or `SITE`.
        about: further parts of the line.

    """
    submission = about.get("submission")
    team = about.get("team") or (submission.team if submission else None)
    return HistoryLine(
        actor=by if isinstance(by, Team) else None,
        actor_name=str(by),
        action=action,
        subject=str(about.get("subject") or submission or team or "")[:200],
        submission=submission,
        team=team,
        before=about.get("before", {}),
        after=about.get("after", {}),
        reason=about.get("reason", ""),
    )


def record(action: str, *, by: Team | str, **about: Unpack[About]) -> HistoryLine:
    """Add a line to the history, in the transaction of the act; arguments as for `line`."""
    added = line(action, by=by, **about)
    added.save()
    return added


def record_saved(
    before: Mapping[str, object], after: Mapping[str, object], *, by: Team | str, subject: str
) -> HistoryLine:
    """Add a line about a row that was saved, with the values that differ; without any before, it was added."""
    changed = [name for name, value in after.items() if before.get(name) != value]
    return record(
        "changed" if before else "added",
        by=by,
        subject=subject,
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed},
    )


def record_all(lines: Iterable[HistoryLine]) -> None:
    """Add thousands of lines in a few queries, in the transaction of the act."""
    HistoryLine.objects.bulk_create(lines, batch_size=500)
