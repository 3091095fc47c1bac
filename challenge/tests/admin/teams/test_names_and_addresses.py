"""Renaming a team, and changing or confirming its address, in the admin."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.models import NAME_TAKEN, AccountEvent, BlockedAddress
from accounts.services import retire
from challenge.models import HistoryLine
from challenge.tests.admin.teams.conftest import WHY
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import page_of


def test_renaming_shows_on_the_site_and_in_the_history(do, entry, team, history, client):
    submission = entry(team, 0.9)
    assert "has a new name" in do("rename", team, name="  Team   Omega ").text
    team.refresh_from_db()
    assert team.name == "Team Omega"
    assert "Team Omega" in page_of(client, submission.get_absolute_url())
    line = HistoryLine.objects.get()
    assert (line.action, line.before, line.after) == (
        "renamed",
        {"name": "Team Alpha"},
        {"name": "Team Omega"},
    )
    assert line.reason == WHY
    assert AccountEvent.objects.filter(team=team, kind="name").exists()
    assert "Now: Team Omega" in send_mails()[0].body


def test_a_closed_team_can_be_renamed(do, team):
    retire(team, keep_name=True)
    do("rename", team, name="A better name")
    team.refresh_from_db()
    assert team.name == "A better name"
    assert send_mails() == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("TEAM  BETA", NAME_TAKEN),
        ("anonymous", "reserved for deleted teams"),
        ("a@b.org", "look like an e-mail"),
    ],
)
def test_bad_names_are_explained(do, team, other_team, name, message, history):
    response = do("rename", team, name=name)
    assert message in response.text
    assert WHY in response.text
    team.refresh_from_db()
    assert team.name == "Team Alpha"
    assert history() == []


def test_changing_the_address_mails_both_and_counts_as_confirmed(do, team, confirmed, history):
    confirmed(team)
    do("change-address", team, email="New@Example.org")
    team.refresh_from_db()
    assert team.email == "new@example.org"
    assert EmailAddress.objects.filter(user=team).values_list("email", "verified").get() == (
        "new@example.org",
        True,
    )
    assert history() == [("The Organizer", "changed the address", "Team Alpha", WHY)]
    messages = send_mails()
    assert sorted(message.to for message in messages) == [["alpha@example.org"], ["new@example.org"]]
    assert all("Before: alpha@example.org\nNow: new@example.org" in message.body for message in messages)


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("beta@example.org", "Another team has this address."),
        ("alpha@example.org", "the team&#x27;s address already"),
        ("blocked@example.org", "This address is blocked."),
        ("nobody", "Enter a valid email address."),
    ],
)
def test_bad_addresses_are_explained(do, team, other_team, email, message, history):
    BlockedAddress.objects.create(email="blocked@example.org")
    assert message in do("change-address", team, email=email).text
    team.refresh_from_db()
    assert team.email == "alpha@example.org"
    assert history() == []
    assert mail.outbox == []


def test_confirming_an_address(do, team, history):
    do("confirm-address", team)
    assert EmailAddress.objects.filter(user=team, email=team.email, verified=True).exists()
    assert history() == [("The Organizer", "confirmed the address", "Team Alpha", WHY)]
