"""One training in several processes started by torchrun: each computes its share of every batch.

All processes have the same model and draw the same batches. A process passes only its share of the images through the
backbone. Then every process gathers the features of all shares and computes heads, losses and metrics of the whole
batch. So a step is the same as in one process, whatever the loss and however the batch divides.
DistributedDataParallel only adds up the gradients of the backbone over the shares.

BatchNorm also computes its statistics over the whole batch (SyncBatchNorm), which works only on GPUs.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from baselines.mmpt.training.device import DeviceError

#: Seed stride between processes, wide enough to avoid collisions in a training.
_SEED_STRIDE = 1_000_003


@dataclass(frozen=True)
class World:
    """The processes of a training, and the rank of this process.

    Attributes:
        rank: number of this process; process 0 prints lines and writes files.
        size: number of processes.
        own_group: torch's process group of this process alone; None if there is no other process.

    """

    rank: int = 0
    size: int = 1
    own_group: Any = field(default=None, repr=False)

    def part(self, n_images: int, rank: int | None = None) -> slice:
        """Return the share of a process in a batch's images: all images if there are fewer than processes."""
        if n_images < self.size:
            return slice(0, n_images)
        rank = self.rank if rank is None else rank
        return slice(n_images * rank // self.size, n_images * (rank + 1) // self.size)

    def n_own(self, n_images: int) -> int:
        """Return the number of images in the share of this process in a batch."""
        part = self.part(n_images)
        return part.stop - part.start

    def share(self, batch: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the share of this process in a batch; it may contain no image of some datasets."""
        if self.size == 1:
            return batch
        part = self.part(sum(map(len, batch.values())))
        shared, start = {}, 0
        for name, indices in batch.items():
            shared[name] = indices[max(0, part.start - start) : max(0, part.stop - start)]
            start += len(indices)
        return shared

    def gather(self, values: Tensor, n_images: int) -> Tensor:
        """Gather the rows of all shares: (n_images, n), from the rows of this process.

        In the backward pass, each process keeps the gradient of its own rows, times the number of processes:
        DistributedDataParallel takes the mean over the processes.
        """
        return values if n_images < self.size or self.size == 1 else _Gathered.apply(values, self, n_images)

    def spread(self, backbone: nn.Module) -> nn.Module:
        """Return a module that passes a share through the backbone and adds up gradients over the processes."""
        if self.size == 1:
            return backbone
        device = next(backbone.parameters()).device
        devices = [device] if device.type == "cuda" else None
        return DistributedDataParallel(backbone, device_ids=devices, forward_sync_buffers=False)

    @contextmanager
    def alone(self, model: nn.Module) -> Iterator[None]:
        """Make BatchNorm compute its statistics in this process alone, until the end of the `with` block."""
        layers = [layer for layer in model.modules() if isinstance(layer, nn.SyncBatchNorm)]
        groups = [layer.process_group for layer in layers]
        for layer in layers:
            layer.process_group = self.own_group
        try:
            yield
        finally:
            for layer, group in zip(layers, groups, strict=True):
                layer.process_group = group

    def seed(self, seed: int, epoch: int) -> None:
        """Seed dropout differently in each process, and in the same way when a run continues."""
        if self.rank:
            torch.manual_seed(seed + epoch + self.rank * _SEED_STRIDE)

    def wait(self) -> None:
        """Wait until all processes get here."""
        if self.size > 1:
            dist.barrier()


#: A training in one process.
ALONE = World()


class _Gathered(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, world: World, n_images: int) -> Tensor:
        ctx.part, ctx.size = world.part(n_images), world.size
        parts = [world.part(n_images, rank) for rank in range(world.size)]
        most = max(part.stop - part.start for part in parts)
        padded = values.new_zeros((most, *values.shape[1:]))
        padded[: len(values)] = values
        gathered = [torch.empty_like(padded) for _ in parts]
        dist.all_gather(gathered, padded)
        return torch.cat([rows[: part.stop - part.start] for rows, part in zip(gathered, parts, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return gradients[0][ctx.part] * ctx.size, None, None


def size_of_world() -> int:
    """Return the number of processes that torchrun started; 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Return True if this process prints the results."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def joined(device: torch.device) -> Iterator[tuple[World, torch.device]]:
    """Join the processes that torchrun started, if any; yield the world and the device of this process.

    On GPUs each process of a machine takes its own GPU, whichever `device` names.
    """
    size = size_of_world()
    if size == 1:
        yield ALONE, device
        return
    if device.type == "cuda":
        device = torch.device("cuda", _own_gpu())
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        groups = [dist.new_group([rank]) for rank in range(size)]
        yield World(dist.get_rank(), size, groups[dist.get_rank()]), device
    finally:
        dist.destroy_process_group()


def _own_gpu() -> int:
    number, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if number >= there:
        raise DeviceError(f"This machine has {there} GPUs: give torchrun --nproc-per-node {there} or less.")
    return number
