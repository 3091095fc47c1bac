"""Code on the format page that uses MedMNIST's evaluator: it writes an archive that the site reads."""

import dataclasses

import medmnist
import numpy as np
import pytest

from challenge.content.submission_format import FROM_EVALUATOR
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Task
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.predictions import read_predictions

SHORT = Benchmark(
    "Short", tuple(dataclasses.replace(d, n_test=40) for d in MEDMNIST_PLUS), MEDMNIST_PLUS.resolutions
)


@pytest.fixture
def labels(tmp_path, monkeypatch):
    """Labels of a few test images, also in files as the evaluator reads them."""
    labels = make_demo_ground_truth(SHORT)
    for name, y_true in labels.labels.items():
        np.savez(tmp_path / f"{name}_224.npz", test_labels=y_true.reshape(len(y_true), -1))
    monkeypatch.setattr(medmnist.Evaluator.__init__, "__defaults__", (None, str(tmp_path)))
    monkeypatch.chdir(tmp_path)
    return labels


@pytest.mark.parametrize("has_one_score", [False, True])
def test_the_code_writes_an_archive_that_the_site_reads(labels, has_one_score, tmp_path):
    predictions = make_demo_predictions(labels, SHORT, skill=1, seed=0)
    given = dict(predictions)
    if has_one_score:
        for dataset in SHORT:
            if dataset.task is Task.BINARY:
                given[dataset.name] = predictions[dataset.name][:, 1]
    exec(FROM_EVALUATOR, {"predictions": given})  # noqa: S102 - as a reader would run it
    found = read_predictions(tmp_path / "predictions.zip", SHORT, resolution=224)
    for name, values in predictions.items():
        np.testing.assert_allclose(found.values[name], values, atol=1e-6)
