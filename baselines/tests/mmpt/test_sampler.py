"""Order of batches: every image once per epoch, and every order of the batches equally likely."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from baselines.mmpt.data.sampler import batches, mixed_batches, n_batches
from challenge.content.datasets import ABOUT_DATASETS

SIZES = {"path": 70, "breast": 5, "oct": 33, "derma": 8}
OFFICIAL = {name: about.n_train for name, about in ABOUT_DATASETS.items()}


def epoch(sizes, batch_size=8, seed=0):
    return list(batches(sizes, batch_size, np.random.default_rng(seed)))


def order(sizes, batch_size, seed):
    return [name for name, _ in batches(sizes, batch_size, np.random.default_rng(seed))]


def test_an_epoch_holds_each_image_once():
    for name, size in SIZES.items():
        indices = np.concatenate([batch for of, batch in epoch(SIZES) if of == name])
        assert indices.dtype == np.int64
        assert sorted(indices) == list(range(size))


def test_batches_are_full_except_for_the_last_of_a_dataset():
    lengths = {name: [len(batch) for of, batch in epoch(SIZES) if of == name] for name in SIZES}
    assert lengths == {"path": [8] * 8 + [6], "breast": [5], "oct": [8] * 4 + [1], "derma": [8]}
    assert n_batches(SIZES, 8) == {"path": 9, "breast": 1, "oct": 5, "derma": 1}


def test_an_epoch_of_medmnist():
    steps = epoch(OFFICIAL, 64)
    assert len(steps) == 8103 == sum(n_batches(OFFICIAL, 64).values())
    assert sum(len(indices) for _, indices in steps) == 518_175
    assert Counter(name for name, _ in steps) == n_batches(OFFICIAL, 64)


def test_every_order_of_the_batches_is_equally_likely():
    """Chi-square over all 12 arrangements of 2 + 1 + 1 batches, at the 0.1 % level."""
    sizes, n_epochs = {"a": 2, "b": 1, "c": 1}, 6000
    found = Counter("".join(order(sizes, 1, seed)) for seed in range(n_epochs))
    arrangements = {"".join(letters) for letters in permutations("aabc")}
    assert set(found) == arrangements
    expected = n_epochs / len(arrangements)
    assert sum((count - expected) ** 2 / expected for count in found.values()) < 31.3  # 11 degrees of freedom


def test_the_first_batch_is_of_a_dataset_in_proportion_to_its_batches():
    n_epochs, shares = 4000, {"path": 9 / 16, "breast": 1 / 16, "oct": 5 / 16, "derma": 1 / 16}
    first = Counter(order(SIZES, 8, seed)[0] for seed in range(n_epochs))
    chi_square = sum((first[name] - n_epochs * p) ** 2 / (n_epochs * p) for name, p in shares.items())
    assert chi_square < 16.3  # 3 degrees of freedom, 0.1 %


def test_the_positions_of_each_dataset_are_spread_evenly():
    """Order statistics: of k batches among n, the j-th is at position j (n + 1) / (k + 1) on average."""
    n_epochs, total = 4000, 16
    orders = np.array([order(SIZES, 8, seed) for seed in range(n_epochs)])
    for name, k in n_batches(SIZES, 8).items():
        positions = np.nonzero(orders == name)[1].reshape(n_epochs, k) + 1
        j = np.arange(1, k + 1)
        expected = j * (total + 1) / (k + 1)
        variance = j * (k - j + 1) * (total + 1) * (total - k) / ((k + 1) ** 2 * (k + 2))
        assert (np.abs(positions.mean(axis=0) - expected) < 4 * np.sqrt(variance / n_epochs)).all()


def test_the_next_dataset_is_drawn_by_its_remaining_batches():
    """After a first batch of the smallest dataset, its weight is 0 and the other weights are unchanged."""
    orders = [order(SIZES, 8, seed) for seed in range(20_000)]
    second = Counter(steps[1] for steps in orders if steps[0] == "breast")
    n = sum(second.values())
    assert second["breast"] == 0
    assert second["path"] / n == pytest.approx(9 / 15, abs=0.05)
    assert second["oct"] / n == pytest.approx(5 / 15, abs=0.05)


def test_ends_when_no_dataset_has_batches_left():
    assert epoch({}) == epoch({"a": 0}) == []
    assert [name for name, _ in epoch({"a": 0, "b": 3})] == ["b"]


def test_the_batches_depend_on_the_generator_only():
    def as_text(steps):
        return [(name, indices.tolist()) for name, indices in steps]

    assert as_text(epoch(SIZES, seed=3)) == as_text(epoch(SIZES, seed=3))
    assert as_text(epoch(SIZES, seed=3)) != as_text(epoch(SIZES, seed=4))
    generator = np.random.default_rng(3)
    first, second = (as_text(batches(SIZES, 8, generator)) for _ in range(2))
    assert first != second


def test_mixed_batches_hold_each_image_once():
    steps = list(mixed_batches(SIZES, 8, np.random.default_rng(0)))
    assert [sum(map(len, step.values())) for step in steps] == [8] * 14 + [4]
    assert all(len(indices) for step in steps for indices in step.values())
    for name, size in SIZES.items():
        assert sorted(np.concatenate([step[name] for step in steps if name in step])) == list(range(size))


def test_mixed_batches_mix_in_proportion():
    first = [next(mixed_batches(SIZES, 8, np.random.default_rng(seed))) for seed in range(2000)]
    for name, size in SIZES.items():
        mean = np.mean([len(step.get(name, ())) for step in first])
        assert mean == pytest.approx(8 * size / sum(SIZES.values()), abs=0.12)
