"""A dataset outside the benchmark, described by a file: trained, predicted and evaluated by commands."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

torch = pytest.importorskip("torch")

from sklearn.metrics import roc_auc_score  # noqa: E402

from baselines.mmpt.data import synthetic  # noqa: E402
from baselines.mmpt.data.further import DescriptionError, read_description  # noqa: E402
from baselines.mmpt.training import checkpoint as checkpoints  # noqa: E402

torch.set_num_threads(1)

DESCRIPTION = """\
name = "polyps"
task = "multi-label"
classes = ["adenoma", "serrated", "inflamed"]
channels = 3
title = "Polyps"
"""
SIZES = {"train": 60, "val": 30, "test": 40}


def write_polyps(folder: Path) -> Path:
    """Write images whose colours show their labels, and the description of the file."""
    generator = np.random.default_rng(5)
    arrays: dict[str, Any] = {}
    for split, n_images in SIZES.items():
        labels = generator.integers(0, 2, (n_images, 3))
        images = generator.integers(0, 60, (n_images, 28, 28, 3)) + 180 * labels[:, None, None, :]
        arrays[f"{split}_images"] = images.astype(np.uint8)
        arrays[f"{split}_labels"] = labels.astype(np.uint8)
    np.savez_compressed(folder / "polyps.npz", **arrays)
    description = folder / "polyps.toml"
    description.write_text(DESCRIPTION)
    return description


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A collection of all 12 datasets and a thirteenth."""
    folder = tmp_path_factory.mktemp("collection")
    synthetic.make_collection(folder, scale=0.0005)
    write_polyps(folder)
    return folder


def train(data: Path, output: Path, *options: str) -> None:
    call_command(
        "train_baseline", "--data", str(data), "--output", str(output), "--architecture", "test_resnet",
        "--resolution", "28", "--input-size", "32", "--device", "cpu", "--learning-rate", "0.003",
        "--batch-size", "16", "--further", str(data / "polyps.toml"), *options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(data, tmp_path_factory) -> Path:
    """A run of mm-PT on 13 datasets."""
    output = tmp_path_factory.mktemp("run") / "thirteen"
    train(data, output, "--scheme", "mm-pt", "--epochs", "4", "--no-pretrained")
    return output


def test_the_thirteenth_dataset_is_trained_with_the_others_and_recorded(run):
    checkpoint = checkpoints.load(run / "best.pt")
    assert len(checkpoint.heads()) == 13
    assert [each.to_dict() for each in checkpoint.config.further] == [
        {
            "name": "polyps", "task": "multi-label", "classes": ["adenoma", "serrated", "inflamed"], "channels": 3,
            "title": "Polyps", "modality": "",
        }
    ]  # fmt: skip
    with (run / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["dataset"] for row in rows} >= {"polyps", "pathmnist", "average"}


def test_it_is_predicted_and_evaluated_without_naming_the_description_again(run, data, tmp_path, capsys):
    output = tmp_path / "polyps.csv"
    call_command(
        "predict_baseline", run, data=data, output=output, datasets=["polyps"], device="cpu", batch_size=16
    )
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["dataset"], row["index"]) for row in rows[:2]] == [("polyps", "0"), ("polyps", "1")]
    predicted = np.array([[float(row[f"p{label}"]) for label in range(3)] for row in rows])
    with np.load(data / "polyps.npz") as arrays:
        auc = roc_auc_score(arrays["test_labels"], predicted)
    assert auc > 0.9  # the colours show the labels

    call_command("evaluate_checkpoint", run, data=data, split="test", output=tmp_path / "scores.csv")
    told = capsys.readouterr().out
    assert f"polyps, AUC {auc:.4f}" in told
    with (tmp_path / "scores.csv").open(newline="") as file:
        scores = {(row["dataset"], row["metric"]): float(row["mean"]) for row in csv.DictReader(file)}
    assert scores["polyps", "auc"] == pytest.approx(auc, abs=1e-6)
    official = [
        value for (name, metric), value in scores.items() if metric == "auc" and name.endswith("mnist")
    ]
    assert len(official) == 12
    assert scores["average", "auc"] == pytest.approx(np.mean(official), abs=1e-5)


