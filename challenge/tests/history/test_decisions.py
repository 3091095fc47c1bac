"""Each decision of an organizer about an entry is a line with who, before, after and why."""

import pytest

from challenge.models import HistoryLine
from challenge.services import entries, history, submissions
from challenge.tests.admin.acts import act

pytestmark = pytest.mark.django_db

REASON = "Trained on the test set."


def test_disqualified_and_reinstated(entry, team, organizer):
    submission = entry(team, 0.9)
    submissions.disqualify(submission, REASON, by=organizer)
    submissions.reinstate(submission, by=organizer, reason="It was not.")
    reinstated, disqualified = HistoryLine.objects.all()
    assert (disqualified.action, disqualified.actor, disqualified.reason) == (
        "disqualified",
        organizer,
        REASON,
    )
    assert (disqualified.submission, disqualified.team) == (submission, team)
    assert (reinstated.action, reinstated.reason) == ("reinstated", "It was not.")
    assert reinstated.before == {"disqualification_reason": REASON}


def test_the_protocol_is_corrected(entry, team, organizer):
    submission = entry(team, 0.9, special_methods="An ensemble")
    entries.correct_protocol(submission, external_data=True, special_methods="", by=organizer)
    line = HistoryLine.objects.get()
    assert (line.action, line.actor) == ("corrected the protocol", organizer)
    assert line.before == {"external_data": False, "special_methods": "An ensemble"}
    assert line.after == {"external_data": True, "special_methods": ""}


def test_a_withdrawal_is_undone(submit_and_score, team):
    submission = submit_and_score(team)
    entries.withdraw(submission, delete_file=False)
    entries.restore(submission, by=history.COMMAND)
    line = HistoryLine.objects.get()
    assert (line.action, line.actor, line.actor_name) == ("restored", None, "manage.py")
    assert line.before["withdrawn_at"]


def test_what_is_refused_leaves_no_line(submit_and_score, team, organizer):
    submission = submit_and_score(team)
    entries.withdraw(submission, delete_file=False)
    submission.file.delete(save=False)
    with pytest.raises(entries.EntryRefusedError):
        entries.restore(submission, by=organizer)
    assert not HistoryLine.objects.exists()


def test_acts_in_the_admin_name_the_organizer(entry, team, organizer, as_user):
    submission = entry(team, 0.9)
    act(as_user(organizer), "disqualify", submission, confirm="yes", reason=REASON)
    act(as_user(organizer), "reinstate", submission, confirm="yes", reason=REASON)
    assert [line.actor for line in HistoryLine.objects.all()] == [organizer, organizer]
