"""The package scores as the site does: the same numbers to 1e-12, and the same warnings."""

import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.metrics.ranked import METRICS
from challenge.tests.scoring.archives import evaluator_files, zipped
from challenge.tests.scoring.layouts import canonical_text, thesis_text
from medbig import Client, Evaluator

EXACT = 1e-12


@pytest.fixture(scope="module")
def predictions(labels) -> dict[str, np.ndarray]:
    """Predictions that no warning is about."""
    return make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.2, seed=7)


@pytest.fixture(scope="module")
def doubtful(predictions, labels) -> dict[str, np.ndarray]:
    """Predictions that several warnings are about: other classes, a softmax of labels, one class everywhere."""
    chest = predictions["chestmnist"].astype(float)
    return predictions | {
        "breastmnist": 1
        - make_demo_predictions(labels, MEDMNIST_PLUS, skill=3, seed=7)["breastmnist"].astype(float),
        "chestmnist": chest / chest.sum(axis=1, keepdims=True),
        "octmnist": np.tile([0.4, 0.3, 0.2, 0.1], (1000, 1)),
    }


def write(kind: str, predictions: dict[str, np.ndarray], path: Path) -> None:
    """Write a file, or a folder of files, of a kind."""
    if kind == "runs":
        path.mkdir()
        for name, text in evaluator_files(predictions).items():
            (path / name).write_text(text)
    elif kind == "evaluator.zip":
        path.write_bytes(zipped(evaluator_files(predictions), zipfile.ZIP_STORED))
    else:
        text = (canonical_text if kind.startswith("canonical") else thesis_text)(predictions, MEDMNIST_PLUS)
        path.write_bytes(gzip.compress(text.encode(), 1) if kind.endswith(".gz") else text.encode())


def numbers(document: dict) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Return score and interval by dataset and metric, of a submission as the site shows it."""
    found = document["datasets"] | {"average": document["average"]}
    return {
        (name, metric): (values[metric], values[f"{metric}_low"], values[f"{metric}_high"])
        for name, values in found.items()
        for metric in METRICS
    }


def of_rows(rows: list[dict]) -> dict[tuple[str, str], tuple[float, float, float]]:
    return {(row["dataset"], row["metric"]): (row["score"], row["low"], row["high"]) for row in rows}


def assert_equal(ours: dict, the_sites: dict) -> None:
    assert ours.keys() == the_sites.keys()
    for place, values in ours.items():
        assert values == pytest.approx(the_sites[place], rel=0, abs=EXACT), place


@pytest.mark.parametrize(
    ("of", "kind"),
    [
        ("predictions", "canonical.csv"),
        ("predictions", "thesis.csv.gz"),
        ("predictions", "runs"),
        ("doubtful", "canonical.csv.gz"),
        ("doubtful", "thesis.csv"),
        ("doubtful", "evaluator.zip"),
    ],
)
def test_files_are_scored_as_on_the_site(of, kind, request, site, medbig, label_folder, tmp_path):
    file = tmp_path / kind
    write(kind, request.getfixturevalue(of), file)
    scored = medbig("score", file, "--labels", label_folder, "-r", "28", "--format", "json")
    assert scored.status == 0, scored.err
    sent = medbig("submit", "-f", file, "-m", "Net", "-r", "28", "-d", "x", "--wait", "--format", "json")
    assert sent.status == 0, sent.err
    ours, the_sites = json.loads(scored.out), json.loads(sent.out)
    assert_equal(of_rows(ours["scores"]), numbers(the_sites))
    assert ours["warnings"] == the_sites["warnings"]
    assert bool(ours["warnings"]) == (of == "doubtful")


@pytest.mark.parametrize(("of", "precision"), [("predictions", np.float32), ("doubtful", np.float64)])
def test_arrays_are_scored_as_on_the_site(of, precision, request, site, label_folder):
    rng = np.random.default_rng(0)
    arrays = {
        name: (values + rng.uniform(0, 1e-9, values.shape)).clip(0, 1).astype(precision)
        for name, values in request.getfixturevalue(of).items()
    }
    arrays["pneumoniamnist"] = arrays["pneumoniamnist"][
        :, 1:
    ]  # of a binary dataset, MedMNIST's evaluator takes one
    result = Evaluator(size=28, root=label_folder).evaluate(arrays)
    sent = result.submit(model_name="Net", description="x", client=Client()).wait()
    assert_equal(of_rows(result.rows), numbers(sent.values))
    assert result.warnings == sent.warnings
    assert bool(result.warnings) == (of == "doubtful")
    assert sent.rank == 1
