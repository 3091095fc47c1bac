"""Requests of htmx from a page whose session or token has ended: short answers instead of whole pages."""

import pytest
from django.test import Client

from challenge.models import Submission
from challenge.tests.pages import attribute, element, page_of

HTMX = {"HX-Request": "true"}
FIELDS = {"resolution": 28, "model_name": "ResNet", "description": "Trained with care."}


@pytest.fixture(autouse=True)
def _labels(ground_truth):
    """All pages name the ground truth."""


def of_page(team) -> dict[str, str]:
    """Return the headers that the page of a team sends."""
    return HTMX | {"X-Page-Team": str(team.pk)}


def assert_logged_out(response) -> None:
    assert response.status_code == 401
    assert response["WWW-Authenticate"]
    assert not response.content


def test_pages_send_their_team(as_user, team):
    for address in ("/profile/", "/leaderboard/"):
        body = element(page_of(as_user(team), address), "body")
        assert body.attributes["hx-headers"] == f'{{"X-Page-Team": "{team.pk}"}}'
        assert "hx-headers" not in element(page_of(Client(), "/leaderboard/"), "body").attributes


@pytest.mark.parametrize("address", ["/profile/", "/profile/submissions/"])
def test_a_log_in_page_is_not_sent_to_htmx(client, address):
    assert_logged_out(client.get(address, headers=HTMX))
    assert client.get(address).status_code == 302


def test_a_submission_without_a_session_is_told_to_log_in(client, team):
    assert_logged_out(client.post("/profile/", FIELDS, headers=of_page(team)))
    assert not Submission.objects.exists()
    assert "draft" not in client.session, "the page keeps what was typed by itself"


def test_the_page_of_an_unscored_submission_is_told_to_log_in(client, team, submit):
    """Without the team of the page it would be told that there is no such submission."""
    address = f"{submit(team, content=b'x').get_absolute_url()}result/"
    assert_logged_out(client.get(address, headers=of_page(team)))
    assert client.get(address, headers=HTMX).status_code == 404


def test_a_page_of_another_team_gets_the_name_of_the_team_that_is_logged_in(as_user, team, other_team):
    client = as_user(other_team)
    for response in (
        client.post("/profile/", FIELDS, headers=of_page(team)),
        client.get("/profile/submissions/", headers=of_page(team)),
    ):
        assert response.status_code == 409
        assert response.content.decode() == "Team Beta"
        assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert not Submission.objects.exists()
    assert client.get("/profile/submissions/", headers=of_page(other_team)).status_code == 200


def test_a_header_of_a_page_without_htmx_changes_nothing(as_user, team, other_team):
    assert as_user(other_team).get("/profile/", headers={"X-Page-Team": str(team.pk)}).status_code == 200


def test_a_stale_token_is_renewed(team):
    client = Client(enforce_csrf_checks=True)
    client.force_login(team)
    response = client.post("/profile/", FIELDS, headers=of_page(team))
    assert response.status_code == 403
    assert not response.content
    token = response.cookies["csrftoken"].value
    response = client.post("/profile/", FIELDS | {"csrfmiddlewaretoken": token}, headers=of_page(team))
    assert response.status_code == 200
    assert "Choose a file." in response.content.decode()


def test_without_any_cookie_the_answer_is_to_log_in(team):
    assert_logged_out(Client(enforce_csrf_checks=True).post("/profile/", FIELDS, headers=of_page(team)))


def test_parts_that_reload_themselves_can_be_asked_to(as_user, team, submit):
    """The event is sent by `static/js/faults.js` after a fault."""
    submission = submit(team, content=b"x")
    for address, part in (("/profile/", "#team-submissions"), (submission.get_absolute_url(), "#result")):
        (trigger,) = attribute(page_of(as_user(team), address), part, "hx-trigger")
        assert "again" in trigger.split(", ")
