"""Memory of a GPU, whose functions are replaced here: room for images, and what happens if it is full."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import nn

from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import epoch, memory
from baselines.mmpt.training.device import DeviceError
from baselines.mmpt.training.memory import GAPS, MARGIN, memory_of_step, room_for_images
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.small import small_config

GPU, CPU = torch.device("cuda"), torch.device("cpu")
GB = 10**9


class Net(nn.Module):
    """A network with everything that a trial step could change: weights, running statistics, random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Flatten())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images)


def noted(calls: list[str], name: str, value: object = None) -> Callable[..., object]:
    """Return a function that adds its name to `calls` and returns a value."""

    def call(*_: object) -> object:
        calls.append(name)
        return value

    return call


@pytest.fixture
def gpu(monkeypatch) -> Callable[..., list[str]]:
    """Replace the functions of a GPU; return the names of those called, in order."""

    def make(*, free: int, step: int) -> list[str]:
        calls: list[str] = []
        monkeypatch.setattr(memory, "memory_of_step", noted(calls, "step", step))
        monkeypatch.setattr(torch.cuda, "empty_cache", noted(calls, "empty_cache"))
        monkeypatch.setattr(torch.cuda, "mem_get_info", noted(calls, "mem_get_info", (free, 2 * free)))
        return calls

    return make


def test_images_get_what_a_step_and_the_optimizer_leave(gpu):
    gpu(free=40 * GB, step=8 * GB)
    net = Net()
    weights = sum(parameter.numel() * 4 for parameter in net.parameters())
    expected = 40 * GB - (GAPS * 8 * GB + 2 * weights + MARGIN)
    assert room_for_images(small_config(), net, GPU, 16) == expected


def test_no_room_is_left_if_a_step_needs_all_memory(gpu):
    gpu(free=8 * GB, step=8 * GB)
    assert room_for_images(small_config(), Net(), GPU, 16) == 0


def test_memory_that_torch_keeps_for_reuse_is_given_back_before_free_memory_is_read(gpu):
    calls = gpu(free=40 * GB, step=8 * GB)
    room_for_images(small_config(), Net(), GPU, 16)
    assert calls == ["step", "empty_cache", "mem_get_info"]


@pytest.mark.parametrize(
    ("device", "changes", "room"),
    [
        (GPU, {"images_on": "device"}, math.inf),
        (GPU, {"images_on": "host"}, 0),
        (GPU, {"scheme": "linear-probing"}, 0),
        (GPU, {"scheme": "knn"}, 0),
        (CPU, {"images_on": "auto"}, 0),
        (CPU, {"images_on": "device"}, 0),
    ],
)
def test_nothing_is_measured_if_the_place_of_the_images_is_known(gpu, device, changes, room):
    calls = gpu(free=40 * GB, step=8 * GB)
    assert room_for_images(small_config(**changes), Net(), device, 16) == room
    assert calls == []


def test_the_memory_of_a_step_is_the_growth_up_to_the_peak_of_a_full_batch(monkeypatch):
    calls: list[str] = []
    values = {"memory_reserved": 5 * GB, "max_memory_reserved": 12 * GB}
    for name in ("empty_cache", "reset_peak_memory_stats", *values):
        monkeypatch.setattr(torch.cuda, name, noted(calls, name, values.get(name)))
    net = Net()
    # a trial works on a copy, which keeps this hook
    net.layers[1].register_full_backward_hook(noted(calls, "backward"))
    assert memory_of_step(small_config(), net, CPU, 16) == 7 * GB
    order = ["empty_cache", "reset_peak_memory_stats", "memory_reserved", "backward", "max_memory_reserved"]
    assert calls == order


def test_a_trial_step_changes_neither_the_network_nor_random_numbers(monkeypatch):
    shapes: list[tuple[int, ...]] = []
    for name in ("empty_cache", "reset_peak_memory_stats", "memory_reserved", "max_memory_reserved"):
        monkeypatch.setattr(torch.cuda, name, noted([], name, 0))
    net = Net().eval()
    net.register_forward_pre_hook(lambda module, inputs: shapes.append(tuple(inputs[0].shape)))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    random = torch.random.get_rng_state()
    memory_of_step(small_config(input_size=32), net, CPU, 16)
    assert shapes == [(16, 3, 32, 32)]
    assert not net.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(parameter.grad is None for parameter in net.parameters())
    assert torch.equal(torch.random.get_rng_state(), random)


