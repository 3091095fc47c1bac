"""Changes of a team's account by organizers, each with its line of history."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import blocking, log
from accounts.models import NAME_TAKEN, AccountEvent, BlockedAddress, Team
from accounts.second_factor import remove_second_factor
from challenge.services import history, mails, submissions
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit
from challenge.services.figure_files import delete_figures
from challenge.services.refusals import RefusedError


class TeamRefusedError(RefusedError):
    """An act for a team was refused; the message says why."""


@transaction.atomic
def rename_team(team: Team, name: str, *, by: Team | str, reason: str) -> None:
    """Give a team another name, also one whose account was deleted; the site shows it at once.

    Raises:
        TeamRefusedError: the name is not valid, or another team has it.

    """
    current = Team.objects.select_for_update().get(pk=team.pk)
    earlier = current.name
    current.name = name
    try:
        current.clean_fields(exclude=[field.name for field in Team._meta.fields if field.name != "name"])
        current.clean()
        with transaction.atomic():
            current.save(update_fields=["name"])
    except ValidationError as error:
        raise TeamRefusedError(" ".join(error.messages)) from error
    except IntegrityError as error:  # taken since it was checked
        raise TeamRefusedError(NAME_TAKEN) from error
    history.record(
        "renamed", by=by, team=current, before={"name": earlier}, after={"name": current.name}, reason=reason
    )
    log.note(AccountEvent.Kind.NAME, None, current)
    for pk in current.submissions.values_list("pk", flat=True):  # their figures show the name
        try_after_commit(delete_figures, pk)
    if current.email:
        mails.mail_team(current, "renamed", {"before": earlier, "after": current.name, "reason": reason})
    board_changed()


@transaction.atomic
def change_address(team: Team, email: str, *, by: Team | str, reason: str) -> None:
    """Replace the address of a team by another one, which counts as confirmed. Mails go to both.

    Raises:
        TeamRefusedError: the account was deleted, the address is the same, another team has it, or it is blocked.

    """
    current = _lock_open(team)
    earlier, email = current.email or "", Team.objects.normalize_email(email)
    if email == earlier:
        raise TeamRefusedError("This is the team's address already.")
    if BlockedAddress.objects.filter(email=email).exists():
        raise TeamRefusedError("This address is blocked.")
    try:
        current.replace_email(email, verified=True)
    except IntegrityError as error:
        raise TeamRefusedError("Another team has this address.") from error
    history.record(
        "changed the address",
        by=by,
        team=current,
        before={"address": earlier},
        after={"address": email},
        reason=reason,
    )
    log.note(AccountEvent.Kind.EMAIL, None, current)
    for address in filter(None, (earlier, email)):
        changed = {"before": earlier or "none", "after": email, "reason": reason}
        mails.mail_team(current, "address_changed", changed, address=address)


@transaction.atomic
def confirm_address(team: Team, *, by: Team | str, reason: str) -> None:
    """Take the address of a team as confirmed, for a team that no mail reaches.

    Raises:
        TeamRefusedError: the account was deleted, or has no address.

    """
    current = _lock_open(team)
    if not current.email:
        raise TeamRefusedError("This team has no address.")
    current.replace_email(current.email, verified=True)
    history.record(
        "confirmed the address", by=by, team=current, after={"address": current.email}, reason=reason
    )


@transaction.atomic
def block_team(team: Team, *, disqualify_entries: bool, by: Team | str, reason: str) -> None:
    """Keep a team from logging in and from registering again; optionally disqualify all its entries.

    Raises:
        TeamRefusedError: the account was deleted, or is blocked already.

    """
    current = _lock_open(team)
    if current.blocked_at:
        raise TeamRefusedError("This team is blocked already.")
    blocking.block(current)
    history.record("blocked", by=by, team=current, reason=reason)
    entries = list(current.submissions.filter(disqualified_at__isnull=True)) if disqualify_entries else []
    for submission in entries:
        submissions.disqualify(submission, reason, by=by)
    mails.mail_team(current, "account_blocked", {"reason": reason, "disqualified": len(entries)})


@transaction.atomic
def unblock_team(team: Team, *, by: Team | str, reason: str) -> None:
    """Let a team log in again; its disqualified entries stay disqualified.

    Raises:
        TeamRefusedError: the account was deleted, or can log in.

    """
    current = _lock_open(team)
    if current.is_active:
        raise TeamRefusedError("This team is not blocked.")
    blocking.unblock(current)
    history.record("unblocked", by=by, team=current, reason=reason)
    disqualified = current.submissions.filter(disqualified_at__isnull=False).count()
    mails.mail_team(current, "account_unblocked", {"reason": reason, "disqualified": disqualified})


@transaction.atomic
def allow_address(address: BlockedAddress, *, by: Team | str) -> None:
    """Let somebody register with a blocked address again; a blocked team stays blocked."""
    history.record("allowed the address", by=by, subject=address.email)
    address.delete()


@transaction.atomic
def reset_second_factor(team: Team, *, by: Team | str, reason: str) -> None:
    """Remove the second factor of somebody who lost it.

    Raises:
        TeamRefusedError: the account was deleted, or has no second factor.

    """
    current = _lock_open(team)
    if not remove_second_factor(current):
        raise TeamRefusedError("This account has no second factor.")
    history.record("removed the second factor", by=by, team=current, reason=reason)
    log.note(AccountEvent.Kind.FACTOR_OFF, None, current)
    mails.mail_team(current, "second_factor_removed", {"reason": reason})


def _lock_open(team: Team) -> Team:
    """Lock the row of a team, and return it as it is now; refuse an account that was deleted."""
    current = Team.objects.select_for_update().filter(pk=team.pk, closed_at__isnull=True).first()
    if current is None:
        raise TeamRefusedError("The account was deleted.")
    return current
