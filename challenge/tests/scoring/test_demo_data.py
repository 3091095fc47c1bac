"""Labels and predictions of the demo."""

import numpy as np

from challenge.demo.data import ENTRIES, TEAM
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.metrics.warnings import warnings_of_scores

from ..medmnist.test_labels import DEMO, DEMO_VERSION


def test_demo_labels_are_the_same_everywhere():
    assert DEMO.version == DEMO_VERSION
    assert make_demo_ground_truth(MEDMNIST_PLUS, seed=1).version != DEMO_VERSION


def test_demo_labels_become_rarer_from_class_to_class():
    for dataset in MEDMNIST_PLUS:
        labels = DEMO.labels[dataset.name]
        counts = labels.sum(axis=0) if labels.ndim == 2 else np.bincount(labels)
        assert (np.diff(counts.astype(int)) < 0).all(), dataset.name


def test_demo_predictions_follow_the_rules_for_submissions():
    predictions = make_demo_predictions(DEMO, MEDMNIST_PLUS, skill=2, seed=0)
    for dataset in MEDMNIST_PLUS:
        probabilities = predictions[dataset.name]
        assert probabilities.dtype == np.float32
        assert probabilities.shape == (dataset.n_test, dataset.n_classes)
        assert (probabilities >= 0).all()
        assert (probabilities <= 1).all()
        if dataset.name != "chestmnist":
            np.testing.assert_allclose(probabilities.sum(axis=1, dtype=float), 1, atol=1e-6)


def test_more_skill_makes_better_demo_predictions():
    def aucs(skill: float) -> np.ndarray:
        predictions = make_demo_predictions(DEMO, MEDMNIST_PLUS, skill=skill, seed=0)
        scores = evaluate(predictions, DEMO.labels, MEDMNIST_PLUS)
        return np.array([dataset.auc for dataset in scores.datasets.values()])

    np.testing.assert_allclose(aucs(0), 0.5, atol=0.06)
    assert (aucs(1) > aucs(0) + 0.15).all()
    assert (aucs(3) > aucs(1) + 0.05).all()


def test_the_entries_of_the_demo_are_plausible_and_one_team_is_warned():
    warned = {}
    for seed, entry in enumerate(ENTRIES):
        predictions = make_demo_predictions(DEMO, MEDMNIST_PLUS, skill=entry.skill, seed=seed)
        scores = evaluate(predictions, DEMO.labels, MEDMNIST_PLUS)
        aucs = [dataset.auc for dataset in scores.datasets.values()]
        assert 0.6 < min(aucs) < max(aucs) < 0.999, entry
        if warnings := warnings_of_scores(scores, DEMO.labels, MEDMNIST_PLUS):
            warned[entry.team] = warnings
    ((message,),) = warned.values()
    assert "below that of always predicting the most frequent class" in message
    assert set(warned) == {TEAM[0]}, "the team whose password the demo prints, as only the team sees warnings"
