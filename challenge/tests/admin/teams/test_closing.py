"""Closing the account of a team that asked for it, in the admin."""

from accounts.models import Team
from challenge.models import HistoryLine, Submission
from challenge.tests.admin.acts import TEAMS
from challenge.tests.admin.teams.conftest import WHY
from challenge.tests.mails.sent import send_mails


def test_the_page_says_what_stays_and_what_goes(client, some, other_team, entry):
    entry(other_team, 0.7)
    text = client.get(f"{TEAMS}{other_team.pk}/act/close/").text
    assert "Public entries that stay on the leaderboard: 1." in text
    assert "Other submissions, which are deleted with their files: 2." in text


def test_the_name_is_kept(do, some, team):
    assert "The account Team Alpha is closed." in do("close", team, name="keep").text
    team.refresh_from_db()
    assert team.name == "Team Alpha"
    assert team.closed_at
    assert team.email is None
    assert Submission.objects.filter(team=team).count() == 1
    line = HistoryLine.objects.get(action="closed the account")
    assert (line.subject, line.reason) == ("Team Alpha", WHY)
    assert line.after == {"entries that stay": 1, "submissions that were deleted": 0, "name is kept": True}
    (message,) = send_mails()
    assert message.to == ["alpha@example.org"]
    assert message.body.startswith("Hello Team Alpha,")


def test_the_name_is_removed_from_the_history_of_the_act_too(do, some, team):
    do("close", team, name="anonymise")
    team.refresh_from_db()
    assert team.name.startswith("Anonymous team")
    line = HistoryLine.objects.get(action="closed the account")
    assert "Alpha" not in f"{line.subject} {line.before} {line.after}"


def test_a_team_without_public_results_is_deleted(do, some, other_team):
    response = do("close", other_team, name="keep")
    assert response.redirect_chain[-1][0] == TEAMS
    assert not Team.objects.filter(name="Team Beta").exists()
    assert HistoryLine.objects.get(action="closed the account").team is None
    assert send_mails()[0].to == ["beta@example.org"]


def test_an_organizer_is_not_closed(as_user, in_role):
    administrator, assistant = in_role("Administrator"), in_role("Assistant")
    given = {"reason": "x", "name": "keep"}
    page = as_user(administrator).post(f"{TEAMS}{assistant.pk}/act/close/", given, follow=True)
    assert "take its rights away first" in page.text
    assert Team.objects.filter(pk=assistant.pk, closed_at=None).exists()
