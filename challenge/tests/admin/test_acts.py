"""Acts of organizers on submissions: buttons, confirmation, refusal, history and mail."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from challenge.models import Evaluation, GroundTruth, HistoryLine, Mail, Submission
from challenge.models.history import HistoryQuerySet
from challenge.services import entries, history, submissions
from challenge.tests.admin.acts import REASON, SUBMISSIONS, act
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of

ACTS = {
    "disqualify": ("disqualified", "disqualified", {}),
    "reinstate": ("reinstated", "reinstated", {}),
    "hold": ("held", "held", {}),
    "release": ("released", "released", {}),
    "score_again": ("had it scored again", "", {}),
    "correct_protocol": ("corrected the protocol", "corrected", {"special_methods": "an ensemble"}),
    "restore": ("restored", "restored", {}),
}


@pytest.fixture
def ready(submit_and_score, team):
    """Return a function that gives a scored submission to which an act is possible."""

    def prepare(name: str) -> Submission:
        submission = submit_and_score(team)
        if name == "reinstate":
            submissions.disqualify(submission, "Earlier reason.", by=history.SITE)
        if name == "restore":
            Submission.objects.update(withdrawn_at=timezone.now())
        if name == "release":
            submissions.hold(submission, "Earlier reason.", by=history.SITE)
        Mail.objects.all().delete()
        submission.refresh_from_db()
        return submission

    return prepare


def lines_of_organizers() -> HistoryQuerySet:
    """Return the lines of the history, without the lines of the site itself."""
    return HistoryLine.objects.filter(actor__isnull=False)


def address_of(name: str, *chosen: Submission) -> str:
    return f"{SUBMISSIONS}act/{name}/?" + "&".join(f"number={one.pk}" for one in chosen)


def confirmed(client, name: str, *chosen: Submission, **about: object):
    sent = {"number": [one.pk for one in chosen], "confirm": "yes", "reason": REASON} | about
    return client.post(f"{SUBMISSIONS}act/{name}/", sent, follow=True)


def buttons_of(client, submission: Submission) -> dict[str, str]:
    page = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
    links = elements(region(page, "What you can do"), "a")
    return {text_of(link): link.attributes["href"] or "" for link in links}


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_a_button_that_asks_and_then_leaves_its_line_and_its_mail(
    name, ready, client, organizer, team
):
    action, mail, about = ACTS[name]
    submission = ready(name)
    address = next(link for link in buttons_of(client, submission).values() if f"/act/{name}/" in link)
    page = page_of(client, address)
    assert "1 submission" in text_of(element(page, "#content"))
    assert f"{submission} of {team}" in text_of(page)
    assert elements(page, "textarea[name=reason]")
    assert not lines_of_organizers().exists(), "it asks first"

    response = confirmed(client, name, submission, **about)
    assert response.redirect_chain[-1][0] == f"{SUBMISSIONS}{submission.pk}/change/"
    line = lines_of_organizers().get()
    assert (line.actor, line.action, line.submission, line.team, line.reason) == (
        organizer,
        action,
        submission,
        team,
        REASON,
    )
    history = text_of(element(response.content.decode(), "#history-group"))
    assert "Chair" in history
    assert action in history
    sent = send_mails(submission)
    assert [message.to for message in sent] == ([[team.email]] if mail else [])
    if mail:
        assert submission.mails.get().name == mail
        assert REASON in sent[0].body


@pytest.mark.parametrize(
    ("name", "state", "why"),
    [
        ("disqualify", {"disqualified_at": timezone.now()}, "Disqualify: It is disqualified."),
        ("reinstate", {}, "Reinstate: It is not disqualified."),
        ("hold", {"held_at": timezone.now()}, "Hold: It is held."),
        ("hold", {"disqualified_at": timezone.now()}, "Hold: It is disqualified."),
        ("hold", {"withdrawn_at": timezone.now()}, "Hold: It is withdrawn."),
        ("release", {}, "Release: It is not held."),
        ("restore", {}, "Restore: It is not withdrawn."),
        ("restore", {"withdrawn_at": timezone.now(), "file_deleted_at": timezone.now()},
         "Restore: Its file was deleted."),
        ("score_again", {"file_deleted_at": timezone.now()}, "Score again: Its file was deleted."),
    ],
)  # fmt: skip
def test_an_act_that_is_not_possible_says_why(name, state, why, entry, team, client):
    submission = entry(team)
    Submission.objects.filter(pk=submission.pk).update(**state)
    page = page_of(client, f"{SUBMISSIONS}{submission.pk}/change/")
    assert why in text_of(region(page, "Not possible now"))
    assert not [link for link in buttons_of(client, submission).values() if f"/act/{name}/" in link]
    response = confirmed(client, name, submission)
    assert why.partition(": ")[2] in text_of(response.content.decode())
    assert not lines_of_organizers().exists()


def test_scoring_again_is_refused_while_it_waits_and_without_labels(submit, entry, team, client):
    waiting, scored = submit(team, content=b"waiting"), entry(team)
    assert "It is waiting, or being scored." in text_of(page_of(client, f"{SUBMISSIONS}{waiting.pk}/change/"))
    GroundTruth.objects.update(activated_at=None)
    assert "No test labels are active." in text_of(page_of(client, f"{SUBMISSIONS}{scored.pk}/change/"))


def test_several_are_asked_about_once_and_what_is_left_out_is_named(entry, team, other_team, client):
    first, second, third = entry(team, 0.9), entry(other_team, 0.8), entry(team, 0.7)
    submissions.disqualify(third, "Earlier reason.", by=history.SITE)
    page = act(client, "disqualify", first, second, third).content.decode()
    assert "This changes 2 submissions" in text_of(page)
    assert f"{third}: It is disqualified." in text_of(page)
    numbers = attribute(page, "input[name=number]", "value")
    assert {*numbers} == {str(first.pk), str(second.pk)}
    response = confirmed(client, "disqualify", first, second)
    assert "2 submissions are disqualified." in text_of(response.content.decode())
    assert lines_of_organizers().count() == Mail.objects.filter(name="disqualified").count() == 2


def test_scoring_again_says_for_how_long(submit_and_score, entry, team, client):
    chosen = [entry(team, 0.9), entry(team, 0.8)]
    now = timezone.now()
    Evaluation.objects.update(claimed_at=now - timedelta(seconds=90), scored_at=now)
    page = text_of(page_of(client, address_of("score_again", *chosen)))
    assert "This changes 2 submissions , and takes about 3 minutes with one worker process." in page


def test_all_or_none(entry, team, client, monkeypatch):
    first, second = entry(team, 0.9), entry(team, 0.8)
    restore = entries.restore

    def restore_the_first_only(submission: Submission, **about: Any) -> None:
        if submission == second:
            raise entries.EntryRefusedError(f"The file of {submission} has just been deleted.")
        restore(submission, **about)

    monkeypatch.setattr(entries, "restore", restore_the_first_only)
    Submission.objects.update(withdrawn_at=timezone.now())
    page = confirmed(client, "restore", first, second).content.decode()
    assert f"The file of {second} has just been deleted." in text_of(page)
    assert elements(page, "textarea[name=reason]"), "what was typed is still there"
    assert not lines_of_organizers().exists()
    assert not Submission.objects.filter(withdrawn_at__isnull=True).exists()


@pytest.mark.parametrize("name", ACTS)
def test_without_a_reason_nothing_is_done_and_nothing_is_lost(name, ready, client):
    submission = ready(name)
    page = confirmed(client, name, submission, reason=" ", **ACTS[name][2]).content.decode()
    assert "This field is required." in page
    assert not lines_of_organizers().exists()
    if name == "correct_protocol":
        assert attribute(page, "[name=special_methods]", "value") == ["an ensemble"]


@pytest.mark.parametrize("query", ["", "number=", "number=x", "number=999999999", "number=1e5"])
def test_nonsense_leads_back_to_the_list(query, client, db):
    response = client.get(f"{SUBMISSIONS}act/disqualify/?{query}", follow=True)
    assert response.redirect_chain[-1][0] == SUBMISSIONS
    assert "select a submission first" in response.content.decode()


def test_an_unknown_act_is_not_found(client, db):
    assert client.get(f"{SUBMISSIONS}act/delete/?number=1").status_code == 404


def test_too_many_at_once_are_refused(entry, team, client, monkeypatch):
    monkeypatch.setattr("challenge.admin.submissions.confirming.MOST_AT_ONCE", 1)
    response = client.get(address_of("disqualify", entry(team, 0.9), entry(team, 0.8)), follow=True)
    assert "select at most 1 submissions at once" in response.content.decode()
