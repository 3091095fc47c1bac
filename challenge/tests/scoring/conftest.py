"""A benchmark of a few rows, with one dataset for each kind of task, and its files."""

import numpy as np
import pytest

from challenge.scoring.benchmark import Benchmark, Dataset, Task
from challenge.tests.scoring.layouts import canonical_text, thesis_text

TINY = Benchmark(
    name="Tiny",
    resolutions=(28,),
    datasets=(
        Dataset("tripmnist", "TripMNIST", "Test", Task.MULTICLASS, ("a", "b", "c"), 5),
        Dataset("pairmnist", "PairMNIST", "Test", Task.BINARY, ("no", "yes"), 4),
        Dataset("manymnist", "ManyMNIST", "Test", Task.MULTILABEL, ("p", "q", "r", "s"), 6),
    ),
)

#: Values that are short in decimal notation; some are tied, some lie at the limits of the rules.
TINY_PREDICTIONS = {
    "tripmnist": np.array(
        [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.25, 0.5, 0.25], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8]]
    ),
    "pairmnist": np.array([[0.5, 0.5], [0.25, 0.75], [0.9, 0.1], [0.0, 1.0]]),
    "manymnist": np.array(
        [
            [0.1, 0.9, 0.5, 1e-7],
            [0.0, 0.0, 0.0, 0.0],
            [1.0, 1.0, 1.0, 1.0],
            [0.3, 0.6, 0.5, 0.25],
            [0.7, 0.2, 0.75, 0.5],
            [0.4, 0.9, 0.1, 0.125],
        ]
    ),
}

TINY_LABELS = {
    "tripmnist": np.array([2, 0, 1, 1, 2]),
    "pairmnist": np.array([0, 1, 0, 1]),
    "manymnist": np.array(
        [[0, 1, 0, 1], [1, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 0]], np.uint8
    ),
}


@pytest.fixture
def canonical() -> str:
    return canonical_text(TINY_PREDICTIONS, TINY)


@pytest.fixture
def thesis() -> str:
    return thesis_text(TINY_PREDICTIONS, TINY)


@pytest.fixture
def read(tmp_path):
    """Return a function that gives the values of the content of a file."""
    from challenge.scoring.reading.predictions import read_predictions

    def read_content(content: str | bytes, **options):
        path = tmp_path / "predictions.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_predictions(path, TINY, **options).values

    return read_content
