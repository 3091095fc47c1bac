"""Public description of a model's training, from its checkpoint."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from baselines.mmpt.model import cost
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import predict
from baselines.mmpt.training.checkpoint import Checkpoint
from baselines.mmpt.training.config import TrainingConfig
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark


class DescriptionError(ValueError):
    """Checkpoints come from different trainings; the message says which and why."""


#: Errors that a user can fix; commands show their message.
ERRORS = (DescriptionError, *predict.ERRORS)


def describe(path: Path, benchmark: Benchmark = MEDMNIST_PLUS) -> dict[str, Any]:
    """Return the configuration of a checkpoint, or of all checkpoints of a run, as plain values by name.

    The result also has the size and the operations of the backbone, the epoch with the best validation loss (by
    dataset, if each dataset has its own model), the versions and the git commit. It leaves out facts about the
    trainer's machine: the device, and the folders of the initial weights. Raises one of `ERRORS`.
    """
    parts = predict.find_checkpoints(path, benchmark)
    loaded = [checkpoints.load(part.path) for part in parts]
    for part, one in zip(parts[1:], loaded[1:], strict=True):
        if differing := differences(loaded[0].config, one.config, apart_from=("dataset", "device")):
            raise DescriptionError(
                f"{parts[0].path} and {part.path} were trained differently: {', '.join(differing)}. "
                "An entry belongs to one training; keep each training in a folder of its own."
            )
    return _public(loaded)


def count_parameters(described: Mapping[str, Any]) -> int:
    """Return the number of parameters of the backbone that `describe` describes. Raises one of `ERRORS`."""
    return cost.count_parameters(
        described["architecture"], described["input_size"], described.get("timm_kwargs", "")
    )


def differences(one: TrainingConfig, other: TrainingConfig, *, apart_from: Collection[str]) -> list[str]:
    """List the settings that differ, except for those in `apart_from`."""
    theirs = other.to_dict()
    return [
        name.replace("_", " ")
        for name, value in one.to_dict().items()
        if name not in apart_from and value != theirs[name]
    ]


def _public(loaded: list[Checkpoint]) -> dict[str, Any]:
    first = loaded[0]
    described = first.config.to_dict()
    del described["device"]
    if first.config.weights is not None:
        described["weights"] = first.config.weights.name
    if first.config.from_run is not None:
        of_run = first.config.from_run
        described["from_run"] = (of_run.parent if of_run.suffix == ".pt" else of_run).name
        del described["pretrained"]
    else:
        del described["from_statistics"]
    if len(loaded) > 1:
        del described["dataset"]
        described["best_epoch"] = {one.config.dataset: one.best_epoch for one in loaded}
    else:
        described["best_epoch"] = first.best_epoch
    if not first.config.has_epochs:
        del described["best_epoch"]
    size = cost.describe(first.config.architecture, first.config.input_size, first.config.timm_kwargs)
    return described | size | {"versions": first.versions, "git_commit": first.git_commit}
