"""Protocols: trainings equal plain implementations of the published descriptions, and each value can be changed."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from baselines.mmpt.data.splits import load_split
from baselines.mmpt.model.architectures import classifier_of_timm
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import epoch, run
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.history import read_history
from baselines.mmpt.training.learner import build_model, preprocess_for
from baselines.mmpt.training.protocols import configure, departures, title
from baselines.mmpt.training.train import train
from baselines.tests.mmpt import plain
from baselines.tests.mmpt.small import FOUR, NAMES

CPU = torch.device("cpu")
THESIS = {
    "protocol": "thesis",
    "scheme": "mm-pt",
    "architecture": "test_resnet",
    "resolution": 28,
    "input_size": 33,  # an odd difference: 2 pixels of padding on one side, 3 on the other
    "batch_size": 16,
    "epochs": 4,
    "pretrained": False,
    "device": "cpu",
}
DOERRICH = THESIS | {"protocol": "doerrich", "scheme": "end-to-end", "dataset": "chestmnist", "epochs": 6}


def close(values: Sequence[float]) -> Any:
    """Compare with values up to 1e-6."""
    return pytest.approx(values, rel=1e-6, abs=1e-6)


@dataclass
class Trained:
    """A training of ours: its steps, losses and rates, its first weights, and its folder."""

    config: TrainingConfig
    output: Path
    epochs: list[list[plain.Step]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)
    first: dict[str, Tensor] = field(default_factory=dict)


@pytest.fixture
def in_double(monkeypatch):
    """Compute in float64: AdamW's first steps enlarge the rounding errors of float32 a thousand times."""
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def trained(collection, tmp_path, monkeypatch, in_double):
    """Train as our code does, and note each step."""

    def do(**chosen) -> Trained:
        folder, benchmark = collection
        done = Trained(configure(chosen), tmp_path / "run")
        honest_batches, honest_step = run.epoch_batches, epoch.step

        def epoch_batches(of: run.Run):
            batches = honest_batches(of)
            done.epochs.append([step for batch in batches for step in batch.items()])
            return batches

        def step(learner, inputs):
            if not done.first:
                done.first = deepcopy(learner.model.state_dict())
                done.weights = learner.weights
            (rate,) = {group["lr"] for each in learner.optimizers.values() for group in each.param_groups}
            done.rates.append(rate)
            outputs = honest_step(learner, inputs)
            done.losses += [loss.item() for _, loss in outputs.values()]
            return outputs

        monkeypatch.setattr(run, "epoch_batches", epoch_batches)
        monkeypatch.setattr(epoch, "step", step)
        train(done.config, folder, done.output, benchmark=benchmark, write=lambda line: None)
        return done

    return do


