"""Device, precision and determinism of computations."""

import os
from contextlib import AbstractContextManager, nullcontext

import torch

#: Fraction of a GPU's free memory for images; the model, its gradients and activations take the rest.
SHARE_FOR_IMAGES = 0.6


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


def autocast(device: torch.device, precision: str) -> AbstractContextManager[object]:
    """Return a context that computes in bfloat16 where safe, if `precision` is "bf16"; weights stay float32."""
    if precision == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


def memory_for_images(device: torch.device) -> int:
    """Return the bytes that images may take on a GPU; 0 on other devices, which read images in place."""
    if device.type != "cuda":
        return 0
    free, _ = torch.cuda.mem_get_info(device)
    return int(free * SHARE_FOR_IMAGES)
