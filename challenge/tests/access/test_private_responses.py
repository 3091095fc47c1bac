"""Caches: no answer to a team is kept; answers to readers without a session are as cacheable as before."""

import pytest
from django.test import Client

from challenge.content.samples import sample_path
from challenge.tests.access.routes import addresses
from challenge.tests.pages import page_of

ROUTES = sorted(addresses())
#: States of the site at one moment.
OF_A_MOMENT = ("healthz", "readyz", "status.json")
#: The same image for every visitor.
BADGE = "submissions/<int:pk>/badge.svg"


def cache_control(response) -> set[str]:
    return set(response.headers.get("Cache-Control", "").split(", ")) - {""}


@pytest.mark.parametrize("route", [route for route in ROUTES if route != BADGE])
def test_no_answer_to_a_team_is_kept(route, sample, viewers):
    for viewer in ("another team", "owner", "organizer"):
        found = cache_control(viewers[viewer].get(sample(route)))
        assert found == {"private", "no-store"}, f"{route} for the {viewer}"


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith("admin/")])
def test_answers_to_readers_are_as_before(route, sample, viewers):
    """A page that needs a log-in is a redirect, which no cache keeps unless a header says so."""
    response = viewers["stranger"].get(sample(route))
    found = cache_control(response)
    if route.startswith("accounts/"):
        assert found == {"private", "no-store"}, route
    elif route in OF_A_MOMENT:
        assert "no-store" in found, route
    else:
        assert "no-store" not in found, route


@pytest.mark.parametrize(
    "address", ["/leaderboard.csv", "/leaderboard.json", "/format/template.csv", "/research/references.bib"]
)
def test_files_for_everyone_do_not_vary_with_the_session(client, ground_truth, address):
    response = client.get(address)
    assert cache_control(response) == set()
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_answer_that_logs_in_and_the_one_that_logs_out(client, team, confirmed, ground_truth):
    confirmed(team)
    logged_in = client.post(
        "/accounts/login/", {"login": team.name, "password": "correct horse battery staple"}
    )
    assert "sessionid" in logged_in.cookies
    assert cache_control(logged_in) == {"private", "no-store"}
    assert cache_control(client.post("/accounts/logout/")) == {"private", "no-store"}
    said = client.get("/leaderboard/")
    assert "You are logged out." in said.content.decode()
    assert cache_control(said) == {"private", "no-store"}
    assert cache_control(Client().get("/leaderboard/")) == set()


def test_images_that_are_the_same_for_everyone_stay_cacheable(as_user, team, settings, tmp_path):
    settings.SAMPLES_DIR = tmp_path
    path = sample_path("chestmnist", 28)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"an image")
    client = as_user(team)
    response = client.get("/datasets/chestmnist/samples/28.png")
    assert cache_control(response) == {"public", "max-age=2592000"}
    unchanged = client.get(
        "/datasets/chestmnist/samples/28.png", headers={"if-modified-since": response["Last-Modified"]}
    )
    assert unchanged.status_code == 304
    assert "no-store" not in cache_control(unchanged)


def test_a_badge_stays_cacheable_with_a_session(sample, viewers):
    for viewer in viewers.values():
        response = viewer.get(sample(BADGE))
        assert cache_control(response) == {"public", "max-age=300"}
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_errors_of_a_team_are_not_kept_either(as_user, team, ground_truth, monkeypatch):
    client = as_user(team)
    client.raise_request_exception = False
    page_of(client, "/profile/")
    monkeypatch.setattr("challenge.views.profile.team_list", lambda *_: 1 / 0)
    for address, status in (("/profile/", 500), ("/nothing/", 404)):
        response = client.get(address)
        assert response.status_code == status
        assert cache_control(response) == {"private", "no-store"}
    anonymous = Client().get("/profile/submissions/", headers={"HX-Request": "true"})
    assert anonymous.status_code == 401
