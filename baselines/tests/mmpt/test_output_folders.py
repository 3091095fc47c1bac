"""Folders of runs: what a start, a second start and a continued run do with them."""

from dataclasses import replace

import pytest
import torch

from baselines.mmpt.data.splits import DataError
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.config import ConfigError
from baselines.mmpt.training.runs import OutputError
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.small import small_config


def test_nothing_starts_unless_everything_is_valid(collection, tmp_path):
    folder, benchmark = collection
    output = tmp_path / "run"
    with pytest.raises(ConfigError):
        train(small_config(epochs=0), folder, output, benchmark=benchmark)
    with pytest.raises(DataError, match="12"):
        train(small_config(), folder, output)  # all 12 datasets
    assert not output.exists()


def test_a_run_does_not_overwrite_another(collection, tmp_path):
    folder, benchmark = collection
    output = tmp_path / "runs" / "run"
    train(small_config(epochs=1), folder, output, benchmark=benchmark)
    with pytest.raises(OutputError, match="--resume"):
        train(small_config(epochs=1), folder, output, benchmark=benchmark)
    with pytest.raises(OutputError, match="seed 9930641, not 1"):
        train(small_config(epochs=1, seed=1), folder, output, benchmark=benchmark, resume=True)
    with pytest.raises(OutputError, match="another run"):
        train(small_config(epochs=1), folder, output.parent, benchmark=benchmark)
    lines: list[str] = []
    train(small_config(epochs=1), folder, output, benchmark=benchmark, resume=True, write=lines.append)
    assert lines == ["Nothing is left to do."]


@pytest.mark.parametrize("scheduler", ["none", "cosine"])
def test_a_run_may_be_continued_for_more_epochs(collection, tmp_path, scheduler):
    folder, benchmark = collection
    config, output = small_config(epochs=2, scheduler=scheduler), tmp_path / "run"
    train(config, folder, tmp_path / "whole", benchmark=benchmark)
    train(replace(config, epochs=1), folder, output, benchmark=benchmark)
    lines: list[str] = []
    train(config, folder, output, benchmark=benchmark, resume=True, write=lines.append)
    assert any("So far trained for at most 1 epochs, now for 2" in line for line in lines)
    whole, longer = (checkpoints.load(path / "last.pt") for path in (tmp_path / "whole", output))
    assert (longer.epoch, longer.config.epochs) == (2, 2)
    assert all(torch.equal(value, longer.model_state[name]) for name, value in whole.model_state.items())
    with pytest.raises(OutputError, match="epochs 2, not 1"):
        train(replace(config, epochs=1), folder, output, benchmark=benchmark, resume=True)
