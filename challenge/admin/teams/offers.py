"""Acts that an organizer may do for a team, as buttons on its page."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.models import Team
from challenge.admin.acting import Act, Offer, offers_of
from challenge.admin.letters import offer_of_letter
from challenge.admin.teams.acts import ACTS


def offers_for(team: Team, person: Team) -> Iterator[Offer]:
    """Yield the acts that the role of the person includes, and a letter."""
    yield from offers_of(
        ACTS,
        team,
        to=person,
        address=lambda slug: reverse("admin:accounts_team_act", args=[team.pk, slug]),
        refusal=lambda act: refusal_to(person, act, team),
    )
    yield from offer_of_letter(person, team)


def refusal_to(person: Team, act: Act[Team], team: Team) -> str:
    """Return the reason why this organizer cannot act for this team, whatever its state; empty if there is none."""
    if team.is_staff and not person.has_perm("accounts.administer_accounts"):
        return "It is the account of an organizer: ask an administrator."
    if act.is_grave and team.pk == person.pk:
        return "It is your own account."
    if team.is_superuser and not person.is_superuser:
        return "It is the account of a superuser: ask a superuser."
    return ""
