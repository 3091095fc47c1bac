"""Parts of the training images: stratified by class, drawn by the seed, and recorded."""

import csv

import numpy as np
import pytest

from baselines.mmpt.data.parts import part, take_part
from baselines.mmpt.data.splits import load_split
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import train
from baselines.tests.mmpt.small import small_config
from challenge.scoring.benchmark import MEDMNIST_PLUS

BLOOD, CHEST = MEDMNIST_PLUS["bloodmnist"], MEDMNIST_PLUS["chestmnist"]


def blood_labels(n: int = 800) -> np.ndarray:
    shares = np.array([30, 20, 15, 10, 10, 8, 5, 2]) / 100
    return np.random.default_rng(1).choice(8, n, p=shares)


def chest_labels(n: int = 400) -> np.ndarray:
    shares = np.linspace(0.01, 0.2, 14)
    return (np.random.default_rng(2).random((n, 14)) < shares).astype(np.float32)


def test_a_share_keeps_the_proportions_of_the_classes():
    labels = blood_labels()
    kept = labels[part(labels, BLOOD, 0.25, None, seed=1)]
    np.testing.assert_allclose(np.bincount(kept, minlength=8), np.bincount(labels, minlength=8) / 4, atol=0.5)


def test_every_class_keeps_an_image_of_a_tiny_share():
    labels = blood_labels()
    assert sorted(labels[part(labels, BLOOD, 0.0001, None, seed=1)]) == list(range(8))


def test_shots_are_images_of_each_class_or_all_if_there_are_fewer():
    labels = blood_labels()
    kept = labels[part(labels, BLOOD, 1, 20, seed=1)]
    np.testing.assert_array_equal(
        np.bincount(kept, minlength=8), np.minimum(20, np.bincount(labels, minlength=8))
    )


def test_shots_of_several_labels_give_each_label_its_images_and_some_without_any():
    labels = chest_labels()
    kept = labels[part(labels, CHEST, 1, 3, seed=1)]
    assert (kept.sum(axis=0) >= np.minimum(3, labels.sum(axis=0))).all()
    assert (kept.sum(axis=1) == 0).sum() == 3
    assert len(kept) <= 3 * 15


def test_the_seed_draws_the_images_and_nothing_else():
    labels = blood_labels()
    one, again, other = (part(labels, BLOOD, 1, 5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_fewer_images_are_among_more_images():
    labels = chest_labels()
    five, ten = (set(part(labels, CHEST, 1, shots, seed=3).tolist()) for shots in (5, 10))
    assert five < ten


def test_images_and_labels_belong_together_in_the_order_of_the_file(collection):
    folder, benchmark = collection
    whole = load_split(folder, benchmark["chestmnist"], 28, "train")
    some = take_part(whole, 0.25, None, seed=4)
    places = [int(np.flatnonzero((whole.images == image).all(axis=(1, 2)))[0]) for image in some.images]
    assert places == sorted(set(places))
    np.testing.assert_array_equal(some.labels, whole.labels[places])


@pytest.mark.parametrize("scheme", ["end-to-end", "knn"])
def test_a_training_takes_the_shots_and_its_checkpoint_records_them(collection, tmp_path, scheme):
    folder, benchmark = collection
    told: list[str] = []
    config = small_config(scheme=scheme, dataset="bloodmnist", epochs=1, shots=2)
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=told.append)
    assert checkpoints.load_config(tmp_path / "run/best.pt").shots == 2
    if scheme == "end-to-end":
        assert any(line.startswith("16 training images") for line in told)
        with (tmp_path / "run/metrics.csv").open(newline="") as file:
            assert {row["batches"] for row in csv.DictReader(file) if row["split"] == "train"} == {"1"}
