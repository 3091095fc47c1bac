"""Lines of the history: activation, scoring again, and each changed score with who, before, after and why."""

import pytest
from django.utils import timezone

from challenge.models import Evaluation, HistoryLine, Uncertainty
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import evaluations
from challenge.services.versions import switch_if_complete
from challenge.tests.scored_again.steps import (
    REASON,
    activate,
    evaluation_of,
    give_up_intervals,
    work,
)

pytestmark = pytest.mark.django_db


def test_an_activation_is_a_line_and_each_changed_score_another(
    submit_and_score, team, other_team, organizer, ground_truth, corrected
):
    scored = [submit_and_score(team), submit_and_score(other_team, skill=2.0)]
    give_up_intervals()
    activate(corrected, by=organizer)
    line = HistoryLine.objects.get(subject=str(corrected))
    assert (line.action, line.actor, line.reason) == ("activated the labels", organizer, REASON)
    assert (line.before, line.after) == ({"labels": str(ground_truth)}, {"labels": str(corrected)})
    work(submission=scored[0])
    assert not HistoryLine.objects.filter(action="scores changed").exists(), (
        "readers still see the old scores"
    )
    work()
    changed = HistoryLine.objects.filter(action="scores changed")
    assert {line.submission for line in changed} == set(scored)
    for line in changed:
        assert line.submission is not None
        assert line.actor == organizer
        assert line.team == line.submission.team
        assert line.reason == f"activated the labels: {REASON}"
        assert line.before["auc"] == evaluation_of(line.submission, ground_truth).auc
        assert line.after["auc"] == evaluation_of(line.submission, corrected).auc
        assert line.before["by"] == f"{ground_truth}, scorer version 1"
    assert HistoryLine.objects.get(action="switched the ranking").actor_name == "the site"


def test_asked_by_an_organizer_a_line_names_the_organizer_and_the_reason(submit_and_score, team, organizer):
    submission = submit_and_score(team)
    submission.evaluations.update(auc=0.5)
    evaluations.score_again([submission], by=organizer, reason="The score looks odd.")
    asked = HistoryLine.objects.get()
    assert (asked.action, asked.submission, asked.reason) == (
        "had it scored again",
        submission,
        "The score looks odd.",
    )
    work()
    line = HistoryLine.objects.get(action="scores changed")
    assert (line.actor, line.before["auc"]) == (organizer, 0.5)
    assert line.after["auc"] == submission.evaluations.get().auc
    assert line.reason == "had it scored again: The score looks odd."


def test_equal_scores_are_no_change(submit_and_score, team, organizer):
    submission = submit_and_score(team)
    evaluations.score_again([submission], by=organizer, reason="To be sure.")
    work()
    assert not HistoryLine.objects.filter(action="scores changed").exists()


def test_an_entry_that_failed_again_has_no_changed_score_until_it_is_scored(
    submit_and_score, team, organizer, corrected, monkeypatch
):
    submission = submit_and_score(team)
    give_up_intervals()
    score_as = evaluations.score_as

    def fail(*arguments, **about):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(evaluations, "score_as", fail)
    activate(corrected, by=organizer)
    work()
    assert not HistoryLine.objects.filter(action="scores changed").exists()
    monkeypatch.setattr(evaluations, "score_as", score_as)
    evaluations.score_again([submission], by=organizer, reason="It works again.")
    work()
    line = HistoryLine.objects.get(action="scores changed")
    assert line.after["by"] == f"{corrected}, scorer version 1"


def test_a_switch_of_many_entries_takes_a_few_queries(
    entry, team, ground_truth, corrected, organizer, django_assert_max_num_queries
):
    made = [entry(team, 0.5 + n / 1000) for n in range(40)]
    activate(corrected, by=organizer)
    means = dict.fromkeys(METRICS, 0.1)
    for submission in made:
        evaluation = evaluation_of(submission, corrected)
        Evaluation.objects.filter(pk=evaluation.pk).update(status="scored", scored_at=timezone.now(), **means)
        Uncertainty.objects.create(evaluation=evaluation, status=Uncertainty.Status.FAILED)
    with django_assert_max_num_queries(25):
        assert switch_if_complete()
    assert HistoryLine.objects.filter(action="scores changed").count() == 40
