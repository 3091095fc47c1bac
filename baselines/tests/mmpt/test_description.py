"""Public description of the training of a checkpoint, or of a run with several checkpoints."""

from dataclasses import replace
from pathlib import Path

import pytest

from baselines.mmpt.studies.description import DescriptionError, describe
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import Checkpoint, CheckpointError
from baselines.mmpt.training.config import TrainingConfig
from challenge.scoring.benchmark import MEDMNIST_PLUS

CONFIG = TrainingConfig("mm-pt", "resnet18", 28, weights=Path("/home/someone/secret/resnet18.pth"), seed=7)
CHECKPOINT = Checkpoint(
    config=CONFIG,
    model_state={},
    statistics={},
    epoch=4,
    best_epoch=4,
    best_loss=0.5,
    optimizer_state=None,
    rng_state=None,
    versions={"torch": "2.13.0"},
    git_commit="0123456-dirty",
)


def save(path: Path, **config) -> None:
    path.parent.mkdir(exist_ok=True)
    checkpoints.save(path, replace(CHECKPOINT, config=replace(CONFIG, **config)))


def test_the_description_leaves_out_facts_about_the_trainers_machine(tmp_path):
    save(tmp_path / "best.pt")
    expected = CONFIG.to_dict() | {
        "weights": "resnet18.pth",
        "best_epoch": 4,
        "backbone_parameters": 11_176_512,
        "backbone_operations": 2 * 1_813_561_344,
        "versions": {"torch": "2.13.0"},
        "git_commit": "0123456-dirty",
    }
    del expected["device"], expected["from_statistics"]
    assert describe(tmp_path / "best.pt") == describe(tmp_path) == expected


def test_the_models_of_a_run_are_one_training(tmp_path):
    for number, dataset in enumerate(MEDMNIST_PLUS):
        path = tmp_path / dataset.name / "best.pt"
        save(path, scheme="end-to-end", dataset=dataset.name, device="cpu" if number else "auto")
    described = describe(tmp_path)
    assert described["scheme"] == "end-to-end"
    assert "dataset" not in described
    assert described["best_epoch"] == {dataset.name: 4 for dataset in MEDMNIST_PLUS}


def test_models_that_were_trained_differently_are_not_one_training(tmp_path):
    for dataset in MEDMNIST_PLUS:
        seed = 8 if dataset.name == "breastmnist" else 7
        save(tmp_path / dataset.name / "best.pt", scheme="end-to-end", dataset=dataset.name, seed=seed)
    with pytest.raises(DescriptionError, match=r"breastmnist.*trained differently: seed"):
        describe(tmp_path)


def test_a_file_that_is_no_checkpoint_is_named(tmp_path):
    (tmp_path / "best.pt").write_text("nothing")
    with pytest.raises(CheckpointError, match=r"best\.pt"):
        describe(tmp_path)


def test_a_fine_tuning_names_the_folder_of_its_run_and_no_pretrained_weights(tmp_path):
    for run in (tmp_path / "runs/resnet18", tmp_path / "runs/resnet18/best.pt"):
        save(tmp_path / "best.pt", weights=None, from_run=run)
        described = describe(tmp_path / "best.pt")
        assert (described["from_run"], described["from_statistics"]) == ("resnet18", "pooled")
        assert "pretrained" not in described
