"""Generated entries: honest ones of many qualities, and what a cheat makes of them or of the labels."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import expit, logit, softmax

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.demo import make_demo_ground_truth

Predictions = Mapping[str, np.ndarray]

LABELS = make_demo_ground_truth(MEDMNIST_PLUS).labels


def noise(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {d.name: rng.standard_normal((d.n_test, d.n_classes), np.float32) for d in MEDMNIST_PLUS}


#: Difficulty of the images, the same for all models.
SHARED = noise(0)


def honest(
    seed: int, *, quality: float = 1.0, own: float = 0.8, method: Predictions | None = None
) -> Predictions:
    """Return the predictions of a model: logits of the labels, the images' difficulty, its method and its seed."""
    mine = noise(seed)
    made = {}
    for d in MEDMNIST_PLUS:
        logits = 3 * quality * _one_hot(d) + SHARED[d.name] + own * mine[d.name]
        if method:
            logits = logits + method[d.name]
        made[d.name] = probabilities(logits, d)
    return made


def probabilities(logits: np.ndarray, dataset: Dataset) -> np.ndarray:
    return expit(logits - 2) if dataset.task is Task.MULTILABEL else softmax(logits, axis=1)


def with_noise(predictions: Predictions, size: float, seed: int = 1) -> Predictions:
    """Return predictions with uniform noise, whose rows still sum to 1."""
    rng, made = np.random.default_rng(seed), {}
    for d in MEDMNIST_PLUS:
        values = predictions[d.name]
        values = np.clip(values + rng.uniform(-size, size, values.shape), 0, 1)
        made[d.name] = values if d.task is Task.MULTILABEL else values / values.sum(axis=1, keepdims=True)
    return made


def with_temperature(predictions: Predictions, temperature: float) -> Predictions:
    made = {}
    for d in MEDMNIST_PLUS:
        values = np.clip(predictions[d.name], 1e-9, 1 - 1e-7)
        multilabel = d.task is Task.MULTILABEL
        made[d.name] = (
            expit(logit(values) / temperature)
            if multilabel
            else softmax(np.log(values) / temperature, axis=1)
        )
    return made


def with_permuted_ties(predictions: Predictions, decimals: int = 2) -> Predictions:
    """Return rounded predictions whose equal values are in another order: a tiny new value decides."""
    rng, made = np.random.default_rng(7), {}
    for d in MEDMNIST_PLUS:
        values = np.round(predictions[d.name], decimals) + rng.uniform(0, 0.4 * 10**-decimals, (d.n_test, 1))
        made[d.name] = (
            np.clip(values, 0, 1) if d.task is Task.MULTILABEL else values / values.sum(1, keepdims=True)
        )
    return made


def mixed(weights: Sequence[float], entries: Sequence[Predictions]) -> Predictions:
    return {
        d.name: np.sum([w * one[d.name] for w, one in zip(weights, entries, strict=True)], axis=0)
        for d in MEDMNIST_PLUS
    }


def constant() -> Predictions:
    return {d.name: np.full((d.n_test, d.n_classes), 1 / d.n_classes, np.float32) for d in MEDMNIST_PLUS}


def hard(predictions: Predictions) -> Predictions:
    """Return a file of zeros and ones."""
    made = {}
    for d in MEDMNIST_PLUS:
        values = predictions[d.name]
        multilabel = d.task is Task.MULTILABEL
        made[d.name] = (values >= 0.5) * 1.0 if multilabel else np.eye(d.n_classes)[values.argmax(axis=1)]
    return made


def noisy_labels(share: float, seed: int, *, soft: bool = False) -> Predictions:
    """Return the labels with a share of wrong ones, as zeros and ones, or with random confidences."""
    rng, made = np.random.default_rng(seed), {}
    for d in MEDMNIST_PLUS:
        truth = _one_hot(d)
        if d.task is Task.MULTILABEL:
            made[d.name] = ((rng.random(truth.shape) < share) != truth) * 1.0
            continue
        classes = truth.argmax(axis=1)
        wrong = rng.random(d.n_test) < share
        classes = np.where(wrong, (classes + rng.integers(1, d.n_classes, d.n_test)) % d.n_classes, classes)
        top = rng.uniform(0.6, 0.99, (d.n_test, 1)) if soft else np.ones((d.n_test, 1))
        answer = np.eye(d.n_classes)[classes]
        made[d.name] = answer * top + (1 - answer) * (1 - top) / (d.n_classes - 1)
    return made


def _one_hot(dataset: Dataset) -> np.ndarray:
    labels = LABELS[dataset.name]
    return labels if dataset.task is Task.MULTILABEL else np.eye(dataset.n_classes)[labels]
