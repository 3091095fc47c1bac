"""Moving submissions between accounts of one team, in the admin."""

from django.utils import timezone

from accounts.services import retire
from challenge.models import HistoryLine, MethodGroup, Submission
from challenge.services import submissions
from challenge.tests.admin.acts import TEAMS, board
from challenge.tests.mails.sent import send_mails


def move(do, team, target, *chosen):
    return do("move-submissions", team, target=str(target), submissions=[s.pk for s in chosen])


def test_it_asks_first_and_says_how_many(client, entry, team):
    entry(team, 0.9)
    text = client.get(f"{TEAMS}{team.pk}/act/move-submissions/").text
    assert "This team has 1 submission." in text
    assert Submission.objects.get().team == team


def test_submissions_and_limits_follow(do, entry, team, other_team):
    first, second = entry(team, 0.9), entry(team, 0.8)
    response = move(do, team, "beta@example.org", first)
    assert "Submissions moved to Team Beta: 1." in response.text
    assert {(s.pk, s.team.name) for s in Submission.objects.all()} == {
        (first.pk, "Team Beta"),
        (second.pk, "Team Alpha"),
    }
    for account in (team, other_team):
        quota = submissions.remaining_quota(account, first.phase)
        assert quota.total_left == quota.total_limit - 1
    assert {str(row[1].team) for row in board() if row[1]} == {"Team Alpha", "Team Beta"}


def test_each_moved_submission_has_its_line_and_both_accounts_a_mail(do, entry, team, other_team):
    submission = entry(team, 0.9)
    move(do, team, other_team, submission)
    line = HistoryLine.objects.get()
    assert (line.action, line.submission, line.team) == ("moved", submission, other_team)
    assert (line.before, line.after) == ({"team": "Team Alpha"}, {"team": "Team Beta"})
    messages = send_mails()
    assert sorted(m.to for m in messages) == [["alpha@example.org"], ["beta@example.org"]]
    assert all(f"- {submission}" in m.body for m in messages)


def test_a_group_moves_as_a_whole(do, entry, team, other_team):
    seeds = [entry(team, 0.9), entry(team, 0.8)]
    group = MethodGroup.objects.create(team=team, name="Seeds")
    Submission.objects.update(group=group)
    response = move(do, team, other_team, seeds[0])
    assert "The group “Seeds” would be divided. Move these, too:" in response.text
    assert f"#{seeds[1].pk}." in response.text
    assert not HistoryLine.objects.exists()
    move(do, team, other_team, *seeds)
    group.refresh_from_db()
    assert group.team == other_team
    assert group.submissions.filter(team=other_team).count() == 2


def test_the_choice_of_the_account_that_gets_them_stays(do, entry, team, other_team):
    mine, theirs = entry(team, 0.9), entry(other_team, 0.8)
    Submission.objects.update(chosen_at=timezone.now())
    move(do, team, other_team, mine)
    assert Submission.objects.filter(chosen_at__isnull=False).get() == theirs


def test_what_cannot_be_moved_says_why(do, entry, team, other_team):
    mine = entry(team, 0.9)
    assert "No account has this name or address." in move(do, team, "Nobody", mine).text
    assert "This is the same account." in move(do, team, team, mine).text
    assert "is not one of the available choices" in move(do, team, other_team, entry(other_team, 0.5)).text
    retire(other_team, keep_name=True)
    assert "The account Team Beta was deleted." in move(do, team, other_team, mine).text
    mine.refresh_from_db()
    assert mine.team == team
