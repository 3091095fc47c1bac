"""Evaluation of a model on a split: the loss and the metrics of the challenge."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from baselines.mmpt.data.images import Source
from baselines.mmpt.model.losses import Loss
from baselines.mmpt.training.distributed import ALONE, World
from challenge.scoring.benchmark import Dataset
from challenge.scoring.metrics.evaluator import score_dataset
from challenge.scoring.metrics.ranked import METRICS, DatasetScores

#: Function from images on the device to the logits of one dataset.
Forward = Callable[[Tensor], Tensor]
#: Function from logits to rows of class probabilities.
Probabilities = Callable[[Tensor, Dataset], Tensor]


@dataclass(frozen=True, slots=True)
class Result:
    """Results of one pass over a split. Metrics are NaN if a class is missing from the labels.

    Attributes:
        loss: mean over batches, as in the thesis; never weighted.
        n_batches: number of batches, to compute means over the batches of all datasets.
        auc, balanced_accuracy, cohen_kappa, accuracy: as the site scores submissions.

    """

    loss: float
    n_batches: int
    auc: float
    balanced_accuracy: float
    cohen_kappa: float
    accuracy: float


class Tally:
    """Collected logits, labels and losses of one dataset's batches; they stay on the device until `result`."""

    def __init__(self, dataset: Dataset, n_images: int) -> None:
        self.dataset = dataset
        self.n_images = n_images
        self.n_batches = 0
        self.n_seen = 0
        self._loss: Tensor | None = None
        self._logits: Tensor | None = None
        self._labels: Tensor | None = None

    def add(self, logits: Tensor, labels: Tensor, loss: Tensor) -> None:
        """Add a batch: logits (b, k), labels (b,) or (b, n_classes), and its mean loss."""
        logits, loss = logits.detach().float(), loss.detach().double()
        if self._logits is None or self._labels is None or self._loss is None:
            self._logits = logits.new_empty((self.n_images, logits.shape[1]))
            self._labels = labels.new_empty((self.n_images, *labels.shape[1:]))
            self._loss = torch.zeros_like(loss)
        end = self.n_seen + len(labels)
        self._logits[self.n_seen : end] = logits
        self._labels[self.n_seen : end] = labels
        self._loss += loss
        self.n_seen = end
        self.n_batches += 1

    def mean_loss(self) -> float:
        """Return the mean loss over the batches so far; this waits for the device."""
        return math.nan if self._loss is None else self._loss.item() / self.n_batches

    def result(self, probabilities: Probabilities) -> Result:
        """Return the loss and the metrics of all batches together."""
        if self._logits is None or self._labels is None:
            raise ValueError(f"{self.dataset.name}: no batch has been seen")
        scores = metrics(
            self._labels[: self.n_seen].cpu().numpy(),
            probabilities(self._logits[: self.n_seen], self.dataset).cpu().numpy(),
            self.dataset,
        )
        return Result(
            self.mean_loss(),
            self.n_batches,
            scores.auc,
            scores.balanced_accuracy,
            scores.cohen_kappa,
            scores.accuracy,
        )


def metrics(labels: np.ndarray, probabilities: np.ndarray, dataset: Dataset) -> DatasetScores:
    """Score any split of a dataset as the site scores the test split; NaN if a class is missing from the labels.

    `labels` is (n,), or (n, n_classes) if multi-label; `probabilities` is (n, n_classes).
    """
    if not np.isfinite(probabilities).all():
        return DatasetScores(*[math.nan] * len(METRICS))
    if not _has_every_class(labels, dataset):
        return DatasetScores(*[math.nan] * len(METRICS))
    return score_dataset(
        labels.astype(np.int64), probabilities.astype(np.float64), replace(dataset, n_test=len(labels))
    )


def _has_every_class(labels: np.ndarray, dataset: Dataset) -> bool:
    if labels.ndim == 2:
        return bool((labels.min(axis=0) == 0).all() and (labels.max(axis=0) == 1).all())
    return len(np.unique(labels)) == dataset.n_classes


@torch.inference_mode()
def evaluate(
    forward: Forward,
    source: Source,
    loss: Loss,
    probabilities: Probabilities,
    batch_size: int,
    world: World = ALONE,
) -> Result:
    """Evaluate a split in one pass, in order; nothing is read from the device before the end."""
    tally = Tally(source.dataset, len(source))
    for images, labels in source.in_order(batch_size, world.share):
        logits = world.gather(forward(images), len(labels))
        tally.add(logits, labels, loss(logits, labels))
    return tally.result(probabilities)


def mean_over_datasets(results: Mapping[str, Result]) -> Result:
    """Return the means of the loss and of each metric over the datasets, and the number of all batches.

    A metric that is undefined for a dataset is NaN.
    """
    means = {what: fmean(getattr(each, what) for each in results.values()) for what in ("loss", *METRICS)}
    return Result(n_batches=sum(each.n_batches for each in results.values()), **means)


def mean_loss(results: Mapping[str, Result], over: str) -> float:
    """Return the loss of several datasets: the mean over "batches" (large datasets count more) or "datasets"."""
    weights = [result.n_batches if over == "batches" else 1 for result in results.values()]
    losses = [result.loss for result in results.values()]
    return sum(w * loss for w, loss in zip(weights, losses, strict=True)) / sum(weights)
