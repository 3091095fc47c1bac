"""Blocking a team in the admin, and ending the block."""

from django.test import Client

from accounts.models import BlockedAddress
from challenge.models import Submission
from challenge.tests.admin.teams.conftest import WHY
from challenge.tests.mails.sent import send_mails
from conftest import PASSWORD


def log_in(login: str = "Team Alpha"):
    return Client().post("/accounts/login/", {"login": login, "password": PASSWORD})


def register(email: str):
    given = {"username": "Again", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return Client().post("/accounts/signup/", given)


def test_a_blocked_team_is_out(do, team, confirmed, as_user, history):
    confirmed(team)
    inside = as_user(team)
    assert "is blocked" in do("block", team).text
    assert inside.get("/profile/").status_code == 302
    assert log_in().url == "/accounts/inactive/"
    assert "The organizers have blocked this address." in register("Alpha@example.org").text
    assert history() == [("The Organizer", "blocked", "Team Alpha", WHY)]
    assert "We have blocked the account" in send_mails()[0].body


def test_entries_stay_unless_they_are_disqualified_too(do, entry, team, other_team):
    entry(team, 0.9)
    do("block", team)
    assert not Submission.objects.get(team=team).is_disqualified
    entry(other_team, 0.8)
    entry(other_team, 0.7)
    do("block", other_team, disqualify_entries="on")
    reasons = Submission.objects.filter(team=other_team).values_list("disqualification_reason", flat=True)
    assert list(reasons) == [WHY, WHY]


def test_each_disqualified_entry_has_its_line(do, entry, team, history):
    submission = entry(team, 0.9)
    do("block", team, disqualify_entries="on")
    assert [(line[1], line[2]) for line in history()] == [
        ("blocked", "Team Alpha"),
        ("disqualified", str(submission)),
    ]


def test_the_address_stays_refused_when_the_account_is_closed(do, team):
    do("block", team)
    do("close", team, name="anonymise")
    assert "blocked this address" in register("alpha@example.org").text


def test_ending_a_block(do, team, confirmed, as_user, history):
    confirmed(team)
    inside = as_user(team)
    do("block", team)
    assert "can log in again" in do("unblock", team).text
    assert log_in().url == "/profile/"
    assert inside.get("/profile/").status_code == 302, "its sessions ended with the block"
    assert not BlockedAddress.objects.exists()
    assert [line[1] for line in history()] == ["blocked", "unblocked"]


def test_what_cannot_be_done_says_why(do, team):
    assert "It is not blocked." in do("unblock", team).text
    do("block", team)
    assert "It is blocked already." in do("block", team).text


def test_a_blocked_address_can_be_allowed_again(do, client, team, history):
    do("block", team)
    do("close", team, name="anonymise")
    address = BlockedAddress.objects.get()
    client.post("/admin/accounts/blockedaddress/", {"action": "allow", "_selected_action": [address.pk]})
    assert register("alpha@example.org").status_code == 302
    assert history()[-1][1:3] == ("allowed the address", "alpha@example.org")


def test_a_blocked_team_keeps_its_address(do, team):
    do("block", team)
    assert "It is blocked: unblock it first." in do("change-address", team, email="new@example.org").text


def test_nobody_blocks_the_own_account(in_role, as_user):
    administrator = in_role("Administrator")
    page = f"/admin/accounts/team/{administrator.pk}/act/block/"
    assert "It is your own account." in as_user(administrator).post(page, {"reason": "x"}, follow=True).text
    administrator.refresh_from_db()
    assert administrator.is_active
