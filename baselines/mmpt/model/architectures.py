"""Backbones: the ten architectures of the published baselines, and any other timm model."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub import HfApi, try_to_load_from_cache
from torch import Tensor, nn

from baselines.mmpt.model.backbone import AlexNet, ArchitectureError, Backbone, used_as_backbone
from baselines.mmpt.model.torchvision_shim import torchvision  # before timm, which imports torchvision
from baselines.mmpt.model.weights import config_of, load_weights, read_weights

import timm  # isort: skip
from timm.layers import convert_sync_batchnorm  # isort: skip

#: Seconds to wait for an answer from the server of pretrained weights.
PATIENCE = 10


@dataclass(frozen=True)
class Architecture:
    """An architecture of the baselines.

    Attributes:
        name: its name in `--architecture` and in the published results.
        title: its name for readers.
        timm_name: its name in timm with the tag of its weights; None for torchvision's AlexNet.
        n_features: number of features of the backbone.

    """

    name: str
    title: str
    timm_name: str | None
    n_features: int


_ALL = (
    Architecture("vgg16", "VGG16", "vgg16.tv_in1k", 4096),
    Architecture("alexnet", "AlexNet", None, 4096),
    Architecture("resnet18", "ResNet-18", "resnet18.a1_in1k", 512),
    Architecture("densenet121", "DenseNet-121", "densenet121.ra_in1k", 1024),
    Architecture("efficientnet_b4", "EfficientNet-B4", "efficientnet_b4.ra2_in1k", 1792),
    Architecture("vit_base_patch16_224", "ViT-B/16", "vit_base_patch16_224.augreg2_in21k_ft_in1k", 768),
    Architecture(
        "vit_base_patch16_clip_224", "CLIP ViT-B/16", "vit_base_patch16_clip_224.laion2b_ft_in12k_in1k", 768
    ),
    Architecture(
        "eva02_base_patch16_clip_224", "EVA-02 ViT-B/16", "eva02_base_patch16_clip_224.merged2b", 768
    ),
    Architecture("vit_base_patch16_224.dino", "DINO ViT-B/16", "vit_base_patch16_224.dino", 768),
    Architecture("samvit_base_patch16", "SAM ViT-B/16", "samvit_base_patch16.sa1b", 256),
)

#: Architectures by name.
ARCHITECTURES: Mapping[str, Architecture] = {architecture.name: architecture for architecture in _ALL}


def create_backbone(
    name: str,
    *,
    pretrained: bool,
    weights: Path | None = None,
    input_size: int = 224,
    timm_kwargs: str = "",
) -> Backbone:
    """Create the backbone of an architecture for square images of `input_size` pixels.

    Args:
        name: a name of `ARCHITECTURES` or of timm.
        pretrained: start from the published weights, which are downloaded or cached from an earlier download.
        weights: start from this state dict of the architecture (.pth, .safetensors) instead. Its classifier is
            ignored; all other weights must be there.
        input_size: image size; position embeddings of weights for another size are resampled.
        timm_kwargs: further arguments of timm's model, as a JSON object; empty if there are none.

    Raises:
        ArchitectureError: the architecture is unknown or does not take that size, or the weights are not available.

    """
    architecture = architecture_named(name)
    network = create_network(architecture, input_size, timm_kwargs=timm_kwargs)
    if weights is not None:
        load_weights(network, read_weights(weights), str(weights))
    elif pretrained:
        load_weights(network, _pretrained_weights(architecture), "pretrained weights")
    config = config_of(network)
    n_features = _n_features(network) if timm_kwargs else architecture.n_features or _n_features(network)
    backbone = Backbone(network, n_features, config["mean"], config["std"])
    _check_features(backbone, name, input_size)
    return backbone


def classifier_of_timm(name: str, n_outputs: int, input_size: int = 224, timm_kwargs: str = "") -> nn.Linear:
    """Return the random classifier that timm gives an architecture, which makes a whole network for it.

    torchvision's AlexNet gets torch's usual layer, as in the published code. Raises `ArchitectureError`.
    """
    architecture = architecture_named(name)
    if architecture.timm_name is None:
        return nn.Linear(architecture.n_features, n_outputs)
    classifier = create_network(architecture, input_size, n_outputs, timm_kwargs).get_classifier()
    if not isinstance(classifier, nn.Linear):
        raise ArchitectureError(f"timm's {name} has no linear classifier: leave --head-init out")
    return classifier


def share_batch_norm(backbone: Backbone) -> None:
    """Make BatchNorm compute its training statistics over the batches of all processes; needs GPUs."""
    convert_sync_batchnorm(backbone)  # changes all layers in place


def architecture_named(name: str) -> Architecture:
    """Return an architecture of `ARCHITECTURES`, or any other of timm. Raises `ArchitectureError`."""
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    if timm.is_model(name):
        return Architecture(name, name, name, 0)
    close = difflib.get_close_matches(name, {*ARCHITECTURES, *timm.list_models()}, n=5)
    hint = f"did you mean {', '.join(close)}?" if close else f"there are: {', '.join(ARCHITECTURES)}"
    raise ArchitectureError(f"there is no architecture {name!r}; {hint}")


def create_network(
    architecture: Architecture, input_size: int, n_classes: int = 0, timm_kwargs: str = ""
) -> Any:
    """Create the network with random weights; with 0 classes it has no classifier. Raises `ArchitectureError`."""
    if architecture.timm_name is None:
        if timm_kwargs:
            raise ArchitectureError(
                f"{architecture.name} is torchvision's, so --timm-kwargs do not apply to it"
            )
        return AlexNet()
    try:
        # timm finds an invalid tag here.
        options = model_arguments(architecture, input_size, timm_kwargs)
        return timm.create_model(architecture.timm_name, pretrained=False, num_classes=n_classes, **options)
    except (AssertionError, RuntimeError, TypeError, ValueError) as error:
        raise ArchitectureError(
            f"timm cannot make {architecture.timm_name} for images of {input_size} pixels: {error}"
        ) from error


def model_arguments(architecture: Architecture, input_size: int, timm_kwargs: str = "") -> dict[str, Any]:
    """Return the arguments of timm's model for a size of images, with those of the user. Raises `ArchitectureError`."""
    is_fixed = architecture.timm_name is not None and _has_fixed_size(architecture.timm_name)
    given = json.loads(timm_kwargs) if timm_kwargs else {}
    if "img_size" in given:
        raise ArchitectureError(
            f"--timm-kwargs have img_size {given['img_size']}: give --input-size instead, which pads the images to it"
        )
    return ({"img_size": input_size} if is_fixed else {}) | given


