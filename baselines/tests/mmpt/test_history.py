"""Histories of runs: curves, means and the best epoch."""

import os
from pathlib import Path

import pytest

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.evaluate import Result, mean_loss
from baselines.mmpt.training.history import HistoryError, read_history, title
from baselines.mmpt.training.log import RunLog
from baselines.tests.mmpt.histories import ROWS, make_run


def test_means_over_batches_and_over_datasets(tmp_path):
    history = read_history(make_run(tmp_path / "run", ROWS))
    # (3 * 2 + 1) / 4, (3 * 1 + 0.8) / 4; (2 + 1) / 2, (1 + 0.8) / 2
    assert history.mean_curve("train", "loss", "batches") == [(1, 1.75), (2, pytest.approx(0.95))]
    assert history.mean_curve("train", "loss", "datasets") == [(1, 1.5), (2, 0.9)]
    assert history.mean_curve("val", "auc", "datasets") == [(1, pytest.approx(0.6)), (2, pytest.approx(0.8))]
    assert history.curve("pathmnist", "val", "loss") == [(1, 1.5), (2, 1.6)]


def test_the_best_epoch_has_the_lowest_selecting_loss(tmp_path):
    rows = [(*row[:4], {0.3: 0.75}.get(row[4], row[4]), row[5]) for row in ROWS]
    # over batches: (2 * 1.5 + 0.9) / 3 = 1.3, then (2 * 1.6 + 0.75) / 3 = 1.317; over datasets: 1.2, then 1.175
    for select_by, best, auc in (("batches", 1, 0.55), ("datasets", 2, 0.75)):
        history = read_history(make_run(tmp_path / select_by, rows, select_by=select_by))
        assert history.best_epochs() == {"pathmnist": best, "breastmnist": best}
        assert history.at_best("auc")["pathmnist"] == auc


def test_models_of_one_dataset_each_have_best_epochs_of_their_own(tmp_path):
    for name, folder in (("pathmnist", "b"), ("breastmnist", "a")):
        rows = [row for row in ROWS if row[1] == name and (name, row[0]) != ("breastmnist", 3)]
        rows += [(3, name, "val", 2, 9.0, 0.1)] if name == "pathmnist" else []
        make_run(tmp_path / folder, rows, scheme="end-to-end", dataset=name)
    os.utime(tmp_path / "b/config.json", (0, 0))
    history = read_history(tmp_path)
    assert history.config == TrainingConfig("end-to-end", "resnet18", 28)
    assert history.datasets == ["pathmnist", "breastmnist"], "the order of training"
    assert history.best_epochs() == {"pathmnist": 1, "breastmnist": 2}
    assert [epoch for epoch, _ in history.mean_curve("val", "loss", "datasets")] == [1, 2], "both have these"


def test_an_undefined_metric_is_none(tmp_path):
    rows = [(*row[:5], "" if row[:3] == (2, "pathmnist", "val") else row[5]) for row in ROWS]
    history = read_history(make_run(tmp_path / "run", rows))
    assert history.curve("pathmnist", "val", "auc") == [(1, 0.55), (2, None)]
    assert history.mean_curve("val", "auc", "datasets") == [(1, pytest.approx(0.6))]


def test_the_log_of_a_training_is_read_with_the_selecting_loss(tmp_path):
    folder = make_run(tmp_path / "run")
    results = {
        "pathmnist": Result(2.0, 3, 0.5, 0.4, 0.3, 0.2),
        "breastmnist": Result(1.0, 1, float("nan"), 0.4, 0.3, 0.2),
    }
    log = RunLog(folder, 0)
    log.epoch(1, {"train": results, "val": results}, 0.1)
    log.close()
    history = read_history(folder)
    for over in ("batches", "datasets"):
        assert history.mean_curve("val", "loss", over) == [(1, mean_loss(results, over))]
    assert history.curve("breastmnist", "val", "auc") == [(1, None)]


def test_titles():
    assert title(TrainingConfig("mm-pt", "resnet18", 28)) == "mm-PT ResNet-18, 28 px"
    weighted = TrainingConfig("mm-pt", "test_vit", 224, weighted_loss=True)
    assert title(weighted) == "mm-PT test_vit, weighted loss, 224 px"


def nothing(folder: Path) -> Path:
    return folder / "nothing"


def a_file(folder: Path) -> Path:
    (folder / "best.pt").touch()
    return folder / "best.pt"


def empty(folder: Path) -> Path:
    return folder


def young(folder: Path) -> Path:
    return make_run(folder / "run")


def knn(folder: Path) -> Path:
    return make_run(folder / "run", [(0, "pathmnist", "val", 0, "", 0.5)], scheme="knn", dataset="pathmnist")


def damaged(folder: Path) -> Path:
    make_run(folder / "run", ROWS)
    (folder / "run/metrics.csv").write_text("epoch,dataset\n1,pathmnist\n")
    return folder / "run"


def damaged_config(folder: Path) -> Path:
    make_run(folder / "run", ROWS)
    (folder / "run/config.json").write_text("{")
    return folder / "run"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (nothing, "is not there: give the output folder"),
        (a_file, "is a file: give the output folder"),
        (empty, "holds no run"),
        (young, "has no metrics yet"),
        (knn, "k-NN, which trains nothing"),
        (damaged, "metrics.csv cannot be read"),
        (damaged_config, "config.json cannot be read"),
    ],
)
def test_a_folder_without_a_run_is_refused(tmp_path, make, message):
    with pytest.raises(HistoryError, match=message):
        read_history(make(tmp_path))
