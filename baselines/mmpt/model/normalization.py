"""Statistics of BatchNorm for each dataset, re-estimated from its training images.

In training every batch has images of one dataset, and BatchNorm normalises with the statistics of that batch. The
running statistics mix all datasets and fit none. So before a dataset is evaluated, its own statistics are computed
from its training images with the current weights, and replace the running statistics.

Computation: the images pass through the backbone in batches. BatchNorm layers work as in training, so the inputs of a
layer were normalised, in earlier layers, by the statistics of their batch. All other layers work as in evaluation (no
dropout, no stochastic depth). The mean and variance of a layer are those of all its inputs in all batches, however the
batches were cut. For this, the means and variances of the batches are merged, weighted by their numbers of values, with
the spread between the means. The result is exact for the first layer, and for every layer if one batch has all images.
The variance is unbiased, as in torch's `running_var`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from baselines.mmpt.model.multi_head import MultiHeadModel


@dataclass(frozen=True)
class BatchNormStatistics:
    """BatchNorm statistics of one dataset.

    Attributes:
        dataset: name of the dataset.
        buffers: `running_mean` and `running_var` of each layer, by their names in the backbone's state dict.

    """

    dataset: str
    buffers: Mapping[str, Tensor]


def batch_norm_layers(backbone: nn.Module) -> dict[str, _BatchNorm]:
    """Return the layers with running statistics, by name (any dimension; timm's and synchronised layers too)."""
    return {
        name: layer
        for name, layer in backbone.named_modules()
        if isinstance(layer, _BatchNorm) and layer.running_mean is not None
    }


class _Moments:
    """Number, mean and sum of squared deviations (n_channels,) of a layer's inputs so far."""

    def __init__(self, layer: _BatchNorm) -> None:
        running_mean, _ = _running(layer)
        precision = torch.float32 if running_mean.device.type == "mps" else torch.float64
        self.count = 0
        self.mean = torch.zeros_like(running_mean, dtype=precision)
        self.squares = torch.zeros_like(self.mean)

    def add(self, layer: _BatchNorm, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        """Merge a batch; a forward hook. With a momentum of 1, the layer's buffers have the batch's statistics."""
        batch_mean, batch_variance = (buffer.to(self.mean.dtype) for buffer in _running(layer))
        count = inputs[0].numel() // layer.num_features
        total = self.count + count
        difference = batch_mean - self.mean
        self.mean += difference * (count / total)
        self.squares += batch_variance * (count - 1)
        self.squares += difference.square() * (self.count * count / total)
        self.count = total


def estimate_statistics(
    model: MultiHeadModel, dataset_name: str, batches: Iterable[Tensor]
) -> BatchNormStatistics:
    """Compute a dataset's statistics from batches (b, 3, size, size) of its training images, ready for the network.

    Batches of one image are skipped: they have no variance. The model and its buffers are unchanged afterwards.
    A model without BatchNorm has no statistics, and the batches are not read.

    Raises:
        ValueError: no batch has two images or more.

    """
    layers = batch_norm_layers(model.backbone)
    moments = {name: _Moments(layer) for name, layer in layers.items()}
    if not layers:
        return BatchNormStatistics(dataset_name, {})
    with torch.no_grad(), _collecting(model.backbone, layers, moments):
        for images in batches:
            if len(images) > 1:
                model.backbone(images)
    buffers = {}
    for name, layer in layers.items():
        found = moments[name]
        if found.count < 2:
            raise ValueError(
                f"{dataset_name}: statistics cannot be estimated, because no batch has two images or more"
            )
        dtype = _running(layer)[0].dtype
        buffers[f"{name}.running_mean"] = found.mean.to(dtype)
        buffers[f"{name}.running_var"] = (found.squares / (found.count - 1)).to(dtype)
    return BatchNormStatistics(dataset_name, buffers)


@contextmanager
def _collecting(
    backbone: nn.Module, layers: Mapping[str, _BatchNorm], moments: Mapping[str, _Moments]
) -> Iterator[None]:
    """Set BatchNorm to training and all other layers to evaluation; every forward pass adds to `moments`."""
    modes = {module: module.training for module in backbone.modules()}
    momenta = {layer: layer.momentum for layer in layers.values()}
    buffers = {buffer: buffer.clone() for layer in layers.values() for buffer in layer.buffers(recurse=False)}
    hooks = [layer.register_forward_hook(moments[name].add) for name, layer in layers.items()]
    try:
        backbone.eval()
        for layer in layers.values():
            layer.training = True
            layer.momentum = 1.0
            layer.reset_running_stats()  # values that are not finite would stay, even with this momentum
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for layer, momentum in momenta.items():
            layer.momentum = momentum
        for module, mode in modes.items():
            module.training = mode
        for buffer, value in buffers.items():
            buffer.copy_(value)


class DatasetStatistics:
    """Statistics of several datasets; a model uses those of one dataset at a time."""

    def __init__(self) -> None:
        self._by_dataset: dict[str, BatchNormStatistics] = {}

    def add(self, statistics: BatchNormStatistics) -> None:
        """Keep a dataset's statistics, replacing earlier ones."""
        self._by_dataset[statistics.dataset] = statistics

    def apply(self, model: MultiHeadModel, dataset_name: str) -> None:
        """Copy a dataset's statistics into the model's buffers, where they stay; do nothing without BatchNorm."""
        buffers = _running_buffers(model.backbone)
        if not buffers:
            return
        if dataset_name not in self._by_dataset:
            raise ValueError(f"there are no statistics of {dataset_name}; estimate them first")
        statistics = self._by_dataset[dataset_name].buffers
        if statistics.keys() != buffers.keys():
            raise ValueError(f"the statistics of {dataset_name} belong to another architecture")
        with torch.no_grad():
            for name, buffer in buffers.items():
                buffer.copy_(statistics[name])

    @contextmanager
    def applied(self, model: MultiHeadModel, dataset_name: str) -> Iterator[None]:
        """Apply a dataset's statistics until the end of the `with` block; then restore the running statistics."""
        shared = {name: buffer.clone() for name, buffer in _running_buffers(model.backbone).items()}
        self.apply(model, dataset_name)
        try:
            yield
        finally:
            with torch.no_grad():
                for name, buffer in _running_buffers(model.backbone).items():
                    buffer.copy_(shared[name])

    def state_dict(self) -> dict[str, dict[str, Tensor]]:
        """Return the statistics in the form of a checkpoint: by dataset, then by the name of the buffer."""
        return {name: dict(statistics.buffers) for name, statistics in self._by_dataset.items()}

    def load_state_dict(self, state: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Restore statistics from the result of `state_dict`."""
        self._by_dataset = {name: BatchNormStatistics(name, dict(buffers)) for name, buffers in state.items()}


def _running_buffers(backbone: nn.Module) -> dict[str, Tensor]:
    buffers = {}
    for name, layer in batch_norm_layers(backbone).items():
        buffers[f"{name}.running_mean"], buffers[f"{name}.running_var"] = _running(layer)
    return buffers


def _running(layer: _BatchNorm) -> tuple[Tensor, Tensor]:
    """Return the buffers of a layer with running statistics."""
    return cast(Tensor, layer.running_mean), cast(Tensor, layer.running_var)
