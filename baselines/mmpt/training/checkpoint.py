"""Checkpoints: everything that is needed to predict, to explain and to go on.

They are written beside their place and moved there, so that a killed run leaves the one before; and they hold
tensors and plain values only, so that opening one from elsewhere runs no code.
"""

import os
import platform
import subprocess
from dataclasses import dataclass, fields, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from baselines.mmpt.training.config import TrainingConfig
from challenge.formats.atomic import atomic_write

LAST = "last.pt"
BEST = "best.pt"


class CheckpointError(Exception):
    """A file is no checkpoint, or a damaged one; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model, and how it came about.

    Attributes:
        config: everything that was asked for.
        model_state: of the backbone and all heads. BatchNorm's buffers in it are the running statistics that training
            left, whatever `statistics` holds.
        statistics: BatchNorm's buffers by dataset; empty if there are none or they are shared.
        epoch: how many epochs were trained.
        best_epoch: the one with the best validation loss so far; 0 if there is none yet.
        best_loss: that loss.
        optimizer_state: of the backbone's optimizer and each head's, by name. The learning rates of the scheduler
            are part of it, and depend on the epoch alone. None in what is kept for predicting only.
        rng_state: of torch on the host and the device, and of the sampler. None as above.
        versions: of python, torch, timm and numpy.
        git_commit: of the code, with "-dirty" if files were changed; None outside a checkout.

    """

    config: TrainingConfig
    model_state: dict[str, Tensor]
    statistics: dict[str, Any]
    epoch: int
    best_epoch: int
    best_loss: float
    optimizer_state: dict[str, Any] | None
    rng_state: dict[str, Any] | None
    versions: dict[str, str]
    git_commit: str | None

    def for_predicting(self) -> "Checkpoint":
        """The same without what only training needs, a third of the size."""
        return replace(self, optimizer_state=None, rng_state=None)

    def load_into(self, model: nn.Module) -> None:
        """Give a model these weights. Raises `CheckpointError` if it is another one."""
        try:
            model.load_state_dict(self.model_state)
        except RuntimeError as error:
            raise CheckpointError(
                f"The weights do not fit {self.config.architecture} as it is built here: {error}"
            ) from error


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; whoever opens `path` meanwhile, or after a crash, finds the old or the new one whole."""
    values = {field.name: getattr(checkpoint, field.name) for field in fields(checkpoint)}
    values["config"] = checkpoint.config.to_dict()
    # A file, not a path: otherwise its name would be part of what is written.
    with atomic_write(path) as draft, draft.open("wb") as file:
        torch.save(values, file)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; its tensors are on the CPU. Raises `CheckpointError`."""
    return _load(path, mmap=False)


def load_config(path: Path) -> TrainingConfig:
    """Read only what a checkpoint says of itself. Raises `CheckpointError`."""
    return _load(path, mmap=True).config


def _load(path: Path, *, mmap: bool) -> Checkpoint:
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path}.")
    try:
        values = torch.load(path, map_location="cpu", weights_only=True, mmap=mmap)
        values["config"] = TrainingConfig.from_dict(values["config"])
        return Checkpoint(**values)
    except Exception as error:  # of many kinds, whatever reading makes of something else
        reason = str(error).partition("\n")[0]
        raise CheckpointError(
            f"{path} cannot be read: it is damaged, or was not written by train_baseline ({reason})."
        ) from error


def versions() -> dict[str, str]:
    """Of what computes."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "timm": metadata.version("timm"),
        "numpy": metadata.version("numpy"),
    }


def git_commit() -> str | None:
    """The commit of this code, with "-dirty" if files that git knows were changed; None outside a checkout."""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def rng_state(device: torch.device, sampler: np.random.Generator) -> dict[str, Any]:
    """Where the random numbers of torch and of the sampler stand."""
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        "sampler": sampler.bit_generator.state,
    }


def restore_rng_state(state: dict[str, Any], device: torch.device, sampler: np.random.Generator) -> None:
    """Let random numbers go on where they stood."""
    torch.set_rng_state(state["torch"])
    if device.type == "cuda" and state["cuda"] is not None:
        torch.cuda.set_rng_state(state["cuda"], device)
    sampler.bit_generator.state = state["sampler"]
