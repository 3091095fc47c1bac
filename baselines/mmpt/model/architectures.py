"""The backbones: the ten architectures of the published baselines, and any other of timm."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub import HfApi, try_to_load_from_cache
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional

from baselines.mmpt.model.backbone import AlexNet, Backbone
from baselines.mmpt.model.torchvision_shim import torchvision  # before timm, which imports torchvision

import timm  # isort: skip
from timm.layers import convert_sync_batchnorm, resample_abs_pos_embed, resample_abs_pos_embed_nhwc  # isort: skip
from timm.models import load_state_dict  # isort: skip

#: Seconds until a server of pretrained weights that does not answer is given up.
PATIENCE = 10


class ArchitectureError(ValueError):
    """A backbone cannot be made; the message says why and how to go on."""


@dataclass(frozen=True)
class Architecture:
    """An architecture of the baselines.

    Attributes:
        name: what `--architecture` and the published results call it.
        title: what it is called.
        timm_name: its name in timm with the tag of its weights, or None: then it is torchvision's AlexNet.
        n_features: how many the backbone puts out.

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

#: By name.
ARCHITECTURES: Mapping[str, Architecture] = {architecture.name: architecture for architecture in _ALL}


def create_backbone(
    name: str, *, pretrained: bool, weights: Path | None = None, input_size: int = 224
) -> Backbone:
    """Make the backbone of an architecture for square images of `input_size` pixels.

    Args:
        name: a name of `ARCHITECTURES` or of timm.
        pretrained: start from the published weights, which are downloaded or in the cache of earlier downloads.
        weights: start from this state dict of the architecture (.pth, .safetensors) instead; a classifier in
            it is left out, everything else must be there.
        input_size: position embeddings of weights for another size are resampled.

    Raises:
        ArchitectureError: there is no such architecture, it does not take that size, or the weights cannot be had.

    """
    architecture = ARCHITECTURES.get(name) or _other_architecture(name)
    network = _create_network(architecture, input_size)
    if weights is not None:
        load_weights(network, read_weights(weights), str(weights))
    elif pretrained:
        load_weights(network, _pretrained_weights(architecture), "pretrained weights")
    config = _config(network)
    n_features = architecture.n_features or _n_features(network)
    backbone = Backbone(network, n_features, config["mean"], config["std"])
    _check_features(backbone, name, input_size)
    return backbone


def share_batch_norm(backbone: Backbone) -> None:
    """Let BatchNorm take its statistics in training over the batches of all processes, on GPUs."""
    convert_sync_batchnorm(backbone)  # changes all layers within


def _other_architecture(name: str) -> Architecture:
    """One of timm's that has no entry in the table."""
    if timm.is_model(name):
        return Architecture(name, name, name, 0)
    close = difflib.get_close_matches(name, {*ARCHITECTURES, *timm.list_models()}, n=5)
    hint = f"did you mean {', '.join(close)}?" if close else f"there are: {', '.join(ARCHITECTURES)}"
    raise ArchitectureError(f"there is no architecture {name!r}; {hint}")


def _create_network(architecture: Architecture, input_size: int) -> nn.Module:
    """Make the network with random weights."""
    if architecture.timm_name is None:
        return AlexNet()
    try:
        # An invalid tag is found here.
        options: dict[str, Any] = {"img_size": input_size} if _has_fixed_size(architecture.timm_name) else {}
        return timm.create_model(architecture.timm_name, pretrained=False, num_classes=0, **options)
    except (AssertionError, RuntimeError, TypeError, ValueError) as error:
        raise ArchitectureError(
            f"timm cannot make {architecture.timm_name} for images of {input_size} pixels: {error}"
        ) from error


def _config(network: nn.Module) -> Mapping[str, Any]:
    """What timm knows of the weights: the images they expect, the names of the classifier's layers."""
    return cast(Mapping[str, Any], network.pretrained_cfg)


def _has_fixed_size(timm_name: str) -> bool:
    config = timm.get_pretrained_cfg(timm_name)
    return config is not None and config.fixed_input_size


def _n_features(network: nn.Module) -> int:
    """As timm's own interface tells it: of what `forward_head` puts out."""
    return cast(int, getattr(network, "head_hidden_size", None) or network.num_features)