def _has_fixed_size(timm_name: str) -> bool:
    config = timm.get_pretrained_cfg(timm_name)
    return config is not None and config.fixed_input_size


def _n_features(network: nn.Module) -> int:
    """Return the number of features that `forward_head` returns, as timm states it."""
    return cast(int, getattr(network, "head_hidden_size", None) or network.num_features)


@torch.no_grad()
def _check_features(backbone: Backbone, name: str, input_size: int) -> None:
    """Pass one image through the backbone; raise `ArchitectureError` if the features are wrong."""
    was_training = backbone.training
    backbone.eval()
    try:
        with used_as_backbone(name, input_size):
            features = backbone(torch.zeros(1, 3, input_size, input_size))
    finally:
        backbone.train(was_training)
    shape = tuple(features.shape) if isinstance(features, Tensor) else type(features).__name__
    if shape != (1, backbone.num_features):
        raise ArchitectureError(
            f"{name} cannot be used as a backbone: for one image it returns {shape}, not (1, {backbone.num_features})"
        )


def _pretrained_weights(architecture: Architecture) -> dict[str, Tensor]:
    """Return the published weights, from a cache or the network."""
    try:
        if architecture.timm_name is None:
            return torchvision.models.AlexNet_Weights.DEFAULT.get_state_dict(progress=False)
        return _pretrained_of_timm(architecture.timm_name)
    except (OSError, RuntimeError) as error:
        source = architecture.timm_name or "torchvision's alexnet"
        raise ArchitectureError(
            f"the pretrained weights of {architecture.name} ({source}) cannot be downloaded: {error}\n"
            f"Download them on a machine with a network ({_where(architecture)}) and give the file with "
            "--weights FILE, or train from random weights with --no-pretrained."
        ) from error


def _where(architecture: Architecture) -> str:
    if architecture.timm_name is None:
        return str(torchvision.models.AlexNet_Weights.DEFAULT.url)
    hub_id = _hub_id(architecture.timm_name) or architecture.timm_name
    return f"the file model.safetensors of {hub_id}, on the Hugging Face Hub"


def _hub_id(timm_name: str) -> str | None:
    config = timm.get_pretrained_cfg(timm_name)
    return None if config is None else config.hf_hub_id


def _pretrained_of_timm(timm_name: str) -> dict[str, Tensor]:
    hub_id = _hub_id(timm_name)
    overlay: dict[str, Any] = {}
    if hub_id:
        cached = try_to_load_from_cache(hub_id, "model.safetensors")
        if isinstance(cached, str):
            overlay = {"file": cached}
        else:
            _check_that_hub_answers(hub_id)
    network = timm.create_model(timm_name, pretrained=True, num_classes=0, pretrained_cfg_overlay=overlay)
    return network.state_dict()


def _check_that_hub_answers(hub_id: str) -> None:
    """Ask the hub once, because timm would retry a download for most of a minute."""
    try:
        HfApi().model_info(hub_id, timeout=PATIENCE)
    except Exception as error:  # its type depends on the HTTP library, which varies
        raise OSError(str(error)) from error
