"""Entries that organizers hold and release, as the team, others and organizers see them."""

import pytest
from django.test import Client

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import HistoryLine, Submission, ranked_versions
from challenge.services import entries, evaluations, groups, submissions
from challenge.services.submissions import HoldRefusedError
from challenge.tests.pages import page_of, text_of

pytestmark = pytest.mark.django_db

REASON = "Its predictions equal those of another team."


def ranked() -> list[Submission | None]:
    return [row.submission for row in leaderboard(Filters(28, all_entries=True), ranked_versions())]


@pytest.fixture
def entry(submit_and_score, team) -> Submission:
    return submit_and_score(team)


@pytest.fixture
def held(entry, organizer) -> Submission:
    submissions.hold(entry, REASON, by=organizer)
    return entry


def test_a_held_entry_leaves_the_board_and_public_view(held, as_user, other_team):
    assert ranked() == []
    for client in (Client(), as_user(other_team)):
        assert client.get(held.get_absolute_url()).status_code == 404
        assert held.model_name not in page_of(client, "/leaderboard/?resolution=28")


def test_its_team_reads_that_it_is_checked_and_why(held, as_user, team):
    client = as_user(team)
    page = text_of(page_of(client, held.get_absolute_url()))
    assert "Being checked since" in page
    assert REASON in page
    assert "You need not send it again" in page
    assert f"{held.evaluations.get().auc:.4f}" in page
    profile = text_of(page_of(client, "/profile/"))
    assert "Being checked" in profile
    assert REASON in profile


def test_it_counts_towards_the_limits(entry, organizer, team):
    before = submissions.remaining_quota(team, entry.phase)
    submissions.hold(entry, REASON, by=organizer)
    assert submissions.remaining_quota(team, entry.phase) == before


def test_released_it_is_as_before(held, organizer, client):
    submissions.release(held, by=organizer, reason="The teams work together.")
    assert ranked() == [held]
    assert "Being checked" not in page_of(client, held.get_absolute_url())


def test_both_acts_are_lines_of_the_history(held, organizer, team):
    submissions.release(held, by=organizer, reason="The teams work together.")
    released, holding = HistoryLine.objects.all()
    assert (holding.action, holding.actor, holding.team, holding.reason) == ("held", organizer, team, REASON)
    assert (released.action, released.actor, released.submission) == ("released", organizer, held)
    assert released.before == {"held_reason": REASON}
    assert released.reason == "The teams work together."


def test_meanwhile_its_team_cannot_change_it(held, as_user, team):
    for change in (
        lambda: entries.edit_entry(held, model_name="Another"),
        lambda: entries.set_visibility(held, "private"),
        lambda: entries.withdraw(held, delete_file=True),
        lambda: entries.choose(held),
    ):
        with pytest.raises(entries.EntryRefusedError, match="We are checking this entry"):
            change()
    response = as_user(team).get(f"{held.get_absolute_url()}withdraw/", follow=True)
    assert "We are checking this entry" in response.content.decode()


def test_it_joins_no_group(held, submit_and_score, team):
    other = submit_and_score(team, skill=2.0, model_name=held.model_name)
    with pytest.raises(groups.GroupRefusedError) as caught:
        groups.create_group(team=team, name="Seeds", members=[held.pk, other.pk])
    assert f"#{held.pk} is being checked by the organizers." in caught.value.problems


def test_an_upload_that_is_held_is_scored_and_stays_hidden(submit, team, organizer, client):
    submission = submit(team)
    submissions.hold(submission, REASON, by=organizer)
    evaluations.evaluate(submission.evaluations.get().pk)
    assert submission.evaluations.get().scored_at
    assert ranked() == []
    assert client.get(submission.get_absolute_url()).status_code == 404


def test_what_is_not_in_the_state_for_it_is_refused(entry, organizer):
    with pytest.raises(HoldRefusedError, match="is not held"):
        submissions.release(entry, by=organizer)
    submissions.hold(entry, REASON, by=organizer)
    with pytest.raises(HoldRefusedError, match="is held already"):
        submissions.hold(entry, REASON, by=organizer)
    submissions.release(entry, by=organizer)
    submissions.disqualify(entry, REASON, by=organizer)
    with pytest.raises(HoldRefusedError, match="is disqualified"):
        submissions.hold(entry, REASON, by=organizer)
    submissions.reinstate(entry, by=organizer)
    entries.withdraw(entry, delete_file=False)
    with pytest.raises(HoldRefusedError, match="was withdrawn"):
        submissions.hold(entry, REASON, by=organizer)


def test_a_held_entry_can_be_disqualified(held, organizer):
    submissions.disqualify(held, "It was a copy.", by=organizer)
    assert ranked() == []
