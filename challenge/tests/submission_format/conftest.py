"""Page on the submission format, and a benchmark with few rows except in the dataset of its examples."""

import dataclasses

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.tests.pages import page_of

#: All datasets, with few rows except in the dataset of the error examples.
SHORT = Benchmark(
    "Short",
    tuple(d if d.name == "pathmnist" else dataclasses.replace(d, n_test=20) for d in MEDMNIST_PLUS),
    MEDMNIST_PLUS.resolutions,
)
FORMAT, TEMPLATE_CSV, EXAMPLE_CSV = "/format/", "/format/template.csv", "/format/example.csv.gz"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def page(client, db) -> str:
    return page_of(client, FORMAT)


@pytest.fixture(scope="module")
def zeros() -> dict[str, np.ndarray]:
    return {d.name: np.eye(d.n_classes)[np.zeros(d.n_test, int)] for d in SHORT}
