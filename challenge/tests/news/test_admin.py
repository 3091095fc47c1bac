"""News in the admin: writing, preview, publication, and the lines of history."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, News, NewsMail
from challenge.services.news import choose_mails
from challenge.tests.pages import element, elements, page_of, text_of

LIST = "/admin/challenge/news/"


def form(**changes: str) -> dict[str, str]:
    today = {"published_at_0": "2026-01-01", "published_at_1": "12:00"}
    return {"title": "Round two opens", "text": "Send *ten* files.", **today} | changes


@pytest.fixture
def client(organizer, as_user) -> Client:
    return as_user(organizer)


@pytest.fixture
def helper(as_user, db):
    """Return a function that gives the client of staff with some permissions."""

    def with_permissions(*codenames: str) -> Client:
        staff = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return as_user(staff)

    return with_permissions


def test_news_are_written_and_published_with_a_line_of_history(client, organizer):
    assert client.post(f"{LIST}add/", form()).status_code == 302
    assert "Round two opens" in page_of(Client(), "/news/")
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject) == (organizer, "added", "News: Round two opens")
    assert line.after["published"] == "1 January 2026, 12:00 UTC"


def test_a_change_is_a_line_with_what_changed(client, publish):
    news = publish()
    client.post(f"{LIST}{news.pk}/change/", form(text="Send eleven files."))
    line = HistoryLine.objects.first()
    assert line
    assert (line.action, line.before["text"], line.after["text"]) == (
        "changed",
        "Send *ten* files.",
        "Send eleven files.",
    )
    assert "title" not in line.after


def test_a_deletion_is_a_line(client, publish):
    one, two = publish("One"), publish("Two")
    client.post(f"{LIST}{one.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"}
    client.post(LIST, chosen)
    assert not News.objects.exists()
    deleted = HistoryLine.objects.filter(action="deleted").values_list("subject", flat=True)
    assert set(deleted) == {"News: One", "News: Two"}


def test_news_that_were_mailed_are_deleted_with_their_mails(client, team, publish):
    choose_mails(team, wanted=True)
    client.post(f"{LIST}add/", form(by_mail="on"))
    news = NewsMail.objects.get().news
    assert "Yes, I’m sure" in client.get(f"{LIST}{news.pk}/delete/").text  # noqa: RUF001
    client.post(f"{LIST}{news.pk}/delete/", {"post": "yes"})
    assert not News.objects.exists()
    assert not NewsMail.objects.exists()


def test_published_news_are_mailed_if_wanted_and_the_list_says_how_many(client, team):
    choose_mails(team, wanted=True)
    client.post(f"{LIST}add/", form(by_mail="on"))
    assert NewsMail.objects.get().team == team
    assert "0 of 1 sent" in text_of(page_of(client, LIST))


def test_the_choice_of_mails_is_fixed_once_they_are_made(client, publish):
    news = publish(by_mail=True)
    assert not elements(page_of(client, f"{LIST}{news.pk}/change/"), "input[name=by_mail]")


def test_a_preview_shows_what_is_typed_and_saves_nothing(client):
    button = element(page_of(client, f"{LIST}add/"), "[formaction]")
    assert button.attributes["formtarget"] == "_blank"
    response = client.post(
        button.attributes["formaction"], form(title="", text="A *draft*<script>x</script>")
    )
    article = element(response.text, "article")
    assert text_of(element(article, "em")) == "draft"
    assert not elements(article, "script")
    assert "Nothing was saved." in text_of(response.text)
    assert not News.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "This field is required."),
        ({"text": " "}, "This field is required."),
        ({"title": "x" * 151}, "at most 150 characters"),
        ({"published_at_0": "soon"}, "Enter a valid date."),
    ],
)
def test_bad_input_gets_a_message_and_keeps_the_text(changes, message, client):
    response = client.post(f"{LIST}add/", form(**changes))
    assert message in response.text
    assert ("Send *ten* files." in response.text) == ("text" not in changes)
    assert not News.objects.exists()


@pytest.mark.parametrize("address", [LIST, f"{LIST}add/", f"{LIST}preview/"])
def test_teams_and_staff_without_the_right_are_refused(address, team, as_user, helper):
    assert as_user(team).post(address, form()).status_code in (302, 403)
    assert helper("view_submission").post(address, form()).status_code == 403
    assert not News.objects.exists()


def test_staff_who_may_look_change_nothing(helper, publish):
    news = publish()
    client = helper("view_news")
    page = page_of(client, f"{LIST}{news.pk}/change/")
    assert not elements(page, "[name=_save], [formaction]")
    assert client.post(f"{LIST}{news.pk}/change/", form(title="Changed")).status_code == 403
