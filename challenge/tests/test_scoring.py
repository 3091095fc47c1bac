"""Result of a worker's scoring, as the team sees it."""

import pytest
from django.urls import reverse

from challenge.models import Evaluation, GroundTruth, Mail
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.metrics.evaluator import evaluate as evaluate_predictions
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.reading.predictions import read_predictions
from challenge.services import evaluations, ground_truths
from challenge.tests.pages import attribute, page_of


def test_it_works(team, submit_and_score, labels, prediction_files):
    submission = submit_and_score(team, skill=1.0)
    evaluation = submission.evaluations.get()
    expected = evaluate_predictions(
        read_predictions(prediction_files(1.0), MEDMNIST_PLUS).values, labels.labels, MEDMNIST_PLUS
    )
    assert evaluation.status == Evaluation.Status.SCORED
    assert {metric: getattr(evaluation, metric) for metric in METRICS} == {
        metric: getattr(expected.average, metric) for metric in METRICS
    }
    stored = {score.dataset: score.auc for score in evaluation.dataset_scores.all()}
    assert stored == {name: scores.auc for name, scores in expected.datasets.items()}


def test_scoring_it_twice_changes_nothing(team, submit_and_score):
    submission = submit_and_score(team)
    before = submission.evaluations.values().get()
    evaluations.evaluate(before["id"])
    assert submission.evaluations.values().get() == before


def test_an_invalid_file_fails_with_every_problem_and_costs_nothing(team, submit_and_score, as_user):
    submission = submit_and_score(team, content=b"dataset,index,p0\npathmnist,0,0.5\nbrainmnist,0,1\n")
    evaluation = submission.evaluations.get()
    submission.refresh_from_db()
    assert evaluation.status == Evaluation.Status.FAILED
    assert evaluation.auc is None
    assert not submission.counts_toward_limits
    page = page_of(as_user(team), submission.get_absolute_url())
    assert "What is wrong with the file" in page
    assert "It does not count towards your limits." in page
    assert len(evaluation.problems) >= 1


def test_the_page_shows_scores_for_each_dataset(team, submit_and_score, client):
    submission = submit_and_score(team)
    page = page_of(client, submission.get_absolute_url())
    for dataset in MEDMNIST_PLUS:
        assert dataset.title in page
    evaluation = submission.evaluations.get()
    for metric in METRICS:
        assert f"{getattr(evaluation, metric):.4f}" in page
    assert "442621df50a5" in page  # the version of the ground truth


def test_a_page_follows_by_itself_until_the_outcome_is_there(team, submit, as_user):
    submission = submit(team)
    url = reverse("submission_result", args=[submission.pk])
    client = as_user(team)
    assert url in attribute(page_of(client, submission.get_absolute_url()), "*", "hx-get")
    assert url in attribute(page_of(client, url), "*", "hx-get")
    evaluations.evaluate(submission.evaluations.get().pk)
    result = page_of(client, url)
    assert url not in attribute(result, "*", "hx-get")
    assert "Metrics for each dataset" in result


def test_another_ground_truth_has_everything_scored_again_and_keeps_the_old_scores(team, submit_and_score):
    submission = submit_and_score(team)
    before = submission.evaluations.values().get()
    other = ground_truths.store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS, seed=1), name="Corrected")
    queued = submission.evaluations.get(ground_truth=other)
    assert queued.status == Evaluation.Status.QUEUED
    evaluations.evaluate(queued.pk)
    queued.refresh_from_db()
    assert queued.status == Evaluation.Status.SCORED
    assert queued.auc != before["auc"]
    assert submission.evaluations.values().get(pk=before["id"]) == before
    submission.refresh_from_db()
    assert submission.counts_toward_limits
    assert GroundTruth.objects.active() == other


def test_a_new_version_of_the_scorer_has_everything_scored_again(team, submit_and_score, monkeypatch):
    submission = submit_and_score(team)
    monkeypatch.setattr("challenge.models.versions.SCORER_VERSION", "next")
    assert evaluations.queue_missing_evaluations() == 1
    assert evaluations.queue_missing_evaluations() == 0
    assert submission.evaluations.get(scorer_version="next").status == Evaluation.Status.QUEUED


def test_a_later_failure_touches_neither_limits_nor_mail(team, submit_and_score):
    submission = submit_and_score(team)
    submission.refresh_from_db()
    before = submission.first_outcome_at
    submission.file.storage.delete(submission.file.name)
    other = ground_truths.store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS, seed=1), name="Corrected")
    evaluation = submission.evaluations.get(ground_truth=other)
    for _ in range(Evaluation.MAX_ATTEMPTS):
        evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    submission.refresh_from_db()
    assert evaluation.status == Evaluation.Status.FAILED
    assert evaluation.failure == Evaluation.Failure.SITE
    assert submission.counts_toward_limits
    assert submission.first_outcome_at == before
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("skill", [0.5, 2.0])
def test_a_team_may_have_its_own_file_back(team, submit_and_score, as_user, prediction_files, skill):
    submission = submit_and_score(team, skill=skill)
    response = as_user(team).get(reverse("submission_file", args=[submission.pk]))
    assert b"".join(response) == prediction_files(skill).read_bytes()


def test_scoring_again_that_breaks_by_our_fault_keeps_the_scores(team, submit_and_score):
    submission = submit_and_score(team)
    before = submission.evaluations.values("auc", "scored_at", "status").get()
    submission.file.storage.delete(submission.file.name)
    evaluations.queue_evaluations([submission])
    for _ in range(Evaluation.MAX_ATTEMPTS):
        evaluations.evaluate(submission.evaluations.get().pk)
    assert submission.evaluations.values("auc", "scored_at", "status").get() == before
    assert submission.evaluations.get().dataset_scores.count() == 12
