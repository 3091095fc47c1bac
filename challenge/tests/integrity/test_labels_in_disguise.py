"""Labels with noise are noticed; honest entries of many qualities are not."""

import numpy as np
import pytest

from challenge.integrity.disguise import (
    GOOD,
    Dependence,
    dependence_on_confidence,
    dependence_on_difficulty,
    far_above_published,
    labels_in_disguise,
    places,
    right_images,
    skill,
    without_error,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.integrity.generated import LABELS, Predictions, constant, hard, honest, noisy_labels

PUBLISHED = {d.name: 0.97 for d in MEDMNIST_PLUS if d.name != "chestmnist"}
ACCURATE = {d.name: 0.9 for d in MEDMNIST_PLUS if d.name != "chestmnist"}


def on_confidence(predictions: Predictions, right: np.ndarray) -> Dependence:
    found = dependence_on_confidence(predictions, right)
    assert found
    return found


def on_difficulty(right: np.ndarray, others: np.ndarray) -> Dependence:
    found = dependence_on_difficulty(right, others)
    assert found
    return found


@pytest.fixture(scope="module")
def others():
    """Images that ten honest entries get right."""
    return np.array([right_images(honest(seed, quality=0.5 + seed / 10), LABELS) for seed in range(10)])


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("soft", [False, True])
def test_errors_of_noisy_labels_depend_on_nothing(share, soft, others):
    made = noisy_labels(share, 5, soft=soft)
    right = right_images(made, LABELS)
    assert skill(right, LABELS) > GOOD
    assert on_confidence(made, right).is_absent
    assert on_difficulty(right, others).is_absent


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("n_others", [0, 10])
def test_noisy_labels_are_noticed_by_their_errors(share, soft, n_others, others):
    evidence = labels_in_disguise(noisy_labels(share, 6, soft=soft), LABELS, others[:n_others], {})
    assert {"confidence", "skill"} <= set(evidence["errors"])
    assert ("difficulty" in evidence["errors"]) == (n_others == 10)


@pytest.mark.parametrize("first", range(20, 120, 20))
@pytest.mark.parametrize("n_others", [0, 10])
def test_honest_entries_are_not_noticed(first, n_others, others):
    for seed in range(first, first + 20):
        made = honest(seed, quality=np.random.default_rng(seed).uniform(0.15, 1.4))
        assert labels_in_disguise(made, LABELS, others[:n_others], PUBLISHED) == {}, seed


def test_errors_of_a_good_honest_entry_depend_on_both(others):
    made = honest(20, quality=1.2)
    right = right_images(made, LABELS)
    assert on_confidence(made, right).area > 0.7
    assert on_difficulty(right, others).area > 0.7


def test_an_honest_file_of_zeros_and_ones_has_its_errors_on_difficult_images(others):
    made = hard(honest(3, quality=1.5))
    right = right_images(made, LABELS)
    assert on_confidence(made, right).area == pytest.approx(0.5)
    assert not on_difficulty(right, others).is_absent


def test_the_labels_themselves_are_without_error_on_each_large_dataset():
    right = right_images(noisy_labels(0, 1), LABELS)
    assert right.all()
    assert without_error(right) == [d.name for d in MEDMNIST_PLUS if d.name != "breastmnist"]
    assert dependence_on_confidence(noisy_labels(0, 1), right) is None
    right[places()["octmnist"].start] = False
    assert "octmnist" not in without_error(right)


@pytest.mark.parametrize(("share", "found"), [(0.01, True), (0.08, False)])
def test_half_of_the_published_errors_is_too_good_on_large_datasets(share, found):
    too_good = far_above_published(right_images(noisy_labels(share, 3), LABELS), ACCURATE)
    assert (len(too_good) >= 3) == found
    assert "chestmnist" not in too_good


def test_what_is_not_published_is_not_compared():
    assert far_above_published(right_images(noisy_labels(0, 3), LABELS), {}) == []


def test_with_few_others_nothing_is_said_about_difficulty(others):
    right = right_images(noisy_labels(0.05, 5), LABELS)
    assert dependence_on_difficulty(right, others[:4]) is None
    assert dependence_on_difficulty(right, others[:0]) is None


def test_constant_answers_have_no_skill():
    assert skill(right_images(constant(), LABELS), LABELS) < 0.1
