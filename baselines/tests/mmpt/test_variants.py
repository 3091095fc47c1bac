"""Variants of a training: weights of datasets, changed networks, large inputs; and the use from Python."""

import re
from pathlib import Path

import pytest
import torch

from baselines.mmpt.data import synthetic
from baselines.mmpt.model.architectures import ArchitectureError, create_backbone
from baselines.mmpt.model.cost import count_parameters, describe
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import train
from baselines.mmpt.training.learner import build_model, make_learner
from baselines.mmpt.training.sources import load_sources
from baselines.tests.mmpt.small import small_config

DOCUMENT = Path(__file__).parents[3] / "docs" / "baselines.md"
WIDE = '{"channels": [96, 192, 384, 768]}'


def weights_of(collection, **changes) -> dict[str, float]:
    folder, benchmark = collection
    config = small_config(**changes)
    config.validate(benchmark)
    model = build_model(config, config.datasets(benchmark))
    sources, _ = load_sources(config, folder, model, benchmark, torch.device("cpu"))
    return make_learner(config, model, sources).weights


def test_weights_are_given_by_dataset_or_by_task(collection):
    found = weights_of(collection, dataset_weights=("multi-label=0.5", "bloodmnist=3"))
    assert found == {"chestmnist": 0.5, "retinamnist": 1, "breastmnist": 1, "bloodmnist": 3}


def test_the_name_of_a_dataset_goes_before_its_task(collection):
    assert weights_of(collection, dataset_weights=("retinamnist=2", "ordinal=5"))["retinamnist"] == 2


def test_given_weights_multiply_those_of_the_weighted_loss(collection):
    weighted = weights_of(collection, weighted_loss=True)
    both = weights_of(collection, weighted_loss=True, dataset_weights=("chestmnist=4",))
    assert both == weighted | {"chestmnist": 4 * weighted["chestmnist"]}


def test_a_wider_network_has_more_features_and_parameters():
    backbone = create_backbone("resnet18", pretrained=False, input_size=32, timm_kwargs=WIDE)
    assert backbone.num_features == 768
    wide, usual = count_parameters("resnet18", 32, WIDE), count_parameters("resnet18", 32)
    assert wide == sum(each.numel() for each in backbone.parameters())
    assert 2 * usual < wide < 2.25 * usual
    assert (
        describe("resnet18", 32, WIDE)["backbone_operations"]
        > describe("resnet18", 32)["backbone_operations"]
    )


def test_a_changed_network_is_trained_recorded_and_predicted(collection, tmp_path):
    folder, benchmark = collection
    config = small_config(
        architecture="resnet18", timm_kwargs='{"channels": [8, 8, 16, 16]}', epochs=1, only=("breastmnist",)
    )
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    checkpoint = checkpoints.load(tmp_path / "run/best.pt")
    assert checkpoint.config == config
    assert checkpoint.model_state["heads.breastmnist.weight"].shape == (2, 16)
    usual = small_config(
        architecture="resnet18", scheme="knn", dataset="breastmnist", from_run=tmp_path / "run"
    )
    with pytest.raises(train.ERRORS, match="give --timm-kwargs as in that run"):
        train.train(usual, folder, tmp_path / "other", benchmark=benchmark, write=lambda line: None)


def test_arguments_that_timm_does_not_take_are_reported():
    with pytest.raises(ArchitectureError, match="timm cannot make resnet18"):
        create_backbone("resnet18", pretrained=False, timm_kwargs='{"colour": 1}')
    with pytest.raises(ArchitectureError, match="img_size 384: give --input-size instead"):
        create_backbone("test_vit", pretrained=False, timm_kwargs='{"img_size": 384}')
    with pytest.raises(ArchitectureError, match="--timm-kwargs do not apply"):
        create_backbone("alexnet", pretrained=False, timm_kwargs='{"width": 1}')


@pytest.mark.parametrize(("architecture", "size"), [("test_vit", 300), ("alexnet", 32)])
def test_an_input_size_that_a_network_does_not_take_is_refused(collection, tmp_path, architecture, size):
    folder, benchmark = collection
    config = small_config(
        architecture=architecture, input_size=size, scheme="end-to-end", dataset="breastmnist"
    )
    with pytest.raises(
        train.ERRORS, match=f"{architecture} cannot be used as a backbone for images of {size} pixels"
    ):
        train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("architecture", ["test_vit", "test_resnet"])
def test_inputs_may_be_larger_than_224_pixels(collection, tmp_path, architecture):
    folder, benchmark = collection
    config = small_config(architecture=architecture, input_size=256, epochs=1, dataset="breastmnist", shots=2)
    config = type(config).from_dict(config.to_dict() | {"scheme": "end-to-end"})
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    assert checkpoints.load(tmp_path / "run/best.pt").epoch == 1


def test_the_documented_lines_of_python_train_score_and_predict(tmp_path, capsys):
    (code,) = re.findall(r"^```python\n(from pathlib.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    assert sum(1 for line in code.splitlines() if line and not line.startswith(("from", "import"))) <= 10
    synthetic.make_collection(tmp_path / "data", scale=0.0005)
    for old, new in (
        ('"~/.medmnist"', repr(str(tmp_path / "data"))),
        ('"runs/resnet18"', repr(str(tmp_path / "run"))),
        ('"bloodmnist.csv"', repr(str(tmp_path / "blood.csv"))),
        ('"architecture": "resnet18"', '"architecture": "test_resnet", "input_size": 32, "epochs": 1'),
        ('"resolution": 28', '"resolution": 28, "pretrained": False, "device": "cpu"'),
    ):
        assert old in code
        code = code.replace(old, new)
    exec(code, {})  # noqa: S102 - the code of our own document
    (scores,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    assert scores.count("mnist") == 11
    assert "chestmnist" not in scores
    with (tmp_path / "blood.csv").open() as file:
        assert file.readline().startswith("dataset,index,p0")
