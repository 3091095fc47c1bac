"""Accounts whose address was never confirmed: removed after 7 days, which frees their names."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import AccountEvent, Team
from challenge.services.housekeeping import remove_unconfirmed
from conftest import PASSWORD


@pytest.fixture
def registered(db):
    """Return a function that registers a team some days ago; nobody has confirmed its address."""

    def register(name: str = "Team Alpha", days: float = 8) -> Team:
        team = Team.objects.create_user(name, f"{name.lower().replace(' ', '-')}@example.org", PASSWORD)
        team.replace_email(team.email or "", verified=False)
        Team.objects.filter(pk=team.pk).update(created_at=timezone.now() - timedelta(days=days))
        return team

    return register


def test_the_name_and_the_address_are_free_again(registered, client):
    team = registered()
    AccountEvent.objects.create(kind=AccountEvent.Kind.LOGIN_FAILED, team=team, name=team.name)
    assert remove_unconfirmed() == 1
    assert not Team.objects.exists()
    assert not AccountEvent.objects.exists()
    form = {
        "username": "Team Alpha",
        "email": "team-alpha@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert client.post("/accounts/signup/", form).status_code == 302
    assert Team.objects.get().name == "Team Alpha"


def test_a_week_is_left_to_confirm(registered):
    registered(days=6.9)
    assert remove_unconfirmed() == 0


@pytest.mark.parametrize(
    "what", ["confirmed", "logged in", "organizer", "blocked", "without an address to confirm"]
)
def test_other_accounts_stay(registered, what):
    team = registered()
    match what:
        case "confirmed":
            EmailAddress.objects.update(verified=True)
        case "logged in":
            team.last_login = timezone.now()
        case "organizer":
            team.is_staff = True
        case "blocked":
            team.blocked_at = timezone.now()
        case _:
            EmailAddress.objects.all().delete()
    Team.objects.filter(pk=team.pk).update(
        last_login=team.last_login, is_staff=team.is_staff, blocked_at=team.blocked_at
    )
    assert remove_unconfirmed() == 0
    assert Team.objects.filter(pk=team.pk).exists()


def test_a_team_with_a_submission_stays(registered, submit):
    submit(registered(), content=b"x")
    assert remove_unconfirmed() == 0
