"""Training in two processes, with the variables that torchrun sets, gives the result of one process."""

import csv
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from baselines.mmpt.model.architectures import share_batch_norm
from baselines.mmpt.model.normalization import batch_norm_layers
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.device import DeviceError
from baselines.mmpt.training.distributed import ALONE, World
from baselines.mmpt.training.learner import build_model, make_learner
from baselines.mmpt.training.runs import BEST, LAST
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.forked import run_forked
from baselines.tests.mmpt.small import FOUR, small_config

IMPORTS = """
import os
from pathlib import Path
import torch
from baselines.mmpt.data import splits
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.small import FOUR
torch.set_num_threads(1)
"""

#: Program of each training process.
TRAIN = """
rank, folder, output, config, resume, last_line = argument
os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank)}
config = TrainingConfig.from_dict(config)
benchmark = splits.benchmark_of(Path(folder), 28, FOUR)

def write(line):
    print(line, flush=True)
    if last_line and line.startswith(last_line):
        raise KeyboardInterrupt

train(config, Path(folder), Path(output), benchmark=benchmark, resume=resume, write=write)
"""

#: A batch of 15 does not divide by two. The network is a ViT, because CPUs do not share BatchNorm's statistics.
VIT = small_config(architecture="test_vit", batch_size=15, learning_rate=1e-4)


def train_in_two_processes(
    config: TrainingConfig, folder: Path, output: Path, *, resume: bool = False, last_line: str = ""
) -> list[subprocess.CompletedProcess]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    about = (str(folder), str(output), config.to_dict(), resume, last_line)
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return run_forked(IMPORTS, TRAIN, *([rank, *about] for rank in range(2)), **shared)


@pytest.fixture(scope="module")
def trained(collection, tmp_path_factory) -> tuple[Path, list[subprocess.CompletedProcess]]:
    """Return the output folder of two epochs in two processes, and the finished processes."""
    folder, _ = collection
    output = tmp_path_factory.mktemp("trained") / "two"
    return output, train_in_two_processes(VIT, folder, output)


def weights_that_matter(path: Path) -> dict[str, torch.Tensor]:
    """Return all weights except the biases of attention keys.

    These biases cancel out in the softmax, so their gradients are only rounding errors, which AdamW turns into steps
    of full size.
    """
    state = checkpoints.load(path / LAST).model_state
    for name, weights in state.items():
        if name.endswith("attn.qkv.bias"):
            queries, _, values = weights.chunk(3)
            state[name] = torch.cat([queries, values])
    return state


def metrics(output: Path) -> list[dict[str, str]]:
    with (output / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def assert_same_as_in_one_process(config: TrainingConfig, collection, output: Path, alone: Path) -> None:
    """Train in this process and compare: rounding differs, and AdamW may take a step of 1e-4 for a gradient near 0."""
    folder, benchmark = collection
    train(config, folder, alone, benchmark=benchmark, write=lambda line: None)
    one, two = weights_that_matter(alone), weights_that_matter(output)
    assert one.keys() == two.keys()
    for name, weights in one.items():
        torch.testing.assert_close(two[name], weights, atol=5e-6, rtol=0)
    for expected, found in zip(metrics(alone), metrics(output), strict=True):
        assert float(found["loss"]) == pytest.approx(float(expected["loss"]), abs=1e-5)
        assert found["batches"] == expected["batches"]


def test_the_weights_are_those_of_one_process(tmp_path, collection, trained):
    output, processes = trained
    assert [process.returncode for process in processes] == [0, 0], processes[0].stderr
    assert_same_as_in_one_process(VIT, collection, output, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [{"ordinal_loss": True, "weighted_loss": True}, {"mixed_batches": True, "batch_norm": "shared"}],
    ids=["ordinal and weighted loss", "mixed batches"],
)
def test_the_weights_are_those_of_one_process_with_other_losses_and_batches(tmp_path, collection, changes):
    folder, _ = collection
    config = replace(VIT, epochs=1, **changes)
    train_in_two_processes(config, folder, tmp_path / "two")
    assert_same_as_in_one_process(config, collection, tmp_path / "two", tmp_path / "one")


def test_one_process_prints_and_writes(trained):
    output, (first, second) = trained
    assert "epoch 2/2" in first.stdout
    assert second.stdout == ""
    files = {path.name for path in output.iterdir()}
    assert files == {BEST, LAST, "config.json", "metrics.csv", "tensorboard"}
    assert len(list((output / "tensorboard").iterdir())) == 1


def test_a_killed_run_continues_to_the_same_bits(tmp_path, collection, trained):
    folder, _ = collection
    killed = train_in_two_processes(VIT, folder, tmp_path, last_line="epoch 1/2:")
    assert all(process.returncode for process in killed)
    assert checkpoints.load(tmp_path / LAST).epoch == 1
    train_in_two_processes(VIT, folder, tmp_path, resume=True)
    whole, resumed = (checkpoints.load(output / LAST) for output in (trained[0], tmp_path))
    assert resumed.epoch == 2
    assert all(torch.equal(whole.model_state[name], resumed.model_state[name]) for name in whole.model_state)


def test_batch_norm_is_not_shared_between_cpus():
    config = small_config()
    model = build_model(config, FOUR.datasets)
    with pytest.raises(DeviceError, match="share BatchNorm's statistics on GPUs only"):
        make_learner(config, model, {}, World(rank=0, size=2))


@pytest.mark.parametrize("scheme", ["knn", "linear-probing"])
def test_schemes_that_train_no_backbone_take_one_process(tmp_path, collection, monkeypatch, scheme):
    folder, benchmark = collection
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match="trains no backbone"):
        train(replace(VIT, scheme=scheme), folder, tmp_path, benchmark=benchmark)


def test_each_process_estimates_the_statistics_of_a_dataset_by_itself():
    model, world = build_model(small_config(), FOUR.datasets), World(rank=0, size=2, own_group="alone")
    share_batch_norm(model.backbone)
    layers = list(batch_norm_layers(model.backbone).values())
    assert layers
    assert all(isinstance(layer, nn.SyncBatchNorm) for layer in layers)
    with world.alone(model):
        assert {layer.process_group for layer in layers} == {"alone"}
    assert {layer.process_group for layer in layers} == {None}


def test_shares_cover_a_batch():
    batch = {"first": np.arange(5), "second": np.arange(10, 12)}
    shares = [World(rank, 3).share(batch) for rank in range(3)]
    assert [[len(part) for part in share.values()] for share in shares] == [[2, 0], [2, 0], [1, 2]]
    for name, indices in batch.items():
        assert np.concatenate([share[name] for share in shares]).tolist() == indices.tolist()
    assert World(2, 3).share({"first": np.arange(2)})["first"].tolist() == [0, 1]  # as all processes do
    assert ALONE.share(batch) is batch
