"""Outcomes of verifications: equal scores, stored scores that were changed, and a scorer that is broken."""

from dataclasses import replace

import pytest
from django.db.models import F

from challenge.models import Evaluation, HistoryLine, Verification
from challenge.scoring.metrics import evaluator
from challenge.services import evaluations, history, score_files, verifications
from challenge.services.verifications import VerificationError, verify_now
from challenge.verification import metrics


def verified(scored) -> Verification:
    found = verify_now(scored.evaluations.get(), by=history.COMMAND)
    assert found is not None
    return found


def test_a_process_of_its_own_finds_the_stored_scores(scored):
    found = verified(scored)
    assert found.status == Verification.Status.DONE
    assert found.is_equal
    assert found.largest_difference == pytest.approx(0, abs=1e-12)
    assert found.differences == []
    assert found.libraries.startswith("scikit-learn 1.")
    assert found.verified_at
    assert not HistoryLine.objects.filter(action__startswith="found").exists()


def test_without_medmnist_scikit_learn_verifies_all_metrics(answer, scored, monkeypatch):
    alone = {
        "versions": {"scikit-learn": "1.9.1"},
        "scores": {"scikit-learn": answer["scores"]["scikit-learn"]},
    }
    monkeypatch.setattr(verifications, "recompute", lambda evaluation: alone)
    found = verified(scored)
    assert found.is_equal
    assert found.libraries == "scikit-learn 1.9.1"


def test_medmnist_is_not_asked_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(metrics, "find_spec", lambda name: None)
    assert metrics.medmnist_evaluator() is None


@pytest.mark.parametrize("metric", ["auc", "balanced_accuracy", "cohen_kappa", "accuracy"])
def test_a_stored_score_that_was_changed(metric, scored, known_answer):
    evaluation = scored.evaluations.get()
    evaluation.dataset_scores.filter(dataset="octmnist").update(**{metric: F(metric) + 1e-6})
    before = Evaluation.objects.values().get()
    found = verified(scored)
    assert found.differs
    assert found.largest_difference == pytest.approx(1e-6, rel=1e-6)
    assert {(one["dataset"], one["metric"]) for one in found.differences} == {("octmnist", metric)}
    assert Evaluation.objects.values().get() == before, "the entry is never changed"


def test_a_stored_mean_that_was_changed(scored, known_answer):
    Evaluation.objects.update(auc=F("auc") - 1e-6)
    found = verified(scored)
    assert found.differs
    assert {one["dataset"] for one in found.differences} == {"average"}


def test_a_difference_leaves_one_line_of_history(scored, known_answer):
    scored.evaluations.get().dataset_scores.filter(dataset="octmnist").update(auc=F("auc") + 1e-6)
    verified(scored)
    verified(scored)
    line = HistoryLine.objects.get(action="found scores that differ")
    assert line.submission == scored
    assert line.actor_name == history.COMMAND
    assert line.before["octmnist auc"] - line.after["octmnist auc"] == pytest.approx(1e-6, rel=1e-4)
    assert line.reason.startswith("Verified with scikit-learn ")


def test_a_broken_scorer(submit, team, known_answer, monkeypatch):
    """The scorer gives the recall of one class too much weight on one dataset."""
    score_dataset = evaluator.score_dataset

    def score_wrongly(y_true, y_score, dataset):
        scores = score_dataset(y_true, y_score, dataset)
        if dataset.name != "retinamnist":
            return scores
        return replace(scores, balanced_accuracy=scores.balanced_accuracy * (1 + 1e-5))

    monkeypatch.setattr(evaluator, "score_dataset", score_wrongly)
    submission = submit(team)
    evaluations.evaluate(submission.evaluations.get().pk)
    found = verified(submission)
    assert {(one["dataset"], one["metric"]) for one in found.differences} == {
        ("retinamnist", "balanced_accuracy"),
        ("average", "balanced_accuracy"),
    }


def test_a_broken_reader(submit, team, known_answer, monkeypatch):
    """The reader exchanges the first two rows of one dataset."""
    read_submission = score_files.read_submission

    def read_wrongly(*args, **options):
        predictions = read_submission(*args, **options)
        values = predictions.values["bloodmnist"]
        values[[0, 1]] = values[[1, 0]]
        return predictions

    monkeypatch.setattr(score_files, "read_submission", read_wrongly)
    submission = submit(team)
    evaluations.evaluate(submission.evaluations.get().pk)
    found = verified(submission)
    assert {one["dataset"] for one in found.differences} == {"bloodmnist", "average"}


def test_scores_that_were_corrected_are_equal_again(scored, known_answer):
    scored.evaluations.get().dataset_scores.filter(dataset="octmnist").update(auc=F("auc") + 1e-6)
    verified(scored)
    scored.evaluations.get().dataset_scores.filter(dataset="octmnist").update(auc=F("auc") - 1e-6)
    assert verified(scored).is_equal
    assert Verification.objects.get().differences == []


def test_new_scores_have_no_verification_of_the_old_ones(scored, known_answer, organizer):
    scored.evaluations.get().dataset_scores.filter(dataset="octmnist").update(auc=F("auc") + 1e-6)
    verified(scored)
    evaluations.score_again([scored], by=organizer, reason="A test.")
    evaluations.evaluate(scored.evaluations.get().pk)
    assert not Verification.objects.exists()


def test_a_file_that_is_gone_is_an_error_with_its_cause(scored):
    scored.file.storage.delete(scored.file.name)
    with pytest.raises(VerificationError, match="No such file"):
        verify_now(scored.evaluations.get(), by=history.COMMAND)
    assert not Verification.objects.exists()
