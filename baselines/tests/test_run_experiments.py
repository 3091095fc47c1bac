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
from challenge.scoring.metrics.ranked import DatasetScores


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A tiny collection of all datasets."""
    folder = tmp_path_factory.mktemp("synthetic")
    synthetic.make_collection(folder, scale=0.001)
    return folder


@pytest.fixture
def run(data, tmp_path, capsys, settings):
    """Run the command and return its output."""
    settings.CHROMIUM = ""

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

    half = DatasetScores(0.5, 0.5, 0.5, 0.5)
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


def test_scores_are_drawn_against_the_parameters_with_those_of_the_thesis(run, trained, tmp_path):
    told = run(3, 1)
    assert f"Wrote 3 figures to {tmp_path / 'out/figures'}." in told
    with (tmp_path / "out/figures/csv/cohen-kappa-over-parameters-28.csv").open(newline="") as file:
        lines = {line["Training"]: line for line in csv.DictReader(file)}
    assert len(lines) == 8
    # Table 5 of the thesis
    assert lines["mm-PT ViT-B/16, 28 px (thesis)"]["Cohen's kappa"] == "0.5653"
    here = lines["mm-PT ResNet-18, weighted loss, 28 px"]
    assert (here["Parameters in millions"], here["Cohen's kappa"]) == ("11.177", "0.5")
    assert float(here["GMACs"]) == pytest.approx(1.8, abs=0.05)  # Table 1 of the thesis
    page = (tmp_path / "out/figures/html/auc-over-parameters-28.html").read_text()
    assert "(AUC) at 28 × 28, synthetic images, against the number of parameters</title>" in page


def test_experiment_4_is_compared_with_both_ways_of_training_in_the_thesis(run, trained, tmp_path):
    told = run(4, architectures=["resnet18"])
    assert "figures" not in told  # of networks of one size
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


def test_a_protocol_and_chosen_options_apply_to_every_training(run, trained, tmp_path):
    run(3, 4, architectures=["test_vit"], pretrained=False, protocol="thesis", learning_rate=1e-3)
    found = {(one.scheme, one.weighted_loss): one for one in trained}
    assert {(one.batch_norm, one.scheduler, one.deterministic) for one in trained} == {
        ("shared", "cosine-late", True)
    }
    assert {one.learning_rate for one in trained} == {1e-3}
    assert {way: one.select_by for way, one in found.items()} == {
        ("mm-pt", False): "batches", ("mm-pt", True): "datasets", ("end-to-end", False): "batches",
    }  # fmt: skip
    text = (tmp_path / "out/experiment-3.md").read_text()
    assert "Protocol: Bachmeier (2024), except learning rate 0.001, not 0.0001." in text
    assert "BatchNorm has statistics for each dataset" not in text


def test_a_choice_of_the_model_is_for_mm_pt_alone(run, trained):
    run(4, architectures=["test_vit"], pretrained=False, select_by="datasets", deterministic=True)
    assert {one.scheme: one.select_by for one in trained} == {"mm-pt": "datasets", "end-to-end": "batches"}
    assert all(one.deterministic for one in trained)


def test_each_seed_is_trained_and_tables_have_means_and_deviations(run, trained, tmp_path, monkeypatch):
    scores = iter([0.5, 0.7, 0.9])
    monkeypatch.setattr(
        experiments, "score", lambda *_: {"pathmnist": DatasetScores(next(scores), 0.5, 0.25, 0.75)}
    )
    told = run(1, architectures=["test_vit"], pretrained=False, seeds=[1, 2, 3])
    assert "Trainings: 3, done: 0, to do: 3" in told
    assert "seed 2" in told
    assert [one.seed for one in trained] == [1, 2, 3]
    text = (tmp_path / "out/experiment-1.md").read_text()
    # the population deviation of 0.5, 0.7 and 0.9
    assert "| mm-PT test_vit, 28 px | 0.7000 ± 0.1633 |" in text
    assert "with seeds 1, 2, 3" in text
    with (tmp_path / "out/experiment-1.csv").open(newline="") as file:
        line = next(csv.DictReader(file))
    assert (line["here"], line["here_std"]) == ("0.700000", "0.163299")


def test_experiment_5_is_planned_with_its_shots(run, trained):
    told = run(5, architectures=["test_vit"], pretrained=False, shots=[5, None], dry_run=True)
    assert "Experiment 5: Pre-training on the other datasets" in told
    assert "Pre-trainings: 12; fine-tunings: 48, done: 0, to do: 48" in told
    assert "pathmnist, test_vit, 28 px, 5 shots, from mm-PT on the other datasets, seed 9930641" in told
    assert trained == []


@pytest.mark.parametrize("shots", ["0", "-1", "some"])
def test_shots_that_are_no_number_are_refused(shots, data, tmp_path):
    with pytest.raises(CommandError, match="neither a number of images of 1 or more, nor all"):
        call_command(
            "run_experiments", "5", "--data", str(data), "--output", str(tmp_path), f"--shots={shots}"
        )