@torch.no_grad()
def _check_features(backbone: Backbone, name: str, input_size: int) -> None:
    """Try one image."""
    was_training = backbone.training
    backbone.eval()
    try:
        features = backbone(torch.zeros(1, 3, input_size, input_size))
    except (AssertionError, AttributeError, RuntimeError, TypeError) as error:
        raise ArchitectureError(
            f"{name} cannot be used as a backbone for images of {input_size} pixels: {error}"
        ) from error
    finally:
        backbone.train(was_training)
    shape = tuple(features.shape) if isinstance(features, Tensor) else type(features).__name__
    if shape != (1, backbone.num_features):
        raise ArchitectureError(
            f"{name} cannot be used as a backbone: of one image it gives {shape}, not (1, {backbone.num_features})"
        )


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict from a file (.pth, .safetensors). Raises `ArchitectureError`."""
    try:
        state = load_state_dict(str(path), weights_only=True)
    except FileNotFoundError:
        raise ArchitectureError(f"{path}: there is no such file of weights") from None
    except (OSError, EOFError, RuntimeError, ValueError, AttributeError, TypeError, SafetensorError) as error:
        raise ArchitectureError(
            f"{path} cannot be read as weights (.pth or .safetensors): {error}"
        ) from error
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise ArchitectureError(f"{path} holds no weights: a state dict, from names to tensors, is expected")
    return state


def _pretrained_weights(architecture: Architecture) -> dict[str, Tensor]:
    """Give the published weights, from a cache or the network."""
    try:
        if architecture.timm_name is None:
            return torchvision.models.AlexNet_Weights.DEFAULT.get_state_dict(progress=False)
        return _pretrained_of_timm(architecture.timm_name)
    except (OSError, RuntimeError) as error:
        source = architecture.timm_name or "torchvision's alexnet"
        raise ArchitectureError(
            f"the pretrained weights of {architecture.name} ({source}) cannot be downloaded: {error}\n"
            f"Fetch them where there is a network ({_where(architecture)}) and give the file with "
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
    """Ask once: a download would be tried again for most of a minute."""
    try:
        HfApi().model_info(hub_id, timeout=PATIENCE)
    except Exception as error:  # of the HTTP library, which is not always the same
        raise OSError(str(error)) from error


def load_weights(network: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Load a state dict of the same architecture, with or without classifier; `source` is what errors call it.

    Position embeddings of another image size are resampled. Raises `ArchitectureError` if something else is
    missing, unknown or of another shape.
    """
    own = network.state_dict()
    classifiers = _config(network).get("classifier") or ()
    classifiers = (classifiers,) if isinstance(classifiers, str) else classifiers
    dropped = {f"{name}.{kind}" for name in classifiers for kind in ("weight", "bias")} - set(own)
    fitted = {
        key: _resample(key, value, own[key], network) if key in own else value
        for key, value in state.items()
        if key not in dropped
    }
    problems = {
        "missing": [key for key in own if key not in fitted],
        "not expected": [key for key in fitted if key not in own],
        "of another shape": [key for key in fitted if key in own and fitted[key].shape != own[key].shape],
    }
    if any(problems.values()):
        told = "; ".join(f"{kind}: {_listed(keys)}" for kind, keys in problems.items() if keys)
        raise ArchitectureError(
            f"{source}: these are not weights of {type(network).__name__} as built here; {told}"
        )
    network.load_state_dict(fitted)


def _listed(keys: list[str], most: int = 6) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more


def _resample(key: str, value: Tensor, own: Tensor, network: Any) -> Tensor:
    """Fit a position embedding to the size of `own`; anything else is returned as it is."""
    if value.shape == own.shape or value.shape[-1] != own.shape[-1]:
        return value
    if key == "pos_embed" and value.ndim == 4:
        return resample_abs_pos_embed_nhwc(value, list(own.shape[1:3]))
    if key == "pos_embed" and value.ndim == 3:
        n_prefix = 0 if getattr(network, "no_embed_class", False) else network.num_prefix_tokens
        return resample_abs_pos_embed(value, list(network.patch_embed.grid_size), num_prefix_tokens=n_prefix)
    if key.endswith((".rel_pos_h", ".rel_pos_w")) and value.ndim == 2:
        # Linear, as SAM does it itself where an image has another size.
        return functional.interpolate(value.T.unsqueeze(0), size=own.shape[0], mode="linear")[0].T
    return value
