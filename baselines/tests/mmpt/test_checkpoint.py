"""Checkpoints: atomic, with plain values only, and with the origin of the code."""

import os
import pickle
import subprocess
from dataclasses import replace
from importlib import metadata

import numpy as np
import pytest
import torch

from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import Checkpoint, CheckpointError
from baselines.tests.mmpt.small import small_config
from challenge.tests import needs


@pytest.fixture
def checkpoint() -> Checkpoint:
    generator = np.random.default_rng(3)
    return Checkpoint(
        config=small_config(weighting_excludes=("retinamnist",), weighted_loss=True),
        model_state={"weight": torch.arange(3.0)},
        statistics={"breastmnist": {"running_mean": torch.ones(2)}},
        epoch=3,
        best_epoch=2,
        best_loss=0.25,
        optimizer_state={"backbone": {"state": {}, "param_groups": [{"lr": 0.1}]}},
        rng_state=checkpoints.rng_state(torch.device("cpu"), generator),
        versions=checkpoints.versions(),
        git_commit="abc",
    )


def test_a_loaded_checkpoint_equals_the_saved_one(checkpoint, tmp_path):
    path = tmp_path / "last.pt"
    checkpoints.save(path, checkpoint)
    loaded = checkpoints.load(path)
    assert loaded.config == checkpoint.config
    assert torch.equal(loaded.model_state["weight"], torch.arange(3.0))
    assert torch.equal(loaded.statistics["breastmnist"]["running_mean"], torch.ones(2))
    assert (loaded.epoch, loaded.best_epoch, loaded.best_loss, loaded.git_commit) == (3, 2, 0.25, "abc")
    assert loaded.optimizer_state == checkpoint.optimizer_state
    assert checkpoints.load_config(path) == checkpoint.config


def test_random_numbers_continue_from_their_saved_state(checkpoint, tmp_path):
    cpu, generator = torch.device("cpu"), np.random.default_rng(1)
    generator.random(5)
    torch.manual_seed(1)
    checkpoints.save(
        tmp_path / "last.pt", replace(checkpoint, rng_state=checkpoints.rng_state(cpu, generator))
    )
    expected = torch.rand(3), generator.random(3)
    other = np.random.default_rng(9)
    state = checkpoints.load(tmp_path / "last.pt").rng_state
    assert state is not None
    checkpoints.restore_rng_state(state, cpu, other)
    assert torch.equal(torch.rand(3), expected[0])
    assert (other.random(3) == expected[1]).all()


def test_a_checkpoint_for_predicting_has_no_training_state(checkpoint, tmp_path):
    checkpoints.save(tmp_path / "best.pt", checkpoint.for_predicting())
    loaded = checkpoints.load(tmp_path / "best.pt")
    assert loaded.optimizer_state is None
    assert loaded.rng_state is None


def test_a_crash_while_writing_leaves_the_previous_checkpoint(checkpoint, tmp_path, monkeypatch):
    path = tmp_path / "last.pt"
    checkpoints.save(path, checkpoint)

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        checkpoints.save(path, replace(checkpoint, epoch=4))
    assert checkpoints.load(path).epoch == 3


def test_files_that_are_no_checkpoints_are_refused(tmp_path, checkpoint):
    with pytest.raises(CheckpointError, match=r"no checkpoint .*missing\.pt"):
        checkpoints.load(tmp_path / "missing.pt")
    path = tmp_path / "other.pt"
    path.write_text("something else")
    with pytest.raises(CheckpointError, match=r"other\.pt cannot be read"):
        checkpoints.load(path)
    torch.save({"weights": torch.ones(1)}, path)
    with pytest.raises(CheckpointError, match="not written by train_baseline"):
        checkpoints.load(path)
    torch.save([1, 2], path)
    with pytest.raises(CheckpointError, match="not written by train_baseline"):
        checkpoints.load(path)
    checkpoints.save(path, checkpoint)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoints.load(path)


def test_loading_runs_no_code_of_the_file(tmp_path):
    class Harmful:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    path = tmp_path / "harmful.pt"
    torch.save({"config": Harmful()}, path)
    with pytest.raises(CheckpointError):
        checkpoints.load(path)
    path.write_bytes(pickle.dumps(Harmful(), protocol=2))
    with pytest.raises(CheckpointError):
        checkpoints.load(path)
    assert not (tmp_path / "harm").exists()


def test_versions_are_known():
    versions = checkpoints.versions()
    assert versions["timm"] == metadata.version("timm")
    assert versions["torch"] == torch.__version__
    assert set(versions) == {"python", "torch", "timm", "numpy"}


def test_without_git_no_commit_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checkpoints.git_commit() is None


@needs.git
def test_the_commit_is_known_in_a_checkout_only(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "__file__", str(tmp_path / "checkpoint.py"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert checkpoints.git_commit() is None
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org")
    (tmp_path / "file").write_text("1")
    for command in (["init", "-q"], ["add", "file"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True
    ).stdout.strip()
    assert checkpoints.git_commit() == head
    (tmp_path / "file").write_text("2")
    assert checkpoints.git_commit() == f"{head}-dirty"
