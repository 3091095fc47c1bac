"""Choice of a team to get news by mail, and its end by the link in a mail."""

import pytest
from django.test import Client

from challenge.access import news_token
from challenge.models import NewsReader
from challenge.services.accounts import close_account
from challenge.services.news import choose_mails
from challenge.tests.pages import elements, page_of, text_of


def wants_news(team) -> bool:
    return NewsReader.objects.filter(team=team).exists()


@pytest.fixture
def reader(team):
    choose_mails(team, wanted=True)
    return team


def test_no_team_gets_news_unless_it_asks(team, as_user):
    page = page_of(as_user(team), "/profile/")
    assert "Your team does not get our news by mail." in text_of(page)
    assert not wants_news(team)


def test_a_team_asks_for_news_and_stops_them_on_its_page(team, as_user):
    client = as_user(team)
    response = client.post("/news/mails/", {"wanted": "yes"}, follow=True)
    assert response.redirect_chain[-1][0] == "/profile/"
    assert "You will get our news by mail." in response.text
    assert f"to {team.email}" in text_of(response.text)
    assert wants_news(team)
    client.post("/news/mails/", {"wanted": "yes"})
    response = client.post("/news/mails/", {"wanted": "no"}, follow=True)
    assert "You will get no more news by mail." in response.text
    assert not wants_news(team)


def test_a_visitor_logs_in_first(db):
    response = Client().post("/news/mails/", {"wanted": "yes"})
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")
    assert not NewsReader.objects.exists()


def test_looking_at_the_link_in_a_mail_ends_nothing(reader):
    page = page_of(Client(), f"/news/stop/{news_token(reader)}/")
    assert f"Shall we stop sending news to {reader}?" in text_of(page)
    assert elements(page, "main form[method=post] button")
    assert wants_news(reader)


def test_the_button_behind_the_link_ends_the_news(reader):
    response = Client().post(f"/news/stop/{news_token(reader)}/")
    assert f"We send no more news to {reader}." in text_of(response.text)
    assert not wants_news(reader)


def test_a_mail_program_ends_the_news_by_one_request_without_cookies(reader):
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"/news/stop/{news_token(reader)}/", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not wants_news(reader)


def test_ending_twice_changes_nothing(reader):
    for _ in range(2):
        assert Client().post(f"/news/stop/{news_token(reader)}/").status_code == 200


@pytest.mark.parametrize("token", ["1", "1:signature", "x:y:z", "%F0%9F%98%80"])
def test_a_made_up_link_leads_nowhere(token, reader):
    for send in (Client().get, Client().post):
        assert send(f"/news/stop/{token}/").status_code == 404
    assert wants_news(reader)


def test_a_link_ends_the_news_of_its_own_team_only(reader, other_team):
    choose_mails(other_team, wanted=True)
    Client().post(f"/news/stop/{news_token(other_team)}/")
    assert wants_news(reader)


def test_a_closed_account_gets_no_news(reader, entry):
    entry(reader, 0.9)
    close_account(reader, keep_name=True)
    choose_mails(reader, wanted=True)
    assert not wants_news(reader)