def fail_at(monkeypatch: pytest.MonkeyPatch, n_steps: int, error: Exception) -> None:
    """Let a step of the training raise an error."""
    honest_step, steps = epoch.step, iter(range(1, n_steps + 1))

    def step(*given: object) -> object:
        if next(steps) == n_steps:
            raise error
        return honest_step(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(epoch, "step", step)


FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has ...")
NOT_DETERMINISTIC = RuntimeError(
    "adaptive_avg_pool2d_backward_cuda does not have a deterministic implementation, but you set\n"
    "'torch.use_deterministic_algorithms(True)'."
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "Try a smaller --batch-size or --images-on host or --precision bf16."),
        ({"images_on": "host"}, "Try a smaller --batch-size or --precision bf16."),
        ({"images_on": "host", "precision": "bf16"}, "Try a smaller --batch-size."),
    ],
)
def test_a_full_memory_gives_one_line_with_what_to_try(collection, tmp_path, monkeypatch, changes, message):
    folder, benchmark = collection
    fail_at(monkeypatch, 3, FULL)
    with pytest.raises(DeviceError) as caught:
        train(small_config(**changes), folder, tmp_path / "run", benchmark=benchmark)
    assert str(caught.value) == f"The memory of the GPU is full. {message}"


def test_an_operation_that_is_not_deterministic_gives_one_line(collection, tmp_path, monkeypatch):
    folder, benchmark = collection
    fail_at(monkeypatch, 1, NOT_DETERMINISTIC)
    with pytest.raises(DeviceError) as caught:
        train(small_config(), folder, tmp_path / "run", benchmark=benchmark)
    assert str(caught.value) == (
        "test_resnet with --input-size 32 cannot be trained with --deterministic on a GPU: "
        "adaptive_avg_pool2d_backward_cuda is not deterministic there. Leave --deterministic out, or use --device cpu."
    )
    assert not (tmp_path / "run").exists()


def test_other_errors_stay_what_they_are(collection, tmp_path, monkeypatch):
    folder, benchmark = collection
    fail_at(monkeypatch, 1, RuntimeError("something else"))
    with pytest.raises(RuntimeError, match="something else"):
        train(small_config(), folder, tmp_path / "run", benchmark=benchmark)


def test_after_a_full_memory_the_same_folder_takes_other_options(collection, tmp_path, monkeypatch):
    folder, benchmark = collection
    output = tmp_path / "run"
    with monkeypatch.context() as patch:
        fail_at(patch, 3, FULL)
        with pytest.raises(DeviceError):
            train(small_config(), folder, output, benchmark=benchmark)
    assert not output.exists()
    best = train(small_config(batch_size=8, epochs=1), folder, output, benchmark=benchmark)
    assert checkpoints.load(best).config.batch_size == 8


def test_files_of_the_user_stay_when_the_folder_is_cleaned(collection, tmp_path, monkeypatch):
    folder, benchmark = collection
    (tmp_path / "notes.txt").write_text("mine")
    fail_at(monkeypatch, 3, FULL)
    with pytest.raises(DeviceError):
        train(small_config(), folder, tmp_path, benchmark=benchmark)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("images_on", ["host", "device"])
def test_a_run_continues_with_its_images_elsewhere_to_the_same_weights(
    collection, tmp_path, monkeypatch, images_on
):
    """On a CPU: `device` copies images into tensors, `host` reads them in place."""
    folder, benchmark = collection
    monkeypatch.setattr(
        "baselines.mmpt.training.sources.room_for_images",
        lambda config, *_: math.inf if config.images_on == "device" else 0,
    )
    other = {"host": "device", "device": "host"}[images_on]
    train(small_config(images_on=other), folder, tmp_path / "whole", benchmark=benchmark)
    output = tmp_path / "run"
    with monkeypatch.context() as patch:
        fail_at(patch, 20, FULL)  # in the second epoch: an epoch has 14 steps
        with pytest.raises(DeviceError):
            train(small_config(images_on=other), folder, output, benchmark=benchmark)
    train(small_config(images_on=images_on), folder, output, benchmark=benchmark, resume=True)
    found = [checkpoints.load(run / "last.pt") for run in (tmp_path / "whole", output)]
    assert [one.epoch for one in found] == [2, 2]
    assert found[1].config.images_on == images_on
    state, expected = found[1].model_state, found[0].model_state
    assert state.keys() == expected.keys()
    assert [name for name in state if not torch.equal(state[name], expected[name])] == []
