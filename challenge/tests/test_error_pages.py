"""Error pages: they say what happened and what to do next."""

import pytest
from django.core.exceptions import TooManyFilesSent
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import resolve

from bigsite.errors import bad_request
from challenge.tests.pages import attribute, element, elements, text_of

TEMPLATES = [
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "413.html",
    "429.html",
    "500.html",
    "503.html",
]


def test_a_form_that_is_too_large_gets_413(client, team, as_user):
    """For example a description of megabytes, more than Django accepts in the fields of a form."""
    response = as_user(team).post("/profile/", {"description": "x" * 3_000_000})
    content = response.content.decode()
    assert response.status_code == 413
    assert "Your upload is too large" in content
    assert "no submission was counted" in content
    assert "Content-Security-Policy" in response.headers


def test_a_form_with_too_many_fields_gets_413(client, db):
    assert client.post("/accounts/login/", {f"f{i}": "x" for i in range(1100)}).status_code == 413


def test_so_do_too_many_files():
    response = bad_request(RequestFactory().post("/profile/"), TooManyFilesSent())
    assert response.status_code == 413


def test_what_cannot_be_understood_stays_400(ground_truth, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client(enforce_csrf_checks=True)
    browser.get("/accounts/login/")
    broken = browser.post("/accounts/login/", b"x", content_type="multipart/form-data; boundary=")
    other_host = Client().get("/", headers={"host": "evil.example"})
    for response in (broken, other_host):
        content = response.content.decode()
        assert response.status_code == 400
        assert "could not be understood" in content
        assert ground_truth.version in content, "the whole layout, with what the footer states"


@pytest.mark.django_db
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_says_what_to_do_next_in_the_layout_of_the_site(template):
    content = render_to_string(template)
    assert text_of(element(content, "h1"))
    assert text_of(element(content, "p.lead"))
    assert len(elements(content, "main li")) >= 2
    assert element(content, ".site-header")
    assert element(content, ".site-footer")
    assert "</html>" in content
    assert f"Error {template[:3]}" in content


@pytest.mark.parametrize("template", ["413.html", "500.html", "503.html"])
def test_those_that_a_proxy_or_a_broken_site_shows_need_no_database(template):
    """This test has no database: a query would fail."""
    content = render_to_string(template)
    for address in attribute(content, "a", "href"):
        assert resolve(address)


def test_403_names_the_account(team, as_user, rf):
    request = rf.get("/")
    request.user = team
    assert "You are logged in as <strong>Team Alpha</strong>" in render_to_string("403.html", request=request)