def test_its_curves_are_drawn(run, tmp_path, settings):
    settings.CHROMIUM = ""
    call_command("plot_training", str(run), output=tmp_path)
    assert "polyps" in (tmp_path / "csv/auc-by-dataset.csv").read_text()


@pytest.mark.parametrize("scheme", ["end-to-end", "linear-probing", "knn"])
def test_a_backbone_of_the_others_is_fine_tuned_on_it(run, data, tmp_path, scheme):
    options = ("--scheme", scheme, "--dataset", "polyps", "--from", str(run), "--epochs", "1", "--shots", "4")
    train(data, tmp_path / "run", *options)
    call_command(
        "predict_baseline", tmp_path / "run", data=data, output=tmp_path / "p.csv", datasets=["polyps"],
        device="cpu", batch_size=16,
    )  # fmt: skip
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 41


def test_only_the_datasets_of_the_site_make_a_submission(run, data, tmp_path):
    with pytest.raises(CommandError, match="the site scores 7,180"):
        call_command(
            "predict_baseline", run, data=data, output=tmp_path / "all.csv", datasets=[], device="cpu"
        )
    with pytest.raises(CommandError, match="was not trained on: polypsis"):
        call_command(
            "predict_baseline", run, data=data, output=tmp_path / "p.csv", datasets=["polypsis"], device="cpu"
        )


def test_wrong_files_are_reported_before_anything_starts(data, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    write_polyps(folder)
    options = ("--scheme", "knn", "--dataset", "polyps")
    (folder / "polyps.npz").unlink()
    with pytest.raises(CommandError, match=r"1 of 1 files are missing from .*: polyps\.npz\.$"):
        train(folder, tmp_path / "run", *options)
    write_polyps(folder)
    (folder / "polyps.toml").write_text(DESCRIPTION.replace('"inflamed"', '"inflamed", "other"'))
    with pytest.raises(CommandError, match=r"`train_labels` of shape \(60, 3\), expected \(60, 4\)"):
        train(folder, tmp_path / "run", *options)
    (folder / "polyps.toml").write_text(DESCRIPTION.replace("channels = 3", "channels = 1"))
    with pytest.raises(CommandError, match=r"`train_images` of shape .* expected \(n, 28, 28\)"):
        train(folder, tmp_path / "run", *options)
    (folder / "polyps.toml").write_text(DESCRIPTION.replace("polyps", "pathmnist"))
    with pytest.raises(CommandError, match="two datasets have the name pathmnist"):
        train(folder, tmp_path / "run", *options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changed", "to", "message"),
    [
        ('name = "polyps"\n', "", "name missing; needed are name, task, classes, channels"),
        ('"polyps"', '"Big polyps"', "lower-case letters and digits only"),
        ('"polyps"', '"train"', "has a meaning of its own"),
        ("multi-label", "regression", "must be one of: binary, multi-class, ordinal, multi-label"),
        ("channels = 3", "channels = 4", r"channels is 4; it must be 1 \(grey\) or 3"),
        ('"adenoma", ', '"serrated", ', "two classes have the same name"),
        ("multi-label", "binary", "a binary task has 2 classes, not 3"),
        ('"adenoma", "serrated", "inflamed"', "", "1 classes or more, not 0"),
        ("title", "titel", "unknown entries titel"),
        ("name =", "name", "no valid TOML"),
    ],
)
def test_an_invalid_description_says_what_is_wrong(tmp_path, changed, to, message):
    path = tmp_path / "polyps.toml"
    path.write_text(DESCRIPTION.replace(changed, to))
    with pytest.raises(DescriptionError, match=rf"polyps\.toml .*{message}"):
        read_description(path)


def test_a_description_may_be_json(tmp_path):
    values = {"name": "polyps", "task": "ordinal", "classes": ["0", "1", "2"], "channels": 1}
    (tmp_path / "polyps.json").write_text(json.dumps(values))
    found = read_description(tmp_path / "polyps.json")
    assert (found.name, found.title, found.task, found.n_classes, found.n_channels) == (
        "polyps", "polyps", "ordinal", 3, 1,
    )  # fmt: skip
    with pytest.raises(DescriptionError, match=r"none\.json cannot be read"):
        read_description(tmp_path / "none.json")
