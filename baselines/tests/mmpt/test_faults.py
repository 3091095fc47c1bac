"""Faults during a training: each ends in one line that says what to do, and leaves a clean folder."""

import errno
import fcntl
from pathlib import Path

import numpy as np
import pytest
import torch

from baselines.mmpt.data import splits
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import epoch, log
from baselines.mmpt.training.config import ConfigError
from baselines.mmpt.training.device import DeviceError
from baselines.mmpt.training.epoch import DivergedError
from baselines.mmpt.training.faults import DiskError, explained
from baselines.mmpt.training.log import Progress
from baselines.mmpt.training.runs import OutputError, claimed, write_config
from baselines.mmpt.training.train import ERRORS, train
from baselines.tests.mmpt.small import small_config

FULL = OSError(errno.ENOSPC, "No space left on device")


def quietly(config, collection, output: Path, **options) -> None:
    folder, benchmark = collection
    train(config, folder, output, benchmark=benchmark, write=lambda line: None, **options)


def fail_to_save(monkeypatch, at: int) -> None:
    """Let the disk be full when a checkpoint is written, as PyTorch reports it: with an error of its own."""
    honest, calls = torch.save, iter(range(1, 100))

    def save(values, file) -> None:
        if next(calls) < at:
            honest(values, file)
            return
        try:
            raise FULL
        except OSError:
            raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos") from None

    monkeypatch.setattr(torch, "save", save)


# --- A full disk ------------------------------------------------------------------------------------


def test_a_disk_that_is_full_before_the_first_checkpoint_leaves_nothing(collection, tmp_path, monkeypatch):
    fail_to_save(monkeypatch, 1)
    with pytest.raises(
        DiskError, match=r"run is full, and no epoch was finished\. Free some space"
    ) as caught:
        quietly(small_config(), collection, tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ERRORS)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_later_keeps_the_last_checkpoint(collection, tmp_path, monkeypatch):
    quietly(small_config(), collection, tmp_path / "whole")
    fail_to_save(monkeypatch, 3)  # the first epoch is the best so far: last.pt, best.pt
    with pytest.raises(DiskError, match="with --resume: it continues after the last finished epoch"):
        quietly(small_config(), collection, tmp_path / "run")
    monkeypatch.undo()
    assert checkpoints.load(tmp_path / "run/last.pt").epoch == 1
    assert [path.name for path in (tmp_path / "run").glob(".draft*")] == []
    quietly(small_config(), collection, tmp_path / "run", resume=True)
    states = [checkpoints.load(tmp_path / name / "last.pt").model_state for name in ("whole", "run")]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())


def test_a_disk_that_is_full_for_the_metrics_is_named_as_well(collection, tmp_path, monkeypatch):
    def write(*_) -> None:
        raise FULL

    monkeypatch.setattr(log.RunLog, "_write", write)
    with pytest.raises(DiskError):
        quietly(small_config(), collection, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_always_full(tmp_path):
    with (
        pytest.raises(DiskError),
        explained(small_config(), tmp_path),
        Path("/dev/full").open("wb") as file,
    ):
        torch.save({"values": torch.zeros(10**6)}, file)


# --- Full memory, and what a GPU cannot do ------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory.\nGPU 0"),
            "The memory of the GPU is full. Try a smaller",
        ),
        (MemoryError("Unable to allocate 24 GiB"), "The memory of this machine is full. Try a smaller"),
        (
            RuntimeError(
                "[enforce fail at alloc_cpu.cpp:122] DefaultCPUAllocator: can't allocate memory: you"
            ),
            "The memory of this machine is full. Try a smaller --batch-size",
        ),
        (
            RuntimeError(
                "adaptive_avg_pool2d_backward_cuda does not have a deterministic implementation, but"
            ),
            "test_resnet with --input-size 32 cannot be trained with --deterministic on a GPU",
        ),
    ],
)
def test_limits_of_the_machine_give_one_line_and_a_clean_folder(
    collection, tmp_path, monkeypatch, error, message
):
    def step(*_) -> None:
        raise error

    monkeypatch.setattr(epoch, "step", step)
    with pytest.raises(DeviceError) as caught:
        quietly(small_config(), collection, tmp_path / "run")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# --- Starts -----------------------------------------------------------------------------------------


