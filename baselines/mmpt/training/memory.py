"""Memory of a GPU: what a training step takes, and what is left for images."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from torch import nn

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import DeviceError, autocast
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
    batch is impossible, even without images. Frozen backbones read each image once, so their images stay on the host,
    as on devices that are not GPUs, which read images in place.
    """
    if device.type != "cuda" or config.images_on == "host":
        return 0
    if config.images_on == "device":
        return math.inf
    if not config.trains_backbone:
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
        features.float().sum().backward()
    return torch.cuda.max_memory_reserved(device) - before


@contextmanager
def explained(config: TrainingConfig) -> Iterator[None]:
    """Turn errors that the limits of a GPU cause into a `DeviceError` that says what to do."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        ways = ["a smaller --batch-size"]
        ways += ["--images-on host"] if config.images_on != "host" else []
        ways += ["--precision bf16"] if config.precision != "bf16" else []
        raise DeviceError(f"The memory of the GPU is full. Try {' or '.join(ways)}.") from error
    except RuntimeError as error:
        operation, marker, _ = str(error).partition(" does not have a deterministic implementation")
        if not marker:
            raise
        raise DeviceError(
            f"{config.architecture} with --input-size {config.input_size} cannot be trained with --deterministic on "
            f"a GPU: {operation} is not deterministic there. Leave --deterministic out, or use --device cpu."
        ) from error


def _n_bytes(module: nn.Module) -> int:
    return sum(parameter.nbytes for parameter in module.parameters())
