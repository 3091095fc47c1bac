"""Weights of networks: read from files, and loaded with or without a classifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional

from baselines.mmpt.model.backbone import (
    ArchitectureError,
)  # its module prepares torchvision, which timm imports

from timm.layers import resample_abs_pos_embed, resample_abs_pos_embed_nhwc  # isort: skip
from timm.models import load_state_dict  # isort: skip


def config_of(network: nn.Module) -> Mapping[str, Any]:
    """Return timm's description of the weights: expected images and names of the classifier's layers."""
    return cast(Mapping[str, Any], network.pretrained_cfg)


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


def load_weights(network: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Load a state dict of the same architecture, with or without classifier.

    Position embeddings of another image size are resampled. Raises `ArchitectureError` if any other weight is
    missing, unknown or of another shape; its message names the state dict by `source`.
    """
    own = network.state_dict()
    classifiers = config_of(network).get("classifier") or ()
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
