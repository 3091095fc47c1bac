"""Backbones: the ten architectures of the published baselines, and any other timm model."""

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

#: Seconds to wait for an answer from the server of pretrained weights.
PATIENCE = 10


class ArchitectureError(ValueError):
    """Error when creating a backbone; the message says why and what to do."""


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
    name: str, *, pretrained: bool, weights: Path | None = None, input_size: int = 224
) -> Backbone:
    """Create the backbone of an architecture for square images of `input_size` pixels.

    Args:
        name: a name of `ARCHITECTURES` or of timm.
        pretrained: start from the published weights, which are downloaded or cached from an earlier download.
        weights: start from this state dict of the architecture (.pth, .safetensors) instead. Its classifier is
            ignored; all other weights must be there.
        input_size: image size; position embeddings of weights for another size are resampled.

    Raises:
        ArchitectureError: the architecture is unknown or does not take that size, or the weights are not available.

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


def count_parameters(name: str, input_size: int = 224) -> int:
    """Return the number of parameters of a backbone, without its classifier. Raises `ArchitectureError`."""
    with torch.device("meta"):  # no weights are made
        network = _create_network(ARCHITECTURES.get(name) or _other_architecture(name), input_size)
    return sum(parameter.numel() for parameter in network.parameters())


def share_batch_norm(backbone: Backbone) -> None:
    """Make BatchNorm compute its training statistics over the batches of all processes; needs GPUs."""
    convert_sync_batchnorm(backbone)  # changes all layers in place


def _other_architecture(name: str) -> Architecture:
    """Return a timm architecture that is not in `ARCHITECTURES`."""
    if timm.is_model(name):
        return Architecture(name, name, name, 0)
    close = difflib.get_close_matches(name, {*ARCHITECTURES, *timm.list_models()}, n=5)
    hint = f"did you mean {', '.join(close)}?" if close else f"there are: {', '.join(ARCHITECTURES)}"
    raise ArchitectureError(f"there is no architecture {name!r}; {hint}")


def _create_network(architecture: Architecture, input_size: int) -> nn.Module:
    """Create the network with random weights."""
    if architecture.timm_name is None:
        return AlexNet()
    try:
        # timm finds an invalid tag here.
        options: dict[str, Any] = {"img_size": input_size} if _has_fixed_size(architecture.timm_name) else {}
        return timm.create_model(architecture.timm_name, pretrained=False, num_classes=0, **options)
    except (AssertionError, RuntimeError, TypeError, ValueError) as error:
        raise ArchitectureError(
            f"timm cannot make {architecture.timm_name} for images of {input_size} pixels: {error}"
        ) from error


def _config(network: nn.Module) -> Mapping[str, Any]:
    """Return timm's description of the weights: expected images and names of the classifier's layers."""
    return cast(Mapping[str, Any], network.pretrained_cfg)


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
            f"{name} cannot be used as a backbone: for one image it returns {shape}, not (1, {backbone.num_features})"
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
        raise ArchitectureError(
            f"{path} contains no weights: expected a state dict that maps names to tensors"
        )
    return state


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


def load_weights(network: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Load a state dict of the same architecture, with or without classifier.

    Position embeddings of another image size are resampled. Raises `ArchitectureError` if any other weight is
    missing, unknown or of another shape; its message names the state dict by `source`.
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
        listed = "; ".join(f"{kind}: {_listed(keys)}" for kind, keys in problems.items() if keys)
        raise ArchitectureError(
            f"{source}: these are not weights of {type(network).__name__} as built here; {listed}"
        )
    network.load_state_dict(fitted)


def _listed(keys: list[str], most: int = 6) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more


def _resample(key: str, value: Tensor, own: Tensor, network: Any) -> Tensor:
    """Resample a position embedding to the size of `own`; return any other weight unchanged."""
    if value.shape == own.shape or value.shape[-1] != own.shape[-1]:
        return value
    if key == "pos_embed" and value.ndim == 4:
        return resample_abs_pos_embed_nhwc(value, list(own.shape[1:3]))
    if key == "pos_embed" and value.ndim == 3:
        n_prefix = 0 if getattr(network, "no_embed_class", False) else network.num_prefix_tokens
        return resample_abs_pos_embed(value, list(network.patch_embed.grid_size), num_prefix_tokens=n_prefix)
    if key.endswith((".rel_pos_h", ".rel_pos_w")) and value.ndim == 2:
        # Linear, as SAM itself does for images of another size.
        return functional.interpolate(value.T.unsqueeze(0), size=own.shape[0], mode="linear")[0].T
    return value
