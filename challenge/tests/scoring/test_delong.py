"""Standard error of AUC, compared with DeLong's printed formula and with the bootstrap."""

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.statistics.bootstrap import bootstrap, bootstrap_dataset
from challenge.scoring.statistics.delong import auc_standard_error, standard_error_of_mean
from challenge.scoring.statistics.ordered import ordered


def by_the_paper(positive: np.ndarray, y_score: np.ndarray) -> float:
    """Return S10 / m + S01 / n from the kernel of all pairs: equations 3 to 6 of DeLong et al. (1988)."""
    x, y = y_score[positive], y_score[~positive]
    kernel = (x[:, None] > y[None]) + 0.5 * (x[:, None] == y[None])
    return float(np.sqrt(kernel.mean(1).var(ddof=1) / len(x) + kernel.mean(0).var(ddof=1) / len(y)))


@pytest.mark.parametrize("digits", [1, 9], ids=["ties", "no ties"])
def test_of_two_classes_it_is_that_of_the_paper(digits):
    rng = np.random.default_rng(3)
    for n in (10, 156, 700):
        y_true = rng.permutation(np.arange(n) % 3 == 0).astype(int)
        score = np.round(rng.beta(2 + y_true, 2), digits)
        dataset = Dataset("pair", "Pair", "Test", Task.BINARY, ("no", "yes"), n)
        found = auc_standard_error(ordered(y_true, np.column_stack([1 - score, score]), dataset))
        assert found == pytest.approx(by_the_paper(y_true == 1, score), rel=1e-12)


def test_by_hand():
    """Positives 0.8, 0.4 and negatives 0.6, 0.2: placements 1, 1/2 and 1/2, 1, so both variances are 1/8."""
    dataset = Dataset("pair", "Pair", "Test", Task.BINARY, ("no", "yes"), 4)
    score = np.array([0.8, 0.4, 0.6, 0.2])
    found = auc_standard_error(ordered(np.array([1, 1, 0, 0]), np.column_stack([1 - score, score]), dataset))
    assert found == pytest.approx(np.sqrt(1 / 8 / 2 + 1 / 8 / 2))


@pytest.mark.parametrize("name", ["dermamnist", "retinamnist", "bloodmnist", "breastmnist", "octmnist"])
def test_of_more_classes_it_is_what_many_replicates_give(name):
    """The bootstrap divides the variance by n, DeLong by n - 1; with no rare class here, both nearly agree."""
    dataset = MEDMNIST_PLUS[name]
    y_true = np.arange(dataset.n_test) % dataset.n_classes
    rng = np.random.default_rng(5)
    odds = np.exp(
        rng.standard_normal((dataset.n_test, dataset.n_classes)) + np.eye(dataset.n_classes)[y_true]
    )
    y_score = odds / odds.sum(axis=1, keepdims=True)
    spread = bootstrap_dataset(ordered(y_true, y_score, dataset), 10_000)[0].std(ddof=1)
    assert auc_standard_error(ordered(y_true, y_score, dataset)) == pytest.approx(spread, rel=0.03)


def test_of_labels_that_go_together_it_is_what_many_replicates_give():
    """The bootstrap draws from all images together, so the numbers of images with each label vary, too."""
    dataset = Dataset("many", "Many", "Test", Task.MULTILABEL, ("a", "b", "c"), 1500)
    rng = np.random.default_rng(6)
    cause = rng.standard_normal((1500, 1))
    y_true = (cause + rng.standard_normal((1500, 3)) > 1.2).astype(np.uint8)
    y_score = 1 / (1 + np.exp(-(cause + y_true + rng.standard_normal((1500, 3)))))
    spread = bootstrap_dataset(ordered(y_true, y_score, dataset), 10_000)[0].std(ddof=1)
    assert auc_standard_error(ordered(y_true, y_score, dataset)) == pytest.approx(spread, rel=0.03)


def errors_of(predictions, labels) -> list[float]:
    return [auc_standard_error(ordered(labels[d.name], predictions[d.name], d)) for d in MEDMNIST_PLUS]


def test_of_the_mean_over_all_datasets_both_agree():
    """Within 5 %: the standard error from 1,000 replicates is precise to about 2 % (1 / root of 2,000)."""
    ground_truth = make_demo_ground_truth(MEDMNIST_PLUS)
    for seed in (1, 2, 3):
        predictions = make_demo_predictions(ground_truth, MEDMNIST_PLUS, skill=1 + seed / 2, seed=seed)
        errors = errors_of(predictions, ground_truth.labels)
        replicates = bootstrap(predictions, ground_truth.labels, MEDMNIST_PLUS)[:, 0].mean(axis=0)
        assert standard_error_of_mean(errors) == pytest.approx(replicates.std(ddof=1), rel=0.05)


@pytest.mark.slow
def test_of_the_mean_many_replicates_agree_closely():
    ground_truth = make_demo_ground_truth(MEDMNIST_PLUS)
    predictions = make_demo_predictions(ground_truth, MEDMNIST_PLUS, skill=2, seed=1)
    errors = errors_of(predictions, ground_truth.labels)
    replicates = bootstrap(predictions, ground_truth.labels, MEDMNIST_PLUS, 20_000)[:, 0].mean(axis=0)
    assert standard_error_of_mean(errors) == pytest.approx(replicates.std(ddof=1), rel=0.015)


def test_the_mean_of_two():
    assert standard_error_of_mean([3.0, 4.0]) == pytest.approx(2.5)
