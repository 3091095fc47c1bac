"""Labels that are corrected under queued, scoring, scored and failed entries of both layouts."""

import pytest

from challenge.models import Evaluation, ranked_ground_truth
from challenge.services import evaluations, uncertainty
from challenge.tests.pages import page_of
from challenge.tests.scored_again.steps import activate, evaluation_of, ranked_submissions, work

pytestmark = pytest.mark.django_db

Status = Evaluation.Status
LAYOUTS = ["canonical", "thesis"]


@pytest.fixture(params=LAYOUTS)
def content(request, files) -> bytes:
    return files[request.param]


def test_a_scored_entry_keeps_its_place_and_gets_new_scores(content, submit, team, corrected, as_user):
    submission = submit(team, content=content)
    work()
    before = submission.evaluations.get().auc
    assert ranked_submissions() == {submission}
    activate(corrected)
    work()
    again = evaluation_of(submission, corrected)
    assert (again.status, again.problems) == (Status.SCORED, [])
    assert again.auc != before
    assert ranked_ground_truth() == corrected
    assert ranked_submissions() == {submission}
    assert "Failed" not in page_of(as_user(team), submission.get_absolute_url())


def test_a_queued_entry_is_scored_by_the_labels_of_its_time_and_then_by_the_new_ones(
    content, submit, team, ground_truth, corrected
):
    submission = submit(team, content=content)
    activate(corrected)
    assert ranked_ground_truth() == ground_truth, "its first scoring comes first"
    evaluations.evaluate(submission.evaluations.get().pk)
    assert evaluation_of(submission, ground_truth).status == Status.SCORED
    assert ranked_submissions() == {submission}
    work()
    assert evaluation_of(submission, corrected).status == Status.SCORED
    assert ranked_ground_truth() == corrected
    assert ranked_submissions() == {submission}


def test_an_entry_that_is_being_scored_is_scored_by_both(
    content, submit, team, ground_truth, corrected, monkeypatch
):
    submission = submit(team, content=content)
    score_as = evaluations.score_as

    def activate_meanwhile(*arguments, **about):
        monkeypatch.setattr(evaluations, "score_as", score_as)
        outcome = score_as(*arguments, **about)
        activate(corrected)
        return outcome

    monkeypatch.setattr(evaluations, "score_as", activate_meanwhile)
    work()
    assert evaluation_of(submission, ground_truth).status == Status.SCORED
    assert evaluation_of(submission, corrected).status == Status.SCORED
    assert ranked_submissions() == {submission}


def test_a_failed_entry_stays_failed_and_is_not_waited_for(submit, team, ground_truth, corrected, files):
    submission = submit(team, content=files["thesis"].replace(b"pathmnist", b"brainmnist"))
    work()
    activate(corrected)
    assert ranked_ground_truth() == corrected
    evaluation = submission.evaluations.get()
    assert (evaluation.status, evaluation.ground_truth) == (Status.FAILED, ground_truth)
    assert evaluation.broke_again_at is None


def test_the_first_scoring_still_finds_rows_in_another_order(submit, team, corrected, files):
    activate(corrected)
    submission = submit(team, content=files["thesis"])
    work()
    evaluation = submission.evaluations.get()
    assert evaluation.status == Status.FAILED
    assert "truth is not the label" in evaluation.problems[0]


def test_intervals_are_estimated_by_the_new_labels_too(submit, team, corrected, files):
    submission = submit(team, content=files["thesis"])
    work()
    activate(corrected)
    evaluation = evaluation_of(submission, corrected)
    evaluations.evaluate(evaluation.pk)
    assert ranked_ground_truth() != corrected, "a row keeps its range until the new one is there"
    uncertainty.estimate(evaluation.pk)
    assert evaluation.uncertainty.has_results
