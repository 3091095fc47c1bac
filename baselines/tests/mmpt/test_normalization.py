"""BatchNorm statistics of a dataset equal those of its images; the model is unchanged afterwards."""

import copy
import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from baselines.mmpt.model.architectures import create_backbone
from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.normalization import DatasetStatistics, batch_norm_layers, estimate_statistics
from challenge.scoring.benchmark import MEDMNIST_PLUS

NAME = "pathmnist"


class Network(nn.Module):
    """Layers in sequence, then the mean over the image."""

    def __init__(self, *layers: nn.Module):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward_features(self, images):
        return self.layers(images)

    def forward_head(self, maps, pre_logits):
        assert pre_logits
        return maps.flatten(2).mean(2) if maps.ndim > 2 else maps


def model_of(*layers: nn.Module, n_features: int = 4) -> MultiHeadModel:
    return MultiHeadModel(Backbone(Network(*layers), n_features), [MEDMNIST_PLUS[NAME]])


def layers_of(model: MultiHeadModel) -> Any:
    return model.backbone.network.layers


def images_of(n: int, seed: int = 0, size: int = 8) -> torch.Tensor:
    """Make images with different means and contrasts, far from normalised."""
    rng = np.random.default_rng(seed)
    scale, shift = rng.uniform(0.5, 3, (2, n, 1, 1, 1))
    return torch.tensor(rng.normal(size=(n, 3, size, size)) * scale + shift, dtype=torch.float32)


