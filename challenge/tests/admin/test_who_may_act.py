"""Acts, letters and previews: who may look only, who may write, who may decide."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, Mail
from challenge.tests.admin.acts import REASON, SUBMISSIONS
from challenge.tests.pages import elements, page_of, region, text_of

PREVIEWS = "/admin/challenge/mail/previews/"


@pytest.fixture
def staff(db):
    """Return a function that gives an account of staff with permissions."""

    def with_permissions(*codenames: str) -> Team:
        person = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert person.user_permissions.count() == len(codenames)
        return person

    return with_permissions


@pytest.fixture
def assistant(staff) -> Team:
    return staff("view_submission", "view_mail", "write_to_teams")


def act_address(submission) -> str:
    return f"{SUBMISSIONS}act/disqualify/?number={submission.pk}"


def test_an_assistant_sees_everything_and_can_only_write(entry, team, assistant, as_user):
    submission, client = entry(team), as_user(assistant)
    page = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
    labels = [text_of(link) for link in elements(region(page, "What you can do"), "a")]
    assert labels == ["Open on the site", "Write to the team"]
    assert not elements(page, '[aria-label="Not possible now"]')
    assert client.get(act_address(submission)).status_code == 403
    sent = {"number": submission.pk, "confirm": "yes", "reason": REASON}
    assert client.post(f"{SUBMISSIONS}act/disqualify/", sent).status_code == 403
    assert client.get(PREVIEWS).status_code == 200
    assert not HistoryLine.objects.exists()


def test_staff_who_may_look_do_not_write(entry, team, staff, as_user):
    submission, client = entry(team), as_user(staff("view_submission"))
    page = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
    assert [text_of(link) for link in elements(region(page, "What you can do"), "a")] == ["Open on the site"]
    letter = {"subject": "Hello", "text": "A question."}
    assert client.post(f"/admin/challenge/mail/write/{team.pk}/", letter).status_code == 403
    assert client.get(PREVIEWS).status_code == 403
    assert not Mail.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "team"])
def test_others_are_sent_away(who, entry, team, as_user):
    client, submission = Client() if who == "stranger" else as_user(team), entry(team)
    for address in (act_address(submission), PREVIEWS, f"/admin/challenge/mail/write/{team.pk}/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
