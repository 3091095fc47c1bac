"""A submission without scripts after the session or the token has ended: the text is there after the log-in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.drafts import LONGEST
from challenge.models import Submission
from challenge.tests.pages import attribute, element, elements, page_of, text_of
from conftest import PASSWORD

PROFILE, LOGIN = "/profile/", "/accounts/login/"
SAID = "What you typed is here; please choose the file again."


@pytest.fixture(autouse=True)
def _labels(ground_truth):
    """All pages name the ground truth."""


def form(**fields) -> dict:
    return {
        "upload": SimpleUploadedFile("predictions.csv", b"dataset\n"),
        "resolution": 64,
        "model_name": "ResNet <18>",
        "description": "Trained with care.",
        "external_data": "on",
    } | fields


def log_in(client: Client, team, **fields):
    return client.post(f"{LOGIN}?next={PROFILE}", {"login": team.name, "password": PASSWORD} | fields)


def assert_kept(page: str) -> None:
    assert SAID in text_of(page)
    assert attribute(page, "#id_model_name", "value") == ["ResNet <18>"]
    assert text_of(element(page, "#id_description")) == "Trained with care."
    assert attribute(page, "[name=resolution] option[selected]", "value") == ["64"]
    assert elements(page, "[name=external_data][checked]")
    assert not elements(page, ".invalid-feedback")


def test_the_text_is_kept_over_the_log_in(client, team, confirmed):
    response = client.post(PROFILE, form())
    assert response.url == f"{LOGIN}?next={PROFILE}"
    assert log_in(client, confirmed(team)).url == PROFILE
    assert_kept(page_of(client, PROFILE))
    assert SAID not in page_of(client, PROFILE), "only once"
    assert not Submission.objects.exists()
    assert client.post(PROFILE, form()).status_code == 302
    assert Submission.objects.count() == 1


def test_the_text_of_an_expired_form_is_kept(team):
    client = Client(enforce_csrf_checks=True)
    client.force_login(team)
    refused = client.post(PROFILE, form(csrfmiddlewaretoken="x" * 64))
    assert refused.status_code == 403
    page = refused.content.decode()
    assert "what you typed is there" in text_of(page)
    assert PROFILE in attribute(page, "main a", "href")
    assert_kept(page_of(client, PROFILE))


def test_an_expired_form_of_a_visitor_links_to_the_log_in():
    page = Client(enforce_csrf_checks=True).post(PROFILE, form()).content.decode()
    assert f"{LOGIN}?next=/profile/" in attribute(page, "main a", "href")


def test_nothing_of_another_site_is_kept(team):
    client = Client(enforce_csrf_checks=True)
    client.force_login(team)
    refused = client.post(PROFILE, form(), headers={"origin": "https://evil.example.org"})
    assert refused.status_code == 403
    assert "What you typed must be typed again." in text_of(refused.content.decode())
    assert SAID not in page_of(client, PROFILE)


def test_other_forms_keep_nothing(team):
    """For example passwords."""
    client = Client(enforce_csrf_checks=True)
    page = client.post(LOGIN, {"login": "x", "password": PASSWORD}).content.decode()
    assert "What you typed must be typed again." in text_of(page)
    assert PASSWORD not in page
    assert not client.session.items()


def test_only_fields_of_the_form_are_kept_and_none_without_end(client):
    client.post(PROFILE, form(description="x" * 100_000, password="secret"))
    kept = client.session["draft"]["typed"]
    assert "secret" not in kept.values()
    assert kept["model_name"] == "ResNet <18>"
    assert kept["special_methods"] == ""
    assert len(kept["description"]) == LONGEST


def test_an_edit_is_kept_too_also_what_was_cleared(client, team, submit, confirmed):
    entry = submit(team, content=b"x", special_methods="An ensemble", external_data=True)
    address = f"{entry.get_absolute_url()}edit/"
    response = client.post(address, {"model_name": "Another name", "description": "Edited."})
    assert response.url == f"{LOGIN}?next={address}"
    client.post(response.url, {"login": confirmed(team).name, "password": PASSWORD})
    page = page_of(client, address)
    assert "Nothing was changed yet. What you typed is here." in text_of(page)
    assert attribute(page, "#id_model_name", "value") == ["Another name"]
    assert not attribute(page, "#id_special_methods", "value")
    assert not elements(page, "[name=external_data][checked]")
    entry.refresh_from_db()
    assert entry.model_name != "Another name"


@pytest.mark.parametrize("typed", [{}, {"resolution": "nonsense", "model_name": "a\0b"}])
def test_odd_text_does_no_harm(client, team, as_user, typed):
    client.post(PROFILE, typed)
    client.force_login(team)
    assert client.get(PROFILE).status_code == 200
