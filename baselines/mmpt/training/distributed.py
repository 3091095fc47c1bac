"""One training in several processes, as torchrun starts them: each computes its share of every batch.

All processes hold the same model and draw the same batches. Of each batch a process passes only its share of the
images through the backbone; then the features of all of them come together everywhere, and heads, losses and metrics
are those of the whole batch in each process. So a step is what it is in one process, whatever the loss and however the
batch divides; and DistributedDataParallel has but to add up what the shares give the backbone's gradient.

BatchNorm takes its statistics over the whole batch, too (SyncBatchNorm), which GPUs can only.
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

#: So far from each other that no process comes to the seeds of another in a training.
_SEEDS_APART = 1_000_003


@dataclass(frozen=True)
class World:
    """The processes of a training, and which of them this one is.

    Attributes:
        rank: the number of this process; 0 is the one that tells and keeps what comes out.
        size: how many there are.
        own_group: of torch, with this process alone in it; None if there is no other.

    """

    rank: int = 0
    size: int = 1
    own_group: Any = field(default=None, repr=False)

    def part(self, n_images: int, rank: int | None = None) -> slice:
        """Return which of a batch's images are a process's share: all, if there are fewer than processes."""
        if n_images < self.size:
            return slice(0, n_images)
        rank = self.rank if rank is None else rank
        return slice(n_images * rank // self.size, n_images * (rank + 1) // self.size)

    def share(self, batch: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the share of this process; of a batch of several datasets it may have no image of one."""
        if self.size == 1:
            return batch
        part = self.part(sum(map(len, batch.values())))
        shared, start = {}, 0
        for name, indices in batch.items():
            shared[name] = indices[max(0, part.start - start) : max(0, part.stop - start)]
            start += len(indices)
        return shared

    def gather(self, values: Tensor, n_images: int) -> Tensor:
        """Bring the rows of all shares together: (n_images, n), from those of this process.

        Backwards, each process keeps what belongs to its own rows, times the number of processes, since
        DistributedDataParallel takes the mean over them.
        """
        return values if n_images < self.size or self.size == 1 else _Gathered.apply(values, self, n_images)

    def spread(self, backbone: nn.Module) -> nn.Module:
        """Return what passes a share through the backbone, and adds its gradients up over the processes."""
        if self.size == 1:
            return backbone
        device = next(backbone.parameters()).device
        devices = [device] if device.type == "cuda" else None
        return DistributedDataParallel(backbone, device_ids=devices, forward_sync_buffers=False)

    @contextmanager
    def alone(self, model: nn.Module) -> Iterator[None]:
        """Let BatchNorm take its statistics over what this process has, as long as this lasts."""
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
        """Let dropout differ between the processes, and be the same again where a run goes on."""
        if self.rank:
            torch.manual_seed(seed + epoch + self.rank * _SEEDS_APART)

    def wait(self) -> None:
        """Wait until all processes have come here."""
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
    """Return how many processes torchrun has started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this process is the one that tells what comes out."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def joined(device: torch.device) -> Iterator[tuple[World, torch.device]]:
    """Join the processes that torchrun has started, if it has; gives the device of this one.

    On GPUs each process of a machine takes its own, whichever `device` names.
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
