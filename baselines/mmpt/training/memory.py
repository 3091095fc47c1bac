"""Memory of a GPU: what a training step takes, and what is left for images."""

import math
from copy import deepcopy

import torch
from torch import nn

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import autocast
from baselines.mmpt.training.learner import MEMORY_FORMAT

#: Bytes that stay free for metrics, fetched batches and other small things, and factor for the measured need of a step,
#: because blocks of other sizes leave gaps.
MARGIN = 1 << 30
GAPS = 1.25


def room_for_images(
    config: TrainingConfig, backbone: nn.Module, device: torch.device, n_images: int
) -> float:
    """Return the bytes that images may take on a GPU, which may be infinite; a full batch has `n_images`.

    The optimizer of the backbone will take twice the memory of its weights. Raises `DeviceError` if a step with a full
    batch is impossible, even without images. Images whose features are fixed are read once, so they stay on the host,
    as on devices that are not GPUs, which read images in place.
    """
    if device.type != "cuda" or config.images_on == "host":
        return 0
    if config.images_on == "device":
        return math.inf
    if config.has_fixed_features:
        return 0
    need = GAPS * memory_of_step(config, backbone, device, n_images) + 2 * _n_bytes(backbone) + MARGIN
    torch.cuda.empty_cache()  # blocks that torch keeps for reuse would count as taken
    free, _ = torch.cuda.mem_get_info(device)
    return max(0, free - need)


def memory_of_step(config: TrainingConfig, backbone: nn.Module, device: torch.device, n_images: int) -> int:
    """Measure the bytes that torch takes for a step of a copy of the backbone, on `n_images` black images."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_reserved(device)
    trial = deepcopy(backbone).train()
    size = (n_images, 3, config.input_size, config.input_size)
    images = torch.zeros(size, device=device).to(memory_format=MEMORY_FORMAT)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        with autocast(device, config.precision):
            features = trial(images)
        if features.requires_grad:  # not if the weights are fixed
            features.float().sum().backward()
    return torch.cuda.max_memory_reserved(device) - before


def _n_bytes(module: nn.Module) -> int:
    return sum(parameter.nbytes for parameter in module.parameters())
