"""Invitations of organizers: by administrators in the admin, accepted by the invited person."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import NAME_TAKEN, AccountEvent, BlockedAddress, Invitation, Team
from challenge.models import HistoryLine
from conftest import PASSWORD

PAGE = "/admin/accounts/invitation/"


@pytest.fixture
def admin(in_role, as_user) -> Client:
    return as_user(in_role("Administrator"))


@pytest.fixture
def invite(admin, django_capture_on_commit_callbacks):
    def post(email: str = "New@example.org", name: str = "New person", role: str = "Assistant"):
        with django_capture_on_commit_callbacks(execute=True):
            given = {"email": email, "name": name, "role": Group.objects.get(name=role).pk}
            return admin.post(f"{PAGE}add/", given, follow=True)

    return post


def link_in(mail) -> str:
    [link] = re.findall(r"http://testserver(/accounts/invitation/\S+)", mail.body)
    return link


def accept(link: str, name: str = "New person", password: str = PASSWORD, client: Client | None = None):
    given = {"name": name, "password1": password, "password2": password}
    return (client or Client()).post(link, given)


def lines() -> list[tuple[str, str, str]]:
    return list(HistoryLine.objects.order_by("pk").values_list("actor_name", "action", "subject"))


def test_an_invited_person_gets_an_account_with_the_role(invite, mailoutbox):
    invite()
    [mail] = mailoutbox
    assert mail.to == ["new@example.org"]
    assert "The Administrator invites you" in mail.body
    assert "in the role Assistant" in mail.body
    person = Client()
    assert "in the role <strong>Assistant</strong>" in person.get(link_in(mail)).text
    response = accept(link_in(mail), client=person)
    assert response.url == "/accounts/second-factor/"
    page = person.get(response.url)
    assert "Welcome, New person. The last step: set up your second factor." in page.text
    account = Team.objects.get(name="New person")
    assert account.is_staff
    assert not account.is_superuser
    assert account.has_perm("challenge.view_submission")
    assert not account.has_perm("challenge.change_submission")
    assert person.get("/admin/").status_code == 302, "it needs a second factor first"
    assert lines() == [("The Administrator", "invited", "New person (new@example.org)")]
    assert AccountEvent.objects.filter(team=account, kind="joined").exists()


def test_a_link_works_once(invite, mailoutbox):
    invite()
    link = link_in(mailoutbox[0])
    accept(link)
    assert "This link does not work" in Client().get(link).text
    assert "This link does not work" in accept(link, "Second person").text
    assert not Invitation.objects.exists()


def test_a_link_ends_after_days(invite, mailoutbox, settings, admin):
    invite()
    settings.INVITATION_DAYS = 0
    assert "This link does not work" in accept(link_in(mailoutbox[0])).text
    assert "expired" in admin.get(PAGE).text
    assert not Team.objects.filter(name="New person").exists()


def test_sending_again_replaces_the_link(invite, admin, mailoutbox):
    invite()
    admin.post(PAGE, {"action": "send_again", "_selected_action": [Invitation.objects.get().pk]})
    first, second = map(link_in, mailoutbox)
    assert "This link does not work" in Client().get(first).text
    assert accept(second).status_code == 302
    assert [line[1] for line in lines()] == ["invited", "invited again"]


def test_withdrawing_ends_the_link(invite, admin, mailoutbox):
    invite()
    admin.post(PAGE, {"action": "withdraw", "_selected_action": [Invitation.objects.get().pk]})
    assert "This link does not work" in accept(link_in(mailoutbox[0])).text
    assert [line[1] for line in lines()] == ["invited", "withdrew the invitation"]


@pytest.mark.parametrize("key", ["nonsense", "WzFd:1abc:xyz", "W10:1wPZ:AAAA"])
def test_a_link_that_nobody_sent_does_not_work(db, key):
    assert "This link does not work" in Client().get(f"/accounts/invitation/{key}/").text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"email": "alpha@example.org"}, "An account has this address."),
        ({"email": "blocked@example.org"}, "This address is blocked."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"name": "TEAM alpha"}, NAME_TAKEN),
        ({"name": "anonymous"}, "reserved for deleted teams"),
    ],
)
def test_bad_invitations_are_explained(invite, team, mailoutbox, given, message):
    BlockedAddress.objects.create(email="blocked@example.org")
    assert message in invite(**given).text
    assert not Invitation.objects.exists()
    assert mailoutbox == []


def test_a_mail_server_that_is_down_is_reported(invite, admin, settings, mailoutbox):
    invite()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    again = {"action": "send_again", "_selected_action": [Invitation.objects.get().pk]}
    assert "Our mail server did not take the mail" in admin.post(PAGE, again, follow=True).text
    assert Invitation.objects.exists(), "it can be sent again"


def test_nobody_is_invited_twice(invite, mailoutbox):
    invite()
    assert "This address is invited already." in invite("NEW@example.org", "Somebody else").text
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"password": "12345678"}, "This password is"),
        ({"name": "team ALPHA"}, NAME_TAKEN),
        ({"name": ""}, "This field is required."),
    ],
)
def test_bad_answers_are_explained(invite, team, mailoutbox, given, message):
    invite()
    assert message in accept(link_in(mailoutbox[0]), **given).text
    assert Invitation.objects.exists()


def test_an_address_that_a_team_has_taken_since(invite, mailoutbox):
    invite()
    Team.objects.create_user("Quick team", "new@example.org")
    assert "A team has registered with your address" in accept(link_in(mailoutbox[0])).text


@pytest.mark.parametrize("role", ["Organizer", "Assistant"])
def test_other_roles_invite_nobody(in_role, as_user, role):
    client = as_user(in_role(role))
    for page in (PAGE, f"{PAGE}add/"):
        assert client.get(page).status_code == 403


def test_only_the_roles_of_the_site_can_be_given(invite, admin):
    other = Group.objects.create(name="Everything")
    assert "Everything" not in admin.get(f"{PAGE}add/").text
    given = {"email": "new@example.org", "name": "New person", "role": other.pk}
    assert "Select a valid choice" in admin.post(f"{PAGE}add/", given).text
