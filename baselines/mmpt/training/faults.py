"""Faults of the machine during a training: what happened, and what to do, in one line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import DeviceError
from baselines.mmpt.training.runs import is_begun

#: Errors of a disk without space, or of a user without any left.
_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskError(OSError):
    """The disk of a run is full; the message says what to do."""


@contextmanager
def explained(config: TrainingConfig, output: Path) -> Iterator[None]:
    """Turn errors that the limits of the machine cause into a `DeviceError` or `DiskError` that says what to do."""
    try:
        yield
    except DeviceError:
        raise
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise DeviceError(_full_memory(config, on_gpu=isinstance(error, torch.OutOfMemoryError))) from error
    except (OSError, RuntimeError) as error:
        if any(isinstance(each, OSError) and each.errno in _FULL for each in _chain(error)):
            raise DiskError(_full_disk(output)) from error
        if "can't allocate memory" in str(error):  # PyTorch on a CPU
            raise DeviceError(_full_memory(config, on_gpu=False)) from error
        operation, marker, _ = str(error).partition(" does not have a deterministic implementation")
        if not marker:
            raise
        raise DeviceError(
            f"{config.architecture} with --input-size {config.input_size} cannot be trained with --deterministic on "
            f"a GPU: {operation} is not deterministic there. Leave --deterministic out, or use --device cpu."
        ) from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes: PyTorch raises an error of its own if a file cannot be written."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _full_memory(config: TrainingConfig, *, on_gpu: bool) -> str:
    ways = ["a smaller --batch-size"]
    ways += ["--images-on host"] if on_gpu and config.images_on != "host" else []
    ways += ["--precision bf16"] if config.precision != "bf16" else []
    return f"The memory of {'the GPU' if on_gpu else 'this machine'} is full. Try {' or '.join(ways)}."


def _full_disk(output: Path) -> str:
    if is_begun(output):
        return (
            f"The disk of {output} is full. Free some space, then give the same command with --resume: it continues "
            "after the last finished epoch."
        )
    return f"The disk of {output} is full, and no epoch was finished. Free some space, then give the same command."
