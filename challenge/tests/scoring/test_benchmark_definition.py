"""The project's definition of the benchmark, compared with MedMNIST's own metadata."""

import runpy

import pytest

from challenge.medmnist.facts import FACTS, official_file
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task

TASKS = {
    "binary-class": Task.BINARY,
    "multi-class": Task.MULTICLASS,
    "ordinal-regression": Task.ORDINAL,
    "multi-label, binary-class": Task.MULTILABEL,
}


@pytest.fixture
def official(medmnist_package):
    """`medmnist.INFO`, loaded without the package, which would import torch."""
    return runpy.run_path(str(medmnist_package / "info.py"))["INFO"]


def test_the_twelve_2d_datasets_in_official_order(official):
    assert [dataset.name for dataset in MEDMNIST_PLUS] == [name for name in official if "3d" not in name]


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_dataset_agrees_with_medmnist(dataset: Dataset, official):
    info = official[dataset.name]
    assert dataset.title == info["python_class"]
    assert dataset.task is TASKS[info["task"]]
    assert dataset.classes == tuple(info["label"][str(number)] for number in range(len(info["label"])))
    assert dataset.n_test == info["n_samples"]["test"]


def test_resolutions_are_those_that_medmnist_offers(official):
    suffixes = {
        key.removeprefix("MD5").removeprefix("_") or "28" for key in official["pathmnist"] if "MD5" in key
    }
    assert {str(resolution) for resolution in MEDMNIST_PLUS.resolutions} == suffixes


def test_download_addresses_and_checksums_are_the_official_ones(official):
    assert list(FACTS) == [dataset.name for dataset in MEDMNIST_PLUS]
    for name, of_dataset in FACTS.items():
        assert tuple(of_dataset.md5) == MEDMNIST_PLUS.resolutions
        assert official[name]["MD5"] == of_dataset.md5[28]
        assert official[name]["url"] == official_file(name, 28).url


def test_sizes_of_a_submission():
    assert MEDMNIST_PLUS.n_rows == 119_320
    assert MEDMNIST_PLUS.max_classes == 14
