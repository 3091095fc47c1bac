"""Decisions of organizers about single entries: the change with its line of the history, and the mail to the team.

Each is one transaction. A change of many entries for another reason, for example a blocked account, uses the services
below directly and sends one mail of its own.
"""

from django.db import transaction

from accounts.models import Team
from challenge.models import Submission
from challenge.services import entries, evaluations, submissions
from challenge.services.mails import mail_team


@transaction.atomic
def disqualify(submission: Submission, *, reason: str, by: Team | str) -> None:
    """Remove an entry from the ranking and from public view, and mail the reason to its team."""
    submissions.disqualify(submission, reason, by=by)
    _mail(submission, "disqualified", reason)


@transaction.atomic
def reinstate(submission: Submission, *, reason: str, by: Team | str) -> None:
    """Withdraw a disqualification, and mail the team."""
    submissions.reinstate(submission, by=by, reason=reason)
    _mail(submission, "reinstated", reason)


@transaction.atomic
def hold(submission: Submission, *, reason: str, by: Team | str) -> None:
    """Take an entry from the ranking while it is checked, and mail the reason to its team.

    Raises:
        HoldRefusedError: it is held already, disqualified or withdrawn.

    """
    submissions.hold(submission, reason, by=by)
    _mail(submission, "held", reason)


@transaction.atomic
def release(submission: Submission, *, reason: str, by: Team | str) -> None:
    """End the hold of an entry, and mail the team.

    Raises:
        HoldRefusedError: it is not held.

    """
    submissions.release(submission, by=by, reason=reason)
    _mail(submission, "released", reason)


@transaction.atomic
def restore(submission: Submission, *, reason: str, by: Team | str) -> None:
    """Undo a withdrawal, and mail the team.

    Raises:
        EntryRefusedError: the file was deleted.

    """
    entries.restore(submission, by=by, reason=reason)
    _mail(submission, "restored", reason)


@transaction.atomic
def correct_protocol(
    submission: Submission, *, external_data: bool, special_methods: str, reason: str, by: Team | str
) -> None:
    """Correct a team's statements about the protocol, and mail it what has changed and why."""
    before = {name: getattr(submission, name) for name in entries.MARKS}
    after = {"external_data": external_data, "special_methods": special_methods}
    entries.correct_protocol(
        submission, external_data=external_data, special_methods=special_methods, by=by, reason=reason
    )
    _mail(submission, "corrected", reason, before=before, after=after)


@transaction.atomic
def score_again(submission: Submission, *, reason: str, by: Team | str) -> None:
    """Score an entry again; this does not count towards its team's limits.

    Raises:
        NoGroundTruthError: no ground truth is active.

    """
    evaluations.score_again([submission], by=by, reason=reason)


def _mail(submission: Submission, name: str, reason: str, **values: object) -> None:
    mail_team(submission.team, name, {"reason": reason, **values}, submission=submission)
