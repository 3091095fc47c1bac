"""Files of both layouts."""

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_predictions
from challenge.tests.scoring.layouts import thesis_text


@pytest.fixture(scope="session")
def files(labels, prediction_files) -> dict[str, bytes]:
    """A valid file of each layout; the file of the thesis states the labels."""
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.0, seed=1)
    rounded = {name: np.round(values, 3) for name, values in predictions.items()}
    for name, values in rounded.items():
        if MEDMNIST_PLUS[name].n_classes != 14:
            values[:, 0] += 1 - values.sum(axis=1)
    thesis = thesis_text(rounded, MEDMNIST_PLUS, labels.labels)
    return {"canonical": prediction_files(1.0).read_bytes(), "thesis": thesis.encode()}
