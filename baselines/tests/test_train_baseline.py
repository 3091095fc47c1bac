"""`train_baseline` and `predict_baseline`: from files in a folder to a submission file."""

import gzip
import sys
from functools import partial

import pytest
from django.core.management import CommandError, call_command

torch = pytest.importorskip("torch")

from baselines.mmpt.data import splits, synthetic  # noqa: E402
from baselines.mmpt.training import checkpoint as checkpoints  # noqa: E402
from baselines.mmpt.training import predict  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    """All 12 datasets, with few images."""
    folder = tmp_path_factory.mktemp("collection")
    synthetic.make_collection(folder, scale=0.0005)
    return folder


QUICK = ("--no-pretrained", "--input-size", "32", "--epochs", "1", "--batch-size", "32", "--device", "cpu")


def command(collection, output, *options: str) -> None:
    call_command(
        "train_baseline",
        *(
            "--data",
            str(collection),
            "--output",
            str(output),
            "--architecture",
            "test_resnet",
            "--resolution",
            "28",
        ),
        *QUICK,
        *options,
    )


def test_the_options_are_those_of_the_checkpoint(collection, tmp_path, capsys):
    command(
        collection, tmp_path / "run", "--scheme", "mm-pt", "--weighted-loss", "--weighting-excludes", "retinamnist",
        "--ordinal-loss", "--batch-norm", "shared", "--scheduler", "none", "--select-by", "datasets", "--patience",
        "3", "--learning-rate", "0.01", "--seed", "7", "--precision", "bf16", "--deterministic",
    )  # fmt: skip
    assert f"The best model is in {tmp_path / 'run/best.pt'}." in capsys.readouterr().out
    config = checkpoints.load(tmp_path / "run/best.pt").config
    expected = {
        "scheme": "mm-pt", "architecture": "test_resnet", "resolution": 28, "dataset": None,
        "weighted_loss": True, "weighting_excludes": ["retinamnist"], "batch_norm": "shared",
        "mixed_batches": False, "ordinal_loss": True, "scheduler": "none", "select_by": "datasets", "epochs": 1,
        "patience": 3, "batch_size": 32, "input_size": 32, "learning_rate": 0.01, "weight_decay": 0.01, "seed": 7,
        "pretrained": False, "weights": None, "device": "cpu", "precision": "bf16", "compile": False,
        "deterministic": True,
    }  # fmt: skip
    assert {name: value for name, value in config.to_dict().items() if name in expected} == expected


def test_a_run_can_be_resumed(collection, tmp_path, capsys):
    options = ("--scheme", "end-to-end", "--dataset", "breastmnist")
    command(collection, tmp_path / "run", *options)
    with pytest.raises(CommandError, match="--resume"):
        command(collection, tmp_path / "run", *options)
    command(collection, tmp_path / "run", *options, "--resume")
    assert "Nothing is left to do." in capsys.readouterr().out


def test_a_missing_file_is_reported_before_anything_starts(tmp_path):
    with pytest.raises(
        CommandError, match=r"12 of 12 files are missing from .*: pathmnist\.npz, chestmnist\.npz"
    ):
        command(tmp_path, tmp_path / "run", "--scheme", "mm-pt")
    assert not (tmp_path / "run").exists()


def test_an_unknown_architecture_is_reported_with_similar_names(collection, tmp_path):
    with pytest.raises(CommandError, match="resnet18"):
        command(collection, tmp_path / "run", "--scheme", "mm-pt", "--architecture", "resnet81")
    assert not (tmp_path / "run").exists()


def test_contradictory_options_are_reported(collection, tmp_path):
    with pytest.raises(CommandError, match="mm-pt trains on all datasets"):
        command(collection, tmp_path / "run", "--scheme", "mm-pt", "--dataset", "breastmnist")


def test_download_gets_the_files_of_the_datasets_first(collection, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "baselines.mmpt.data.download.download",
        lambda folder, datasets, resolution, write: asked.append(
            (folder, [d.name for d in datasets], resolution)
        ),
    )
    command(collection, tmp_path / "run", "--scheme", "knn", "--dataset", "breastmnist", "--download")
    assert asked == [(collection, ["breastmnist"], 28)]


def test_without_torch_the_command_says_what_to_install(collection, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "baselines.mmpt.training.train", None)
    with pytest.raises(CommandError, match=r"requirements/baselines\.txt"):
        command(collection, tmp_path / "run", "--scheme", "mm-pt")


def test_a_synthetic_collection_of_other_sizes_gives_no_submission(collection, tmp_path):
    command(collection, tmp_path / "run", "--scheme", "mm-pt")
    with pytest.raises(CommandError, match="but the site scores 7,180"):
        call_command("predict_baseline", tmp_path / "run", data=collection, output=tmp_path / "file.csv")


def test_predictions_are_written(collection, tmp_path, monkeypatch):
    command(collection, tmp_path / "run", "--scheme", "mm-pt")
    of_few_images = partial(predict.predict, benchmark=splits.benchmark_of(collection, 28))
    monkeypatch.setattr(predict, "predict", of_few_images)
    call_command("predict_baseline", tmp_path / "run", data=collection, output=tmp_path / "file.csv.gz")
    with gzip.open(tmp_path / "file.csv.gz", "rt") as file:
        assert file.readline().startswith("dataset,index,p0,p1")
