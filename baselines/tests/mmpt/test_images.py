"""Batches of images: the right images and labels, on the device or fetched ahead."""

import numpy as np
import pytest
import torch

from baselines.mmpt.data import images as module
from baselines.mmpt.data.images import Source, stream
from baselines.mmpt.data.splits import DatasetImages
from challenge.scoring.benchmark import MEDMNIST_PLUS

CPU = torch.device("cpu")
DATASET = MEDMNIST_PLUS["breastmnist"]


def data(n: int = 50) -> DatasetImages:
    """Make images whose pixels equal their index, and labels of ten times the index."""
    numbers = np.arange(n)
    images = np.broadcast_to(numbers.astype(np.uint8)[:, None, None], (n, 3, 3)).copy()
    images.flags.writeable = False
    return DatasetImages(DATASET, images, numbers * 10)


@pytest.mark.parametrize("resident", [False, True])
def test_a_batch_has_the_images_and_labels_of_its_indices(resident, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 30)  # the copy is made in pieces of 3 images
    source = Source.of(data(), CPU, lambda images: images + 1, resident=resident)
    images, labels = source.take(np.array([7, 3, 49]))
    assert images[:, 0, 0].tolist() == [8, 4, 50]
    assert images.dtype == torch.uint8
    assert labels.tolist() == [70, 30, 490]


def test_a_split_in_order_is_complete():
    source = Source.of(data(), CPU, lambda images: images)
    parts = list(source.in_order(20))
    assert [len(labels) for _, labels in parts] == [20, 20, 10]
    assert torch.cat([labels for _, labels in parts]).tolist() == [10 * number for number in range(50)]


def test_fetched_images_come_in_the_order_of_the_batches_and_few_are_fetched_ahead(monkeypatch):
    monkeypatch.setattr(Source, "is_fetched", True)
    source = Source.of(data(), CPU, lambda images: images)
    asked: list[int] = []

    def batches():
        for number in range(12):
            asked.append(number)
            yield {DATASET.name: np.array([number, number + 1])}

    for number, inputs in enumerate(stream({DATASET.name: source}, batches())):
        images, labels = inputs[DATASET.name]
        assert images[:, 0, 0].tolist() == [number, number + 1]
        assert labels.tolist() == [10 * number, 10 * number + 10]
        assert len(asked) <= number + 1 + module.N_AHEAD
    assert len(asked) == 12


def test_an_error_while_fetching_reaches_the_caller(monkeypatch):
    monkeypatch.setattr(Source, "is_fetched", True)
    source = Source.of(data(), CPU, lambda images: images)
    with pytest.raises(IndexError):
        list(stream({DATASET.name: source}, [{DATASET.name: np.array([99])}]))


def test_reading_in_place_makes_no_copy_of_the_split():
    one = data()
    assert Source.of(one, CPU, lambda images: images)._images is one.images
