"""Precision of float32 products, and tuning of cuDNN."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import epoch
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import cudnn_tuning, use_tf32
from baselines.mmpt.training.distributed import World
from baselines.mmpt.training.inference import predict_datasets
from baselines.mmpt.training.learner import build_model, make_learner, step
from baselines.mmpt.training.runs import OutputError
from baselines.mmpt.training.sources import load_sources
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.small import small_config

CPU = torch.device("cpu")


def tf32() -> tuple[str, bool]:
    """Return torch's settings of products and of convolutions."""
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


@pytest.fixture(autouse=True)
def settings_of_torch() -> Iterator[None]:
    """Restore what the tests set."""
    precision, convolutions, tuning = *tf32(), torch.backends.cudnn.benchmark
    yield
    torch.set_float32_matmul_precision(precision)
    torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark = convolutions, tuning


EXACT, FAST = ("highest", False), ("high", True)


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize(("allowed", "expected"), [(False, EXACT), (True, FAST)])
def test_training_and_prediction_use_tf32_only_if_the_run_asks_for_it(
    collection, tmp_path, monkeypatch, deterministic, allowed, expected
):
    folder, benchmark = collection
    seen: set[tuple[str, bool]] = set()

    def noted_step(*given):
        seen.add(tf32())
        return step(*given)

    monkeypatch.setattr(epoch, "step", noted_step)
    use_tf32(not allowed)
    config = small_config(epochs=1, tf32=allowed, deterministic=deterministic)
    best = train(config, folder, tmp_path / "run", benchmark=benchmark)
    assert seen == {expected}
    use_tf32(not allowed)
    for _ in predict_datasets(checkpoints.load(best), tuple(benchmark), folder, CPU, 16):
        assert tf32() == expected


def test_tf32_is_off_unless_it_is_asked_for():
    assert TrainingConfig("mm-pt", "resnet18", 28).tf32 is False


def test_a_run_does_not_continue_with_other_products(collection, tmp_path):
    folder, benchmark = collection
    train(small_config(epochs=1), folder, tmp_path / "run", benchmark=benchmark)
    with pytest.raises(OutputError, match="tf32 False, not True"):
        train(small_config(epochs=1, tf32=True), folder, tmp_path / "run", benchmark=benchmark, resume=True)


def test_runs_from_before_the_options_continue(collection, tmp_path):
    folder, benchmark = collection
    output = tmp_path / "run"
    train(small_config(epochs=1), folder, output, benchmark=benchmark)
    values = json.loads((output / "config.json").read_text())
    (output / "config.json").write_text(
        json.dumps({name: value for name, value in values.items() if name not in ("tf32", "images_on")})
    )
    lines: list[str] = []
    train(small_config(epochs=1), folder, output, benchmark=benchmark, resume=True, write=lines.append)
    assert lines == ["Nothing is left to do."]


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("useful", [False, True])
def test_cudnn_tunes_only_where_that_is_allowed_and_useful(allowed, useful):
    torch.backends.cudnn.benchmark = allowed
    with cudnn_tuning(useful):
        assert torch.backends.cudnn.benchmark == (allowed and useful)
    assert torch.backends.cudnn.benchmark == allowed


class Spy(nn.Module):
    """A backbone that notes each batch size, and if cuDNN may tune there."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.seen: list[tuple[int, bool]] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.seen.append((len(images), torch.backends.cudnn.benchmark))
        return self.backbone(images)


def test_only_full_batches_are_tuned_in_training_and_validation(collection):
    folder, benchmark = collection
    config = small_config()
    model = build_model(config, tuple(benchmark))
    sources, _ = load_sources(config, folder, model, benchmark, CPU)
    learner = make_learner(config, model, sources)
    spy = Spy(model.backbone)
    learner = replace(learner, backbone=spy)
    torch.backends.cudnn.benchmark = True
    for n_images in (16, 15):
        images, labels = sources["chestmnist"].take(np.arange(n_images))
        step(learner, {"chestmnist": (images, labels)})
        learner.logits(images, "chestmnist")
    assert spy.seen == [(16, True), (16, True), (15, False), (15, False)]


def test_the_full_batch_of_a_process_is_its_share():
    assert [World(rank, 3).n_own(16) for rank in range(3)] == [5, 5, 6]
    assert World(1, 3).n_own(2) == 2  # fewer images than processes: each computes all
