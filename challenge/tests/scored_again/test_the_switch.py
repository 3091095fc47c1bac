"""Switch of the ranked versions: in one step, when all entries have an outcome by the new versions."""

import pytest
from django.urls import reverse

from challenge.models import Evaluation, GroundTruth, HistoryLine, Mail, Versions, ranked_versions
from challenge.services import entries, evaluations, history, submissions
from challenge.services.versions import switch_if_complete
from challenge.tests.mails.sent import message_about, send_mails
from challenge.tests.pages import page_of
from challenge.tests.scored_again.steps import (
    activate,
    evaluation_of,
    give_up_intervals,
    ranked_submissions,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(submit_and_score, team, other_team) -> list:
    made = [submit_and_score(who, skill=skill) for who in (team, other_team) for skill in (0.5, 1.0)] + [
        submit_and_score(team, skill=2.0)
    ]
    give_up_intervals()
    return made


def test_the_board_stays_until_the_last_entry_and_then_switches(five, ground_truth, corrected, client):
    old, new = Versions.of_this_software(ground_truth), Versions.of_this_software(corrected)
    assert activate(corrected) == 5
    for n_done, submission in enumerate(five):
        assert ranked_versions() == old
        assert ranked_submissions() == set(five)
        for name in ("home", "leaderboard"):
            assert f"{n_done} of 5 entries have been scored again with {corrected}." in page_of(
                client, reverse(name)
            )
        evaluations.evaluate(evaluation_of(submission, corrected).pk)
        give_up_intervals()
    assert ranked_versions() == new
    assert ranked_submissions() == set(five)
    assert "scored again" not in page_of(client, reverse("leaderboard"))


def test_the_page_and_the_exports_of_an_entry_say_so(five, ground_truth, corrected, client):
    activate(corrected)
    evaluations.evaluate(evaluation_of(five[0], corrected).pk)
    give_up_intervals()
    page = page_of(client, five[0].get_absolute_url())
    assert "1 of 5 entries have been scored again" in page
    assert f"{evaluation_of(five[0], ground_truth).auc:.4f}" in page
    for address in (
        reverse("submission_json", args=[five[0].pk]),
        f"{reverse('leaderboard_json')}?resolution=28",
    ):
        document = client.get(address).json()
        assert "Entries are being scored again with Corrected labels" in document["note"]
        assert document["versions"]["ground_truth"]["sha256"] == ground_truth.checksum
    work()
    document = client.get(f"{reverse('leaderboard_json')}?resolution=28").json()
    assert document["note"] is None
    assert document["versions"]["ground_truth"]["sha256"] == corrected.checksum


def test_entries_without_a_public_place_are_not_counted(five, corrected, client):
    entries.set_visibility(five[0], "private")
    submissions.disqualify(five[1], "A reason.", by=history.COMMAND)
    activate(corrected)
    assert "0 of 3 entries" in page_of(client, reverse("leaderboard"))


def test_what_is_not_in_force_is_not_waited_for(five, corrected):
    submissions.disqualify(five[0], "A reason.", by=history.COMMAND)
    submissions.hold(five[1], "Let us look.", by=history.COMMAND)
    entries.withdraw(five[2], delete_file=False)
    activate(corrected)
    work(submission__in=five[3:])
    assert ranked_versions() == Versions.of_this_software(corrected)
    work()
    submissions.reinstate(five[0], by=history.COMMAND)
    assert ranked_submissions() == {five[0], five[3], five[4]}


def test_a_new_entry_has_its_rank_at_once_and_keeps_it(five, corrected, submit, other_team, client):
    activate(corrected)
    new = submit(other_team, content=five[4].file.read(), model_name="New")
    evaluations.evaluate(new.evaluations.get().pk)
    assert new in ranked_submissions()
    (sent,) = send_mails(new)
    assert "Rank by AUC at this resolution: 1 of" in sent.body
    work()
    assert ranked_submissions() == {*five, new}
    assert Mail.objects.filter(submission=new).count() == 1


def test_a_mail_that_is_sent_after_the_switch_names_the_versions_of_its_rank(five, ground_truth, corrected):
    entry = five[0]
    assert f"(version {ground_truth.version})" in message_about(entry).body
    activate(corrected)
    assert f"(version {ground_truth.version})" in message_about(entry).body, "the switch is not made yet"
    work()
    message = message_about(entry)
    assert (
        f'Scores and rank are by the labels "{corrected.name}" (version {corrected.version})' in message.body
    )
    entry.refresh_from_db()
    shown = entry.latest_scores(ranked_versions())
    assert shown
    assert message.subject.startswith(f"Scored: AUC {shown.auc:.4f}, rank ")


def test_the_earlier_labels_are_ranked_again_at_once(five, ground_truth, corrected):
    activate(corrected)
    work()
    activate(ground_truth)
    assert ranked_versions() == Versions.of_this_software(ground_truth)
    assert ranked_submissions() == set(five)


def test_another_activation_during_the_first_one(five, ground_truth, corrected):
    activate(corrected)
    evaluations.evaluate(evaluation_of(five[0], corrected).pk)
    assert activate(ground_truth) == 0
    work()
    assert ranked_versions() == Versions.of_this_software(ground_truth)
    assert ranked_submissions() == set(five)


def test_the_first_labels_are_ranked_at_once(db, labels):
    GroundTruth.objects.create(name="First", checksum="f" * 64)
    activate(GroundTruth.objects.get())
    assert ranked_versions() == Versions.of_this_software(GroundTruth.objects.get())


def test_a_second_call_changes_nothing(five, corrected):
    activate(corrected)
    work()
    lines = HistoryLine.objects.count()
    assert not switch_if_complete()
    assert HistoryLine.objects.count() == lines


def test_a_failed_entry_scored_again_is_scored_by_the_ranked_labels_first(
    five, submit, team, ground_truth, corrected, monkeypatch
):
    broken = submit(team, content=b"for now")
    evaluations.evaluate(broken.evaluations.get().pk)
    activate(corrected)
    evaluations.score_again([broken], by=history.COMMAND, reason="Our fault.")
    assert evaluation_of(broken, ground_truth).status == Evaluation.Status.QUEUED
    assert not broken.evaluations.filter(ground_truth=corrected).exists()
