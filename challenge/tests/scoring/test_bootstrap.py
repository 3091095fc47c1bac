"""Bootstrap replicates, compared with scikit-learn on the same resamples, and properties of the resamples."""

import hashlib
import subprocess
import sys
import warnings

import numpy as np
import pytest
from django.conf import settings as site
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, METRICS, PAIRED_VERSIONS
from challenge.scoring.statistics.bootstrap import bootstrap, bootstrap_dataset, draw_counts
from challenge.scoring.statistics.ordered import ordered
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS
from challenge.tests.scoring.naive_bootstrap import metrics_by_sklearn

examples = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def make_case(dataset: Dataset, *seeds: int) -> tuple[np.ndarray, ...]:
    """Return demo labels of one dataset, and predictions for each seed."""
    benchmark = Benchmark("one", (dataset,), (28,))
    ground_truth = make_demo_ground_truth(benchmark)
    predictions = [make_demo_predictions(ground_truth, benchmark, skill=2, seed=seed) for seed in seeds]
    return ground_truth.labels[dataset.name], *(p[dataset.name].astype(float) for p in predictions)


def assert_equals_sklearn(y_true, y_score, dataset, replicates, which):
    for b in which:
        expected = metrics_by_sklearn(y_true, y_score, dataset.task, draw_counts(y_true, dataset, b))
        np.testing.assert_allclose(replicates[:, b], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dataset", [d for d in MEDMNIST_PLUS if d.n_test < 8000], ids=lambda d: d.name)
@pytest.mark.parametrize("digits", [2, 6], ids=["many ties", "few ties"])
def test_equals_a_naive_bootstrap_with_scikit_learn(dataset, digits):
    labels, predictions = make_case(dataset, 1)
    y_score = np.round(predictions, digits)
    replicates = bootstrap_dataset(ordered(labels, y_score, dataset), 130)
    assert replicates.shape == (len(METRICS), 130)
    assert_equals_sklearn(labels, y_score, dataset, replicates, [0, 63, 64, 129])


def test_equals_it_on_the_labels_of_chest_x_rays():
    dataset = MEDMNIST_PLUS["chestmnist"]
    labels, y_score = make_case(dataset, 1)
    assert_equals_sklearn(
        labels, y_score, dataset, bootstrap_dataset(ordered(labels, y_score, dataset), 2), [0, 1]
    )


def tables(cells, n_rows, n_columns):
    row = st.lists(cells, min_size=n_columns, max_size=n_columns)
    return st.lists(row, min_size=n_rows, max_size=n_rows)


@examples
@given(st.data())
def test_equals_it_with_ties_rare_classes_and_scores_at_the_ends(data):
    task = data.draw(st.sampled_from([Task.MULTICLASS, Task.BINARY, Task.MULTILABEL]))
    n_classes = 2 if task is Task.BINARY else data.draw(st.integers(2, 4))
    n = data.draw(st.integers(2 * n_classes, 40))
    dataset = Dataset("small", "Small", "Test", task, tuple("abcd"[:n_classes]), n)
    scores = st.sampled_from([0.0, -0.0, 0.25, 0.5, np.nextafter(0.5, 1), 1.0, 5e-324])
    y_score = np.array(data.draw(tables(scores, n, n_classes)))
    if task is Task.MULTILABEL:
        y_true = np.array(data.draw(tables(st.integers(0, 1), n, n_classes)))
        y_true[:2] = [[0], [1]]
    else:
        y_true = np.array(data.draw(st.permutations([*range(n_classes)] * 2 + [0] * (n - 2 * n_classes))))
    replicates = bootstrap_dataset(ordered(y_true, y_score, dataset), 3)
    assert_equals_sklearn(y_true, y_score, dataset, replicates, range(3))


def test_each_class_keeps_its_size():
    dataset = MEDMNIST_PLUS["retinamnist"]
    (labels,) = make_case(dataset)
    for b in range(5):
        counts = draw_counts(labels, dataset, b)
        assert np.bincount(labels, counts).tolist() == np.bincount(labels).tolist()


def test_images_of_chest_x_rays_are_drawn_all_together():
    dataset = MEDMNIST_PLUS["chestmnist"]
    (labels,) = make_case(dataset)
    positives = np.array([labels[:, 0] @ draw_counts(labels, dataset, b) for b in range(50)])
    assert (positives != labels[:, 0].sum()).any()
    share = labels[:, 0].mean()
    binomial = np.sqrt(len(labels) * share * (1 - share))
    assert abs(positives.mean() - labels[:, 0].sum()) < 4 * binomial / np.sqrt(50)
    assert 0.7 < positives.std(ddof=1) / binomial < 1.35


def test_images_are_drawn_uniformly():
    """The number of draws of an image is binomial, with mean 1 and the right numbers of zeros, ones and twos."""
    dataset = Dataset("one", "One", "Test", Task.MULTILABEL, ("a", "b"), 999)
    labels = np.zeros((999, 2), np.uint8)
    counts = np.array([draw_counts(labels, dataset, b) for b in range(400)])
    assert (counts.sum(axis=1) == 999).all()
    of_each = counts.sum(axis=0)
    assert ((of_each - 400) ** 2 / 400).sum() == pytest.approx(999, abs=5 * np.sqrt(2 * 999))  # chi-square
    shares = np.bincount(counts.ravel(), minlength=4)[:4] / counts.size
    np.testing.assert_allclose(shares, [0.3677, 0.3681, 0.1840, 0.0613], atol=0.003)


def test_replicates_do_not_depend_on_the_predictions_nor_on_how_many_are_made():
    dataset = MEDMNIST_PLUS["breastmnist"]
    labels, one, other = make_case(dataset, 1, 2)
    many = bootstrap_dataset(ordered(labels, one, dataset), 200)
    np.testing.assert_array_equal(bootstrap_dataset(ordered(labels, one, dataset), 70), many[:, :70])
    np.testing.assert_array_equal(bootstrap_dataset(ordered(labels, one, dataset), 200), many)
    # the same resamples: replicates of nearly equal predictions move together
    assert np.corrcoef(many[3], bootstrap_dataset(ordered(labels, one * 0.999, dataset), 200)[3])[0, 1] > 0.99
    assert (many[0] != bootstrap_dataset(ordered(labels, other, dataset), 200)[0]).any()


def test_datasets_are_resampled_independently():
    labels = np.zeros((500, 2), np.uint8)
    one, other = (Dataset(name, name, "Test", Task.MULTILABEL, ("a", "b"), 500) for name in ("a", "b"))
    assert abs(np.corrcoef(draw_counts(labels, one, 0), draw_counts(labels, other, 0))[0, 1]) < 0.2
    assert abs(np.corrcoef(draw_counts(labels, one, 0), draw_counts(labels, one, 1))[0, 1]) < 0.2


def test_a_change_of_the_resamples_needs_another_version():
    """Different resamples are not paired: replicates of all paired versions must use the same resamples."""
    dataset = MEDMNIST_PLUS["octmnist"]
    labels = np.arange(dataset.n_test) % dataset.n_classes
    drawn = np.concatenate([draw_counts(labels, dataset, b) for b in (0, 999)])
    digest = hashlib.sha256(drawn.astype(np.uint8).tobytes()).hexdigest()[:16]
    assert (PAIRED_VERSIONS, digest) == (("1", "2"), "6402651b1e68143e")
    assert BOOTSTRAP_VERSION in PAIRED_VERSIONS


def test_all_datasets_and_their_mean():
    replicates = bootstrap(TINY_PREDICTIONS, TINY_LABELS, TINY, 100)
    assert replicates.shape == (3, 4, 100)
    dataset = TINY["pairmnist"]
    np.testing.assert_array_equal(
        replicates[1],
        bootstrap_dataset(ordered(TINY_LABELS["pairmnist"], TINY_PREDICTIONS["pairmnist"], dataset), 100),
    )


def test_a_label_missing_from_a_replicate_is_left_out_of_it():
    dataset = Dataset("rare", "Rare", "Test", Task.MULTILABEL, ("common", "rare"), 6)
    y_true = np.array([[0, 1], [1, 0], [0, 0], [1, 0], [0, 0], [1, 0]])
    y_score = np.array([[0.1, 0.9], [0.2, 0.3], [0.3, 0.1], [0.8, 0.2], [0.9, 0.3], [0.7, 0.6]])
    replicates = bootstrap_dataset(ordered(y_true, y_score, dataset), 64)
    without = [b for b in range(64) if not draw_counts(y_true, dataset, b)[0]]
    assert without, "no replicate lacks the rare label: take another case"
    assert_equals_sklearn(y_true, y_score, dataset, replicates, range(64))


def test_nothing_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bootstrap(TINY_PREDICTIONS, TINY_LABELS, TINY, 64)


def test_a_worker_that_estimates_has_no_scipy_and_leaves_it_to_others():
    """Importing costs memory in each worker; checked in a new process, because this process has imported the module."""
    code = (
        "import sys, django; django.setup(); import challenge.tasks;"
        "from challenge.scoring.statistics import bootstrap;"
        "assert 'scipy' not in sys.modules;"
        "import scipy.special; print(scipy.special.ndtr(0))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], cwd=site.BASE_DIR) == b"0.5\n"
