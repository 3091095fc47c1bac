"""The Metrics page: each number on it, computed once more by other means."""

import importlib
import re
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.evaluator import METRICS, SCORER_VERSION, score_dataset
from challenge.worked_example import EXAMPLES, TRUE_CLASSES


@pytest.fixture
def page(client, db) -> str:
    response = client.get("/metrics/")
    assert response.status_code == 200
    return response.content.decode()


def rows_of(page: str, label: str) -> list[list[str]]:
    """The text of the cells of the table in the region of that name."""
    region = page.split(f'aria-label="{label}"')[1].split("</table>")[0]
    rows = re.findall(r"<tr.*?</tr>", region, re.S)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        ]
        for row in rows
    ]


def by_sklearn(probabilities) -> dict[str, float]:
    predicted = [p > 0.5 for p in probabilities]
    return {
        "auc": sklearn_metrics.roc_auc_score(TRUE_CLASSES, probabilities),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(TRUE_CLASSES, predicted),
        "cohen_kappa": sklearn_metrics.cohen_kappa_score(TRUE_CLASSES, predicted),
        "accuracy": sklearn_metrics.accuracy_score(TRUE_CLASSES, predicted),
    }


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_worked_numbers_are_scikit_learns(page, number):
    example = EXAMPLES[number]
    (name, *values) = rows_of(page, "The metrics of other models on the ten images")[number + 1]
    assert name.startswith(example.name)
    expected = by_sklearn(example.probabilities)
    assert values == [f"{expected[metric]:.4f}" for metric in METRICS]
    for metric in METRICS:
        assert getattr(example.scores, metric) == pytest.approx(expected[metric], rel=0, abs=1e-12)


def test_the_example_is_worked_without_scripts(page):
    images = rows_of(page, "Ten images and their predictions")[1:]
    predicted = [int(p > 0.5) for p in EXAMPLES[0].probabilities]
    wrong = [" wrong" if p != t else "" for p, t in zip(predicted, TRUE_CLASSES, strict=True)]
    assert images == [
        [str(i + 1), str(TRUE_CLASSES[i]), f"{EXAMPLES[0].probabilities[i]:.2f}", f"{predicted[i]}{wrong[i]}"]
        for i in range(10)
    ]
    assert re.findall(r"data-count>(\d)<", page) == [
        str(count) for count in sklearn_metrics.confusion_matrix(TRUE_CLASSES, predicted).ravel()
    ]
    for metric, value in by_sklearn(EXAMPLES[0].probabilities).items():
        (shown,) = re.findall(rf'data-metric="{metric}" value="([^"]+)"', page)
        assert float(shown) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_roc_curve_is_scikit_learns(example):
    fpr, tpr, _ = sklearn_metrics.roc_curve(TRUE_CLASSES, example.probabilities, drop_intermediate=False)
    np.testing.assert_allclose(example.roc_curve, np.column_stack([fpr, tpr]), atol=1e-15)


def test_the_example_says_how_many_images_are_of_each_class(page):
    assert (TRUE_CLASSES.count(1), TRUE_CLASSES.count(0)) == (3, 7)
    assert "Ten images, three of class 1 and seven of class 0" in page


def test_the_curve_is_on_the_page_before_any_script(page):
    (points,) = re.findall(r'data-roc points="([^"]+)"', page)
    pairs = [tuple(map(float, point.split(","))) for point in points.split()]
    assert pairs == EXAMPLES[0].roc_curve


def test_chance_levels(page):
    """What scikit-learn gives to one answer for every image, in a test set that holds every class."""
    rows = rows_of(page, "Tasks and chance levels of the datasets")[1:]
    chances = []
    for dataset, row in zip(MEDMNIST_PLUS, rows, strict=False):
        y_true = [0, 1] if dataset.task is Task.MULTILABEL else list(range(dataset.n_classes))
        chances.append(sklearn_metrics.balanced_accuracy_score([*y_true, 0, 0], [0] * (len(y_true) + 2)))
        assert row == [dataset.title, dataset.task.value, str(dataset.n_classes), f"{chances[-1]:.4f}"]
        assert sklearn_metrics.cohen_kappa_score(y_true, [0] * len(y_true)) == 0
        assert sklearn_metrics.roc_auc_score(np.array(y_true) == 1, [0.3] * len(y_true)) == 0.5
    assert rows[-1] == ["Mean", "", "", f"{np.mean(chances):.4f}"]


