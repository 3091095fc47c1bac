"""Scores from predictions and labels."""

import json
import subprocess
import sys

import numpy as np
import pytest

from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.metrics.ranked import METRICS, DatasetScores
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS


@pytest.fixture
def scores():
    return evaluate(TINY_PREDICTIONS, TINY_LABELS, TINY)


def test_it_works(scores):
    assert scores.rows == 15
    # class 1 is predicted if p1 > 0.5, so not at 0.5; the prediction is right in three of three rows that differ
    assert scores.datasets["pairmnist"] == DatasetScores(1.0, 1.0, 1.0, 1.0)
    # row 3 is a tie between classes 0 and 1: the first class counts, but the label is 1
    assert scores.datasets["tripmnist"].accuracy == 0.8
    assert scores.datasets["tripmnist"].balanced_accuracy == pytest.approx((1 + 0.5 + 1) / 3)


def test_a_multi_label_dataset_is_the_mean_over_its_labels(scores):
    predicted = TINY_PREDICTIONS["manymnist"] > 0.5
    assert scores.datasets["manymnist"].accuracy == pytest.approx(
        (predicted == TINY_LABELS["manymnist"]).mean()
    )


def test_the_average_is_the_unweighted_mean_over_datasets(scores):
    for metric in METRICS:
        values = [getattr(dataset, metric) for dataset in scores.datasets.values()]
        assert getattr(scores.average, metric) == pytest.approx(sum(values) / 3, abs=1e-15)


def test_as_plain_values(scores):
    plain = json.loads(json.dumps(scores.to_dict()))
    assert set(plain) == {"datasets", "average", "rows"}
    assert list(plain["datasets"]) == [dataset.name for dataset in TINY]
    assert set(plain["average"]) == set(plain["datasets"]["pairmnist"]) == set(METRICS)
    assert plain["average"]["auc"] == scores.average.auc


@pytest.mark.parametrize("shape", [(4,), (4, 3), (3, 2), (1, 2)])
def test_predictions_of_another_shape(shape):
    with pytest.raises(ValueError, match="pairmnist: expected labels of shape"):
        evaluate({**TINY_PREDICTIONS, "pairmnist": np.zeros(shape)}, TINY_LABELS, TINY)


def test_labels_of_another_shape():
    with pytest.raises(ValueError, match="pairmnist: expected labels of shape"):
        evaluate(TINY_PREDICTIONS, {**TINY_LABELS, "pairmnist": np.zeros((4, 1), int)}, TINY)


def test_the_package_needs_neither_django_nor_torch_nor_scikit_learn():
    script = (
        "import sys; import challenge.scoring.reading.predictions, challenge.scoring.metrics.evaluator;"
        "import challenge.scoring.statistics.ranking;"
        "print([name for name in ('django', 'torch', 'sklearn', 'pandas', 'medmnist') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
