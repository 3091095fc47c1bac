"""Labels and predictions of the demo."""

import numpy as np

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions

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
    def shares_right(skill: float) -> np.ndarray:
        predictions = make_demo_predictions(DEMO, MEDMNIST_PLUS, skill=skill, seed=0)
        return np.array([
            np.mean((predictions[name] > 0.5) == labels)
            if labels.ndim == 2
            else np.mean(predictions[name].argmax(axis=1) == labels)
            for name, labels in DEMO.labels.items()
        ])  # fmt: skip

    chance = [0.5 if dataset.name == "chestmnist" else 1 / dataset.n_classes for dataset in MEDMNIST_PLUS]
    np.testing.assert_allclose(shares_right(0), chance, atol=0.1)
    assert (shares_right(1) > shares_right(0) + 0.05).all()
    assert (shares_right(3) > shares_right(1) + 0.05).all()
