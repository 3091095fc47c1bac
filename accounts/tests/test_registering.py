"""Registering a team."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client

from accounts.forms import SignupForm
from accounts.models import NAME_TAKEN, Team
from conftest import PASSWORD

URL = "/accounts/signup/"
SENT = "We have sent you an e-mail"


def entry(**changes: str) -> dict[str, str]:
    return {
        "username": "Team Alpha", "email": "alpha@example.org", "password1": PASSWORD, "password2": PASSWORD,
    } | changes  # fmt: skip


@pytest.mark.django_db
def test_it_works(client, link_in):
    response = client.post(
        URL, entry(username=" Team\u00a0 Alpha\u200b", email="Alpha@Example.org"), follow=True
    )
    assert SENT in response.text
    team = Team.objects.get()
    assert (team.name, team.email) == ("Team Alpha", "alpha@example.org")
    assert not client.get("/profile/").context

    link = link_in("alpha@example.org")
    assert "Is <strong>alpha@example.org</strong>" in client.get(link).text
    response = client.post(link, follow=True)
    assert response.redirect_chain[-1][0] == "/profile/"
    assert "alpha@example.org is confirmed" in response.text
    assert EmailAddress.objects.get().verified


@pytest.mark.django_db
def test_another_browser_confirms_but_is_not_logged_in(client, link_in):
    client.post(URL, entry())
    response = Client().post(link_in("alpha@example.org"), follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/"
    assert EmailAddress.objects.get().verified


@pytest.mark.django_db
@pytest.mark.usefixtures("no_verification")
def test_without_verification_the_team_is_logged_in_at_once(client, mailoutbox):
    response = client.post(URL, entry(), follow=True)
    assert response.redirect_chain[-1][0] == "/profile/"
    assert not mailoutbox


@pytest.mark.django_db
def test_it_goes_on_to_the_page_asked_for_but_to_no_other_site(client, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    assert client.post(URL, entry(next="/leaderboard/")).url == "/leaderboard/"
    evil = entry(username="Beta", email="beta@example.org", next="https://evil.example/")
    assert Client().post(URL, evil).headers["Location"] == "/profile/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": ""}, "This field is required."),
        ({"username": "A"}, "A team name must have at least 2 visible characters."),
        ({"username": "x" * 61}, "at most 60 characters"),
        ({"username": "alpha@example.org"}, "A team name must not look like an e-mail address."),
        (
            {"username": "Anonymous team x"},
            "Names that begin with “Anonymous” are reserved for deleted teams.",
        ),
        ({"email": "nonsense"}, "Enter a valid email address."),
        ({"email": "\u017fam@example.org"}, "Enter a valid email address."),
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        (
            {"password1": "TeamAlpha1", "password2": "TeamAlpha1"},
            "The password is too similar to the team name.",
        ),
        ({"password2": "something else"}, "You must type the same password each time."),
    ],
)
def test_bad_input_is_explained(client, changes, message):
    response = client.post(URL, entry(**changes))
    assert response.status_code == 200
    assert message in response.text
    assert "is-invalid" in response.text
    assert not Team.objects.exists()


@pytest.mark.parametrize("name", ["Team Alpha", "TEAM ALPHA", "team\u3000alpha", "Te\u00adam Alpha"])
def test_a_taken_name_is_refused_however_it_is_spelled(client, team, name):
    response = client.post(URL, entry(username=name, email="new@example.org"))
    assert NAME_TAKEN in response.text
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_names_that_a_collation_takes_for_equal_live_side_by_side(client):
    Team.objects.create_user("Cafe", "cafe@example.org", PASSWORD)
    client.post(URL, entry(username="Café"))
    assert Team.objects.count() == 2


def test_only_the_owner_learns_that_an_address_is_taken(client, team, mailoutbox):
    response = client.post(URL, entry(username="Other", email="ALPHA@example.org"), follow=True)
    assert SENT in response.text
    assert Team.objects.count() == 1
    assert mailoutbox[-1].to == ["alpha@example.org"]
    assert "You already have an account" in mailoutbox[-1].subject


@pytest.mark.usefixtures("no_verification")
def test_without_verification_a_taken_address_is_refused(client, team):
    response = client.post(URL, entry(username="Other"))
    assert "A team is already registered with this e-mail address." in response.text


@pytest.mark.django_db
def test_a_mail_server_that_is_down_is_explained(client, monkeypatch):
    def refuse(mail):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    response = client.post(URL, entry(), follow=True)
    assert "our mail server does not respond" in response.text


@pytest.mark.django_db
def test_too_many_registrations_are_stopped(client):
    statuses = [client.post(URL, entry(username="A")).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("other", "answers"),
    [
        ({"username": "TEAM alpha", "email": "other@example.org"}, [SENT, NAME_TAKEN]),
        ({"username": "Team Beta"}, [SENT, SENT]),
    ],
)
def test_two_at_once_give_one_account_and_no_error(monkeypatch, other, answers):
    both_are_checked = threading.Barrier(2, timeout=20)
    save = SignupForm.save

    def save_when_both_are_checked(form, request):
        both_are_checked.wait()
        return save(form, request)

    monkeypatch.setattr(SignupForm, "save", save_when_both_are_checked)
    pages: list[str] = []

    def register(data):
        pages.append(Client(raise_request_exception=False).post(URL, data, follow=True).text)
        connections.close_all()

    threads = [threading.Thread(target=register, args=[data]) for data in (entry(), entry(**other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Team.objects.count() == 1
    assert EmailAddress.objects.count() == 1
    for answer in answers:
        assert sum(answer in page for page in pages) == answers.count(answer)
