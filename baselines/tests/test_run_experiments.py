"""`run_experiments`: the experiments of the thesis."""

import csv
from pathlib import Path

import pytest
import torch
from django.core.management import CommandError, call_command

from baselines.mmpt.data import synthetic
from baselines.mmpt.model.architectures import create_backbone
from baselines.mmpt.studies import experiments
from baselines.mmpt.training.config import TrainingConfig


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A tiny collection of all datasets."""
    folder = tmp_path_factory.mktemp("synthetic")
    synthetic.make_collection(folder, scale=0.001)
    return folder


@pytest.fixture
def run(data, tmp_path, capsys):
    """Run the command and return its output."""

    def with_options(*numbers: int, **options) -> str:
        asked = {"data": data, "output": tmp_path / "out", "device": "cpu", "resolutions": [28]} | options
        call_command("run_experiments", *map(str, numbers), **asked)
        return capsys.readouterr().out

    return with_options


@pytest.fixture
def trained(monkeypatch) -> list[TrainingConfig]:
    """Train and score nothing; return the requested configurations."""
    asked: list[TrainingConfig] = []

    def train(config, folder, output, **_):
        asked.append(config)
        output.mkdir(parents=True)

    half = experiments.DatasetScores(0.5, 0.5, 0.5, 0.5)
    monkeypatch.setattr(experiments.train, "train", train)
    monkeypatch.setattr(experiments, "score", lambda *_: {"pathmnist": half})
    return asked


def test_a_dry_run_shows_the_plan_and_does_nothing(run, trained, tmp_path):
    told = run(1, 4, dry_run=True)
    assert "Experiment 1: CNNs against ViTs\nExperiment 4: Training on each dataset alone" in told
    assert "Trainings: 4, done: 0, to do: 4" in told
    assert [line.split() for line in told.splitlines() if "mm-PT ResNet-18" in line] == [
        ["mm-PT", "ResNet-18,", "28", "px", "for", "1,", "4", "to", "do"]
    ]
    assert trained == []
    assert not (tmp_path / "out").exists()


def test_trainings_are_done_once_and_end_in_tables_with_the_thesis(run, trained, tmp_path):
    told = run(
        1, resolutions=[64, 28], epochs=3, scale=0.5, pretrained=False, data=tmp_path / "none", dry_run=True
    )
    assert "Trainings: 4, done: 0" in told
    run(1, epochs=3, scale=0.5, pretrained=False, batch_norm="shared")
    assert {(one.architecture, one.resolution, one.epochs, one.training_share) for one in trained} == {
        ("resnet18", 28, 3, 0.5),
        ("vit_base_patch16_224", 28, 3, 0.5),
    }
    assert {(one.pretrained, one.batch_norm) for one in trained} == {(False, "shared")}
    with (tmp_path / "out/experiment-1.csv").open(newline="") as file:
        lines = {(line["what"], line["metric"]): line for line in csv.DictReader(file)}
    # Table 5 of the thesis
    line = lines["mm-PT ViT-B/16, 28 px", "cohen_kappa"]
    assert (line["here"], line["thesis"], line["difference"]) == ("0.500000", "0.565300", "-0.065300")
    assert "A trial with 50 %" in (tmp_path / "out/experiment-1.md").read_text()

    told = run(1, 3, epochs=3, scale=0.5, pretrained=False, batch_norm="shared")
    assert "Trainings: 4, done: 2, to do: 2" in told
    assert f"Wrote {tmp_path / 'out/experiment-3.md'}." in told
    assert [one.weighted_loss for one in trained] == [False, False, True, True]


def test_experiment_4_is_compared_with_both_ways_of_training_in_the_thesis(run, trained, tmp_path):
    run(4, architectures=["resnet18"])
    with (tmp_path / "out/experiment-4-comparisons.csv").open(newline="") as file:
        lines = {line["metric"]: line for line in csv.DictReader(file)}
    # Table 6: 0.7774 - 0.9092
    assert lines["auc"]["what"] == "mm-PT ResNet-18, 28 px - end-to-end ResNet-18, 28 px"
    assert (lines["auc"]["here"], lines["auc"]["thesis"]) == ("0.000000", "-0.131800")


def test_tables_are_written_after_each_training_and_a_stop_says_how_to_continue(
    run, trained, tmp_path, monkeypatch
):
    first = experiments.train.train

    def second_is_stopped(config, *arguments, **options):
        if trained:
            raise KeyboardInterrupt
        first(config, *arguments, **options)

    monkeypatch.setattr(experiments.train, "train", second_is_stopped)
    with pytest.raises(CommandError, match="Give the same command to continue"):
        run(1)
    assert "Trainings done: 1 of 2" in (tmp_path / "out/experiment-1.md").read_text()


def test_impossible_trainings_are_reported_before_anything_starts(run, trained, tmp_path):
    with pytest.raises(CommandError, match="12 of 12 files are missing"):
        run(1, resolutions=[28, 224])
    with pytest.raises(CommandError, match="no architecture 'resnet_18'"):
        run(1, architectures=["resnet18", "resnet_18"])
    with pytest.raises(CommandError, match="epochs is 0"):
        run(1, epochs=0)
    with pytest.raises(CommandError, match="cannot be used"):
        run(1, device="cuda:99")
    assert trained == []


def test_weights_come_from_a_folder_with_a_file_for_each_architecture(run, trained, tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    for name in ("test_resnet", "test_vit"):
        network = create_backbone(name, pretrained=False, input_size=224).network
        torch.save(network.state_dict(), weights / f"{name}.pth")
    architectures = ["test_resnet", "test_vit"]
    with pytest.raises(CommandError, match=r"no weights of resnet18: resnet18\.safetensors or resnet18\.pth"):
        run(1, weights=weights)
    assert trained == []
    run(1, weights=weights, architectures=architectures)
    assert {one.weights for one in trained} == {weights / "test_resnet.pth", weights / "test_vit.pth"}
    assert f"Training starts from the weights in {weights}." in (tmp_path / "out/experiment-1.md").read_text()


def test_weights_and_no_pretrained_exclude_each_other(data, tmp_path):
    with pytest.raises(CommandError, match="not allowed with"):
        call_command(
            "run_experiments", "1", "--data", str(data), "--output", str(tmp_path), "--no-pretrained", "--weights", "a"
        )  # fmt: skip


@pytest.mark.parametrize("scale", ["0", "1.5", "all", "nan"])
def test_a_scale_that_is_no_fraction_is_refused(scale, data, tmp_path):
    with pytest.raises(CommandError, match="not a fraction above 0"):
        call_command("run_experiments", "1", "--data", str(data), "--output", str(tmp_path), "--scale", scale)
