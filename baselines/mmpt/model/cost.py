"""Size of a backbone, and what it computes for an image."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from baselines.mmpt.model.architectures import architecture_named, create_network
from baselines.mmpt.model.backbone import Backbone, used_as_backbone


def count_parameters(name: str, input_size: int = 224, timm_kwargs: str = "") -> int:
    """Return the number of parameters of a backbone, without its classifier. Raises `ArchitectureError`."""
    with torch.device("meta"):  # no weights are made
        network = create_network(architecture_named(name), input_size, timm_kwargs=timm_kwargs)
    return sum(parameter.numel() for parameter in network.parameters())


def count_operations(name: str, input_size: int = 224, timm_kwargs: str = "") -> int:
    """Return the floating-point operations of a backbone for one image, in the forward pass.

    A multiplication and an addition are two operations. As PyTorch counts them: matrix products, convolutions and
    attention. Raises `ArchitectureError`.
    """
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        network = create_network(architecture_named(name), input_size, timm_kwargs=timm_kwargs)
        with used_as_backbone(name, input_size):
            Backbone(network, 0).eval()(torch.empty(1, 3, input_size, input_size))
    return counter.get_total_flops()


def describe(name: str, input_size: int = 224, timm_kwargs: str = "") -> dict[str, int]:
    """Return parameters and operations of a backbone, by the names that configurations have for them."""
    return {
        "backbone_parameters": count_parameters(name, input_size, timm_kwargs),
        "backbone_operations": count_operations(name, input_size, timm_kwargs),
    }