def test_a_start_that_was_killed_does_not_block_its_folder(collection, tmp_path):
    write_config(tmp_path / "run", small_config(seed=5))
    (tmp_path / "run/tensorboard").mkdir()
    quietly(small_config(epochs=1), collection, tmp_path / "run")
    assert checkpoints.load_config(tmp_path / "run/last.pt").seed == small_config().seed


def test_a_start_that_was_stopped_leaves_nothing(collection, tmp_path, monkeypatch):
    def stop(*_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(epoch, "step", stop)
    with pytest.raises(KeyboardInterrupt):
        quietly(small_config(), collection, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_which_another_process_trains_is_refused(collection, tmp_path):
    with (
        claimed(tmp_path / "run", small_config()),
        pytest.raises(OutputError, match="Another process trains"),
    ):
        quietly(small_config(), collection, tmp_path / "run")


def test_a_file_system_without_locks_is_no_obstacle(collection, tmp_path, monkeypatch):
    def flock(*_) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    quietly(small_config(epochs=1), collection, tmp_path / "run")
    assert (tmp_path / "run/best.pt").exists()


# --- Numbers that are not finite --------------------------------------------------------------------


def test_a_loss_that_is_not_a_number_stops_the_training_at_once(collection, tmp_path, monkeypatch):
    honest, steps = epoch.step, []

    def step(*given):
        steps.append(given)
        outputs = honest(*given)
        if len(steps) == 3:
            outputs = {name: (logits, loss * torch.nan) for name, (logits, loss) in outputs.items()}
        return outputs

    monkeypatch.setattr(epoch, "step", step)
    with pytest.raises(DivergedError, match=r"is nan: the training diverged\. Try a smaller --learning-rate"):
        quietly(small_config(), collection, tmp_path / "run")
    assert len(steps) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rate", [float("inf"), float("nan"), -1e-4, 0.0])
def test_a_learning_rate_that_cannot_be_is_refused(collection, tmp_path, rate):
    with pytest.raises(ConfigError, match=r"learning_rate is .*; it must be a finite number above 0"):
        quietly(small_config(learning_rate=rate), collection, tmp_path / "run")


# --- Images -----------------------------------------------------------------------------------------


def test_a_byte_that_changed_in_an_uncompressed_file_is_noticed(collection, tmp_path):
    folder, benchmark = collection
    data = tmp_path / "data"
    data.mkdir()
    for path in folder.iterdir():
        (data / path.name).write_bytes(path.read_bytes())
    path = data / "bloodmnist.npz"
    with np.load(path) as arrays:
        np.savez(path, **arrays)
        image = arrays["train_images"][3].tobytes()
    content = bytearray(path.read_bytes())
    content[content.index(image) + 100] ^= 1
    path.write_bytes(content)
    splits.check_folder(data, tuple(benchmark), 28)  # looks at no image
    with pytest.raises(splits.DataError, match=r"bloodmnist\.npz is damaged or unreadable \(Bad CRC-32"):
        quietly(small_config(), (data, benchmark), tmp_path / "run")
    assert not (tmp_path / "run").exists()


# --- Estimates of the time ----------------------------------------------------------------------------


def test_the_first_estimate_leaves_out_the_steps_that_compile(monkeypatch):
    """Steps take a second, but the first one a minute: without it, 97 of 100 steps are left at the fourth step."""
    clock = iter([0.0, 60.0, 61.0, 62.0, 68.0])
    monkeypatch.setattr(log.time, "monotonic", lambda: next(clock))
    lines: list[str] = []
    progress = Progress(lines.append, 1, 2, 100)
    for _ in range(3):
        progress.step(64, lambda: {"bloodmnist": 1.0})
    assert lines == ["epoch 1/2, step 1/100: the first steps, which take longer; loss: blood 1.000"]
    progress.step(64, lambda: {"bloodmnist": 1.0})  # 6 seconds for a step
    assert "11 images/s; left: 9:36 of this epoch, 19:36 at most" in lines[1]
