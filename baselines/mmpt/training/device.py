"""Device, precision and determinism of computations."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch


class DeviceError(Exception):
    """The requested device cannot be used; the message says what to do."""


def choose_device(name: str) -> torch.device:
    """Return the device of that name; "auto" is a GPU if there is one. Raises `DeviceError`."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise DeviceError(
            f"The device {name!r} cannot be used ({reason}). Use --device auto, cpu or cuda:0."
        ) from error
    return device


def make_repeatable(seed: int, *, deterministic: bool) -> None:
    """Seed torch; if `deterministic`, allow only algorithms that give the same bits each time.

    Sums of cuBLAS are deterministic only with a fixed workspace, which must be set before a GPU is first used.
    """
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(deterministic)
    torch.backends.cudnn.deterministic = deterministic
    torch.backends.cudnn.benchmark = not deterministic
    torch.manual_seed(seed)


def use_tf32(allowed: bool) -> None:
    """Allow or forbid TF32 for float32 products and convolutions; torch's default allows it for convolutions."""
    torch.set_float32_matmul_precision("high" if allowed else "highest")
    torch.backends.cudnn.allow_tf32 = allowed


@contextmanager
def cudnn_tuning(useful: bool) -> Iterator[None]:
    """Keep cuDNN from timing its algorithms in the `with` block, unless that is `useful` and allowed already.

    cuDNN times them once for each shape, which takes longer than a step. This pays for full batches only: the last
    batches of the datasets have many sizes and are rare.
    """
    allowed = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = allowed and useful
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = allowed


def autocast(device: torch.device, precision: str) -> AbstractContextManager[object]:
    """Return a context that computes in bfloat16 where safe, if `precision` is "bf16"; weights stay float32."""
    if precision == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
