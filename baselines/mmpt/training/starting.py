"""Backbones of earlier runs: the weights that fine-tuning starts from and that exports contain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.model.weights import load_weights
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import Checkpoint
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.runs import BEST
from baselines.mmpt.training.validation import ESTIMATED

#: Name of the statistics that are pooled over the datasets of a run.
POOLED = "pooled"
_PREFIX = "backbone.network."


@dataclass(frozen=True, slots=True)
class TrainedBackbone:
    """The backbone of a run, with BatchNorm statistics of one kind.

    Attributes:
        path: its checkpoint.
        checkpoint: content of the file.
        state: state dict of the network, without heads.
        statistics: origin of the BatchNorm statistics, in words for readers.

    """

    path: Path
    checkpoint: Checkpoint
    state: dict[str, Tensor]
    statistics: str


def read_backbone(run: Path, statistics: str = POOLED) -> TrainedBackbone:
    """Read the backbone of a run (its folder or a checkpoint) with the statistics of a dataset, or pooled.

    Raises `ConfigError` if the run has no single backbone of its own or no such statistics, `CheckpointError` if the
    checkpoint cannot be read.
    """
    path = find_checkpoint(run)
    checkpoint = checkpoints.load(path)
    if not checkpoint.config.trains_backbone:
        raise ConfigError(
            f"{run} is a run of {checkpoint.config.scheme_title}, which trains no backbone: give a run of mm-pt or "
            "end-to-end"
        )
    state = {
        name.removeprefix(_PREFIX): value
        for name, value in checkpoint.model_state.items()
        if name.startswith(_PREFIX)
    }
    buffers, origin = _statistics(run, checkpoint, state, statistics)
    fitting = {f"{name.removeprefix('network.')}": value for name, value in buffers.items()}
    return TrainedBackbone(path, checkpoint, state | fitting, origin)


def find_checkpoint(run: Path) -> Path:
    """Return the checkpoint of a run: a file, or the best one of a folder. Raises `ConfigError`."""
    if run.is_file():
        return run
    if not run.exists():
        raise ConfigError(f"there is no run {run}: give the output folder of train_baseline, or a checkpoint")
    if (run / BEST).exists():
        return run / BEST
    if several := sorted(path.parent.name for path in run.glob(f"*/{BEST}")):
        raise ConfigError(
            f"{run} holds {len(several)} models, give one of their folders: {', '.join(several)}"
        )
    raise ConfigError(f"{run} holds no {BEST}: no run has finished an epoch there")


def start_from(backbone: Backbone, config: TrainingConfig) -> TrainedBackbone:
    """Load the backbone that a configuration starts from.

    Raises `ConfigError`, `ArchitectureError` or `CheckpointError`.
    """
    if config.from_run is None:
        raise ValueError("the configuration starts from no run")
    is_estimated = config.from_statistics == ESTIMATED
    found = read_backbone(config.from_run, POOLED if is_estimated else config.from_statistics)
    source = found.checkpoint.config
    for name in ("architecture", "timm_kwargs"):
        if getattr(source, name) != getattr(config, name):
            raise ConfigError(
                f"{found.path} has {name.replace('_', ' ')} {getattr(source, name) or 'not set'}, not "
                f"{getattr(config, name) or 'unset'}: give --{name.replace('_', '-')} as in that run"
            )
    load_weights(backbone.network, found.state, str(found.path))
    return replace(found, statistics="estimated from the new training images") if is_estimated else found


def describe_start(found: TrainedBackbone, write: Write) -> None:
    """Tell the user which run a training starts from."""
    source = found.checkpoint
    write(
        f"Starts from {found.path}: {source.config.scheme_title}, epoch {source.epoch}, trained on "
        f"{', '.join(source.heads())}; BatchNorm statistics: {found.statistics}."
    )


def pooled(statistics: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Pool the BatchNorm statistics of datasets, which all count the same: moments of their mixture.

    The variance is the mean of the variances plus the variance of the means.
    """
    merged: dict[str, Tensor] = {}
    for name in statistics[0]:
        if name.endswith(".running_mean"):
            variance = name.removesuffix("mean") + "var"
            means = torch.stack([each[name].double() for each in statistics])
            variances = torch.stack([each[variance].double() for each in statistics])
            dtype = statistics[0][name].dtype
            merged[name] = means.mean(dim=0).to(dtype)
            merged[variance] = (variances.mean(dim=0) + means.var(dim=0, correction=0)).to(dtype)
    return merged


def _statistics(
    run: Path, checkpoint: Checkpoint, state: Mapping[str, Tensor], wanted: str
) -> tuple[Mapping[str, Tensor], str]:
    """Return the BatchNorm buffers to use instead of the running statistics, and a text about them."""
    if not any(name.endswith("running_mean") for name in state):
        if wanted != POOLED:
            raise ConfigError(f"{run} has no BatchNorm, so no statistics of {wanted}: leave them out")
        return {}, "none, as there is no BatchNorm"
    by_dataset = checkpoint.statistics
    if wanted in by_dataset:
        return by_dataset[wanted], f"those of {wanted}"
    if wanted != POOLED:
        there = ", ".join((POOLED, *sorted(by_dataset)))
        raise ConfigError(f"{run} has no BatchNorm statistics of {wanted!r}; there are: {there}")
    if not by_dataset:
        return {}, "running statistics of the training"
    return pooled(list(by_dataset.values())), f"pooled over {len(by_dataset)} datasets"