def conv(n_in: int, n_out: int) -> nn.Conv2d:
    return nn.Conv2d(n_in, n_out, 3, padding=1)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def test_the_first_layer_has_mean_and_variance_of_all_images():
    images = images_of(23)
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    found = estimate_statistics(model, NAME, images.split([9, 9, 5])).buffers
    values = images.numpy().astype(np.float64)
    np.testing.assert_allclose(found["network.layers.0.running_mean"], values.mean(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(
        found["network.layers.0.running_var"], values.var(axis=(0, 2, 3), ddof=1), rtol=1e-5
    )


def test_large_means_take_nothing_from_the_variance():
    images = images_of(23) + 1000
    found = estimate_statistics(model_of(nn.BatchNorm2d(3), n_features=3), NAME, images.split(4)).buffers
    expected = images.numpy().astype(np.float64).var(axis=(0, 2, 3), ddof=1)
    np.testing.assert_allclose(found["network.layers.0.running_var"], expected, rtol=1e-4)


def test_a_tail_batch_of_one_image_is_left_out():
    images = images_of(9)
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    found = estimate_statistics(model, NAME, images.split(4)).buffers
    expected = images[:8].numpy().mean(axis=(0, 2, 3))
    np.testing.assert_allclose(found["network.layers.0.running_mean"], expected, rtol=1e-5)


def test_batches_of_single_images_give_no_statistics():
    with pytest.raises(ValueError, match=r"pathmnist: .* no batch has two images"):
        estimate_statistics(model_of(nn.BatchNorm2d(3), n_features=3), NAME, images_of(3).split(1))


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet"])
def test_with_one_batch_every_layer_has_the_statistics_of_torch(name):
    """Test timm's own layers, including BatchNorm fused with an activation; the oracle is torch in training mode."""
    model = MultiHeadModel(create_backbone(name, pretrained=False, input_size=32), [MEDMNIST_PLUS[NAME]])
    images = images_of(12, size=32)
    reference = copy.deepcopy(model.backbone).train()
    for layer in batch_norm_layers(reference).values():
        layer.reset_running_stats()
        layer.momentum = None
    reference(images)
    expected = {
        key: value
        for key, value in reference.state_dict().items()
        if key.endswith(("running_mean", "running_var"))
    }
    found = estimate_statistics(model, NAME, [images]).buffers
    assert len(found) > 10
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, rtol=1e-5, atol=1e-5)


def test_deeper_layers_have_mean_and_variance_of_all_that_reached_them():
    model = model_of(conv(3, 4), nn.BatchNorm2d(4), nn.ReLU(), conv(4, 4), nn.BatchNorm2d(4))
    batches = images_of(23).split([9, 9, 5])
    found = estimate_statistics(model, NAME, batches).buffers
    seen = []
    reference = copy.deepcopy(layers_of(model)).train()
    reference[4].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0].detach().numpy()))
    for batch in batches:
        reference(batch)
    values = np.concatenate(seen).astype(np.float64)
    np.testing.assert_allclose(
        found["network.layers.4.running_mean"], values.mean(axis=(0, 2, 3)), rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(
        found["network.layers.4.running_var"], values.var(axis=(0, 2, 3), ddof=1), rtol=1e-5
    )


def test_a_layer_that_is_used_twice_has_the_statistics_of_both_uses():
    layer = nn.BatchNorm2d(3, affine=False)
    images = images_of(6)
    found = estimate_statistics(model_of(layer, nn.ReLU(), layer, n_features=3), NAME, [images]).buffers
    first = images.numpy().astype(np.float64)
    second = np.maximum(
        (first - first.mean((0, 2, 3), keepdims=True))
        / np.sqrt(first.var((0, 2, 3), keepdims=True) + layer.eps),
        0,
    )
    expected = np.concatenate([first, second]).mean((0, 2, 3))
    np.testing.assert_allclose(found["network.layers.0.running_mean"], expected, rtol=1e-5)


def test_layers_of_one_dimension_and_synchronised_ones():
    model = model_of(
        nn.SyncBatchNorm(3),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(3, momentum=None),
        n_features=3,
    )
    images = images_of(16)
    found = estimate_statistics(model, NAME, images.split(8)).buffers
    np.testing.assert_allclose(
        found["network.layers.0.running_mean"], images.numpy().mean((0, 2, 3)), rtol=1e-5
    )
    assert found["network.layers.3.running_var"].isfinite().all()


def test_dropout_does_not_change_the_statistics():
    with_dropout = model_of(nn.Dropout(0.5), nn.BatchNorm2d(3), n_features=3)
    images = images_of(8)
    found = estimate_statistics(with_dropout.train(), NAME, [images]).buffers
    np.testing.assert_allclose(
        found["network.layers.1.running_mean"], images.numpy().mean((0, 2, 3)), rtol=1e-5
    )


def test_the_model_is_unchanged_afterwards():
    model = model_of(conv(3, 4), nn.BatchNorm2d(4, momentum=0.3), nn.Dropout(0.5)).train()
    model(images_of(4, seed=1), NAME)  # running statistics of something else
    layers_of(model)[2].eval()
    before = copy.deepcopy(model.state_dict())
    modes = [module.training for module in model.modules()]
    estimate_statistics(model, NAME, images_of(8).split(4))
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    layer = layers_of(model)[1]
    assert layer.momentum == 0.3
    assert not layer._forward_hooks


def test_an_error_leaves_the_model_unchanged():
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(RuntimeError):
        estimate_statistics(model, NAME, [images_of(4), torch.zeros(4, 5, 8, 8)])
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert layers_of(model)[0].momentum == 0.1


def test_running_statistics_that_are_not_finite_do_no_harm():
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    layers_of(model)[0].running_mean.fill_(torch.nan)
    found = estimate_statistics(model, NAME, [images_of(4)]).buffers
    assert all(value.isfinite().all() for value in found.values())


def test_evaluation_with_its_statistics_normalises_a_dataset():
    model = model_of(nn.BatchNorm2d(3), n_features=3).eval()
    statistics = DatasetStatistics()
    sets = {"pathmnist": images_of(12) + 5, "bloodmnist": images_of(12, seed=1) * 4}
    for name, images in sets.items():
        statistics.add(estimate_statistics(model, name, images.split(6)))
    for name, images in sets.items():
        with statistics.applied(model, name):
            outputs = layers_of(model)(images)
        torch.testing.assert_close(outputs.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
        torch.testing.assert_close(outputs.var((0, 2, 3)), torch.ones(3), atol=1e-4, rtol=0)
    layer = layers_of(model)[0]
    assert layer.running_mean.eq(0).all()
    assert layer.running_var.eq(1).all()


def test_applied_statistics_stay_until_others_are_applied():
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    statistics = DatasetStatistics()
    statistics.add(estimate_statistics(model, NAME, [images_of(4)]))
    statistics.apply(model, NAME)
    torch.testing.assert_close(
        layers_of(model)[0].running_mean,
        statistics.state_dict()[NAME]["network.layers.0.running_mean"],
    )


def test_statistics_survive_a_checkpoint():
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    statistics = DatasetStatistics()
    for seed, name in enumerate(("pathmnist", "bloodmnist")):
        statistics.add(estimate_statistics(model, name, [images_of(4, seed)]))
    file = io.BytesIO()
    torch.save(statistics.state_dict(), file)
    file.seek(0)
    loaded = DatasetStatistics()
    loaded.load_state_dict(torch.load(file, weights_only=True))
    loaded.apply(model, "bloodmnist")
    expected = images_of(4, seed=1).mean((0, 2, 3))
    torch.testing.assert_close(layers_of(model)[0].running_mean, expected)


def test_missing_statistics_and_those_of_another_model_are_refused():
    model = model_of(nn.BatchNorm2d(3), n_features=3)
    statistics = DatasetStatistics()
    with pytest.raises(ValueError, match="no statistics of pathmnist"):
        statistics.apply(model, NAME)
    statistics.add(estimate_statistics(model, NAME, [images_of(4)]))
    with pytest.raises(ValueError, match="belong to another architecture"):
        statistics.apply(model_of(conv(3, 4), nn.BatchNorm2d(4)), NAME)


def test_a_model_without_batch_norm_needs_no_statistics():
    model = model_of(conv(3, 4))

    def batches():
        raise AssertionError("no image is needed")
        yield

    assert estimate_statistics(model, NAME, batches()).buffers == {}
    DatasetStatistics().apply(model, NAME)
    with DatasetStatistics().applied(model, NAME):
        pass
