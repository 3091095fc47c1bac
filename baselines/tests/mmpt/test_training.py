"""The training loop: steps, files of an epoch, early stopping and the best epoch."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import run as running
from baselines.mmpt.training.epoch import DivergedError
from baselines.mmpt.training.evaluate import Result
from baselines.mmpt.training.inference import predict_datasets
from baselines.mmpt.training.learner import build_model, make_learner, preprocess_for, step, takes_lone_images
from baselines.mmpt.training.run import learning_rate
from baselines.mmpt.training.sources import load_sources
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.small import FOUR, NAMES, small_config

CPU = torch.device("cpu")


def make(config, collection):
    folder, benchmark = collection
    torch.manual_seed(0)
    model = build_model(config, config.datasets(benchmark))
    sources, _ = load_sources(config, folder, model, benchmark, CPU)
    return make_learner(config, model, sources), sources


def weights_of(learner) -> dict[str, list[torch.Tensor]]:
    parts = {"backbone": learner.model.backbone} | dict(learner.model.heads.items())
    return {name: [p.detach().clone() for p in part.parameters()] for name, part in parts.items()}


def changed(learner, before) -> set[str]:
    after = weights_of(learner)
    return {
        name
        for name in before
        if any(not torch.equal(a, b) for a, b in zip(before[name], after[name], strict=True))
    }


def test_each_step_changes_the_backbone_and_the_head_of_its_dataset_alone(collection):
    learner, sources = make(small_config(), collection)
    learner.model.train()
    for name in (*NAMES, *NAMES):
        before = weights_of(learner)
        step(learner, {name: sources[name].take(np.arange(4))})
        assert changed(learner, before) == {"backbone", name}


def test_a_mixed_step_changes_the_heads_in_the_batch_and_counts_all_images_equally(collection):
    learner, sources = make(small_config(mixed_batches=True, batch_norm="shared"), collection)
    before = weights_of(learner)
    parts = {"chestmnist": np.arange(6), "bloodmnist": np.arange(2)}
    learner.model.eval()  # so that the losses can be computed again
    inputs = {name: sources[name].take(indices) for name, indices in parts.items()}
    model = learner.model
    losses = [learner.losses[name](model(images, name), labels) for name, (images, labels) in inputs.items()]
    expected = torch.autograd.grad((6 * losses[0] + 2 * losses[1]) / 8, model.heads["bloodmnist"].bias)[0]
    outputs = step(learner, inputs)
    assert changed(learner, before) == {"backbone", *parts}
    assert [loss.item() for _, loss in outputs.values()] == pytest.approx([loss.item() for loss in losses])
    state = learner.optimizers["bloodmnist"].state[model.heads["bloodmnist"].bias]
    torch.testing.assert_close(state["exp_avg"], 0.1 * expected)


def test_weights_multiply_the_gradients_and_not_the_reported_loss(collection):
    plain, sources = make(small_config(), collection)
    weighted, _ = make(small_config(weighted_loss=True), collection)
    # chest has 157 images, so 10 batches of 16; breast has 4, so 1
    assert weighted.weights["chestmnist"] == pytest.approx(1 / 10)
    for learner in (plain, weighted):
        learner.model.eval()
    inputs = {"chestmnist": sources["chestmnist"].take(np.arange(4))}
    (_, loss), (_, same_loss) = step(plain, inputs)["chestmnist"], step(weighted, inputs)["chestmnist"]
    assert loss.item() == same_loss.item()

    def gradient(learner):
        bias = learner.model.heads["chestmnist"].bias
        return learner.optimizers["chestmnist"].state[bias]["exp_avg"]

    torch.testing.assert_close(gradient(weighted), gradient(plain) / 10)


def test_learning_rates_lie_on_a_cosine():
    config = small_config(epochs=4, learning_rate=2.0)
    # (1 + cos(pi e / 4)) for e = 0, 1, 2, 3
    expected = [2.0, 1 + math.sqrt(0.5), 1.0, 1 - math.sqrt(0.5)]
    assert [learning_rate(config, epoch) for epoch in (1, 2, 3, 4)] == pytest.approx(expected)
    constant = small_config(epochs=4, learning_rate=2.0, scheduler="none")
    assert [learning_rate(constant, epoch) for epoch in (1, 4)] == [2.0, 2.0]


def test_all_optimizers_use_the_learning_rate_of_the_epoch(collection, tmp_path):
    folder, benchmark = collection
    train(small_config(epochs=2), folder, tmp_path / "run", benchmark=benchmark)
    last = checkpoints.load(tmp_path / "run/last.pt")
    assert last.optimizer_state is not None
    assert set(last.optimizer_state) == {"backbone", *NAMES}
    rates = {group["lr"] for state in last.optimizer_state.values() for group in state["param_groups"]}
    assert rates == {0.5e-3}


@pytest.fixture
def epochs(monkeypatch, collection, tmp_path):
    """Run with given validation losses instead of training; return the last checkpoint."""

    def run(config, *by_epoch: tuple[float, float]) -> checkpoints.Checkpoint:
        left = iter(by_epoch)

        def validate(*_):
            return {
                name: Result(loss, n, 0.5, 0.5, 0.0, 0.5)
                for name, loss, n in zip(("chestmnist", "breastmnist"), next(left), (3, 1), strict=True)
            }

        folder, benchmark = collection
        nothing = {name: Result(1.0, 1, 0.5, 0.5, 0.0, 0.5) for name in NAMES}
        monkeypatch.setattr(running, "validate", validate)
        monkeypatch.setattr(running, "train_epoch", lambda *_: nothing)
        train(config, folder, tmp_path / "run", benchmark=benchmark)
        return checkpoints.load(tmp_path / "run/last.pt")

    return run


def test_training_stops_after_patience_epochs_without_a_better_loss(epochs):
    falling_then_not = [(3.0, 3.0), (2.0, 2.0), (2.0, 2.0), (2.5, 2.5), (1.0, 1.0)]
    last = epochs(small_config(epochs=9, patience=2), *falling_then_not)
    assert (last.epoch, last.best_epoch, last.best_loss) == (4, 2, 2.0)


def test_a_better_loss_in_time_continues_training(epochs):
    last = epochs(small_config(epochs=5, patience=2), *[(loss, loss) for loss in (3.0, 4.0, 2.9, 5.0, 2.8)])
    assert (last.epoch, last.best_epoch) == (5, 5)


@pytest.mark.parametrize(
    ("select_by", "best_epoch", "best_loss"), [("batches", 1, 1.25), ("datasets", 2, 1.25)]
)
@pytest.mark.parametrize("weighted_loss", [False, True])
def test_the_best_epoch_has_the_lowest_mean_of_the_chosen_kind(
    epochs, select_by, best_epoch, best_loss, weighted_loss
):
    config = small_config(epochs=2, select_by=select_by, weighted_loss=weighted_loss)
    # means over batches: (3 * 1 + 2) / 4 = 1.25, then (3 * 2 + 0.5) / 4 = 1.625; over datasets: 1.5, then 1.25
    last = epochs(config, (1.0, 2.0), (2.0, 0.5))
    assert (last.best_epoch, last.best_loss) == (best_epoch, best_loss)


def test_metrics_are_written_for_each_epoch_dataset_and_split(collection, tmp_path):
    folder, benchmark = collection
    train(small_config(), folder, tmp_path / "run", benchmark=benchmark)
    with (tmp_path / "run/metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "epoch", "dataset", "split", "batches", "loss", "auc", "balanced_accuracy", "cohen_kappa", "accuracy",
    ]  # fmt: skip
    assert [(row["epoch"], row["dataset"], row["split"]) for row in rows] == [
        (epoch, name, split)
        for epoch in ("1", "2")
        for split in ("train", "val")
        for name in (*NAMES, "average")
    ]
    by_place = {(row["epoch"], row["dataset"], row["split"]): row for row in rows}
    for what in ("loss", "auc", "balanced_accuracy", "cohen_kappa"):
        mean = np.mean([float(by_place["2", name, "val"][what]) for name in NAMES])
        assert float(by_place["2", "average", "val"][what]) == pytest.approx(mean)
    assert all(0 <= float(row["auc"]) <= 1 and float(row["loss"]) > 0 for row in rows)
    assert list((tmp_path / "run/tensorboard").glob("events.*"))


def test_training_lowers_the_loss(collection, tmp_path):
    folder, benchmark = collection
    train(small_config(epochs=6), folder, tmp_path / "run", benchmark=benchmark)
    with (tmp_path / "run/metrics.csv").open(newline="") as file:
        losses = {
            (int(row["epoch"]), row["dataset"]): float(row["loss"])
            for row in csv.DictReader(file)
            if row["split"] == "train"
        }
    assert all(losses[6, name] < 0.9 * losses[1, name] for name in NAMES)


def test_statistics_of_each_dataset_are_saved_unless_they_are_shared(collection, tmp_path):
    folder, benchmark = collection
    for batch_norm, names in (("per-dataset", set(NAMES)), ("shared", set())):
        output = tmp_path / batch_norm
        train(small_config(epochs=1, batch_norm=batch_norm), folder, output, benchmark=benchmark)
        checkpoint = checkpoints.load(output / "best.pt")
        assert set(checkpoint.statistics) == names
    # training is the same; only the normalisation outside training differs
    one, other = (checkpoints.load(tmp_path / name / "last.pt") for name in ("per-dataset", "shared"))
    running = ("running_mean", "running_var")
    for name, value in one.model_state.items():
        assert name.endswith(running) or torch.equal(value, other.model_state[name])


def test_a_checkpoint_holds_the_running_statistics_that_training_left(collection, tmp_path):
    """Validation with either kind of statistics leaves weights and buffers bit-identical."""
    folder, benchmark = collection
    found = {}
    for batch_norm in ("shared", "per-dataset"):
        output = tmp_path / batch_norm
        train(small_config(batch_norm=batch_norm), folder, output, benchmark=benchmark)
        found[batch_norm] = checkpoints.load(output / "last.pt")
    shared, own = found["shared"].model_state, found["per-dataset"].model_state
    assert shared.keys() == own.keys()
    assert [name for name in shared if not torch.equal(shared[name], own[name])] == []
    # so one predicts the same as the other, once its statistics are removed
    put_aside = replace(found["per-dataset"], statistics={})
    predictions = [
        dict(predict_datasets(one, tuple(benchmark), folder, CPU, 16)) for one in (found["shared"], put_aside)
    ]
    for dataset, values in predictions[0].items():
        np.testing.assert_array_equal(values, predictions[1][dataset])


def test_a_single_image_is_left_out_if_batch_norm_cannot_take_it(collection, tmp_path):
    config = small_config()
    model = build_model(config, tuple(FOUR))
    prepare = preprocess_for(config, model, CPU)
    image = torch.zeros((1, 28, 28), dtype=torch.uint8)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    assert not takes_lone_images(
        model.backbone, prepare(image)
    )  # 32 pixels: the last feature maps have one pixel
    assert takes_lone_images(model.backbone, torch.zeros(1, 3, 64, 64))
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())
    folder, benchmark = (
        collection  # breast and chest have 4 and 157 images: in batches of 3, one image is left over
    )
    train(small_config(epochs=1, batch_size=3), folder, tmp_path / "run", benchmark=benchmark)
    with (tmp_path / "run/metrics.csv").open(newline="") as file:
        batches = {row["dataset"]: row["batches"] for row in csv.DictReader(file) if row["split"] == "train"}
    assert (batches["breastmnist"], batches["chestmnist"]) == ("1", "52")


@pytest.mark.parametrize(
    "changes",
    [
        {"mixed_batches": True, "batch_norm": "shared"},
        {"ordinal_loss": True, "weighted_loss": True, "weighting_excludes": ("retinamnist",)},
        {"architecture": "test_vit", "precision": "bf16", "select_by": "datasets"},
    ],
)
def test_options_lead_to_a_checkpoint(collection, tmp_path, changes):
    folder, benchmark = collection
    best = train(small_config(epochs=1, **changes), folder, tmp_path / "run", benchmark=benchmark)
    checkpoint = checkpoints.load(best)
    assert checkpoint.config == small_config(epochs=1, **changes)
    assert checkpoint.epoch == 1


def test_a_loss_that_is_not_finite_ends_the_run(collection, tmp_path):
    folder, benchmark = collection
    with pytest.raises(DivergedError, match="learning-rate"):
        train(small_config(learning_rate=1e30), folder, tmp_path / "run", benchmark=benchmark)
