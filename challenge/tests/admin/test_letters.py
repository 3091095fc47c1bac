"""Letters to teams: written in the admin, mailed as they are, kept in the history."""

import pytest

from accounts.models import Team
from challenge.models import HistoryLine, Mail
from challenge.tests.admin.acts import SUBMISSIONS
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import attribute, page_of, text_of

LETTER = {"subject": "A question", "text": "Hello,\n\nwhy <b>this</b> crop & not another?"}


def address_of(team: Team, submission=None) -> str:
    about = f"?submission={submission.pk}" if submission else ""
    return f"/admin/challenge/mail/write/{team.pk}/{about}"


def test_a_letter_about_a_submission(client, entry, team, organizer, settings):
    settings.CONTACT_EMAIL = "help@example.org"
    submission = entry(team, model_name="ViT")
    page = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
    assert address_of(team, submission) in attribute(page, "a.button", "href")
    form = page_of(client, address_of(team, submission))
    assert "alpha@example.org" in text_of(form)
    assert attribute(form, "[name=subject]", "value") == [f"About your submission {submission}"]

    response = client.post(address_of(team, submission), LETTER, follow=True)
    assert response.redirect_chain[-1][0] == f"{SUBMISSIONS}{submission.pk}/change/"
    assert "The mail to Team Alpha is on its way." in response.content.decode()
    (message,) = send_mails()
    assert message.to == ["alpha@example.org"]
    assert message.subject == "A question"
    assert message.body.startswith("Hello,\n\nwhy <b>this</b> crop & not another?\n\n")
    assert (
        f'your submission #{submission.pk} "ViT": http://testserver/submissions/{submission.pk}/'
        in message.body
    )
    assert "\n-- \n" in message.body
    assert message.message().get_content_type() == "text/plain"
    assert message.message()["Reply-To"] == "help@example.org"
    assert message.message()["Auto-Submitted"] is None, "a person wrote it"
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.submission, line.team) == (
        organizer,
        "wrote to the team",
        submission,
        team,
    )
    assert line.after == {"subject": "A question", "text": LETTER["text"]}


def test_a_letter_to_a_team(client, team):
    page = page_of(client, f"/admin/accounts/team/{team.pk}/change/")
    assert address_of(team) in attribute(page, "a", "href")
    response = client.post(address_of(team), LETTER, follow=True)
    assert response.redirect_chain[-1][0] == f"/admin/accounts/team/{team.pk}/change/"
    (message,) = send_mails()
    assert "submission" not in message.body
    assert HistoryLine.objects.get().subject == "Team Alpha"


@pytest.mark.parametrize("missing", ["subject", "text"])
def test_a_letter_without_subject_or_text_is_not_sent_and_not_lost(missing, client, team):
    response = client.post(address_of(team), LETTER | {missing: " "})
    page = response.content.decode()
    assert "This field is required." in page
    assert ("A question" in page) == (missing == "text")
    assert not Mail.objects.exists()


def test_a_team_without_an_address_gets_no_letter(client, team):
    Team.objects.filter(pk=team.pk).update(email=None)
    response = client.post(address_of(team), LETTER, follow=True)
    assert "No mail can be sent: Team Alpha has no e-mail address." in response.content.decode()
    assert not Mail.objects.exists()


@pytest.mark.parametrize("number", ["999999", "x", "1e3", ""])
def test_a_submission_that_is_not_the_teams_is_not_found(number, client, team):
    assert client.get(f"{address_of(team)}?submission={number}").status_code == 404


def test_the_submission_of_another_team_is_not_found(client, team, other_team, entry):
    assert client.get(address_of(team, entry(other_team))).status_code == 404


def test_a_team_that_does_not_exist_is_not_found(client, db):
    assert client.get("/admin/challenge/mail/write/999999/").status_code == 404
