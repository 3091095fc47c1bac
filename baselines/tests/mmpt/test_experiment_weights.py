"""Weights that the trainings of experiments start from."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from baselines.mmpt.model.architectures import ArchitectureError, create_backbone
from baselines.mmpt.studies.experiments import carry_out, check, plan
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.config import ConfigError
from baselines.tests.mmpt.small import small_config
from baselines.tests.mmpt.study import make_study, small_study


def weights_in(folder: Path, **names: str) -> Path:
    """Write random weights of architectures, each under a name."""
    folder.mkdir(exist_ok=True)
    for name, architecture in names.items():
        network = create_backbone(architecture, pretrained=False, input_size=32).network
        torch.save(network.state_dict(), folder / f"{name}.pth")
    return folder


def test_each_architecture_starts_from_its_file(tmp_path, collection):
    folder, benchmark = collection
    weights = weights_in(tmp_path / "weights", test_resnet="test_resnet", test_vit="test_vit")
    common = small_config(weights=weights)
    study = make_study(
        tmp_path, 3, data=folder, common=common, architectures=("test_resnet", "test_vit"), resolutions=(28,)
    )
    planned = plan(study)
    assert {(run.training.architecture, run.config.weights) for run in planned} == {
        ("test_resnet", weights / "test_resnet.pth"),
        ("test_vit", weights / "test_vit.pth"),
    }
    check(planned, folder, benchmark)
    others = plan(replace(study, common=small_config()))
    assert not {run.folder for run in planned} & {run.folder for run in others}
    # for one architecture, the file itself
    file = weights / "test_resnet.pth"
    (alone, _) = plan(replace(study, common=small_config(weights=file), architectures=("test_resnet",)))
    assert alone.config.weights == file


def test_a_training_starts_from_the_given_weights(tmp_path, collection):
    folder, benchmark = collection
    weights = weights_in(tmp_path / "weights", test_resnet="test_resnet")
    common = small_config(epochs=1, weights=weights, learning_rate=1e-30, weight_decay=0.0)
    (run,) = plan(small_study(tmp_path, folder, 1, common=common))
    carry_out([run], folder, benchmark=benchmark, write=lambda line: None)
    trained = checkpoints.load(run.folder / "best.pt").model_state
    given = torch.load(weights / "test_resnet.pth", weights_only=True)
    learned = [name for name in given if name.endswith(".weight")]
    assert len(learned) > 10
    for name in learned:  # with a learning rate near 0, training does not change them
        torch.testing.assert_close(trained[f"backbone.network.{name}"], given[name], atol=1e-20, rtol=0)


def test_missing_or_unfitting_weights_are_reported_before_anything_starts(tmp_path, collection):
    folder, benchmark = collection
    weights = weights_in(tmp_path / "weights", resnet18="test_resnet")
    study = make_study(tmp_path, 1, data=folder, common=small_config(weights=weights), resolutions=(28,))
    with pytest.raises(
        ConfigError, match=r"no weights of vit_base_patch16_224: vit_base_patch16_224\.safetensors or"
    ):
        plan(study)
    with pytest.raises(ConfigError, match="is not a folder: for several architectures"):
        plan(replace(study, common=small_config(weights=weights / "resnet18.pth")))
    one = replace(study, architectures=("resnet18",))
    with pytest.raises(ArchitectureError, match=r"resnet18\.pth: these are not weights of ResNet"):
        check(plan(one), folder, benchmark)
    with pytest.raises(ArchitectureError, match="no such file of weights"):
        check(plan(replace(one, common=small_config(weights=weights / "typo.pth"))), folder, benchmark)
    (weights / "resnet18.safetensors").touch()
    with pytest.raises(ConfigError, match=r"holds resnet18\.safetensors and resnet18\.pth"):
        plan(one)
