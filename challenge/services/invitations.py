"""Invitations of organizers by administrators. `accounts.invitations` sends the mails and makes the accounts."""

from django.db import transaction
from django.utils import timezone

from accounts.models import NAME_TAKEN, BlockedAddress, Invitation, Team
from accounts.team_names import team_name_key
from challenge.services import history


@transaction.atomic
def invite(invitation: Invitation, *, by: Team) -> None:
    """Add an invitation that has no problems; the caller sends its mail after the commit."""
    invitation.email = Team.objects.normalize_email(invitation.email)
    invitation.invited_by = by
    invitation.save(force_insert=True)
    history.record("invited", by=by, subject=invitation, after={"role": invitation.role.name})


@transaction.atomic
def renew(invitation: Invitation, *, by: Team) -> None:
    """Let a new link replace the earlier one; the caller sends its mail after the commit."""
    invitation.sent_at = timezone.now()
    invitation.save(update_fields=["sent_at"])
    history.record("invited again", by=by, subject=invitation, after={"role": invitation.role.name})


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Team) -> None:
    """End an invitation: its link does not work any more."""
    history.record(
        "withdrew the invitation", by=by, subject=invitation, before={"role": invitation.role.name}
    )
    invitation.delete()


def problems_of(email: str, name: str) -> dict[str, str]:
    """Return the reasons why a person cannot be invited with this address and name, by field."""
    email, problems = Team.objects.normalize_email(email), {}
    if Team.objects.filter(email=email).exists():
        problems["email"] = (
            "An account has this address. Give it a role on its page, or invite another address."
        )
    elif Invitation.objects.filter(email=email).exists():
        problems["email"] = "This address is invited already. Send the invitation again from the list."
    elif BlockedAddress.objects.filter(email=email).exists():
        problems["email"] = "This address is blocked."
    if Team.objects.filter(name_key=team_name_key(name)).exists():
        problems["name"] = NAME_TAKEN
    return problems
