"""Images of a training, read by threads, and their place."""

import threading
import time
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from baselines.mmpt.data import splits
from baselines.mmpt.data.threads import in_threads
from baselines.mmpt.training import sources as module
from baselines.mmpt.training.learner import build_model
from baselines.mmpt.training.sources import load_sources, place_of_images
from baselines.tests.mmpt.small import NAMES, small_config

CPU = torch.device("cpu")


def load(collection, lines: list[str] | None = None, **changes):
    folder, benchmark = collection
    config = small_config(**changes)
    model = build_model(config, tuple(benchmark))
    write = (lambda line: None) if lines is None else lines.append
    return load_sources(config, folder, model, benchmark, CPU, write=write)


@pytest.mark.parametrize("n_threads", [1, 4])
def test_threads_give_the_images_and_labels_of_the_files(collection, monkeypatch, n_threads):
    folder, _ = collection
    monkeypatch.setattr(module, "N_READERS", n_threads)
    monkeypatch.setattr(module.os, "cpu_count", lambda: 8)
    for split, by_name in zip(("train", "val"), load(collection), strict=True):
        assert list(by_name) == list(NAMES)
        for name, source in by_name.items():
            with np.load(folder / f"{name}.npz") as arrays:
                images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
            found = source.fetch(np.arange(len(source))).wait()
            np.testing.assert_array_equal(found.numpy(), images)
            np.testing.assert_array_equal(source.labels.numpy().reshape(labels.shape), labels)


def test_a_share_of_the_training_images_leaves_the_validation_whole(collection):
    whole, half = load(collection), load(collection, training_share=0.5)
    assert len(half[0]["chestmnist"]) == pytest.approx(len(whole[0]["chestmnist"]) / 2, abs=1)
    assert {name: len(source) for name, source in half[1].items()} == {
        name: len(source) for name, source in whole[1].items()
    }


def test_a_long_loading_says_how_far_it_is(collection, monkeypatch):
    lines: list[str] = []
    load(collection, lines)
    assert lines == []  # it took less than the time between two lines
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0)
    load(collection, lines)
    assert lines == [f"Loaded {number} of 8 splits." for number in range(1, 9)]


def test_images_are_copied_to_the_device_in_order_as_far_as_they_fit(collection, monkeypatch):
    sizes = [source.n_bytes for part in load(collection) for source in part.values()]
    room = sizes[0] + sizes[2]  # a split that does not fit is left out; smaller splits after it may still fit
    monkeypatch.setattr(module, "room_for_images", lambda *_: room)
    resident = [
        isinstance(source._images, torch.Tensor) for part in load(collection) for source in part.values()
    ]
    expected, left = [], room
    for size in sizes:
        expected.append(size <= left)
        left -= size if size <= left else 0
    assert resident == expected
    assert True in resident
    assert False in resident


def test_the_place_of_the_images_is_stated():
    parts = [Mock(n_bytes=3 * 10**9, is_fetched=False), Mock(n_bytes=10**9, is_fetched=True)]
    assert place_of_images(parts) == "3.00 of 4.00 GB of images are in the memory of the GPU."


def test_results_of_threads_come_in_the_order_of_the_items_and_few_are_computed_ahead():
    asked: list[int] = []

    def items():
        for number in range(10):
            asked.append(number)
            yield number

    def work(number: int) -> int:
        time.sleep(0.01 if number % 3 == 0 else 0)  # so that later items are done earlier
        return number

    for number, result in enumerate(in_threads(work, items(), n_ahead=3, n_threads=3)):
        assert result == number
        assert len(asked) <= number + 1 + 3
    assert len(asked) == 10


def test_threads_work_at_the_same_time():
    together = threading.Barrier(3, timeout=60)
    assert len(list(in_threads(lambda _: together.wait(), range(3), n_ahead=3, n_threads=3))) == 3


def test_an_error_in_a_thread_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda number: 1 // number, [1, 0], n_ahead=2, n_threads=2))


def test_a_file_that_cannot_be_read_ends_the_loading(collection, monkeypatch):
    def unreadable(folder, dataset, resolution, split):
        raise splits.DataError([f"{dataset.name} is damaged"])

    monkeypatch.setattr(module, "load_split", unreadable)
    with pytest.raises(splits.DataError, match="chestmnist is damaged"):
        load(collection)
