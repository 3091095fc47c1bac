"""Fine-tuning: trainings that start from the backbone of an earlier run, with its BatchNorm statistics."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from baselines.mmpt.data import synthetic
from baselines.mmpt.model.architectures import create_backbone
from baselines.mmpt.model.normalization import batch_norm_layers
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import train
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.learner import build_model
from baselines.mmpt.training.sources import load_sources
from baselines.mmpt.training.starting import pooled, read_backbone, start_from
from baselines.tests.mmpt.small import small_config

OTHERS = ("chestmnist", "retinamnist", "bloodmnist")


@pytest.fixture(scope="module")
def source(collection, tmp_path_factory) -> Path:
    """A run of mm-PT without BreastMNIST."""
    folder, benchmark = collection
    output = tmp_path_factory.mktemp("source") / "run"
    config = small_config(epochs=1, without=("breastmnist",))
    train.train(config, folder, output, benchmark=benchmark, write=lambda line: None)
    return output


def weights_of(source: Path) -> dict[str, torch.Tensor]:
    state = checkpoints.load(source / "best.pt").model_state
    return {name: value for name, value in state.items() if name.startswith("backbone.")}


def test_a_run_without_a_dataset_has_no_head_and_no_statistics_of_it(source):
    checkpoint = checkpoints.load(source / "best.pt")
    assert checkpoint.heads() == sorted(OTHERS)
    assert set(checkpoint.statistics) == set(OTHERS)
    assert checkpoint.config.without == ("breastmnist",)


def test_chosen_datasets_are_trained_in_turn_or_together(collection):
    _, benchmark = collection
    for scheme in ("mm-pt", "knn"):
        config = small_config(scheme=scheme, only=("bloodmnist", "breastmnist"))
        config.validate(benchmark)
        assert [each.name for each in config.datasets(benchmark)] == ["breastmnist", "bloodmnist"]


@pytest.mark.parametrize("scheme", ["mm-pt", "end-to-end"])
def test_training_starts_from_the_weights_of_the_run(source, collection, scheme):
    _, benchmark = collection
    only = {"only": ("breastmnist", "bloodmnist")} if scheme == "mm-pt" else {"dataset": "breastmnist"}
    config = small_config(scheme=scheme, from_run=source, **only)
    state = build_model(config, config.datasets(benchmark)).state_dict()
    for name, value in weights_of(source).items():
        if "running" not in name:
            assert torch.equal(state[name], value), name


@pytest.mark.parametrize("scheme", ["end-to-end", "linear-probing", "knn", "mm-pt"])
def test_every_scheme_fine_tunes_and_records_the_run(source, collection, tmp_path, scheme):
    folder, benchmark = collection
    told: list[str] = []
    only = {} if scheme == "mm-pt" else {"dataset": "breastmnist"}
    config = small_config(scheme=scheme, from_run=source, epochs=1, **only)
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=told.append)
    recorded = checkpoints.load(tmp_path / "run/best.pt")
    assert (recorded.config.from_run, recorded.config.from_statistics) == (source, "pooled")
    assert (
        f"Starts from {source / 'best.pt'}: mm-PT, epoch 1, trained on bloodmnist, chestmnist, retinamnist; "
        "BatchNorm statistics: pooled over 3 datasets." in told
    )
    if scheme in ("linear-probing", "knn"):
        for name, value in weights_of(source).items():
            if "running" not in name:
                assert torch.equal(recorded.model_state[name], value), name


def test_the_statistics_are_those_of_a_dataset_or_pooled(source, collection):
    _, benchmark = collection
    by_dataset = checkpoints.load(source / "best.pt").statistics
    config = small_config(scheme="knn", dataset="breastmnist", from_run=source)
    own = build_model(replace(config, from_statistics="bloodmnist"), ()).backbone.state_dict()
    for name, value in by_dataset["bloodmnist"].items():
        assert torch.equal(own[name], value)
    together = build_model(config, config.datasets(benchmark)).backbone.state_dict()
    for name, value in pooled(list(by_dataset.values())).items():
        assert torch.equal(together[name], value)


@pytest.mark.parametrize("scheme", ["linear-probing", "knn"])
def test_the_statistics_of_a_fixed_backbone_are_estimated_from_the_new_images(
    source, collection, tmp_path, scheme
):
    folder, benchmark = collection
    told: list[str] = []
    config = small_config(
        scheme=scheme, dataset="breastmnist", from_run=source, from_statistics="estimated", batch_size=64
    )
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=told.append)
    assert any("BatchNorm statistics: estimated from the new training images." in line for line in told)
    state = checkpoints.load(tmp_path / "run/best.pt").model_state
    model = build_model(config, ())
    sources, _ = load_sources(config, folder, model, benchmark, torch.device("cpu"))
    images, _ = sources["breastmnist"].take(np.arange(len(sources["breastmnist"])))
    name, first = next(iter(batch_norm_layers(model.backbone).items()))
    assert images.shape[0] <= 64, "one batch has all images"
    inputs: list[torch.Tensor] = []
    first.register_forward_hook(lambda layer, arguments, output: inputs.append(arguments[0]))
    model.backbone.eval()(images)
    torch.testing.assert_close(state[f"backbone.{name}.running_mean"], inputs[0].mean(dim=(0, 2, 3)))
    for key, value in weights_of(source).items():
        if "running" not in key:
            assert torch.equal(state[key], value), key


def test_pooled_statistics_are_those_of_all_values_together():
    values = [torch.randn(1000, 3, dtype=torch.float64) * scale + scale for scale in (1, 2, 5)]
    found = pooled(
        [
            {"bn.running_mean": each.mean(dim=0), "bn.running_var": each.var(dim=0, correction=0)}
            for each in values
        ]
    )
    together = torch.cat(values)
    torch.testing.assert_close(found["bn.running_mean"], together.mean(dim=0))
    torch.testing.assert_close(found["bn.running_var"], together.var(dim=0, correction=0))


def test_shared_statistics_are_the_running_statistics(collection, tmp_path):
    folder, benchmark = collection
    config = small_config(epochs=1, batch_norm="shared")
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    found = read_backbone(tmp_path / "run")
    assert found.statistics == "running statistics of the training"
    state = checkpoints.load(tmp_path / "run/best.pt").model_state
    assert all(torch.equal(value, state[f"backbone.network.{name}"]) for name, value in found.state.items())


def test_a_network_without_batch_norm_has_no_statistics(collection, tmp_path):
    folder, benchmark = collection
    config = small_config(architecture="test_vit", epochs=1, input_size=32)
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    assert "no BatchNorm" in read_backbone(tmp_path / "run").statistics
    with pytest.raises(ConfigError, match="has no BatchNorm, so no statistics of bloodmnist"):
        read_backbone(tmp_path / "run", "bloodmnist")


def test_position_embeddings_are_resampled_for_larger_images(collection, tmp_path):
    folder, benchmark = collection
    config = small_config(architecture="test_vit", epochs=1, input_size=32)
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    larger = replace(config, input_size=64, from_run=tmp_path / "run")
    backbone = create_backbone("test_vit", pretrained=False, input_size=64)
    start_from(backbone, larger)
    with torch.no_grad():
        assert backbone.eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 64)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"from_run": Path("missing")}, "there is no run missing"),
        ({"architecture": "test_resnet2"}, "no architecture"),
        ({"architecture": "test_vit"}, "has architecture test_resnet, not test_vit: give --architecture"),
        (
            {"from_statistics": "breastmnist"},
            "no BatchNorm statistics of 'breastmnist'; there are: pooled, blood",
        ),
    ],
)
def test_a_start_that_is_not_possible_says_why_and_leaves_no_files(
    source, collection, tmp_path, changes, message
):
    folder, benchmark = collection
    config = small_config(scheme="end-to-end", dataset="breastmnist", **({"from_run": source} | changes))
    with pytest.raises(train.ERRORS, match=message):
        train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    assert not (tmp_path / "run").exists()


def test_runs_without_a_backbone_of_their_own_are_refused(source, collection, tmp_path):
    folder, benchmark = collection
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"empty holds no best\.pt"):
        read_backbone(tmp_path / "empty")
    config = small_config(scheme="knn", only=("breastmnist", "bloodmnist"))
    train.train(config, folder, tmp_path / "knn", benchmark=benchmark, write=lambda line: None)
    with pytest.raises(ConfigError, match="holds 2 models, give one of their folders: bloodmnist_28_knn"):
        read_backbone(tmp_path / "knn")
    (one, _) = sorted((tmp_path / "knn").iterdir())
    with pytest.raises(ConfigError, match="a run of k-NN, which trains no backbone"):
        read_backbone(one)


def test_a_fine_tuning_continues_without_the_run_that_it_started_from(source, collection, tmp_path):
    folder, benchmark = collection
    config = small_config(scheme="end-to-end", dataset="breastmnist", from_run=source, epochs=1)
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    longer = replace(config, epochs=2, from_run=tmp_path / "moved")
    train.train(longer, folder, tmp_path / "run", benchmark=benchmark, resume=True, write=lambda line: None)
    assert checkpoints.load(tmp_path / "run/last.pt").epoch == 2


def test_a_configuration_with_a_run_is_read_back(source):
    config = small_config(from_run=source, only=OTHERS, shots=3)
    assert TrainingConfig.from_dict(config.to_dict()) == config
    assert not any(isinstance(value, float) and math.isnan(value) for value in config.to_dict().values())


def test_a_collection_needs_only_the_files_of_the_chosen_datasets(tmp_path, collection):
    _, benchmark = collection
    two = replace(benchmark, datasets=(benchmark["breastmnist"], benchmark["bloodmnist"]))
    synthetic.make_collection(tmp_path / "data", scale=0.002, benchmark=two)
    config = small_config(epochs=1, only=("breastmnist", "bloodmnist"))
    train.train(config, tmp_path / "data", tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    assert checkpoints.load(tmp_path / "run/best.pt").heads() == ["bloodmnist", "breastmnist"]
