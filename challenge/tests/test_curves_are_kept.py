"""Curve data of figures: stored with the scores, and deleted with them."""

from pathlib import Path

from challenge.models import Evaluation, EvaluationCurves
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.curves import curves
from challenge.scoring.reading.predictions import read_predictions
from challenge.services import evaluations


def test_it_works(team, submit_and_score, labels, prediction_files):
    submission = submit_and_score(team, skill=1.0)
    predictions = read_predictions(prediction_files(1.0), MEDMNIST_PLUS).values
    assert EvaluationCurves.objects.get().datasets == curves(predictions, labels.labels, MEDMNIST_PLUS)
    scores = submission.evaluations.get().dataset_scores
    for name, kept in EvaluationCurves.objects.get().datasets.items():
        areas = [curve["auc"] for curve in kept["roc"]]
        assert abs(scores.get(dataset=name).auc - sum(areas) / len(areas)) < 1e-12


def test_scoring_again_replaces_them(team, submit_and_score, prediction_files):
    submission = submit_and_score(team, skill=1.0)
    before = EvaluationCurves.objects.get().datasets
    Path(submission.file.path).write_bytes(prediction_files(2.0).read_bytes())
    evaluations.queue_evaluations([submission])
    assert EvaluationCurves.objects.get().datasets == before
    evaluations.evaluate(submission.evaluations.get().pk)
    assert EvaluationCurves.objects.get().datasets != before


def test_an_evaluation_that_fails_has_none(team, submit):
    submission = submit(team)
    Path(submission.file.path).write_bytes(b"no,predictions\n")
    evaluations.evaluate(submission.evaluations.get().pk)
    assert submission.evaluations.get().status == Evaluation.Status.FAILED
    assert not EvaluationCurves.objects.exists()


def test_an_entry_that_was_scored_without_is_not_scored_again(team, submit_and_score):
    submit_and_score(team)
    EvaluationCurves.objects.all().delete()
    assert evaluations.queue_missing_evaluations() == 0
