"""Coverage of the intervals of each mean metric, over 200 test sets from a known population."""

from dataclasses import replace

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.ground_truth import count_classes
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.bootstrap import bootstrap
from challenge.scoring.statistics.intervals import score_interval
from challenge.scoring.statistics.misses import misses

N_DRAWS = 200


def draw_images(
    labels: np.ndarray, dataset: Dataset, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and scores of a new test set of the same size; classes keep their sizes, as in the bootstrap."""
    noise = rng.standard_normal((len(labels), dataset.n_classes))
    if dataset.task is Task.MULTILABEL:
        drawn = (rng.random(labels.shape) < labels.mean(axis=0)).astype(np.uint8)
        drawn[:2] = [[0], [1]]
        return drawn, 1 / (1 + np.exp(1.5 - noise - 2 * drawn))
    odds = np.exp(noise + 1.5 * np.eye(dataset.n_classes)[labels])
    return labels, odds / odds.sum(axis=1, keepdims=True)


def draw_all(ground_truth, benchmark, rng):
    drawn = {d.name: draw_images(ground_truth[d.name], d, rng) for d in benchmark}
    return {name: y for name, (y, _) in drawn.items()}, {name: s for name, (_, s) in drawn.items()}


def true_values(labels: dict[str, np.ndarray]) -> np.ndarray:
    """Return the mean metrics of the population, from test sets of 30 times the size."""
    large = Benchmark("large", tuple(replace(d, n_test=30 * d.n_test) for d in MEDMNIST_PLUS), (28,))
    drawn = draw_all(
        {name: np.concatenate([y] * 30) for name, y in labels.items()}, large, np.random.default_rng(99)
    )
    average = evaluate(drawn[1], drawn[0], large).average
    return np.array([getattr(average, metric) for metric in METRICS])


@pytest.mark.slow
def test_a_nominal_interval_of_95_percent_covers_92_to_98():
    labels = dict(make_demo_ground_truth(MEDMNIST_PLUS).labels)
    truth = true_values(labels)
    covered = np.zeros(len(METRICS))
    for draw in range(N_DRAWS):
        y_true, y_score = draw_all(labels, MEDMNIST_PLUS, np.random.default_rng(draw))
        of_miss = misses(count_classes(y_true, MEDMNIST_PLUS), MEDMNIST_PLUS).mean()
        average = evaluate(y_score, y_true, MEDMNIST_PLUS).average
        values = np.array([getattr(average, metric) for metric in METRICS])
        low, high = score_interval(values, bootstrap(y_score, y_true, MEDMNIST_PLUS).mean(axis=0), of_miss).T
        covered += (low <= truth) & (truth <= high)
    shares = dict(zip(METRICS, covered / N_DRAWS, strict=True))
    print(shares)  # noqa: T201  # shown by pytest -s
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares
