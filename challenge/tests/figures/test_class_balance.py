"""Number of test images of each class: the figure, and the counts."""

import plotly.graph_objects as go
import pytest

from challenge.content.class_balance import class_counts
from challenge.figures.datasets import class_balance
from challenge.models import GroundTruth
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task

SMALL = Dataset("small", "Small & Co", "Tests", Task.MULTICLASS, ("first", "second", "third"), 10)
LABELS = Dataset("labels", "Labels", "Tests", Task.MULTILABEL, ("left", "right"), 8)


def test_bars_and_table_say_the_same():
    figure = class_balance(SMALL, [5, 4, 1])
    (bars,) = figure.data
    assert list(bars["x"]) == [5, 4, 1]
    assert bars["y"] == ["p0: first", "p1: second", "p2: third"]
    assert bars["orientation"] == "h"
    assert [list(row) for row in figure.rows] == [
        ["p0", "first", 5, 0.5],
        ["p1", "second", 4, 0.4],
        ["p2", "third", 1, 0.1],
    ]
    assert figure.title == "Test images of each class of Small & Co"


def test_labels_are_counted_apart_and_need_not_add_up():
    figure = class_balance(LABELS, [6, 5])
    assert "carrying each label" in figure.title
    assert [row[3] for row in figure.rows] == [6 / 8, 5 / 8]


def test_synthetic_counts_say_so_in_the_file_too():
    figure = class_balance(SMALL, [5, 4, 1], synthetic=True)
    assert "(synthetic labels)" in figure.spec()["file"]["title"]["text"]


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_plotly_takes_it_and_the_names_fit(dataset):
    figure = class_balance(dataset, [1] * dataset.n_classes)
    go.Figure(figure.data, figure.spec()["file"])  # raises if plotly does not know an attribute
    ticks = figure.data[0]["y"]
    assert len(set(ticks)) == dataset.n_classes, "bars of one name would be drawn as one"
    for tick in ticks:
        assert len(tick.split("<br>")) <= 2
        assert max(map(len, tick.split("<br>"))) <= 22
    assert [row[1] for row in figure.rows] == list(dataset.classes), "the table has the whole names"


def test_counts_are_those_of_the_labels(ground_truth, labels):
    counts = class_counts(ground_truth)
    for dataset in MEDMNIST_PLUS:
        rows = labels.labels[dataset.name].tolist()
        for number, count in enumerate(counts[dataset.name]):
            if dataset.task is Task.MULTILABEL:
                assert count == sum(row[number] for row in rows)
            else:
                assert count == rows.count(number)
    assert list(counts) == [dataset.name for dataset in MEDMNIST_PLUS]


def test_they_are_read_once_for_each_version(ground_truth, monkeypatch):
    before = class_counts(ground_truth)
    monkeypatch.setattr(
        "challenge.content.class_balance.read_ground_truth", lambda *_: pytest.fail("read again")
    )
    assert class_counts(ground_truth) == before


def test_no_ground_truth():
    assert class_counts(None) == {}


def test_lost_labels_are_logged_and_cost_no_page(settings, tmp_path, caplog):
    settings.GROUND_TRUTH_DIR = tmp_path
    assert class_counts(GroundTruth(name="Lost", checksum="0" * 64)) == {}
    assert "Lost" in caplog.text
