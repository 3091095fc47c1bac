"""Decisions of organizers about flags of integrity, each with its line of the history.

No decision changes an entry, except the disqualification, and the end of the last doubt about a new entry that waits.
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge.models import IntegrityFlag
from challenge.models.history import OF_A_FLAG
from challenge.services import decisions, history
from challenge.services.holds import release_if_clear
from challenge.services.letters import refusal_of_letters, write_to_team
from challenge.services.refusals import RefusedError

Status = IntegrityFlag.Status


class FlagRefusedError(RefusedError):
    """A decision is not possible; the message says why."""


def refusal_of_decision(flag: IntegrityFlag) -> str:
    """Return the reason why a flag cannot be confirmed or dismissed; empty if it can."""
    return "" if flag.status in IntegrityFlag.UNDECIDED else f"It is {flag.get_status_display().lower()}."


def refusal_of_question(flag: IntegrityFlag) -> str:
    """Return the reason why the team cannot be asked; empty if it can."""
    return refusal_of_decision(flag) or refusal_of_letters(flag.submission.team)


def refusal_of_disqualification(flag: IntegrityFlag) -> str:
    """Return the reason why the entry cannot be disqualified for a flag; empty if it can, also after a confirmation."""
    if flag.submission.is_disqualified:
        return "The entry is disqualified."
    return "" if flag.status == Status.CONFIRMED else refusal_of_decision(flag)


@transaction.atomic
def confirm(flag: IntegrityFlag, *, reason: str, by: Team) -> None:
    """Confirm that a finding is true; the entry stays as it is.

    Raises:
        FlagRefusedError: it is decided.

    """
    _refuse(refusal_of_decision(_locked(flag)))
    _decide(flag, Status.CONFIRMED, "confirmed", reason, by)


@transaction.atomic
def dismiss(flag: IntegrityFlag, *, reason: str, by: Team) -> None:
    """Dismiss a finding; the same finding is not raised again. An entry that waited only for this is published.

    Raises:
        FlagRefusedError: it is decided.

    """
    _refuse(refusal_of_decision(_locked(flag)))
    _decide(flag, Status.DISMISSED, "dismissed", reason, by)
    release_if_clear(flag.submission_id)


@transaction.atomic
def ask(flag: IntegrityFlag, *, subject: str, text: str, by: Team) -> None:
    """Write to the team; the flag waits for its answer.

    Raises:
        FlagRefusedError: it is decided, or the team has no address.

    """
    _refuse(refusal_of_question(_locked(flag)))
    write_to_team(flag.submission.team, subject, text, by=by, submission=flag.submission)
    _decide(flag, Status.ASKED, "asked the team about", "", by)


@transaction.atomic
def disqualify(flag: IntegrityFlag, *, reason: str, by: Team) -> None:
    """Disqualify the entry, with the mail to its team.

    Raises:
        FlagRefusedError: the flag is dismissed, or the entry is disqualified.

    """
    _refuse(refusal_of_disqualification(_locked(flag)))
    decisions.disqualify(flag.submission, reason=reason, by=by)
    _decide(flag, Status.DISQUALIFIED, "disqualified for", reason, by)


def _locked(flag: IntegrityFlag) -> IntegrityFlag:
    """Return the current row, locked from the check to the decision."""
    return IntegrityFlag.objects.select_for_update().select_related("submission__team").get(pk=flag.pk)


def _refuse(reason: str) -> None:
    if reason:
        raise FlagRefusedError(reason)


def _decide(flag: IntegrityFlag, status: IntegrityFlag.Status, act: str, reason: str, by: Team) -> None:
    before = IntegrityFlag.objects.get(pk=flag.pk).get_status_display()
    flag.status, flag.decided_at, flag.decided_by, flag.reason = status, timezone.now(), by, reason
    flag.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    history.record(
        act + OF_A_FLAG,
        by=by,
        submission=flag.submission,
        before={"state": before},
        after={"flag": flag.get_kind_display(), "state": flag.get_status_display()},
        reason=reason,
    )
