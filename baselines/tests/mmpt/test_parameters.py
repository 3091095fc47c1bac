"""Numbers of parameters and pre-training of the ten architectures, compared with timm and torchvision."""

import csv
from typing import Any

import pytest
import torch

from baselines.mmpt.model import architectures
from baselines.mmpt.model.architectures import ARCHITECTURES, timm
from baselines.mmpt.model.cost import count_operations, count_parameters
from baselines.mmpt.studies import description
from baselines.published import REPORTED_DIR

#: Parts of a tag in timm, and the name of the data.
DATA = {
    "dino": "ImageNet-1k",
    "in1k": "ImageNet-1k",
    "in12k": "ImageNet-12k",
    "in21k": "ImageNet-21k",
    "laion2b": "LAION-2B",
    "merged2b": "Merged-2B",
    "sa1b": "SA-1B",
}


@pytest.fixture(scope="module")
def stated() -> dict[str, dict[str, str]]:
    with (REPORTED_DIR / "facts.csv").open(encoding="utf-8", newline="") as file:
        return {line["architecture"]: line for line in csv.DictReader(file) if line["architecture"]}


def n_parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def size_without_classifier(name: str) -> int:
    """Build the network as `train.py` of Doerrich et al. does, without weights, and count all but its classifier."""
    network: Any
    with torch.device("meta"):
        if name == "alexnet":
            network = architectures.torchvision.models.alexnet()
            return n_parameters(network) - n_parameters(network.classifier[6])
        network = timm.create_model(name, pretrained=False, num_classes=9)
        return n_parameters(network) - n_parameters(network.get_classifier())


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_stated_parameters_are_those_of_the_network_without_its_classifier(name, stated):
    count = size_without_classifier(name)
    assert stated[name]["parameters_millions"] == f"{count / 1e6:.4f}"


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "samvit_base_patch16"])
def test_the_backbones_of_the_baselines_have_as_many(name):
    assert count_parameters(name) == size_without_classifier(name)


def test_the_backbone_of_sam_has_fewer_position_embeddings_for_smaller_images():
    """Doerrich et al. keep those for images of 1,024 pixels."""
    assert count_parameters("samvit_base_patch16", 1024) == size_without_classifier("samvit_base_patch16")
    assert count_parameters("samvit_base_patch16", 224) == 86_624_512


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name != "alexnet"])
def test_the_stated_pre_training_is_that_of_timms_weights(name, stated):
    full_name = ARCHITECTURES[name].timm_name
    config: Any = timm.get_pretrained_cfg(name)
    tag = config.tag
    assert full_name == (name if name.endswith(f".{tag}") else f"{name}.{tag}")
    assert stated[name]["source"].startswith(f"timm, {full_name}")
    of_tag = {data for part, data in DATA.items() if part in tag.split("_")}
    assert {data for data in DATA.values() if data in stated[name]["pretraining_name"]} == of_tag


def test_the_parameters_of_a_described_training_are_counted():
    assert description.count_parameters({"architecture": "test_vit", "input_size": 32}) == n_parameters(
        timm.create_model("test_vit", num_classes=0, img_size=32)
    )


@pytest.mark.parametrize(
    ("name", "billions"),
    # multiply-adds that the authors or timm state for images of 224 pixels, two operations each
    [
        ("resnet18", 1.82),
        ("vgg16", 15.47),
        ("densenet121", 2.87),
        ("vit_base_patch16_224", 17.58),
        ("alexnet", 0.71),
    ],
)
def test_operations_for_an_image(name, billions):
    assert count_operations(name) / 2e9 == pytest.approx(billions, rel=0.02)


def test_smaller_images_take_fewer_operations():
    assert 0.25 <= count_operations("resnet18", 112) / count_operations("resnet18", 224) < 0.3
