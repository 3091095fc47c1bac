"""Mails about acts of organizers: team, entry, reason, and what the team can do."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone

from accounts.models import Team
from challenge.models import Mail, Submission
from challenge.services.mails import mail_team
from challenge.tests.mails.sent import send_mails

REASON = "Trained on the <test> set.\nSee our rules."


@pytest.fixture
def mailed(team) -> Callable:
    """Return a function that mails the team, and gives the message."""

    def mail(name: str, submission: Submission | None = None, **context):
        mail_team(team, name, context, submission=submission)
        (message,) = send_mails()
        assert message.to == ["alpha@example.org"]
        assert message.body.startswith("Hello Team Alpha,\n\n")
        return message

    return mail


def test_a_disqualification(mailed, entry, team):
    submission = entry(team, 0.9, model_name="ViT & Co")
    message = mailed("disqualified", submission, reason=REASON)
    assert message.subject == f'Disqualified: "ViT & Co" (#{submission.pk})'
    assert f'We have disqualified your submission #{submission.pk} "ViT & Co" at 224 × 224.' in message.body
    assert f"Reason:\n{REASON}\n\n" in message.body
    assert "The entry is not ranked" in message.body
    assert f"http://testserver/submissions/{submission.pk}/" in message.body
    assert "If you think that we are mistaken" in message.body


@pytest.mark.parametrize("name", ["reinstated", "released", "restored"])
@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "It is ranked again. You"),
        ({"visibility": "private"}, "It is private, so it is not ranked"),
        ({"visibility": "anonymous"}, 'It is ranked again, under "Anonymous team". You'),
        ({"visibility": "anonymous", "anonymous_until": date(2020, 1, 1)}, "It is ranked again. You"),
    ],
    ids=["public", "private", "anonymous", "named again"],
)
def test_the_return_of_an_entry(name, state, said, mailed, entry, team):
    message = mailed(name, entry(team, 0.9, **state))
    assert said in message.body
    assert "Reason" not in message.body


def test_an_entry_that_its_team_had_withdrawn_is_not_said_to_be_ranked(mailed, entry, team):
    message = mailed("reinstated", entry(team, 0.9, withdrawn_at=timezone.now()))
    assert "Your team had withdrawn it, so it is still not ranked." in message.body
    assert "ranked again" not in message.body


@pytest.mark.parametrize("name", ["reinstated", "released", "restored"])
def test_an_entry_without_scores_is_not_said_to_be_ranked(name, mailed, submit, team):
    message = mailed(name, submit(team, content=b"not scored yet"))
    assert "It has no scores, so it is not ranked." in message.body
    assert "ranked again" not in message.body


@pytest.mark.parametrize("name", ["disqualified", "held"])
@pytest.mark.parametrize("counts", [True, False])
def test_limits_are_named_only_if_the_entry_counts(name, counts, mailed, entry, team):
    submission = entry(team, 0.9, counts_toward_limits=counts)
    assert ("towards your limits" in mailed(name, submission, reason=REASON).body) == counts


def test_a_group_that_was_dissolved_and_its_entries(mailed):
    message = mailed(
        "group_dissolved", group="ResNet & Co", entries=["#12 ResNet", "#13 ResNet"], reason=REASON
    )
    assert message.subject == 'Dissolved: your group "ResNet & Co"'
    assert (
        "Its submissions stay, and are single entries again:\n\n- #12 ResNet\n- #13 ResNet\n" in message.body
    )
    assert f"Reason:\n{REASON}\n\n" in message.body


def test_a_check_and_its_reason(mailed, entry, team):
    message = mailed("held", submission := entry(team, 0.9, model_name="ViT"), reason=REASON)
    assert message.subject == f'Being checked: "ViT" (#{submission.pk})'
    assert f"Reason:\n{REASON}\n\n" in message.body
    assert "We will write to you when the check is finished." in message.body


def test_a_correction_says_before_and_after(mailed, entry, team):
    before = {"external_data": True, "special_methods": ""}
    after = {"external_data": False, "special_methods": "an ensemble & more"}
    message = mailed(
        "corrected", entry(team, 0.9, model_name="ViT"), before=before, after=after, reason=REASON
    )
    assert (
        "Before: data beyond MedMNIST+; special methods: none\n"
        "Now: no data beyond MedMNIST+; special methods: an ensemble & more\n\n"
        "Reason:\nTrained"
    ) in message.body
    assert "Your team cannot change them any more." in message.body


def test_a_change_of_address_goes_to_both(team):
    for address in ("alpha@example.org", "new@example.org"):
        context = {"before": "alpha@example.org", "after": "new@example.org", "reason": REASON}
        mail_team(team, "address_changed", context, address=address)
    assert [message.to for message in send_mails()] == [["alpha@example.org"], ["new@example.org"]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kept": 1, "deleted": 0, "keep_name": True}, "1 public entry stays on the leaderboard, under the name"),
        ({"kept": 2, "deleted": 1, "keep_name": False},
         "2 public entries stay on the leaderboard, without the name of your team. "
         "1 other submission was deleted with its file."),
        ({"kept": 0, "deleted": 3, "keep_name": True}, "3 other submissions were deleted with their files."),
    ],
)  # fmt: skip
def test_a_closed_account_gets_its_last_mail(values, said, team):
    context = {"team_name": team.name, "reason": REASON} | values
    mail_team(team, "account_closed", context, address="alpha@example.org")
    team.delete()
    (message,) = send_mails()
    assert message.to == ["alpha@example.org"]
    assert message.body.startswith("Hello Team Alpha,\n\n")
    assert said in message.body


def test_nothing_of_a_mail_is_kept_once_it_is_sent(team):
    mail_team(team, "account_closed", {"team_name": team.name, "reason": REASON}, address="alpha@example.org")
    team.delete()
    send_mails()
    mail = Mail.objects.get()
    assert (mail.status, mail.address, mail.context, mail.team) == (Mail.Status.SENT, "", {}, None)


def test_a_team_that_left_gets_no_other_mail(team):
    mail_team(team, "renamed", {"before": "A", "after": "B", "reason": REASON})
    team.delete()
    assert send_mails() == []
    assert Mail.objects.get().status == Mail.Status.FAILED


def test_a_mail_is_not_queued_if_the_act_fails(team, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        mail_team(team, "renamed", {"before": "A", "after": "B", "reason": REASON})
        assert Team.objects.get() == team
    assert len(callbacks) == 1, "the message is sent after the commit"
