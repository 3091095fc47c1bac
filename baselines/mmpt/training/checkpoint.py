"""Checkpoints: everything needed to predict, to describe the training and to continue it.

A checkpoint is written to a temporary file and moved into place, so a killed run leaves the previous checkpoint. It
contains only tensors and plain values, so opening a foreign checkpoint runs no code.
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


class CheckpointError(Exception):
    """A file is not a checkpoint, or it is damaged; the message says which file and what to do."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model and the state of its training.

    Attributes:
        config: configuration of the training.
        model_state: state of the backbone and all heads. Its BatchNorm buffers are the running statistics of the
            training, whatever `statistics` contains.
        statistics: BatchNorm buffers by dataset; empty if there are none or they are shared.
        epoch: number of trained epochs.
        best_epoch: epoch with the best validation loss so far; 0 if there is none yet.
        best_loss: validation loss of the best epoch.
        optimizer_state: states of the optimizers of the backbone and of each head, by name. They include the learning
            rates of the scheduler, which depend only on the epoch. None in a checkpoint for predicting only.
        rng_state: states of torch's random numbers on the host and the device, and of the sampler. None as above.
        versions: versions of python, torch, timm and numpy.
        git_commit: commit of the code, with "-dirty" if files were changed; None outside a checkout.

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
        """Return a copy without the state that only training needs; a third of the size."""
        return replace(self, optimizer_state=None, rng_state=None)

    def heads(self) -> list[str]:
        """Return the names of the datasets that the model has heads for."""
        return sorted({name.split(".")[1] for name in self.model_state if name.startswith("heads.")})

    def load_into(self, model: nn.Module) -> None:
        """Load the weights into a model. Raises `CheckpointError` if they do not fit."""
        try:
            model.load_state_dict(self.model_state)
        except RuntimeError as error:
            raise CheckpointError(
                f"The weights do not fit {self.config.architecture} as it is built here: {error}"
            ) from error


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically: even after a crash, `path` is the complete old or the complete new one."""
    values = {field.name: getattr(checkpoint, field.name) for field in fields(checkpoint)}
    values["config"] = checkpoint.config.to_dict()
    # A file, not a path: torch would write the name of a path into the checkpoint.
    with atomic_write(path) as draft, draft.open("wb") as file:
        torch.save(values, file)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; its tensors are on the CPU. Raises `CheckpointError`."""
    return _load(path, mmap=False)


def load_config(path: Path) -> TrainingConfig:
    """Read only the configuration of a checkpoint. Raises `CheckpointError`."""
    return _load(path, mmap=True).config


def _load(path: Path, *, mmap: bool) -> Checkpoint:
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path}.")
    try:
        values = torch.load(path, map_location="cpu", weights_only=True, mmap=mmap)
        values["config"] = TrainingConfig.from_dict(values["config"])
        return Checkpoint(**values)
    except Exception as error:  # reading another kind of file raises many types of errors
        reason = str(error).partition("\n")[0]
        raise CheckpointError(
            f"{path} cannot be read: it is damaged, or was not written by train_baseline ({reason})."
        ) from error


def versions() -> dict[str, str]:
    """Return the versions of the software that affects results."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "timm": metadata.version("timm"),
        "numpy": metadata.version("numpy"),
    }


def git_commit() -> str | None:
    """Return the commit of this code, with "-dirty" if tracked files were changed; None outside a checkout."""
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
    """Return the states of the random numbers of torch and of the sampler."""
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        "sampler": sampler.bit_generator.state,
    }


def restore_rng_state(state: dict[str, Any], device: torch.device, sampler: np.random.Generator) -> None:
    """Restore the states of the random numbers."""
    torch.set_rng_state(state["torch"])
    if device.type == "cuda" and state["cuda"] is not None:
        torch.cuda.set_rng_state(state["cuda"], device)
    sampler.bit_generator.state = state["sampler"]