def as_published(done: Trained, collection, names=NAMES, **options) -> plain.Record:
    """Repeat a training with the plain implementation: the same batches from the same first weights."""
    folder, benchmark = collection
    config = done.config
    about: dict[str, Any] = plain.expected_images(config.architecture) | {"input_size": config.input_size}
    splits = {
        split: {name: plain.Split(folder, name, split, **about) for name in names}
        for split in ("train", "val")
    }
    model = plain.MultiNet(config.architecture, {name: benchmark[name].n_classes for name in names})
    plain.load(model, done.first)
    chosen: dict[str, Any] = {"patience": config.patience, "val_batch_size": config.batch_size} | options
    return plain.train(
        model,
        splits["train"],
        splits["val"],
        done.epochs,
        max_epochs=config.epochs,
        rate=config.learning_rate,
        batch_size=config.batch_size,
        **chosen,
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_the_thesis_losses_rates_weights_and_selection(trained, collection, weighted):
    done = trained(**THESIS, weighted_loss=weighted)
    record = as_published(done, collection, weighted=weighted, patience=10)
    factors = [done.weights[name] for steps in done.epochs for name, _ in steps]
    losses = [loss * factor for loss, factor in zip(done.losses, factors, strict=True)]
    assert len(losses) > 50
    assert losses[:50] == close(record.losses[:50])
    # the rates of all epochs, the same in each step and optimizer
    by_step = [rate for rate, steps in zip(record.rates, done.epochs, strict=True) for _ in range(len(steps))]
    assert done.rates == close(by_step)
    # the model that is kept, by the (weighted) mean over all validation batches
    best = checkpoints.load(done.output / "best.pt")
    assert best.best_epoch == record.best_epoch
    curve = read_history(done.output).mean_curve("val", "loss", done.config.select_by)
    ratios = [loss / published for (_, loss), published in zip(curve, record.validation, strict=True)]
    # with weights, ours is the mean over datasets, which ranks all epochs in the same way
    assert ratios == close([ratios[0] if weighted else 1] * len(ratios))
    assert best.statistics == {}, "running statistics, which mix the datasets"


@pytest.mark.parametrize("protocol", ["thesis", "doerrich"])
def test_rates_of_all_100_epochs(protocol):
    config = configure(
        {"protocol": protocol, "scheme": "end-to-end", "architecture": "resnet18", "resolution": 28}
    )
    found = [run.learning_rate(config, number) for number in range(1, 101)]
    assert found == pytest.approx(plain.rates(100, 1e-4), rel=1e-6, abs=1e-12)
    assert found[0] == found[1] == 1e-4


def test_training_stops_when_the_published_code_stops(trained, collection):
    done = trained(**THESIS | {"patience": 1, "epochs": 20, "learning_rate": 0.02})
    record = as_published(done, collection, patience=1)
    assert len(record.validation) == len(done.epochs) < 20
    assert checkpoints.load(done.output / "best.pt").best_epoch == record.best_epoch


def test_end_to_end_of_doerrich(trained, collection):
    done = trained(**DOERRICH, validation_batch_size=7)
    record = as_published(done, collection, ["chestmnist"], patience=5, val_batch_size=7)
    assert len(done.losses) > 50
    assert done.losses[:50] == close(record.losses[:50])
    assert done.rates[::10] == close(record.rates)
    curve = read_history(done.output).curve("chestmnist", "val", "loss")
    assert [loss for _, loss in curve] == close(record.validation)
    assert checkpoints.load(done.output / "best.pt").statistics == {}


def test_linear_probing_of_doerrich_has_statistics_that_drift(trained, collection):
    done = trained(**DOERRICH | {"scheme": "linear-probing"})
    assert done.config.scheme_title == "linear probing with drifting statistics"
    record = as_published(done, collection, ["chestmnist"], probing=True, patience=5, val_batch_size=256)
    assert done.losses[:50] == close(record.losses[:50])
    best = checkpoints.load(done.output / "best.pt")
    for name, value in record.best.items():
        found = best.model_state[name.replace("backbone.", "backbone.network.")]
        torch.testing.assert_close(found, value, rtol=1e-6, atol=1e-6)
    changed = {name for name, value in done.first.items() if not torch.equal(value, best.model_state[name])}
    assert "backbone.network.bn1.running_mean" in changed
    assert {name for name in changed if name.startswith("backbone") and name.endswith("weight")} == set()


def test_padding_is_that_of_the_published_transforms(collection):
    folder, benchmark = collection
    config = configure(THESIS)
    prepare = preprocess_for(config, build_model(config, tuple(FOUR)), CPU)
    for name in ("chestmnist", "bloodmnist"):  # grey and coloured
        theirs = plain.Split(folder, name, "train", **plain.expected_images("test_resnet"), input_size=33)
        images = torch.from_numpy(np.array(load_split(folder, benchmark[name], 28, "train").images[:4]))
        torch.testing.assert_close(
            prepare(images).contiguous(), theirs.batch(range(4))[0], rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("architecture", ["test_vit", "test_resnet", "test_efficientnet"])
def test_heads_of_doerrich_start_as_classifiers_of_timm(architecture):
    torch.manual_seed(1)
    expected = plain.classifier(architecture, n_classes=8)
    torch.manual_seed(1)
    found = classifier_of_timm(architecture, 8, 224)
    assert torch.equal(found.weight, expected.weight)
    assert torch.equal(found.bias, expected.bias)
    config = configure(DOERRICH | {"architecture": architecture, "dataset": "bloodmnist", "input_size": 224})
    head: Any = build_model(config, config.datasets(FOUR)).heads["bloodmnist"]
    assert head.weight.std().item() == pytest.approx(expected.weight.std().item(), rel=0.2)
    assert torch.count_nonzero(head.bias) == torch.count_nonzero(expected.bias)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (
            {"protocol": "ours"},
            {"batch_norm": "per-dataset", "scheduler": "cosine", "patience": 10, "deterministic": False},
        ),
        (
            {"protocol": "thesis"},
            {
                "batch_norm": "shared", "scheduler": "cosine-late", "patience": 10, "deterministic": True,
                "select_by": "batches", "epochs": 100, "batch_size": 64, "validation_batch_size": None,
                "learning_rate": 1e-4, "input_size": 224, "head_init": "torch", "weight_decay": 0.01,
            },
        ),
        ({"protocol": "thesis", "weighted_loss": True}, {"select_by": "datasets"}),
        ({"protocol": "thesis", "scheme": "end-to-end"}, {"batch_norm": "shared", "patience": 10}),
        (
            {"protocol": "doerrich", "scheme": "end-to-end"},
            {
                "batch_norm": "shared", "scheduler": "cosine-late", "patience": 5, "deterministic": True,
                "epochs": 100, "batch_size": 64, "validation_batch_size": 256, "learning_rate": 1e-4,
                "input_size": 224, "head_init": "timm", "weight_decay": 0.01, "probing": "frozen",
            },
        ),
        ({"protocol": "doerrich", "scheme": "linear-probing"}, {"probing": "drifting"}),
        ({"protocol": "thesis", "scheme": "linear-probing"}, {"probing": "frozen"}),
        ({"protocol": "doerrich", "scheme": "end-to-end", "architecture": "alexnet"}, {"deterministic": False}),
    ],
)  # fmt: skip
def test_values_of_the_protocols(chosen, expected):
    config = configure({"scheme": "mm-pt", "architecture": "resnet18", "resolution": 28} | chosen)
    config.validate()
    assert {name: getattr(config, name) for name in expected} == expected
    assert list(departures(config)) == []


def test_each_value_may_be_chosen_and_the_departures_are_named():
    chosen = {"scheme": "mm-pt", "architecture": "resnet18", "resolution": 28, "protocol": "thesis"}
    config = configure(chosen | {"patience": 3, "deterministic": False, "learning_rate": 1e-4})
    assert (config.patience, config.deterministic, config.batch_norm) == (3, False, "shared")
    assert list(departures(config)) == ["patience 3, not 10", "deterministic False, not True"]
    assert title(config) == (
        "Protocol: Bachmeier (2024), except patience 3, not 10; deterministic False, not True."
    )
    assert title(configure(chosen)) == "Protocol: Bachmeier (2024)."


def test_an_unknown_protocol_is_refused():
    with pytest.raises(ConfigError, match="protocol is 'paper'; it must be one of: ours, thesis, doerrich"):
        configure(THESIS | {"protocol": "paper"}).validate()
