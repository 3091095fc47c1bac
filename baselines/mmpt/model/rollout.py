"""Attention roll-out of a vision transformer (Abnar and Zuidema, 2020): the weight of each patch in the features.

The attention of a layer is the mean over its heads, averaged with the identity, which stands for the residual
connection. The product of these matrices over all layers says how much of each input token reaches each output token.
The features are those of the class token, or the mean of the patches' tokens: so is the roll-out. It leaves out the
values and the multilayer perceptrons, so it describes the flow of attention and does not explain a prediction.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from baselines.mmpt.model.architectures import ArchitectureError


def rollout(attentions: Sequence[Tensor]) -> Tensor:
    """Return the roll-out (n, n) of attentions (n_heads, n, n), first layer first; each row has the sum 1."""
    identity = torch.eye(attentions[0].shape[-1], device=attentions[0].device)
    joint = identity
    for attention in attentions:
        joint = (attention.mean(dim=0) + identity) / 2 @ joint
    return joint


@torch.no_grad()
def patch_weights(network: nn.Module, image: Tensor) -> Tensor:
    """Return the roll-out (rows, columns) of each patch of a prepared image (1, 3, size, size), with the sum 1.

    Turns off fused attention, which does not give its weights; the outputs of the network change by rounding only.

    Raises:
        ArchitectureError: the network has no attention, or none between all patches that can be read.

    """
    attentions = _attentions(network, image)
    rows, columns = _grid(network)
    n_prefix: int = getattr(network, "num_prefix_tokens", 0) or 0
    n_tokens = n_prefix + rows * columns
    if any(each.ndim != 3 or each.shape[1:] != (n_tokens, n_tokens) for each in attentions):
        raise _refusal(network, "its attention is not between all patches of an image")
    found = rollout([each.float() for each in attentions])
    pooling = getattr(network, "global_pool", "")
    if pooling == "token":
        weights = found[0, n_prefix:]
    elif pooling == "avg":
        weights = found[n_prefix:, n_prefix:].mean(dim=0)
    else:
        raise _refusal(network, "its features are neither its class token nor the mean of its patches")
    return (weights / weights.sum()).reshape(rows, columns)


def patch_size(network: nn.Module) -> int:
    """Return the height and width of a patch in pixels, for a network that `patch_weights` takes."""
    embed: Any = network.patch_embed
    return int(embed.feat_ratio())


def _attentions(network: nn.Module, image: Tensor) -> list[Tensor]:
    """Return the attention (n_heads, n, n) of each layer for one image, first layer first; with windows, 4 dimensions.

    Raises `ArchitectureError`.
    """
    for module in network.modules():
        if hasattr(module, "fused_attn"):
            module.fused_attn = False  # type: ignore[assignment]
    # timm's layers pass their attention through a dropout of this name, which does nothing in evaluation.
    layers = [module for name, module in network.named_modules() if name.endswith("attn_drop")]
    if not layers:
        raise _refusal(network, "it has no attention layers that timm knows")
    found: list[Tensor] = []
    with ExitStack() as stack:
        for layer in layers:
            handle = layer.register_forward_hook(
                lambda module, inputs, output: found.append(output.squeeze(0))
            )
            stack.callback(handle.remove)
        network(image)
    if len(found) < len(layers):
        raise _refusal(network, f"timm fuses the attention of {len(layers) - len(found)} of its layers")
    return found


def _grid(network: nn.Module) -> tuple[int, int]:
    """Return the numbers of rows and columns of patches."""
    grid = getattr(getattr(network, "patch_embed", None), "grid_size", None)
    if grid is None:
        raise _refusal(network, "it has no patches")
    rows, columns = grid
    return rows, columns


def _refusal(network: nn.Module, why: str) -> ArchitectureError:
    return ArchitectureError(
        f"{type(network).__name__} has no attention roll-out, because {why}: give a run of a ViT"
    )
