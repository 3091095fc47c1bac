"""Evaluation: the loss is the mean over batches, the metrics are those of scikit-learn."""

import math

import numpy as np
import pytest
import torch
from sklearn import metrics as sklearn_metrics

from baselines.mmpt.data.images import Source
from baselines.mmpt.data.splits import DatasetImages
from baselines.mmpt.model.losses import binary_cross_entropy, cross_entropy
from baselines.mmpt.training.evaluate import Result, evaluate, mean_loss, metrics
from challenge.scoring.benchmark import MEDMNIST_PLUS


def source_of(name: str, labels: np.ndarray) -> Source:
    """Make images whose first pixel is their index."""
    images = np.zeros((len(labels), 4, 4), np.uint8)
    images[:, 0, 0] = np.arange(len(labels))
    return Source.of(
        DatasetImages(MEDMNIST_PLUS[name], images, labels),
        torch.device("cpu"),
        lambda batch: batch[:, 0, 0].long(),
    )


def test_all_images_are_scored_once_and_in_order():
    rng = np.random.default_rng(0)
    labels = np.concatenate([np.arange(5), rng.integers(0, 5, 18)])
    logits = torch.from_numpy(rng.normal(size=(23, 5)).astype(np.float32))
    result = evaluate(
        lambda numbers: logits[numbers],
        source_of("retinamnist", labels),
        cross_entropy,
        lambda values, _: torch.softmax(values, dim=1),
        batch_size=10,
    )
    shares = torch.softmax(logits.double(), dim=1).numpy()
    predicted = shares.argmax(axis=1)
    assert result.auc == pytest.approx(sklearn_metrics.roc_auc_score(labels, shares, multi_class="ovr"))
    assert result.balanced_accuracy == pytest.approx(
        sklearn_metrics.balanced_accuracy_score(labels, predicted)
    )
    assert result.cohen_kappa == pytest.approx(sklearn_metrics.cohen_kappa_score(labels, predicted))
    assert result.accuracy == pytest.approx(sklearn_metrics.accuracy_score(labels, predicted))
    # the last batch has 3 images and counts as the others do
    by_image = -np.log(shares[np.arange(23), labels])
    assert result.loss == pytest.approx(
        np.mean([part.mean() for part in np.split(by_image, [10, 20])]), rel=1e-5
    )
    assert result.n_batches == 3


def test_multi_label_datasets_have_a_mean_over_labels():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, (40, 14)).astype(np.float32)
    logits = torch.from_numpy(rng.normal(size=(40, 14)).astype(np.float32))
    result = evaluate(
        lambda numbers: logits[numbers],
        source_of("chestmnist", labels),
        binary_cross_entropy,
        lambda values, _: torch.sigmoid(values),
        batch_size=64,
    )
    shares = torch.sigmoid(logits).numpy()
    assert result.auc == pytest.approx(sklearn_metrics.roc_auc_score(labels, shares, average="macro"))
    assert result.accuracy == pytest.approx(((shares > 0.5) == labels).mean())
    assert result.loss == pytest.approx(sklearn_metrics.log_loss(labels.ravel(), shares.ravel()), rel=1e-5)


def test_metrics_without_a_value_are_nan():
    dataset = MEDMNIST_PLUS["breastmnist"]
    of_one_class = metrics(np.zeros(3, np.int64), np.full((3, 2), 0.5), dataset)
    not_finite = metrics(np.array([0, 1, 1]), np.full((3, 2), np.nan), dataset)
    for scores in (of_one_class, not_finite):
        assert math.isnan(scores.auc)
        assert math.isnan(scores.accuracy)


def test_the_loss_of_several_datasets_is_a_mean_over_batches_or_datasets():
    results = {"large": Result(1.0, 3, 0, 0, 0, 0), "small": Result(2.0, 1, 0, 0, 0, 0)}
    assert mean_loss(results, "batches") == 1.25
    assert mean_loss(results, "datasets") == 1.5