def test_sizes_and_versions(page):
    text = " ".join(page.split())
    sizes = {dataset.n_test: dataset.title for dataset in MEDMNIST_PLUS}
    assert f"on each of the {len(MEDMNIST_PLUS.datasets)} datasets" in text
    assert f"holds {min(sizes):,} images ({sizes[min(sizes)]}), the largest {max(sizes):,}" in text
    assert f"has version {SCORER_VERSION}." in text


def test_ranks_of_ties(page):
    ranks = [row[0] for row in rows_of(page, "Ranks of equal values")[1:]]
    assert ranks == ["1", "2", "2", "4", "–"]
    assert "“1, 2, 2, 4”" in page


def test_weights_by_class_give_balanced_accuracy():
    """The page says that both ways to write it are the same number."""
    rng = np.random.default_rng(0)
    y_true, y_pred = np.append(np.arange(4), rng.integers(0, 4, 96)), rng.integers(0, 4, 100)
    weights = 1 / np.bincount(y_true)[y_true]
    weighted = sklearn_metrics.accuracy_score(y_true, y_pred, sample_weight=weights)
    assert weighted == pytest.approx(sklearn_metrics.balanced_accuracy_score(y_true, y_pred))


def test_formulas_are_mathml(page):
    assert page.count('<math display="block">') == 5
    assert page.count("<math") == page.count("</math>")


def test_every_link_within_the_page_leads_somewhere(page):
    targets = re.findall(r'href="#([^"]+)"', page)
    assert targets
    assert set(targets) <= set(re.findall(r' id="([^"]+)"', page))


@pytest.fixture
def official(monkeypatch, tmp_path) -> ModuleType:
    """`medmnist.evaluator`, without its package's `__init__`, which would import torch."""
    try:
        files = metadata.files("medmnist") or []
    except metadata.PackageNotFoundError:
        pytest.skip("medmnist is not installed, so its evaluator cannot be compared")
    pytest.importorskip("pandas")
    monkeypatch.setenv("HOME", str(tmp_path))  # its info.py makes ~/.medmnist
    (evaluator,) = [file for file in files if file.as_posix() == "medmnist/evaluator.py"]
    package = ModuleType("medmnist")
    package.__path__ = [str(Path(str(evaluator.locate())).parent)]
    for name in ("medmnist", "medmnist.info", "medmnist.evaluator"):
        monkeypatch.setitem(sys.modules, name, package)
    del sys.modules["medmnist.info"], sys.modules["medmnist.evaluator"]
    return importlib.import_module("medmnist.evaluator")


OFFICIAL_TASKS = {
    Task.BINARY: "binary-class",
    Task.MULTICLASS: "multi-class",
    Task.ORDINAL: "ordinal-regression",
    Task.MULTILABEL: "multi-label, binary-class",
}


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("digits", [1, 15])
def test_auc_and_accuracy_are_the_official_evaluators(official, task, digits):
    """With few digits many scores are tied, or exactly 0.5."""
    rng = np.random.default_rng(1)
    n, n_classes = 20, 2 if task is Task.BINARY else 5
    dataset = Dataset("any", "Any", "Any", task, tuple("abcde"[:n_classes]), n)
    for _ in range(20):
        y_score = rng.dirichlet(np.ones(n_classes), n).round(digits)
        if task is Task.MULTILABEL:
            y_true = rng.integers(0, 2, (n, n_classes))
            y_true[:2] = [[0], [1]]
        else:
            y_true = rng.permutation(np.arange(n) % n_classes)
        found = score_dataset(y_true, y_score, dataset)
        assert found.auc == pytest.approx(official.getAUC(y_true, y_score, OFFICIAL_TASKS[task]), abs=1e-12)
        assert found.accuracy == pytest.approx(
            official.getACC(y_true, y_score, OFFICIAL_TASKS[task]), abs=1e-12
        )
