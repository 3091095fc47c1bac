"""Known scores: the same as scikit-learn's, for labels that are as uneven as those of a benchmark."""

import numpy as np
import pytest
from sklearn import metrics

from challenge.results.known_scores import AVERAGE, make_known, wrong_intervals, wrong_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.demo import make_demo_ground_truth


@pytest.fixture(scope="module")
def labels():
    return make_demo_ground_truth(MEDMNIST_PLUS, seed=3).labels


def of_one(truth: np.ndarray, answer: np.ndarray, area: float) -> list[float]:
    return [
        area,
        metrics.balanced_accuracy_score(truth, answer),
        metrics.cohen_kappa_score(truth, answer),
        metrics.accuracy_score(truth, answer),
    ]


@pytest.mark.parametrize("dataset", [*MEDMNIST_PLUS], ids=lambda dataset: dataset.name)
def test_they_are_those_of_scikit_learn(dataset, labels):
    known = make_known(labels, MEDMNIST_PLUS)
    truth, probabilities = labels[dataset.name], known.predictions[dataset.name]
    if dataset.task is Task.MULTILABEL:
        columns = zip(truth.T, probabilities.T, strict=True)
        expected = np.mean([of_one(t, p > 0.5, metrics.roc_auc_score(t, p)) for t, p in columns], axis=0)
    else:
        hot = np.eye(dataset.n_classes)[truth]
        area = metrics.roc_auc_score(hot, probabilities, average="macro")
        expected = of_one(truth, probabilities.argmax(axis=1), area)
    assert list(known.scores[dataset.name].values()) == pytest.approx(expected, abs=1e-12)
    assert 0.1 < min(known.scores[dataset.name].values()) < 1, "neither chance nor perfect"


def test_no_two_datasets_have_the_same_scores(labels):
    scores = make_known(labels, MEDMNIST_PLUS).scores
    assert len({tuple(by_metric.values()) for by_metric in scores.values()}) == len(scores) == 13


def test_missing_and_undefined_values_are_wrong(labels):
    known = make_known(labels, MEDMNIST_PLUS)
    assert not wrong_scores(known.scores, known.scores)
    assert len(wrong_scores(known.scores, {})) == 13 * 4
    undefined = known.scores | {AVERAGE: dict.fromkeys(known.scores[AVERAGE], float("nan"))}
    assert len(wrong_scores(known.scores, undefined)) == 4
    assert len(wrong_intervals(known.scores, known.accuracy_errors, {}, {})) == 13 * 4 + 12
