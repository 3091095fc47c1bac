"""`train_baseline` and `predict_baseline`: from files in a folder to a submission file."""

import gzip
import sys
from dataclasses import replace
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


def test_a_run_is_repeated_from_its_configuration(collection, tmp_path):
    command(collection, tmp_path / "run", "--scheme", "mm-pt", "--protocol", "thesis", "--seed", "7")
    file = str(tmp_path / "run/config.json")
    given = ["train_baseline", "--data", str(collection), "--config", file, "--output"]
    call_command(*given, str(tmp_path / "again"))
    call_command(*given, str(tmp_path / "other"), "--seed", "8", "--no-deterministic")
    first, again, other = (
        checkpoints.load(tmp_path / name / "best.pt") for name in ("run", "again", "other")
    )
    assert again.config == first.config
    assert (first.config.protocol, first.config.batch_norm, first.config.deterministic) == (
        "thesis",
        "shared",
        True,
    )
    assert all(torch.equal(value, again.model_state[name]) for name, value in first.model_state.items())
    assert other.config == replace(first.config, seed=8, deterministic=False)


def test_a_training_needs_a_scheme_or_a_run_to_repeat(collection, tmp_path):
    with pytest.raises(CommandError, match=r"Give --scheme, --resolution, or repeat a run with --config\."):
        call_command(
            "train_baseline",
            data=collection,
            output=tmp_path / "run",
            architecture="test_resnet",
            config=None,
        )
    with pytest.raises(CommandError, match=r"none\.json cannot be read"):
        call_command(
            "train_baseline", data=collection, output=tmp_path / "run", config=tmp_path / "none.json"
        )


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
